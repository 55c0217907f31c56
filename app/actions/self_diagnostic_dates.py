"""The date that a self-diagnostic is meant for: set by the house, or proposed to it; who is reminded, and when."""

from datetime import date, datetime, timedelta

from app.actions.errors import Difference, Forbidden, Stale, Unacceptable
from app.actions.journal import record
from app.actions.nudges import SELF_DIAGNOSTIC, list_in_post, queue_nudge
from app.clock import PARIS
from app.extensions import db
from app.models import Case, Employer, JournalAction, ObjectKind, SelfDiagnosticDate
from app.permissions import Actor, may_invite_managers, speaks_for
from app.queries.self_diagnostic_dates import SUPPORTED, get_date, list_awaited
from workflows.self_diagnostic_dates import MOST_DAYS_AHEAD, reminder_on

NOT_YOURS = "Les responsables de l’établissement fixent cette date, ou l’organisme qui l’accompagne la propose."
NOT_NOW = "Une date se propose pendant la prise de contact et le diagnostic."
ABOUT = "self_diagnostic_date"


def proposes_date(actor: Actor, case: Case) -> bool:
    """Tell whether the actor may propose a date for the self-diagnostic of the employer of a case."""
    return may_invite_managers(actor, case) and case.state in SUPPORTED


def set_date(
    employer: Employer, due_on: date, *, version: int, actor: Actor, today: date, now: datetime
) -> SelfDiagnosticDate:
    """Keep the date that a house gives itself; raises Forbidden, Unacceptable or Stale."""
    if not speaks_for(actor, employer):
        raise Forbidden(NOT_YOURS)
    return _keep(employer.id, due_on, None, version=version, actor=actor, today=today, now=now)


def propose_date(
    case: Case, due_on: date, *, version: int, actor: Actor, today: date, now: datetime
) -> SelfDiagnosticDate:
    """Propose a date to the house that a case is about: its managers are told by the next sweep, and may change it."""
    if not may_invite_managers(actor, case):
        raise Forbidden(NOT_YOURS)
    if case.state not in SUPPORTED:
        raise Unacceptable(NOT_NOW)
    return _keep(case.employer_id, due_on, actor.organisation_id, version=version, actor=actor, today=today, now=now)


def _keep(
    employer_id: int,
    due_on: date,
    organisation_id: int | None,
    *,
    version: int,
    actor: Actor,
    today: date,
    now: datetime,
) -> SelfDiagnosticDate:
    known = get_date(employer_id)
    if (known.version if known else 0) != version:
        raise Stale(known, [Difference("Date", _typed(due_on), _typed(known.due_on) if known else "")])
    if not today < due_on <= today + timedelta(days=MOST_DAYS_AHEAD):
        raise Unacceptable("Choisissez une date à venir, dans l’année.", "due_on")
    kept = known or SelfDiagnosticDate(employer_id=employer_id)
    kept.due_on, kept.organisation_id = due_on, organisation_id
    kept.set_at, kept.set_by_id, kept.stopped_at = now, actor.user_id, None
    db.session.add(kept)
    db.session.flush()
    _tell(kept, actor, now)
    return kept


def _typed(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def stop(employer: Employer, *, actor: Actor, now: datetime) -> None:
    """Remind this house no more; harmless when nothing was planned."""
    if not speaks_for(actor, employer):
        raise Forbidden(NOT_YOURS)
    known = get_date(employer.id)
    if known is None or known.stopped_at:
        return
    known.stopped_at = now
    db.session.flush()
    _tell(known, actor, now)


def _tell(kept: SelfDiagnosticDate, actor: Actor, now: datetime) -> None:
    content = {
        "due_on": kept.due_on.isoformat(),
        "proposed_by": kept.organisation_id,
        "stopped": kept.stopped_at is not None,
    }
    record(JournalAction.DIAGNOSTIC_DATED, ObjectKind.EMPLOYER, kept.employer_id, content, actor=actor, now=now)


def queue_reminders(*, today: date, now: datetime) -> int:
    """Remind the managers of each house whose date calls for it; return how many mails were queued."""
    return sum(_remind(one, rule, today, now) for one in list_awaited(today) if (rule := _rule(one, today)))


def _rule(one: SelfDiagnosticDate, today: date) -> str | None:
    set_on = one.set_at.astimezone(PARIS).date()
    return reminder_on(one.due_on, set_on, today, is_proposed=one.organisation_id is not None)


def _remind(one: SelfDiagnosticDate, rule: str, today: date, now: datetime) -> int:
    people = {person.user_id for person in list_in_post(one.employer_id, today)}
    about, cycle = (SELF_DIAGNOSTIC, ABOUT, one.employer_id, rule), one.due_on.toordinal()
    return sum(queue_nudge(user_id, *about, cycle, now=now) for user_id in sorted(people))
