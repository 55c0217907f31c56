"""Cases by the hundred thousand, with what surrounds them, written straight into the tables."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from flask import Flask

from app.demo.finess_profiles import DEPARTEMENTS
from app.models import Sector
from app.models.columns import NO_DUE_DATE
from app.queries.outbox import DEADLINE
from tests.bench.bodies import PLACES, Bodies, make_bodies
from tests.bench.engines import Engine, Row, load
from workflows.core import Deadline
from workflows.support_case import WORKFLOW, State

SEED = 20261122
STATES = {
    State.IDENTIFIED: 25, State.CONTACTED: 20, State.DIAGNOSTIC: 20, State.CONTRACT: 5, State.CPOM_OBJECTIVE: 5,
    State.ACCOMPANIMENT: 17, State.EVALUATION: 4, State.SUSPENDED: 4,
}  # fmt: skip
"""Shares of the states among open cases, in percent: our own guess."""
SECTORS = {Sector.PUBLIC: 35, Sector.PRIVATE: 60, Sector.TO_CONFIRM: 5}
NAMES = "Tilleuls Genets Bleuets Marelle Verger Glycines Lanterne Hirondelles Roseraie Noisetiers".split()
DAY = timedelta(days=1)
ENDED_EVERY, PARTNER_EVERY, TWO_STRUCTURES_EVERY, TWO_DEPARTEMENTS_EVERY = 5, 3, 10, 100


@dataclass(frozen=True)
class OpenCase:
    """What the rows about one open case follow from; its employer, first structure and deadline bear its number."""

    id: int
    departement: str
    sector: Sector
    state: State
    lead: int | None
    opener: int
    officer: int | None
    partner: int
    rule: Deadline
    entered_on: date
    is_due: bool

    @property
    def due_on(self) -> date:
        return self.rule.due_on(self.entered_on)

    @property
    def second_departement(self) -> str:
        """Where its second structure lies, if it has one."""
        is_elsewhere = self.id % TWO_DEPARTEMENTS_EVERY == 1
        return PLACES[PLACES.index(self.departement) - 1] if is_elsewhere else self.departement


def populate(engine: Engine, app: Flask, count: int, due: int, *, today: date) -> None:
    """Fill an empty database with `count` open cases, a fifth as many ended ones, and `due` reminders due today."""
    with app.app_context():
        bodies = make_bodies()
    cases = list(_draw(count, due, bodies, today))
    for table, rows in _tables(cases, today).items():
        load(engine, app, table, rows)
    engine.settle(app)


def _draw(count: int, due: int, bodies: Bodies, today: date) -> Iterator[OpenCase]:
    rng = Random(SEED)
    for number in range(1, count + 1):
        departement = _pick(rng, DEPARTEMENTS)
        sector, state = _pick(rng, SECTORS), _pick(rng, STATES)
        is_due = number * due // count > (number - 1) * due // count
        ars, caisse, local = bodies.leads[departement]
        lead = rng.choice((ars, caisse, local) if sector is Sector.PRIVATE else (ars, local))
        is_led = is_due or rng.random() < 0.9
        yield OpenCase(
            number,
            departement,
            sector,
            state,
            lead if is_led else None,
            lead,
            rng.choice(bodies.agents[lead]) if is_led else None,
            caisse if lead != caisse else ars,
            WORKFLOW.deadlines_of(state)[0],
            today - timedelta(days=rng.randrange(5, 160)),
            is_due,
        )


def _pick(rng: Random, shares: dict[Any, int]) -> Any:
    return rng.choices(tuple(shares), tuple(shares.values()))[0]


def _tables(cases: list[OpenCase], today: date) -> dict[str, Iterable[Row]]:
    count = len(cases)
    ended = cases[::ENDED_EVERY]
    moved = [case for case in cases if case.state is not State.IDENTIFIED]
    two = cases[::TWO_STRUCTURES_EVERY]
    return {
        "employers": map(_employer, cases),
        "structures": [_structure(c, c.id, c.departement) for c in cases]
        + [_structure(c, count + c.id, c.second_departement) for c in two],
        "cases": [_open(case) for case in cases] + [_ended(case, count + case.id, today) for case in ended],
        "case_structures": [_link(c.id, c.id) for c in cases]
        + [_link(c.id, count + c.id) for c in two]
        + [_link(count + c.id, c.id, is_open=False) for c in ended],
        "case_officers": ({"case_id": c.id, "user_id": c.officer, "since": c.entered_on} for c in cases if c.officer),
        "case_partners": ({"id": c.id, "case_id": c.id, "organisation_id": c.partner} for c in cases[::PARTNER_EVERY]),
        "case_events": (_event(c, number) for number, c in enumerate(cases + moved, start=1)),
        "case_deadlines": [_deadline(case) for case in cases] + [_ended_deadline(c, count) for c in moved],
        "case_reminders": (
            {"id": number, **row}
            for number, row in enumerate((row for case in cases for row in _reminders(case, count, today)), start=1)
        ),
        "outbox_mails": (_sent_mail(case, count) for case in moved if case.officer),
    }


def _employer(case: OpenCase) -> Row:
    name = f"Association {NAMES[case.id % len(NAMES)]} {case.id}"
    return {
        "id": case.id, "finess": f"9{case.id:08d}", "siren": f"{case.id:09d}", "name": name, "sector": case.sector,
        "scheme": "general", "headcount": 20 + case.id % 150, "city": f"Ville {case.id % 900}",
        "departement": case.departement, "search_key": f"{name} {case.id:09d} 9{case.id:08d}".lower(),
    }  # fmt: skip


def _structure(case: OpenCase, number: int, departement: str) -> Row:
    name = f"EHPAD {NAMES[number % len(NAMES)]} {number}"
    return {
        "id": number, "finess": f"8{number:08d}", "employer_id": case.id, "name": name,
        "category": ("500", "500", "255", "460")[number % 4], "city": f"Ville {case.id % 900}",
        "departement": departement, "capacity": 30 + number % 90, "search_key": f"{name} 8{number:08d}".lower(),
    }  # fmt: skip


def _open(case: OpenCase) -> Row:
    is_suspended = case.state is State.SUSPENDED
    return {
        "id": case.id, "employer_id": case.id, "main_structure_id": case.id,
        "departement": case.departement if case.second_departement == case.departement else None,
        "episode_started_on": case.entered_on,
        "source": "list", "state": case.state, "entered_on": case.entered_on, "last_step_on": case.entered_on,
        "suspended_from": State.CONTACTED if is_suspended else None, "lead_organisation_id": case.lead,
        "opening_organisation_id": case.opener,
        "due_on": case.due_on, "due_label": case.rule.label,
        "last_activity_on": case.entered_on, "employer_informed_on": case.entered_on,
    }  # fmt: skip


def _ended(case: OpenCase, number: int, today: date) -> Row:
    ended_on = case.entered_on - timedelta(days=200)
    nothing = {"due_on": NO_DUE_DATE, "due_label": "", "last_activity_on": ended_on, "last_step_on": ended_on}
    return {**_open(case), "id": number, "state": State.CLOSED, "entered_on": ended_on, **nothing}


def _link(case_id: int, structure_id: int, *, is_open: bool = True) -> Row:
    return {"case_id": case_id, "structure_id": structure_id, "is_open": is_open}


def _event(case: OpenCase, number: int) -> Row:
    return {
        "id": number, "case_id": case.id, "episode": 1, "kind": "step", "step": None, "to_state": case.state,
        "effective_on": case.entered_on, "recorded_at": _morning(case.entered_on), "actor_id": case.officer,
        "organisation_id": case.lead, "facts": "{}", "case_version": 1,
    }  # fmt: skip


def _deadline(case: OpenCase) -> Row:
    return {
        "id": case.id, "case_id": case.id, "rule": case.rule.slug, "label": case.rule.label,
        "started_on": case.entered_on, "due_on": case.due_on, "original_due_on": case.due_on, "ended_on": None,
    }  # fmt: skip


def _ended_deadline(case: OpenCase, count: int) -> Row:
    due_on = case.entered_on + timedelta(days=10)
    return {**_deadline(case), "id": count + case.id, "due_on": due_on, "ended_on": case.entered_on}


def _reminders(case: OpenCase, count: int, today: date) -> Iterator[dict[str, Any]]:
    """Those of the days gone are queued, yesterday at the latest; a case that is due has one more for today."""
    for offset in case.rule.remind:
        remind_on = case.rule.due.shift(case.due_on, offset)
        is_past = remind_on <= today
        yield _reminder(case.id, offset, remind_on, min(remind_on, today - DAY) if is_past else None)
    if case.is_due:
        yield _reminder(case.id, 1, today, None)
    if case.state is not State.IDENTIFIED:
        yield _reminder(count + case.id, 0, case.entered_on, case.entered_on)


def _reminder(deadline_id: int, offset: int, remind_on: date, queued_on: date | None) -> dict[str, Any]:
    return {"deadline_id": deadline_id, "offset": offset, "cycle": 1, "remind_on": remind_on, "queued_on": queued_on}


def _sent_mail(case: OpenCase, count: int) -> Row:
    at = _morning(case.entered_on)
    return {
        "id": case.id, "object_kind": DEADLINE, "object_id": count + case.id, "rule": "first_contact+0", "cycle": 1,
        "user_id": case.officer, "template": "deadline_reminder", "created_at": at, "send_after": at,
        "sent_at": at, "subject": "Prendre contact",
    }  # fmt: skip


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)
