"""The dates that houses mean their self-diagnostic for, and which of them still call for a reminder."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Case, SelfDiagnostic, SelfDiagnosticDate
from app.queries.wishes import wishes_no_reminder
from workflows.self_diagnostic_dates import REMIND, WEEK
from workflows.support_case_states import State

SUPPORTED = (State.CONTACTED, State.DIAGNOSTIC)
"""Where a support asks for a self-diagnostic: before, nobody spoke with the house; after, it is behind it."""


def get_date(employer_id: int) -> SelfDiagnosticDate | None:
    """Return the date of a house that the caller may read, with who proposed it."""
    found = select(SelfDiagnosticDate).where(SelfDiagnosticDate.employer_id == employer_id)
    return db.session.scalars(found.options(joinedload(SelfDiagnosticDate.organisation))).first()


def is_done_since(employer_id: int, instant: datetime) -> bool:
    """Tell whether a house ended a self-diagnostic since an instant."""
    return bool(db.session.scalar(select(_done(employer_id, instant))))


def list_awaited(today: date, *, employer_id: int | None = None) -> Sequence[SelfDiagnosticDate]:
    """Return the dates of which somebody may be reminded: near, not stopped, nothing ended since they were set."""
    first, last = today - timedelta(days=REMIND[-1]) - WEEK, today + timedelta(days=-REMIND[0])
    near = or_(
        SelfDiagnosticDate.due_on.between(first, last),
        SelfDiagnosticDate.organisation_id.is_not(None),  # just proposed: the house is told
    )
    found = _running(today).where(near, SelfDiagnosticDate.due_on >= first)
    if employer_id is not None:
        found = found.where(SelfDiagnosticDate.employer_id == employer_id)
    return db.session.scalars(found.order_by(SelfDiagnosticDate.employer_id)).all()


def _running(today: date) -> Select[SelfDiagnosticDate]:
    supported = exists(Case.id).where(
        Case.employer_id == SelfDiagnosticDate.employer_id,
        Case.lead_organisation_id == SelfDiagnosticDate.organisation_id,
        Case.state.in_(SUPPORTED),
    )
    return select(SelfDiagnosticDate).where(
        SelfDiagnosticDate.stopped_at.is_(None),
        or_(SelfDiagnosticDate.organisation_id.is_(None), supported),
        ~_done(SelfDiagnosticDate.employer_id, SelfDiagnosticDate.set_at),
        ~wishes_no_reminder(SelfDiagnosticDate.employer_id, today),
    )


def _done(employer_id: object, since: object) -> ColumnElement[bool]:
    """Condition that a self-diagnostic was ended since, by the only columns that the scheduler's role reads."""
    return exists(SelfDiagnostic.employer_id).where(
        SelfDiagnostic.employer_id == employer_id, SelfDiagnostic.submitted_at >= since
    )
