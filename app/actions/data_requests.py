"""Requests of people about their data: received, reminded, answered. Nothing commits here."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select, update

from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.outbox import queue_mail
from app.extensions import db
from app.models import Contact, DataRequest
from app.permissions import Actor, administers
from app.queries.people import list_administrators_to_tell
from workflows.data_request import REMIND, RequestKind, RequestState, due_on

REMINDER_MAIL = "data_request_reminder"
MOST_WAITING = 5
"""How many requests of one address may wait at once: beyond, they say the same thing."""


def receive(
    kind: RequestKind,
    full_name: str,
    email: str,
    message: str,
    *,
    organisation_id: int | None,
    user_id: int | None,
    today: date,
    now: datetime,
    submission: str | None,
) -> DataRequest | None:
    """Record a request and tell the administrators; None when as many as may be already wait for this address."""
    address = email.strip().lower()
    waiting = select(func.count()).where(DataRequest.email == address, DataRequest.state == RequestState.RECEIVED)
    if (db.session.scalar(waiting) or 0) >= MOST_WAITING:
        return None
    asked = DataRequest(
        kind=kind,
        full_name=full_name.strip(),
        email=address,
        message=message.strip(),
        user_id=user_id,
        organisation_id=organisation_id,
        received_on=today,
        due_on=due_on(today),
        submission=submission,
    )
    db.session.add(asked)
    db.session.flush()
    _tell(asked, "received", today, now)
    return asked


def queue_reminders(*, today: date, now: datetime) -> int:
    """Remind the administrators of the requests whose day comes; each once, however many sweeps run."""
    first = today + timedelta(days=-min(REMIND))
    waiting = select(DataRequest).where(DataRequest.state == RequestState.RECEIVED, DataRequest.due_on <= first)
    queued = 0
    for asked in db.session.scalars(waiting):
        offset = max(day for day in REMIND if asked.due_on + timedelta(days=day) <= today)
        queued += _tell(asked, f"due{offset:+d}", today, now)
    return queued


def _tell(asked: DataRequest, rule: str, today: date, now: datetime) -> int:
    people = list_administrators_to_tell(asked.organisation_id, today=today)
    return sum(queue_mail(user.id, REMINDER_MAIL, "data_request", asked.id, rule, now=now) for user in people)


def answer(asked: DataRequest, state: RequestState, words: str, *, version: int, actor: Actor, today: date) -> int:
    """Answer a request; return how many contacts an accepted objection hid, or an accepted erasure deleted."""
    if not administers(actor):
        raise Forbidden("Les demandes sont traitées par l’administration de l’organisme.")
    if asked.version != version or not asked.is_waiting:
        raise Stale(asked)
    if not words.strip():
        raise Unacceptable("Écrivez la réponse : la personne doit savoir ce qui a été fait, ou pourquoi non.", "answer")
    asked.state, asked.answer = state, words.strip()
    asked.answered_on, asked.answered_by_id = today, actor.user_id
    if state is not RequestState.ACCEPTED:
        return 0
    if asked.kind is RequestKind.OBJECTION:
        return _hide(asked.email, today)
    return _erase(asked.email) if asked.kind is RequestKind.ERASURE else 0


def _hide(email: str, today: date) -> int:
    """Joint controllers (RGPD, art. 26): what one of them grants holds for the contacts that all of them keep."""
    if db.engine.dialect.name == "postgresql":  # which shows each organisation its own alone
        return db.session.scalar(select(func.hide_contacts(email, today))) or 0
    found = update(Contact).where(func.lower(Contact.email) == email, Contact.objected_on.is_(None))
    return len(
        db.session.scalars(found.values(objected_on=today, version=Contact.version + 1).returning(Contact.id)).all()
    )


def _erase(email: str) -> int:
    if db.engine.dialect.name == "postgresql":
        return db.session.scalar(select(func.erase_contacts(email))) or 0
    return len(
        db.session.scalars(delete(Contact).where(func.lower(Contact.email) == email).returning(Contact.id)).all()
    )
