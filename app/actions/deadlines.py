"""Deadlines of a case and their reminders: planned, paused, shifted, answered, ended."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy import case as when
from sqlalchemy.orm.attributes import flag_modified

from app.extensions import db
from app.models import Case, CaseDeadline, CaseReminder
from app.models.columns import NO_DUE_DATE
from app.queries.cases import list_open_deadlines
from workflows.calendar import days
from workflows.core import Deadline
from workflows.employer_wish import rules as wishes
from workflows.support_case import WORKFLOW

Settings = Mapping[str, Deadline]
"""The region's own rules by name; those it does not change are the declared ones."""

WISHED = tuple(rule.slug for rule in wishes())
"""What an employer asks for runs on through a suspension: it is often why a case is suspended."""

DEADLINES: Table = CaseDeadline.__table__  # type: ignore[assignment]
REMINDERS: Table = CaseReminder.__table__  # type: ignore[assignment]
# RETURNING puts all the rows in one statement, on both databases.
NEW_DEADLINES = insert(DEADLINES).returning(DEADLINES.c.id, DEADLINES.c.rule)
NEW_REMINDERS = insert(REMINDERS).returning(REMINDERS.c.id)
END = (
    update(DEADLINES)
    .where(DEADLINES.c.case_id == bindparam("case"), DEADLINES.c.ended_on.is_(None))
    .values(ended_on=bindparam("day"))
)


@dataclass(frozen=True)
class Planned:
    """A deadline about to be written."""

    rule: Deadline
    started_on: date
    due_on: date
    cycle: int = 1

    @property
    def label(self) -> str:
        return self.rule.label


def plan_deadlines(case: Case, start: date, *, today: date, settings: Settings) -> None:
    """Plan the deadlines of the case's present state from `start`, with their reminders."""
    planned = [_plan(rule, start) for rule in WORKFLOW.deadlines_of(case.state, settings, is_fast=case.is_fast)]
    _show_next(case, planned)
    db.session.flush()
    _write(case, planned, today=today)


def _plan(rule: Deadline, start: date, cycle: int = 1) -> Planned:
    return Planned(rule, start, rule.due_on(start), cycle)


def _write(case: Case, planned: Sequence[Planned], *, today: date) -> None:
    """Write deadlines of different rules with their reminders, in two statements."""
    rows = [
        {
            "case_id": case.id,
            "rule": one.rule.slug,
            "label": one.label,
            "started_on": one.started_on,
            "due_on": one.due_on,
            "original_due_on": one.due_on,
            "cycle": one.cycle,
        }
        for one in planned
    ]
    if not rows:
        return
    # Past the session: a step writes few rows, that nothing reads again before the commit.
    written = db.session.connection().execute(NEW_DEADLINES, rows)
    numbers = {rule: number for number, rule in written}
    _remind(((numbers[one.rule.slug], one.cycle, one.due_on, one.rule) for one in planned), today=today)


def _remind(awaited: Iterable[tuple[int, int, date, Deadline]], *, today: date) -> None:
    """Plan the reminders of deadlines in the database (number, cycle, due date, rule), in one statement."""
    rows = [
        {"deadline_id": number, "offset": offset, "cycle": cycle, "remind_on": day}
        for number, cycle, due_on, rule in awaited
        for offset, day in rule.reminders(due_on, today=today)
    ]
    if rows:
        db.session.connection().execute(NEW_REMINDERS, rows)


def end_deadlines(case: Case, on: date) -> None:
    """End whatever the case still expected: it has moved, nobody is reminded any more."""
    db.session.connection().execute(END, {"case": case.id, "day": on})


def pause_deadlines(case: Case, on: date) -> None:
    """Stop the clock of the state that a suspension leaves: the due dates stay as they are."""
    # What started after the suspension took effect is paused from its own start.
    since = when((CaseDeadline.started_on > on, CaseDeadline.started_on), else_=on)
    db.session.execute(
        update(CaseDeadline)
        .where(CaseDeadline.case_id == case.id, CaseDeadline.ended_on.is_(None), CaseDeadline.paused_on.is_(None))
        .where(CaseDeadline.rule.not_in(WISHED))
        .values(paused_on=since)
        .execution_options(synchronize_session=False, autoflush=False)
    )


def resume_deadlines(case: Case, on: date, *, today: date, settings: Settings) -> None:
    """End the review of the suspension and shift the paused deadlines by the length of the pause.

    Their reminders are planned again as a new cycle: those already sent do not count.
    """
    opened, resumed = _open_deadlines(case), []
    wished = [deadline for deadline in opened if deadline.rule in WISHED]
    known = [deadline for deadline in opened if deadline.rule not in WISHED]
    for deadline in known:
        if deadline.paused_on is None:
            deadline.ended_on = on
            continue
        deadline.due_on += max(on, deadline.paused_on) - deadline.paused_on
        deadline.paused_on = None
        deadline.cycle += 1
        resumed.append(deadline)
    for deadline in known:
        for name in ("due_on", "paused_on", "cycle", "ended_on"):
            flag_modified(deadline, name)  # the same columns for all: one statement writes them
    _show_next(case, [*resumed, *wished])
    db.session.flush()
    _forget_waiting([deadline.id for deadline in resumed])
    ruled = [(deadline, rule) for deadline in resumed if (rule := _rule(deadline.rule, settings))]
    _remind(((d.id, d.cycle, d.due_on, rule) for d, rule in ruled), today=today)


