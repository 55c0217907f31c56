"""What is true of all cases at any moment, whoever did whatever: told from the tables alone."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from app.extensions import Model, db
from app.models import Case, CaseDeadline, CaseEvent, CaseReminder, CaseStructure, EventKind
from app.models.columns import NO_DUE_DATE
from workflows.support_case import WORKFLOW, State


def faults() -> list[str]:
    """Return one line for each thing that should never be; empty when all is well.

    Cases that the factories wrote straight into the tables have no event: only their links are judged.
    """
    deadlines, events = _by_case(CaseDeadline), _by_case(CaseEvent)
    found = _links()
    for case in _rows(Case):
        if events[case.id] and events[case.id][0].kind is EventKind.OPENED:
            found += [f"case {case.id}: {fault}" for fault in _story(case, events[case.id])]
            found += [f"case {case.id}: {fault}" for fault in _awaited(case, deadlines[case.id])]
    return found + _reminders()


def _rows(model: type[Model]) -> Sequence[Row[Any]]:
    # Plain rows: the records that the session keeps could tell something else than the tables.
    return db.session.execute(select(model.__table__).order_by("id")).all()


def _by_case(model: type[Model]) -> dict[int, list[Row[Any]]]:
    rows = defaultdict(list)
    for row in _rows(model):
        rows[row.case_id].append(row)
    return rows


def _links() -> list[str]:
    followed: dict[int, list[int]] = defaultdict(list)
    found = []
    rows = select(CaseStructure.structure_id, CaseStructure.is_open, Case.id, Case.state).join(Case)
    for structure_id, is_open, case_id, state in db.session.execute(rows):
        if is_open:
            followed[structure_id].append(case_id)
        if is_open != (state not in WORKFLOW.ended):
            found.append(f"a link of case {case_id} is {'open' if is_open else 'closed'} in {state}")
    return found + [f"structure {one} is in open cases {cases}" for one, cases in followed.items() if len(cases) > 1]


def _story(case: Row[Any], events: Sequence[Row[Any]]) -> list[str]:
    """The thread, read from its first line, ends where the case stands."""
    state: State = State.IDENTIFIED
    episode, version, found = 1, 0, []
    for event in events:
        if event.case_version < version:
            found.append(f"event {event.id} goes back to version {event.case_version}")
        version = event.case_version
        if event.to_state is None:
            continue
        if event.from_state is not state:
            found.append(f"event {event.id} leaves {event.from_state}, the case was {state}")
        if event.step in ("reopen", "reinstate"):
            episode += 1
        if event.step == "correct" and event.episode < episode:
            episode -= 1
        if event.episode != episode:
            found.append(f"event {event.id} is of episode {event.episode}, not {episode}")
        state = event.to_state
    if case.state is not state or case.episode != episode or case.version < version:
        found.append(f"is {case.state} of episode {case.episode}, its thread says {state} of {episode}")
    return found


def _awaited(case: Row[Any], deadlines: Sequence[Row[Any]]) -> list[str]:
    """What is open belongs to the present state, or is paused by a suspension; the soonest is shown."""
    still_open = [deadline for deadline in deadlines if deadline.ended_on is None]
    running = [deadline for deadline in still_open if deadline.paused_on is None]
    is_fast = case.alert is not None and case.episode == 1
    own = {rule.slug for rule in WORKFLOW.deadlines_of(case.state, is_fast=is_fast)}
    found = [f"awaits {deadline.rule} in {case.state}" for deadline in running if deadline.rule not in own]
    left = {rule.slug for rule in WORKFLOW.deadlines_of(case.suspended_from or "", is_fast=is_fast)}
    found += [
        f"{deadline.rule} is paused in {case.state}, left from {case.suspended_from}"
        for deadline in still_open
        if deadline.paused_on and deadline.rule not in left
    ]
    if len({deadline.rule for deadline in still_open}) < len(still_open):
        found.append(f"awaits twice the same: {[deadline.rule for deadline in still_open]}")
    soonest = min((deadline.due_on for deadline in running), default=NO_DUE_DATE)
    if case.due_on != soonest:
        found.append(f"shows {case.due_on}, the soonest is {soonest}")
    shown = {deadline.label for deadline in running if deadline.due_on == soonest} or {""}
    if case.due_label not in shown:
        found.append(f"shows « {case.due_label} », not {shown}")
    found += [
        f"{one.rule} was due on {one.due_on} before it started" for one in deadlines if one.due_on < one.started_on
    ]
    return found


def _reminders() -> list[str]:
    """Nobody will be reminded in the name of an earlier cycle."""
    rows = (
        select(CaseReminder.id, CaseDeadline.rule)
        .join(CaseDeadline, CaseReminder.deadline_id == CaseDeadline.id)
        .where(CaseDeadline.ended_on.is_(None), CaseReminder.queued_on.is_(None))
        .where(CaseReminder.cycle != CaseDeadline.cycle)
    )
    return [f"reminder {number} of {rule} is of an earlier cycle" for number, rule in db.session.execute(rows)]
