"""Deadlines of a case and their reminders: planned, paused, shifted, answered, ended."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import case as when
from sqlalchemy import delete, insert, select, update

from app.extensions import db
from app.models import Case, CaseDeadline, CaseReminder
from app.models.columns import NO_DUE_DATE
from app.queries.cases import list_open_deadlines
from workflows.core import Deadline
from workflows.support_case import WORKFLOW

Settings = Mapping[str, Deadline]
"""The region's own rules by name; those it does not change are the declared ones."""


def plan_deadlines(case: Case, start: date, *, today: date, settings: Settings) -> None:
    """Plan the deadlines of the case's present state from `start`, with their reminders."""
    rules = WORKFLOW.deadlines_of(case.state, settings)
    planned = [_plan(case, rule, start) for rule in rules]
    _show_next(case, planned)
    db.session.flush()
    _remind(zip(planned, rules, strict=True), today=today)


def _plan(case: Case, rule: Deadline, start: date, cycle: int = 1) -> CaseDeadline:
    due_on = rule.due_on(start)
    deadline = CaseDeadline(
        case_id=case.id,
        rule=rule.slug,
        label=rule.label,
        started_on=start,
        due_on=due_on,
        original_due_on=due_on,
        cycle=cycle,
        was_answered=False,
    )
    db.session.add(deadline)
    return deadline


def _remind(planned: Iterable[tuple[CaseDeadline, Deadline]], *, today: date) -> None:
    """Plan the reminders of deadlines that are in the database, in one statement."""
    rows = [
        {"deadline_id": deadline.id, "offset": offset, "cycle": deadline.cycle, "remind_on": day}
        for deadline, rule in planned
        for offset, day in rule.reminders(deadline.due_on, today=today)
    ]
    if rows:
        db.session.execute(insert(CaseReminder), rows)


def end_deadlines(case: Case, on: date) -> None:
    """End whatever the case still expected: it has moved, nobody is reminded any more."""
    db.session.execute(
        update(CaseDeadline)
        .where(CaseDeadline.case_id == case.id, CaseDeadline.ended_on.is_(None))
        .values(ended_on=on)
        .execution_options(synchronize_session=False, autoflush=False)
    )


def pause_deadlines(case: Case, on: date) -> None:
    """Stop the clock of the state that a suspension leaves: the due dates stay as they are."""
    # What started after the suspension took effect is paused from its own start.
    since = when((CaseDeadline.started_on > on, CaseDeadline.started_on), else_=on)
    db.session.execute(
        update(CaseDeadline)
        .where(CaseDeadline.case_id == case.id, CaseDeadline.ended_on.is_(None), CaseDeadline.paused_on.is_(None))
        .values(paused_on=since)
        .execution_options(synchronize_session=False, autoflush=False)
    )


def resume_deadlines(case: Case, on: date, *, today: date, settings: Settings) -> None:
    """End the review of the suspension and shift the paused deadlines by the length of the pause.

    Their reminders are planned again as a new cycle: those already sent do not count.
    """
    resumed = []
    for deadline in _open_deadlines(case):
        if deadline.paused_on is None:
            deadline.ended_on = on
            continue
        deadline.due_on += max(on, deadline.paused_on) - deadline.paused_on
        deadline.paused_on = None
        deadline.cycle += 1
        resumed.append(deadline)
    _show_next(case, resumed)
    db.session.flush()
    _forget_waiting([deadline.id for deadline in resumed])
    _remind(((d, rule) for d in resumed if (rule := _rule(d.rule, settings))), today=today)


def undo_resumption(case: Case, paused_on: date, resumed_on: date) -> None:
    """Pause again, since the day of the suspension, what a resumption had shifted by mistake."""
    for deadline in _open_deadlines(case):
        since = max(paused_on, deadline.started_on)
        if deadline.due_on != deadline.original_due_on and resumed_on > since:
            deadline.due_on -= resumed_on - since
        deadline.paused_on = since


def restore_deadlines(case: Case, *, today: date, settings: Settings) -> None:
    """Await again what a corrected step had ended, with the reminders still to come; what was answered stays so."""
    rules = WORKFLOW.deadlines_of(case.state, settings)
    rows = db.session.scalars(
        select(CaseDeadline)
        .where(CaseDeadline.case_id == case.id, CaseDeadline.rule.in_([rule.slug for rule in rules]))
        .order_by(CaseDeadline.id)
        .execution_options(autoflush=False, populate_existing=True)
    )
    latest = {row.rule: row for row in rows}
    restored = [row for row in latest.values() if not row.was_answered]
    for row in restored:
        row.ended_on = None
    never = [(_plan(case, rule, case.entered_on), rule) for rule in rules if rule.slug not in latest]
    _show_next(case, [*restored, *(deadline for deadline, _ in never)])
    db.session.flush()
    _remind(never, today=today)


def _open_deadlines(case: Case) -> Sequence[CaseDeadline]:
    # The case is written once, at the end of the step: its version moves by one.
    with db.session.no_autoflush:
        return list_open_deadlines(case)


def _forget_waiting(deadline_ids: Sequence[int]) -> None:
    db.session.execute(
        delete(CaseReminder)
        .where(CaseReminder.deadline_id.in_(deadline_ids), CaseReminder.queued_on.is_(None))
        .execution_options(synchronize_session=False)
    )


def _rule(slug: str, settings: Settings) -> Deadline | None:
    declared = {rule.slug: rule for rule in WORKFLOW.deadlines}
    return settings.get(slug, declared.get(slug))


def answer_deadlines(case: Case, act: str, on: date, *, today: date, settings: Settings) -> None:
    """Take note that somebody did (`act`: exchange, visit) what some deadlines of the case were waiting for."""
    waiting, again = [], []
    for deadline in list_open_deadlines(case):
        rule = _rule(deadline.rule, settings)
        if rule is None or act not in rule.answered_by or on < deadline.started_on or deadline.paused_on:
            waiting.append(deadline)
            continue
        deadline.ended_on, deadline.was_answered = on, True
        if rule.repeats:
            again.append((_plan(case, rule, on, cycle=deadline.cycle + 1), rule))
    db.session.flush()
    _remind(again, today=today)
    expected = [deadline for deadline in waiting if not deadline.paused_on] + [deadline for deadline, _ in again]
    # Not through the record: the version of the case stays, so that a colleague's open form remains valid.
    db.session.execute(update(Case).where(Case.id == case.id).values(_next(expected)))


def _show_next(case: Case, deadlines: Sequence[CaseDeadline]) -> None:
    for name, value in _next(deadlines).items():
        setattr(case, name, value)


def _next(deadlines: Iterable[CaseDeadline]) -> dict[str, object]:
    soonest = min(deadlines, key=lambda deadline: deadline.due_on, default=None)
    if soonest is None:
        return {"due_on": NO_DUE_DATE, "due_label": ""}
    return {"due_on": soonest.due_on, "due_label": soonest.label}