def undo_resumption(case: Case, paused_on: date, resumed_on: date) -> None:
    """Pause again, since the day of the suspension, what a resumption had shifted by mistake."""
    for deadline in _open_deadlines(case):
        since = max(paused_on, deadline.started_on)
        if deadline.due_on != deadline.original_due_on and resumed_on > since:
            deadline.due_on -= resumed_on - since
        deadline.paused_on = since


def restore_deadlines(case: Case, *, today: date, settings: Settings) -> None:
    """Await again what a corrected step had ended, with the reminders still to come; what was answered stays so."""
    rules = WORKFLOW.deadlines_of(case.state, settings, is_fast=case.is_fast)
    rows = db.session.scalars(
        select(CaseDeadline)
        .where(CaseDeadline.case_id == case.id, CaseDeadline.rule.in_([rule.slug for rule in rules]))
        .order_by(CaseDeadline.id)
        .execution_options(autoflush=False, populate_existing=True)
    )
    latest = {row.rule: row for row in rows}
    restored = [row for row in latest.values() if not row.was_answered]
    for row in restored:
        row.ended_on, row.cycle = None, row.cycle + 1
    never = [_plan(rule, case.entered_on) for rule in rules if rule.slug not in latest]
    _show_next(case, [*restored, *never])
    db.session.flush()
    _forget_waiting([row.id for row in restored])
    ruled = {rule.slug: rule for rule in rules}
    _remind(((row.id, row.cycle, row.due_on, ruled[row.rule]) for row in restored), today=today)
    _write(case, never, today=today)


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
    declared = {rule.slug: rule for rule in (*WORKFLOW.deadlines, *wishes())}
    return settings.get(slug, declared.get(slug))


def answer_deadlines(case: Case, acts: Collection[str], on: date, *, today: date, settings: Settings) -> None:
    """Take note that somebody did (exchange, meeting, visit…) what some deadlines of the case were waiting for."""
    expected: list[CaseDeadline | Planned] = []
    again = []
    for deadline in list_open_deadlines(case):
        if deadline.paused_on:
            continue
        rule = _rule(deadline.rule, settings)
        if rule is None or not set(acts) & set(rule.answered_by) or on < deadline.started_on:
            expected.append(deadline)
            continue
        deadline.ended_on, deadline.was_answered = on, True
        if rule.repeats:
            again.append(_plan(rule, on, cycle=deadline.cycle + 1))
    db.session.flush()
    _write(case, again, today=today)
    _move_next(case, [*expected, *again])


def await_wish(case: Case, rule: Deadline, due_on: date, *, today: date) -> None:
    """Expect what the employer has just asked for, and tell those in charge at once.

    It counts from a fortnight before its day: an earlier call answers something else.
    """
    planned = Planned(rule, max(today, days(14).shift(due_on, -14)), due_on)
    _write(case, [planned], today=today)
    expected = list_open_deadlines(case)
    mine = next(one for one in expected if one.rule == rule.slug)
    if min(day for _, day in rule.reminders(due_on, today=today)) > today:
        told = {"deadline_id": mine.id, "offset": (today - due_on).days, "cycle": 1, "remind_on": today}
        db.session.connection().execute(NEW_REMINDERS, [told])
    _move_next(case, expected)


def forget_wish(case: Case, *, today: date) -> None:
    """Expect no longer what the employer had asked for."""
    db.session.execute(
        update(CaseDeadline)
        .where(CaseDeadline.case_id == case.id, CaseDeadline.ended_on.is_(None), CaseDeadline.rule.in_(WISHED))
        .values(ended_on=today)
        .execution_options(synchronize_session=False)
    )
    _move_next(case, list_open_deadlines(case))


def _move_next(case: Case, deadlines: Iterable[CaseDeadline | Planned]) -> None:
    # Not through the record: the version of the case stays, so that a colleague's open form remains valid.
    db.session.execute(update(Case).where(Case.id == case.id).values(_next(deadlines)))


def _show_next(case: Case, deadlines: Sequence[CaseDeadline | Planned]) -> None:
    for name, value in _next(deadlines).items():
        setattr(case, name, value)


def _next(deadlines: Iterable[CaseDeadline | Planned]) -> dict[str, object]:
    soonest = min(deadlines, key=lambda deadline: deadline.due_on, default=None)
    if soonest is None:
        return {"due_on": NO_DUE_DATE, "due_label": ""}
    return {"due_on": soonest.due_on, "due_label": soonest.label}
