"""How any procedure is declared and advanced, on a procedure of three states."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import create_engine

from workflows.calendar import Delay, days, months, working_days
from workflows.core import Deadline, Fact, FactKind, Missing, Refused, Step, Workflow, unreachable_states
from workflows.labels import LabelledEnum
from workflows.roles import Role

TODAY = date(2026, 11, 24)
NOT_YET = Missing("Il manque la clé.", at="key")


class Door(LabelledEnum):
    OPEN = "open", "Ouverte"
    SHUT = "shut", "Fermée"
    WALLED = "walled", "Murée"


@dataclass
class Thing:
    state: Door = Door.OPEN
    entered_on: date = date(2026, 11, 2)
    remembered: Any = None
    key: bool = True


def key_is_there(thing: Any, **_: Any) -> Missing | None:
    return None if thing.key else NOT_YET


def nobody_is_inside(thing: Any, *, inside: int = 0, **_: Any) -> Missing | None:
    return Missing("Il reste quelqu’un.") if inside else None


def asked(name: str, **given: Any) -> Fact:
    return Fact(name, "Posé le", **given)


SHUT = Step(
    "shut",
    (Door.OPEN,),
    Door.SHUT,
    "Fermer",
    by=(Role.ARS,),
    guards=(key_is_there, nobody_is_inside),
    facts=(asked("checked_on"), asked("next_on", may_be_future=True), asked("colour", kind=FactKind.TEXT)),
    needs_motive=True,
)
BACK = Step("back", (Door.SHUT,), None, "Revenir", by=(Role.ARS,), returns_to="remembered")
VISIT = Deadline("visit", "Passer", Door.SHUT, months(6), (-30, -7, 1))
DOORS = Workflow("doors", Door, Door.OPEN, (SHUT, BACK), (VISIT,))


def facts(**given: Any) -> dict[str, Any]:
    return {"today": TODAY, "motive": "Il fait froid", **given}


def test_these_tests_cannot_reach_a_database() -> None:
    with pytest.raises(AssertionError, match="sans base de données"):
        create_engine("sqlite://").connect()


def test_a_step_moves_the_state() -> None:
    thing = Thing()
    DOORS.fire(thing, "shut", **facts())
    assert thing == Thing(Door.SHUT)


@pytest.mark.parametrize(
    ("thing", "given", "expected"),
    [
        (Thing(Door.SHUT), {}, [("", "L’étape « Fermer » n’est pas ouverte dans l’état « Fermée ».")]),
        (Thing(key=False), {}, [("key", "Il manque la clé.")]),
        (Thing(key=False), {"inside": 1}, [("key", "Il manque la clé."), ("", "Il reste quelqu’un.")]),
        (Thing(), {"motive": "  "}, [("motive", "Indiquez le motif.")]),
        (Thing(), {"motive": None}, [("motive", "Indiquez le motif.")]),
        (
            Thing(),
            {"effective_on": date(2026, 11, 25)},
            [("effective_on", "La date d’effet est dans le futur : indiquez aujourd’hui ou une date passée.")],
        ),
        (
            Thing(),
            {"effective_on": date(2026, 11, 1)},
            [("effective_on", "La date d’effet précède l’étape antérieure, prise le 02/11/2026.")],
        ),
        (
            Thing(),
            {"checked_on": date(2026, 11, 25)},
            [("checked_on", "« Posé le » : cette date est dans le futur.")],
        ),
        (Thing(), {"effective_on": TODAY, "checked_on": TODAY}, []),
        (Thing(), {"effective_on": date(2026, 11, 2)}, []),
        (Thing(), {"next_on": date(2030, 1, 1), "colour": "vert"}, []),
    ],
)
def test_all_that_is_missing_is_named_at_once(
    thing: Thing, given: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    before = replace(thing)
    assert [(reason.at, reason.why) for reason in DOORS.missing(thing, "shut", **facts(**given))] == expected
    assert thing == before, "asking changes nothing"
    if expected:
        with pytest.raises(Refused) as refused:
            DOORS.fire(thing, "shut", **facts(**given))
        assert str(refused.value) == " ".join(why for _, why in expected)
        assert thing == before, "a refusal changes nothing"


@pytest.mark.parametrize("remembered", [Door.OPEN, Door.WALLED])
def test_a_step_may_lead_back_to_the_remembered_state(remembered: Door) -> None:
    thing = Thing(Door.SHUT, remembered=remembered)
    DOORS.fire(thing, "back", **facts())
    assert thing.state is remembered


@pytest.mark.parametrize("remembered", [None, ""])
def test_nothing_remembered_leads_nowhere(remembered: str | None) -> None:
    with pytest.raises(Refused, match="n’a pas d’état antérieur"):
        DOORS.fire(Thing(Door.SHUT, remembered=remembered), "back", **facts())


def test_an_unknown_state_remembered_is_refused_and_not_silent() -> None:
    thing = Thing(Door.SHUT, remembered="ajar")
    with pytest.raises(Refused, match="ne mène à aucun état"):
        DOORS.fire(thing, "back", **facts())
    assert thing.state is Door.SHUT


def test_the_object_gets_no_method_that_would_let_anybody_jump() -> None:
    thing = Thing()
    DOORS.fire(thing, "shut", **facts())
    assert not [name for name in dir(thing) if name.startswith(("to_", "is_", "trigger", "shut"))]


def test_states_that_no_step_reaches_are_found() -> None:
    assert unreachable_states(DOORS) == {"walled"}
    wall = Step("wall", (Door.SHUT,), Door.WALLED, "Murer", by=(Role.ARS,))
    assert unreachable_states(replace(DOORS, steps=(SHUT, BACK, wall))) == set()
    island = replace(wall, sources=(Door.WALLED,))
    assert unreachable_states(replace(DOORS, steps=(SHUT, island))) == {"walled"}


def test_steps_and_deadlines_of_a_state() -> None:
    assert DOORS.steps_from("open") == (SHUT,)
    assert DOORS.steps_from("walled") == ()
    assert DOORS.deadlines_of("open") == ()
    assert DOORS.deadlines_of("shut") == (VISIT,)
    own = replace(VISIT, due=days(10))
    assert DOORS.deadlines_of("shut", {"visit": own, "other": VISIT}) == (own,)
    assert DOORS.deadlines_of("shut", {"visit": own}, is_fast=True) == (own,), "nothing hastens it"


@pytest.mark.parametrize(
    ("due", "start", "expected"),
    [
        (days(10), "2026-11-24", "2026-12-04"),
        (working_days(10), "2026-11-24", "2026-12-08"),
        (months(3), "2026-11-30", "2027-02-28"),
    ],
)
def test_when_a_deadline_is_due(due: Delay, start: str, expected: str) -> None:
    assert replace(VISIT, due=due).due_on(date.fromisoformat(start)).isoformat() == expected


REMINDERS = """
due on      | reminded on (offset)
2027-02-01  | 2027-01-02 (-30), 2027-01-25 (-7), 2027-02-02 (1)
2026-12-24  | 2026-11-24 (-30), 2026-12-17 (-7), 2026-12-25 (1)
2026-12-23  | 2026-11-24 (-30), 2026-12-16 (-7), 2026-12-24 (1)
2026-11-30  | 2026-11-24 (-7), 2026-12-01 (1)
2026-11-23  | 2026-11-24 (1)
2026-11-22  | 2026-11-24 (1)
2025-01-01  | 2026-11-24 (1)
"""


@pytest.mark.parametrize("line", REMINDERS.strip().splitlines()[1:])
def test_reminders_whose_day_has_passed_merge_into_one(line: str) -> None:
    due_on, expected = (cell.strip() for cell in line.split("|"))
    planned = VISIT.reminders(date.fromisoformat(due_on), today=TODAY)
    assert ", ".join(f"{day} ({offset})" for offset, day in planned) == expected


def test_reminders_count_working_days_when_the_delay_does() -> None:
    rule = replace(VISIT, due=working_days(5), remind=(1, -2))
    assert rule.reminders(date(2026, 12, 28), today=TODAY) == [(-2, date(2026, 12, 23)), (1, date(2026, 12, 29))]


def test_a_deadline_may_go_without_reminders() -> None:
    assert replace(VISIT, remind=()).reminders(TODAY, today=TODAY) == []
