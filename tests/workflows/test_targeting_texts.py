"""The texts that are signed: one writing for one content, digests that a changed byte betrays, versions compared."""

import json
from dataclasses import replace
from datetime import date, datetime
from itertools import permutations
from typing import Any

import pytest

from workflows.targeting_list import QuorumRule
from workflows.targeting_texts import (
    METHOD,
    WITHOUT_FEDERATION,
    Entry,
    Part,
    canonical,
    difference,
    digest_of,
    freeze,
    tampered,
)

LABELS = {"f-1": "Fédération A", "f-2": "Fédération B"}


def entry(number: str, *federations: str, **facts: Any) -> Entry:
    return Entry(number, f"Association {number}", federations, {"class": "first", **facts})


ENTRIES = [entry("790000001", "f-1"), entry("790000002", "f-1", "f-2"), entry("860000003")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [2, None, True]}, '{"a":[2,null,true],"b":1}'),
        ("E\u0301te\u0301", '"Été"'),
        ({"jour": date(2026, 11, 24), "règle": QuorumRule.LEADS}, '{"jour":"2026-11-24","règle":"leads"}'),
        (("x", ["y"]), '["x",["y"]]'),
    ],
)
def test_a_content_is_written_in_one_way(value: Any, text: str) -> None:
    assert canonical(value) == text


@pytest.mark.parametrize(
    "value", [0.1, datetime(2026, 11, 24), {1: "a"}, {"é": 1, "e\u0301": 2}, {1, 2}, b"x", float("nan")]
)
def test_what_could_be_written_in_two_ways_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical({"value": value} if not isinstance(value, dict) else value)


def test_there_is_a_text_for_the_method_one_by_federation_and_one_for_those_of_none() -> None:
    frozen = freeze(1, {"weights": {"absence": 50}}, ENTRIES, LABELS)
    assert [(part.key, part.label) for part in frozen.parts] == [
        (METHOD, "Méthode"),
        ("f-1", "Fédération A"),
        ("f-2", "Fédération B"),
        (WITHOUT_FEDERATION, "Employeurs sans fédération"),
    ]
    held = {part.key: [one["number"] for one in json.loads(part.text)["employers"]] for part in frozen.parts[1:]}
    assert held == {"f-1": ["790000001", "790000002"], "f-2": ["790000002"], WITHOUT_FEDERATION: ["860000003"]}
    assert all(digest_of(part.text) == part.digest for part in frozen.parts) and tampered(frozen) == ()


def test_the_order_in_which_employers_come_changes_no_byte() -> None:
    roots = {freeze(1, {"m": 1}, order, LABELS).root for order in permutations(ENTRIES)}
    assert len(roots) == 1
    assert roots.isdisjoint({freeze(2, {"m": 1}, ENTRIES, LABELS).root, freeze(1, {"m": 2}, ENTRIES, LABELS).root})


def test_a_text_of_a_federation_holds_nobody_else() -> None:
    one = freeze(1, {"m": 1}, ENTRIES, LABELS).part("f-2")
    other = freeze(1, {"m": 9}, [ENTRIES[1], entry("330000009", "f-3")], {}).part("f-2")
    assert one and other and one.text == other.text and "790000001" not in one.text


def test_an_employer_is_told_once() -> None:
    with pytest.raises(ValueError, match="deux fois"):
        freeze(1, {}, [*ENTRIES, ENTRIES[0]], LABELS)


def test_whatever_is_altered_is_seen() -> None:
    frozen = freeze(3, {"m": 1}, ENTRIES, LABELS)
    part = frozen.parts[1]

    def with_part(changed: Part) -> tuple[str, ...]:
        return tampered(replace(frozen, parts=(frozen.parts[0], changed, *frozen.parts[2:])))

    for place in range(len(part.text)):
        altered = part.text[:place] + chr(ord(part.text[place]) ^ 1) + part.text[place + 1 :]
        assert with_part(replace(part, text=altered)) == ("f-1",)
    rehashed = replace(part, text=part.text + " ", digest=digest_of(part.text + " "))
    assert with_part(rehashed) == ("racine",)
    assert tampered(replace(frozen, version=4)) == ("racine",)
    assert tampered(replace(frozen, parts=frozen.parts[:-1])) == ("racine",)
    assert tampered(replace(frozen, parts=(*frozen.parts, part))) == ("racine",)
    assert tampered(replace(frozen, root="0" * 64)) == ("racine",)


def test_the_next_version_says_who_comes_goes_and_stays() -> None:
    before = freeze(1, {"m": 1}, ENTRIES, LABELS)
    after = freeze(2, {"m": 1}, [entry("790000001", "f-1", place="79"), ENTRIES[2], entry("860000004")], LABELS)
    found = difference(before, after)
    assert (found.entrants, found.leavers) == (("Association 860000004",), ("Association 790000002",))
    assert found.staying == ("Association 790000001", "Association 860000003")
    assert found.changed == ("Association 790000001",)
    assert difference(None, after).entrants == tuple(
        f"Association {one}" for one in ("790000001", "860000003", "860000004")
    )
    assert difference(after, after).changed == ()
