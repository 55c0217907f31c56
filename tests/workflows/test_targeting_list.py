"""The procedure of a targeting list as tables: what each step needs, whose signatures are enough, what voids them."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from workflows.core import Refused, unreachable_states
from workflows.roles import LEADS, Role
from workflows.targeting_list import (
    WORKFLOW,
    Answer,
    ListState,
    QuorumRule,
    Signature,
    is_out_of_reach,
    parts_of,
    quorum_awaits,
    validity_refusal,
    voided_by,
)
from workflows.targeting_texts import METHOD, WITHOUT_FEDERATION, Entry, FrozenList, freeze

TODAY = date(2026, 11, 24)
DRAFT, CONSULTATION, FROZEN, SIGNING, SIGNED, REVISED, EXPIRED = ListState


@dataclass
class Campaign:
    state: ListState = DRAFT
    entered_on: date = date(2026, 11, 2)
    is_computing: bool = False
    computed_at: Any = "hier"
    computed_method: str = "m1"
    method_digest: str = "m1"
    consulted_until: date | None = date(2026, 12, 15)
    meeting: str = "ARS, Carsat, département"
    valid_until: date = date(2027, 12, 31)
    quorum: QuorumRule = QuorumRule.MAJORITY


BODIES = (Signature("ARS", Role.ARS), Signature("Carsat", Role.CARSAT), Signature("Département 79", Role.DEPT))
FEDERATIONS = tuple(Signature(name, Role.FEDERATION) for name in ("Fédération A", "Fédération B"))


def signed(*signatures: Signature, answer: Answer = Answer.SIGNED) -> tuple[Signature, ...]:
    return tuple(replace(one, answer=answer) for one in signatures)


DONE: dict[str, Any] = {"retained": 12, "signatures": signed(*BODIES, *FEDERATIONS)}
OVER: dict[str, Any] = {"consulted_until": date(2026, 11, 20)}


@pytest.mark.parametrize(
    ("step", "campaign", "facts", "why"),
    [
        ("consult", Campaign(), {}, ""),
        ("consult", Campaign(computed_at=None), {}, "Lancez d’abord le calcul"),
        ("consult", Campaign(is_computing=True), {}, "Le calcul est en cours"),
        ("consult", Campaign(method_digest="m2"), {}, "La méthode a changé depuis le calcul"),
        ("consult", Campaign(consulted_until=None), {}, "jusqu’à quand"),
        ("consult", Campaign(consulted_until=date(2026, 11, 23)), {}, "déjà passée"),
        ("consult", Campaign(FROZEN), {}, "n’est pas ouverte dans l’état « Figée »"),
        ("resume", Campaign(CONSULTATION), {"motive": "Chiffres de 2025"}, ""),
        ("resume", Campaign(CONSULTATION), {}, "Indiquez le motif"),
        ("freeze", Campaign(CONSULTATION, **OVER), DONE, ""),
        ("freeze", Campaign(CONSULTATION, consulted_until=TODAY), DONE, "ouverte jusqu’au 24/11/2026"),
        ("freeze", Campaign(CONSULTATION, **OVER), {"retained": 0}, "une liste vide ne se signe pas"),
        ("freeze", Campaign(CONSULTATION, **OVER), {**DONE, "unrouted": 1}, "un employeur retenu n’a pas encore"),
        ("freeze", Campaign(CONSULTATION, **OVER), {**DONE, "unrouted": 3}, "3 employeurs retenus n’ont pas encore"),
        ("freeze", Campaign(CONSULTATION, meeting=" ", **OVER), DONE, "composition de la réunion"),
        ("freeze", Campaign(CONSULTATION, valid_until=TODAY, **OVER), DONE, "déjà échue"),
        ("freeze", Campaign(CONSULTATION, is_computing=True, **OVER), DONE, "Le calcul est en cours"),
        ("freeze", Campaign(), DONE, "n’est pas ouverte dans l’état « En préparation »"),
        ("call", Campaign(FROZEN), DONE, ""),
        ("call", Campaign(FROZEN), {"signatures": BODIES[:1]}, "Il manque un signataire : Carsat"),
        ("call", Campaign(FROZEN), {**DONE, "absent": ("Carsat : départ.",)}, "Nommez une autre personne : Carsat"),
        ("amend", Campaign(SIGNING), {"motive": "Un employeur ferme"}, ""),
        ("amend", Campaign(FROZEN), {"motive": " "}, "Indiquez le motif"),
        ("amend", Campaign(SIGNED), {"motive": "Trop tard"}, "n’est pas ouverte"),
        ("conclude", Campaign(SIGNING), DONE, ""),
        ("conclude", Campaign(SIGNING), {"signatures": signed(*BODIES)}, ""),
        ("conclude", Campaign(SIGNING), {"signatures": BODIES}, "Il manque : ARS, Carsat, Département 79."),
        ("conclude", Campaign(SIGNING, valid_until=TODAY), DONE, "déjà échue"),
        ("replace", Campaign(SIGNED), {"successor": "signed"}, ""),
        ("replace", Campaign(SIGNED), {"successor": "signing"}, "une fois signée"),
        ("expire", Campaign(SIGNED, valid_until=date(2026, 11, 23)), {}, ""),
        ("expire", Campaign(SIGNED, valid_until=TODAY), {}, "vaut jusqu’au 24/11/2026"),
    ],
)
def test_each_step_moves_or_says_in_french_what_is_missing(
    step: str, campaign: Campaign, facts: dict[str, Any], why: str
) -> None:
    before, said = campaign.state, {"today": TODAY, "motive": "", **facts}
    if why:
        with pytest.raises(Refused) as refused:
            WORKFLOW.fire(campaign, step, **said)
        assert why in str(refused.value) and campaign.state is before
    else:
        WORKFLOW.fire(campaign, step, **said)
        assert campaign.state is WORKFLOW.step(step).target


def test_every_state_is_reached_and_left_and_every_step_is_the_pilots_own() -> None:
    assert unreachable_states(WORKFLOW) == set()
    assert {state for state in ListState if not WORKFLOW.steps_from(state)} == WORKFLOW.ended
    assert {step.by for step in WORKFLOW.steps} == {LEADS}


@pytest.mark.parametrize(
    ("until", "why"),
    [
        (date(2027, 12, 1), ""),
        (date(2028, 6, 1), ""),
        (date(2027, 11, 30), "12 mois au moins"),
        (date(2028, 6, 2), "18 mois au plus"),
    ],
)
def test_a_list_holds_from_twelve_to_eighteen_months(until: date, why: str) -> None:
    found = validity_refusal(date(2026, 12, 1), until)
    assert (why in found.why) if found else not why


# --- The quorum ---------------------------------------------------------------------------------------------

A, B = FEDERATIONS
RESERVED = {"answer": Answer.RESERVED}


@pytest.mark.parametrize(
    ("rule", "signatures", "awaited"),
    [
        (QuorumRule.LEADS, (*signed(*BODIES), A, B), []),
        (QuorumRule.LEADS, signed(*BODIES, answer=Answer.RESERVED), []),
        (QuorumRule.LEADS, (BODIES[0], *signed(*BODIES[1:], A, B)), ["ARS"]),
        (QuorumRule.LEADS, (*signed(*BODIES[:2]), *signed(BODIES[2], answer=Answer.REFUSED)), ["Département 79"]),
        (QuorumRule.MAJORITY, (*signed(*BODIES, A), B), ["encore 1 fédération"]),
        (QuorumRule.MAJORITY, (*signed(*BODIES), A, B), ["encore 2 fédérations"]),
        (QuorumRule.MAJORITY, (*signed(*BODIES, A), *signed(B, answer=Answer.RESERVED)), []),
        (QuorumRule.MAJORITY, signed(*BODIES), []),
        (QuorumRule.EVERYBODY, (*signed(*BODIES, A), B), ["Fédération B"]),
        (QuorumRule.EVERYBODY, signed(*BODIES, A, B), []),
        (QuorumRule.LEADS, signed(A, B), ["les pilotes"]),
        (QuorumRule.EVERYBODY, (), ["les pilotes"]),
    ],
)
def test_whose_signatures_are_still_needed(
    rule: QuorumRule, signatures: tuple[Signature, ...], awaited: list[str]
) -> None:
    assert quorum_awaits(rule, signatures) == awaited


def test_a_refusal_blocks_no_further_than_the_rule() -> None:
    refused = signed(B, answer=Answer.REFUSED)
    assert [is_out_of_reach(rule, (*BODIES, A, *refused)) for rule in QuorumRule] == [False, True, True]
    third = Signature("Fédération C", Role.FEDERATION)
    assert not is_out_of_reach(QuorumRule.MAJORITY, (*BODIES, A, third, *refused))


# --- What a change voids ------------------------------------------------------------------------------------


def entry(number: str, *federations: str, **facts: Any) -> Entry:
    return Entry(number, f"Association {number}", federations, {"class": "first", **facts})


LABELS = {"f-1": "Fédération A", "f-2": "Fédération B"}
ENTRIES = (entry("1", "f-1"), entry("2", "f-2"), entry("3"), entry("4", "f-1", "f-2"))


def version(number: int, *entries: Entry, **method: Any) -> FrozenList:
    return freeze(number, {"weights": {"absence": 50}, **method}, entries or ENTRIES, LABELS)


def read(frozen: FrozenList, kind: Role, own: str = "") -> Signature:
    keys = parts_of(frozen, kind, own)
    digests = tuple((part.key, part.digest) for part in frozen.parts if part.key in keys)
    return Signature("Quelqu’un", kind, Answer.SIGNED, digests, own)


def test_each_reads_and_signs_its_part() -> None:
    frozen = version(1)
    assert parts_of(frozen, Role.FEDERATION, "f-1") == (METHOD, "f-1")
    assert set(parts_of(frozen, Role.DEPT, "")) == {METHOD, "f-1", "f-2", WITHOUT_FEDERATION}
    assert parts_of(frozen, Role.FEDERATION, "f-9") == (METHOD,)


@pytest.mark.parametrize(
    ("after", "a", "b", "lead"),
    [
        (version(2), (), (), ()),
        (version(2, *ENTRIES[1:]), ("f-1",), (), ("f-1",)),
        (version(2, *ENTRIES[:3]), ("f-1",), ("f-2",), ("f-1", "f-2")),
        (version(2, *ENTRIES, entry("5")), (), (), (WITHOUT_FEDERATION,)),
        (version(2, *ENTRIES, entry("6", "f-3")), (), (), ("f-3",)),
        (version(2, quorum="all"), (METHOD,), (METHOD,), (METHOD,)),
        (version(2, ENTRIES[0], entry("2", "f-2", **{"class": "next"}), *ENTRIES[2:]), (), ("f-2",), ("f-2",)),
        (version(2, ENTRIES[0], ENTRIES[2]), ("f-1",), ("f-2",), ("f-1", "f-2")),
    ],
    ids=["nothing", "one of A", "one of both", "one of none", "a new one", "the method", "a class of B", "all of B"],
)
def test_a_change_voids_only_the_signatures_whose_own_text_changed(
    after: FrozenList, a: tuple[str, ...], b: tuple[str, ...], lead: tuple[str, ...]
) -> None:
    before = version(1)
    readers = (read(before, Role.FEDERATION, "f-1"), read(before, Role.FEDERATION, "f-2"), read(before, Role.ARS))
    assert tuple(voided_by(one, after) for one in readers) == (a, b, lead)
    assert voided_by(Signature("Personne", Role.ARS), after) == ()


def placed(number: str, *territories: str, **facts: Any) -> Entry:
    return Entry(number, f"Association {number}", (), {"class": "first", **facts}, territories)


PLACED = (placed("1", "d-79"), placed("2", "d-86"), placed("3", "d-79", "d-86"))


@pytest.mark.parametrize(
    ("after", "of_79", "of_86", "whole"),
    [
        (PLACED, (), (), ()),
        ((*PLACED[1:],), ("d-79",), (), ("d-79", WITHOUT_FEDERATION)),
        ((*PLACED, placed("4", "d-86")), (), ("d-86",), ("d-86", WITHOUT_FEDERATION)),
        ((*PLACED, placed("4", "d-17")), (), (), ("d-17", WITHOUT_FEDERATION)),
        ((placed("2", "d-86"),), ("d-79",), ("d-86",), ("d-79", "d-86", WITHOUT_FEDERATION)),
    ],
    ids=["nothing", "one of 79", "one of 86", "a new territory", "all of 79"],
)
def test_a_body_of_some_departements_signs_the_method_and_its_own(
    after: tuple[Entry, ...], of_79: tuple[str, ...], of_86: tuple[str, ...], whole: tuple[str, ...]
) -> None:
    before, labels = freeze(1, {}, PLACED, {}), {"d-79": "Deux-Sèvres"}
    assert parts_of(before, Role.DEPT, "d-79") == (METHOD, "d-79")
    assert set(parts_of(before, Role.DEPT, "")) == {METHOD, "d-79", "d-86", WITHOUT_FEDERATION}
    readers = (read(before, Role.DEPT, "d-79"), read(before, Role.DEPT, "d-86"), read(before, Role.CARSAT))
    then = freeze(2, {}, after, labels)
    assert tuple(voided_by(one, then) for one in readers) == (of_79, of_86, whole)
    empty = read(freeze(1, {}, (placed("9"),), {}), Role.DEPT, "d-79")
    assert voided_by(empty, before) == ("d-79",)  # nobody stood on its text when it signed
