"""Somebody leaves an organisation: cases handed over in one gesture, then thirty days of reading."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.orm import selectinload

from app.actions.errors import Forbidden, Unacceptable
from app.actions.journal import record
from app.actions.notices import PersonNotice, tell_person
from app.actions.opening import record as record_event
from app.actions.people import hold, keep_an_administrator, rights_of
from app.extensions import db
from app.models import Capacity, Case, CaseOfficer, EventKind, JournalAction, ObjectKind
from app.permissions import Actor, may_reassign
from app.queries.people import list_followed
from workflows.habilitations import last_day_of_reading


def depart(
    capacity: Capacity, departs_on: date, successor: Capacity | None, *, actor: Actor, now: datetime, today: date
) -> int:
    """Record that somebody leaves that day, and hand over its running cases; return how many changed hands.

    From that day on the person only reads, for thirty days. Raises Unacceptable while a case would be left without
    an officer, or the organisation without anybody to manage its access.
    """
    hold(capacity.organisation_id)
    db.session.refresh(capacity)
    if departs_on < today:
        raise Unacceptable("Indiquez aujourd’hui ou un jour à venir.", field="departs_on")
    keep_an_administrator(capacity, today)
    if successor and (successor.id == capacity.id or successor.organisation_id != capacity.organisation_id):
        raise Unacceptable("Choisissez une personne de votre organisme.", field="successor")
    moved = _hand_over(capacity, successor, actor=actor, now=now, today=today)
    capacity.departs_on, capacity.ends_on = departs_on, last_day_of_reading(departs_on)
    db.session.flush()
    content = {**rights_of(capacity), "cases": moved}
    record(JournalAction.DEPARTURE_RECORDED, ObjectKind.CAPACITY, capacity.id, content, actor=actor, now=now)
    tell_person(capacity, PersonNotice.DEPARTURE, now=now)
    return len(moved)


def _hand_over(
    capacity: Capacity, successor: Capacity | None, *, actor: Actor, now: datetime, today: date
) -> Sequence[int]:
    followed = list_followed(capacity)
    if successor is None and any(one.is_alone for one in followed):
        raise Unacceptable("Des dossiers n’ont pas d’autre référent : choisissez qui les reprend.", field="successor")
    numbers = [one.case_id for one in followed]
    if not numbers:
        return numbers
    # In order: a step under way on one of them is waited for, and nobody waits for us in a circle.
    held = select(Case).where(Case.id.in_(numbers)).order_by(Case.id).with_for_update(key_share=True, of=Case)
    cases = db.session.scalars(held.execution_options(populate_existing=True)).all()
    if not all(may_reassign(actor, case) for case in cases):
        raise Forbidden("Ces dossiers reviennent à l’organisme qui les mène.")
    _replace(capacity.user_id, successor.user_id if successor else None, numbers, today)
    _tell_the_threads(numbers, actor=actor, now=now, today=today)
    return numbers


def _replace(leaving_id: int, successor_id: int | None, numbers: Sequence[int], today: date) -> None:
    """Three statements, however many cases."""
    quietly = {"synchronize_session": False}
    if successor_id is not None:
        already = select(CaseOfficer.case_id).where(CaseOfficer.user_id == successor_id)
        new = select(Case.id, literal(successor_id), literal(today)).where(
            Case.id.in_(numbers), Case.id.not_in(already)
        )
        db.session.execute(insert(CaseOfficer).from_select(["case_id", "user_id", "since"], new))
    gone = delete(CaseOfficer).where(CaseOfficer.case_id.in_(numbers), CaseOfficer.user_id == leaving_id)
    db.session.execute(gone, execution_options=quietly)
    moved = update(Case).where(Case.id.in_(numbers)).values(version=Case.version + 1)
    db.session.execute(moved, execution_options=quietly)
    db.session.expire_all()


def _tell_the_threads(numbers: Sequence[int], *, actor: Actor, now: datetime, today: date) -> None:
    officers = selectinload(Case.officers).joinedload(CaseOfficer.user)
    for case in db.session.scalars(select(Case).where(Case.id.in_(numbers)).order_by(Case.id).options(officers)):
        names = ", ".join(sorted(officer.user.full_name for officer in case.officers))
        record_event(case, EventKind.OFFICERS, names, actor=actor, on=today, now=now)
