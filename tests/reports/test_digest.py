from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from reports.digest import canonical_json, content_digest
from tests.reports.examples import USUAL


@dataclass(frozen=True)
class Sheet:
    title: str
    day: date
    lines: tuple[object, ...] = ()


def test_the_writing_is_canonical() -> None:
    sheet = Sheet("Été", date(2026, 1, 2), (1, None, True, datetime(2026, 1, 2, 3, 4, tzinfo=UTC)))
    text = '{"day":"2026-01-02","lines":[1,null,true,"2026-01-02T03:04:00+00:00"],"title":"\\u00c9t\\u00e9"}'
    assert canonical_json(sheet) == text
    assert content_digest(sheet) == sha256(text.encode()).hexdigest()


def test_the_same_content_has_the_same_digest() -> None:
    composed, decomposed = "\u00e9", "e\u0301"
    assert content_digest(Sheet(composed, date.min)) == content_digest(Sheet(decomposed, date.min))
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    paris = noon.astimezone(timezone(timedelta(hours=2)))
    assert content_digest(Sheet("", date.min, (noon,))) == content_digest(Sheet("", date.min, (paris,)))


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"employer_remarks": ""},
        {"recipients": ()},
        {"observations": USUAL.observations[:-1]},
        {"finalised_at": USUAL.finalised_at + timedelta(seconds=1)},
    ],
)
def test_any_change_changes_the_digest(change: dict[str, object]) -> None:
    assert content_digest(replace(USUAL, **change)) != content_digest(USUAL)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [1.5, {"a"}, object(), Sheet, datetime(2026, 1, 1)])
def test_a_value_without_one_certain_writing_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        content_digest(Sheet("", date.min, (value,)))
