"""The half-yearly review of who has access: answered at once, reminded, then enforced. Nothing commits here."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import or_, select, update

from app.actions.departures import depart
from app.actions.errors import Unacceptable
from app.actions.journal import record
from app.actions.notices import PersonNotice, tell_person
from app.actions.outbox import queue_mail
from app.actions.people import hold, rights_of
from app.extensions import db
from app.models import Capacity, JournalAction, ObjectKind, Organisation
from app.permissions import Actor
from app.queries.people import list_administrators, list_to_review
from app.queries.users import is_working
from workflows.habilitations import next_review, reminders_due, suspends

REMINDER_MAIL = "review_reminder"
ORGANISATION = "organisation"


def review(staying: Collection[int], leaving: Collection[int], *, actor: Actor, now: datetime, today: date) -> None:
    """Confirm some people, record that the others leave today; the next review is due in six months.

    Numbers of functions. Raises Unacceptable when somebody is left without an answer, or by `depart`.
    """
    organisation = hold(actor.organisation_id)
    asked = {one.id: one for one in list_to_review(actor, today=today)}
    if missing := asked.keys() - {*staying, *leaving}:
        names = ", ".join(sorted(asked[number].user.full_name for number in missing))
        raise Unacceptable(f"Répondez pour chaque personne. Il manque : {names}.")
    for number in asked.keys() & set(leaving):
        _leave(asked[number], actor=actor, now=now, today=today)
    kept = sorted(asked.keys() & set(staying))
    for number in kept:
        asked[number].confirmed_on = today
    organisation.review_due_on = next_review(today)
    db.session.flush()
    content = {"confirmed": kept, "departed": sorted(asked.keys() & set(leaving))}
    kind = ObjectKind.ORGANISATION
    record(JournalAction.HABILITATIONS_REVIEWED, kind, organisation.id, content, actor=actor, now=now)


def _leave(capacity: Capacity, *, actor: Actor, now: datetime, today: date) -> None:
    name = capacity.user.full_name
    try:
        depart(capacity, today, None, actor=actor, now=now, today=today)
    except Unacceptable as error:
        raise Unacceptable(f"{name} : {error} Enregistrez d’abord son départ depuis sa fiche.") from error


def plan_reviews(*, today: date) -> None:
    """Give a first day to the organisations that have none yet."""
    unset = update(Organisation).where(Organisation.review_due_on.is_(None)).values(review_due_on=next_review(today))
    db.session.execute(unset, execution_options={"synchronize_session": False})


def list_overdue(today: date) -> list[int]:
    """Return the active organisations of which a review is due."""
    due = select(Organisation.id).where(Organisation.is_active, Organisation.review_due_on <= today)
    return list(db.session.scalars(due.order_by(Organisation.id)))


def pursue_review(organisation_id: int, *, today: date, now: datetime) -> int:
    """Remind the administrators once of each reminder, then suspend; return how many mails and suspensions.

    Two processes at once, or one after the other, do it once: the organisation is held, the mail has a unique key,
    and whoever is suspended already is not found again.
    """
    organisation = hold(organisation_id)
    due_on = organisation.review_due_on
    if due_on is None or due_on > today:
        return 0
    done = len(_suspend(organisation, due_on, today, now)) if suspends(due_on, today) else 0
    reminders = reminders_due(due_on, today)
    for user in list_administrators(organisation_id, today=today):
        # The latest stands for all: a scheduler that was stopped for a month does not send two at once.
        cycle = due_on.toordinal()
        done += queue_mail(user.id, REMINDER_MAIL, ORGANISATION, organisation_id, reminders[-1], cycle, now=now)
    return done


def _suspend(organisation: Organisation, due_on: date, today: date, now: datetime) -> list[Capacity]:
    """Whoever manages the access is not: it is for them to answer, and to lift it for the others."""
    unconfirmed = or_(Capacity.confirmed_on.is_(None), Capacity.confirmed_on < due_on)
    found = select(Capacity).where(
        Capacity.organisation_id == organisation.id, is_working(today), unconfirmed, ~Capacity.is_administrator
    )
    suspended = list(db.session.scalars(found.order_by(Capacity.id).with_for_update()))
    for capacity in suspended:
        capacity.suspended_on = today
        db.session.flush()
        content = rights_of(capacity)
        record(JournalAction.ACCESS_SUSPENDED, ObjectKind.CAPACITY, capacity.id, content, actor=None, now=now)
        tell_person(capacity, PersonNotice.SUSPENDED, now=now)
    return suspended
