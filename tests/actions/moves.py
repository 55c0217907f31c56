"""Acting as a view does: load under lock, act, commit."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Row, select

from app.actions.cases import StepTaken, advance
from app.actions.deadlines import Settings
from app.actions.opening import open_case
from app.extensions import db
from app.models import Case, CaseDeadline, CaseEvent, CaseReminder, CaseStructure, Source, Structure
from app.permissions import Actor
from app.queries.cases import get_case
from app.queries.employers import get_employer
from tests.world import World
from workflows.support_case import State

TODAY = date(2026, 11, 24)
LONG_AGO = date(2026, 1, 5)

FACTS: dict[str, dict[str, Any]] = {
    "contact": {"employer_informed_on": TODAY},
    "start_diagnostic": {"employer_agreed_on": TODAY, "cse_informed_on": TODAY},
    "sign_cpom_objective": {"cpom_ends_on": date(2029, 12, 31)},
    "start_accompaniment": {"support_agreed_on": TODAY},
    "close": {"outcome": "redirected"},
}
"""What each step needs to open, dated as late as can be."""

ROAD = {
    State.IDENTIFIED: (),
    State.CONTACTED: ("contact",),
    State.DIAGNOSTIC: ("contact", "start_diagnostic"),
    State.CPOM_OBJECTIVE: ("contact", "start_diagnostic", "sign_cpom_objective"),
    State.ACCOMPANIMENT: ("contact", "start_diagnostic", "start_accompaniment"),
    State.EVALUATION: ("contact", "start_diagnostic", "start_accompaniment", "evaluate"),
    State.CLOSED: ("contact", "start_diagnostic", "close"),
    State.REFUSED: ("contact", "refuse"),
    State.OUT_OF_SCOPE: ("declare_out_of_scope",),
    State.SUSPENDED: ("contact", "suspend"),
}


def morning(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def opened(
    actor: Actor,
    employer_id: int,
    structures: Sequence[Structure] = (),
    *,
    today: date = TODAY,
    leads: bool = True,
    settings: Settings | None = None,
    **values: Any,
) -> Case:
    """A case just opened on structures of an employer (all of them by default)."""
    employer = get_employer(actor, employer_id)
    assert employer, "out of sight"
    case = open_case(
        employer,
        structures or employer.structures,
        source=Source.EMPLOYER_REQUEST,
        motive=values.pop("motive", "Demande de la direction"),
        leads=leads,
        actor=actor,
        today=today,
        now=morning(today),
        settings=settings or {},
        **values,
    )
    db.session.commit()
    return case


def take(actor: Actor, case_id: int, step: str, **said: Any) -> Case:
    """One step, as `take_unsaved`, committed."""
    case = take_unsaved(actor, case_id, step, **said)
    db.session.commit()
    return case


def take_unsaved(
    actor: Actor,
    case_id: int,
    step: str,
    *,
    on: date | None = None,
    today: date = TODAY,
    version: int | None = None,
    motive: str = "Motif",
    settings: Settings | None = None,
    **facts: Any,
) -> Case:
    """One step, from the page as it stands unless an older `version` is given; `on` is its effective date."""
    case = get_case(actor, case_id, lock=True)
    assert case, "out of sight"
    advance(
        case,
        step,
        StepTaken(on, motive, facts or known(step, on or today)),
        version=case.version if version is None else version,
        actor=actor,
        today=today,
        now=morning(today),
        settings=settings or {},
    )
    return case


def known(step: str, today: date) -> dict[str, Any]:
    """The facts that open a step, none later than today."""
    facts = FACTS.get(step, {})
    return {name: min(value, today) if value == TODAY else value for name, value in facts.items()}


def case_in(
    world: World, state: State, *, today: date = TODAY, since: date | None = None, by: str = "referent"
) -> Case:
    """A case of the Mutuelle du Clain led by an agent's body, brought step by step to a state, `since` a day."""
    actor = world.actor(by)
    since = since or today
    case = opened(actor, world.employer("Clain").id, today=since)
    for step in ROAD[state]:
        case = take(actor, case.id, step, today=since)
    return case


def events(case_id: int) -> Sequence[CaseEvent]:
    return db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)).all()


def deadlines(case_id: int, *, is_open: bool = True) -> dict[str, CaseDeadline]:
    """The deadlines of a case by rule: those still open, or the last of each that ended."""
    ended = CaseDeadline.ended_on.is_(None) if is_open else CaseDeadline.ended_on.is_not(None)
    rows = db.session.scalars(
        select(CaseDeadline).where(CaseDeadline.case_id == case_id, ended).order_by(CaseDeadline.id)
    )
    return {row.rule: row for row in rows}


def reminders(case_id: int, rule: str) -> list[tuple[int, int, date]]:
    """The (cycle, offset, day) of the reminders planned for the open deadline of that rule, in order."""
    rows = db.session.execute(
        select(CaseReminder.cycle, CaseReminder.offset, CaseReminder.remind_on)
        .join(CaseDeadline, CaseReminder.deadline_id == CaseDeadline.id)
        .where(CaseDeadline.case_id == case_id, CaseDeadline.rule == rule, CaseDeadline.ended_on.is_(None))
        .order_by(CaseReminder.cycle, CaseReminder.remind_on, CaseReminder.offset)
    )
    return [(cycle, offset, day) for cycle, offset, day in rows]


def open_links(case_id: int) -> list[bool]:
    return list(db.session.scalars(select(CaseStructure.is_open).where(CaseStructure.case_id == case_id)))


def everything() -> dict[str, list[Row[Any]]]:
    """Every row of every table as the running transaction sees it, whatever the session holds pending included."""
    db.session.flush()
    return {table.name: list(db.session.execute(select(table))) for table in db.metadata.sorted_tables}
