"""What an organisation does about its own people: inviting, changing, suspending. Nothing commits here.

Each act first holds the organisation's row: two tabs, or two administrators, come one after the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.actions import magic_links
from app.actions.accounts import give_capacity
from app.actions.errors import Stale, Unacceptable
from app.actions.journal import record
from app.actions.notices import PersonNotice, tell_person
from app.extensions import db
from app.models import Capacity, JournalAction, LinkPurpose, ObjectKind, Organisation, User
from app.permissions import Actor
from app.queries.people import has_other_administrator
from app.queries.users import get_user_by_email

ABOUT = "capacity"
"""What the link of an invitation is about."""

BY_DELEGATION = "Vous gérez les accès par délégation : {what} revient à qui en a la charge."
LAST_ADMINISTRATOR = "Personne d’autre ne gère les accès de l’organisme : confiez-les d’abord à quelqu’un."


@dataclass(frozen=True)
class Place:
    """What somebody does in the organisation, and where."""

    job_title: str = ""
    is_coordinator: bool = False
    is_administrator: bool = False
    departements: frozenset[str] = frozenset()
    """Narrower than the organisation's territory; nothing for the whole of it."""


def hold(organisation_id: int | None) -> Organisation:
    """Return an organisation, held until the commit."""
    held = select(Organisation).where(Organisation.id == organisation_id).with_for_update()
    return db.session.scalars(held.execution_options(populate_existing=True)).one()


def invite(
    email: str,
    given_name: str,
    family_name: str,
    place: Place,
    *,
    organisation_id: int | None,
    secret_key: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> Capacity:
    """Let somebody act for an organisation and write to that address; doing it again later only writes again.

    An account that exists already, whoever opened it, gets one more function; nothing of it is told, not even that
    it exists. Raises Unacceptable for a bad address or somebody who is already there.
    """
    address = normal_address(email)
    _keep_to_the_loan(None, place, actor)
    organisation = hold(organisation_id)
    user = person_of(address, given_name, family_name, actor, now)
    known = next((one for one in user.capacities if one.organisation_id == organisation.id), None)
    if known and known.is_open(today) and known.invited_at:
        write_again(known, secret_key, actor, now)
        return known
    if known and (known.ends_on is None or known.ends_on >= today):
        raise Unacceptable("Cette personne est déjà dans votre organisme.", field="email")
    capacity = reopen(known) if known else give_capacity(user, organisation, now=now, actor=actor)
    _place(capacity, place, organisation)
    capacity.invited_at, capacity.confirmed_on = now, today
    _keep(JournalAction.CAPACITY_CHANGED, capacity, actor, now)
    write_to(capacity, secret_key, now)
    return capacity


def normal_address(email: str) -> str:
    """Return an address as it is kept; raises Unacceptable on what is none."""
    try:
        return validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise Unacceptable(f"« {email} » n’est pas une adresse électronique.", field="email") from error


def person_of(address: str, given_name: str, family_name: str, actor: Actor, now: datetime) -> User:
    """Return the person of an address, made on the way: two organisations may write it at the same instant."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    values = {"email": address, "given_name": given_name, "family_name": family_name, "is_enabled": True}
    made = dialect.insert(User.__table__).values(values).on_conflict_do_nothing().returning(User.__table__.c.id)
    number = db.session.scalar(made)
    if number is not None:
        record(JournalAction.ACCOUNT_CREATED, ObjectKind.USER, number, {}, actor=actor, now=now)
    user = get_user_by_email(address)
    assert user
    if not user.is_enabled:
        raise Unacceptable(
            "Aucune invitation ne peut partir à cette adresse : écrivez à l’administration de Jalon.", field="email"
        )
    return user


def reopen(capacity: Capacity) -> Capacity:
    """Somebody comes back: the same function opens again, with nothing of what it was."""
    capacity.ends_on = capacity.departs_on = capacity.suspended_on = None
    return capacity


def _place(capacity: Capacity, place: Place, organisation: Organisation) -> None:
    if not place.departements <= organisation.territory:
        raise Unacceptable("Choisissez parmi les départements de votre organisme.", field="departements")
    own = place.departements if place.departements != organisation.territory else frozenset()
    capacity.job_title, capacity.own_departements = place.job_title, " ".join(sorted(own))
    capacity.is_coordinator, capacity.is_administrator = place.is_coordinator, place.is_administrator
    db.session.flush()


def write_to(capacity: Capacity, secret_key: str, now: datetime) -> None:
    """Whoever has never chosen a password is sent a link; the others sign in as they do already."""
    user = capacity.user
    if user.password_hash:
        tell_person(capacity, PersonNotice.INVITED, now=now)
        return
    purpose = LinkPurpose.INVITATION
    magic_links.send(
        user.email, purpose, user=user, object_kind=ABOUT, object_id=capacity.id, secret_key=secret_key, now=now
    )


AGAIN = timedelta(minutes=5)
"""Before which an invitation is not sent a second time: two clicks, two tabs."""


def resend(capacity: Capacity, *, secret_key: str, actor: Actor, now: datetime) -> bool:
    """Send the invitation again; return False when it left a moment ago. Raises Unacceptable for who has come."""
    hold(capacity.organisation_id)
    db.session.refresh(capacity)
    if capacity.invited_at is None:
        raise Unacceptable("Cette personne s’est déjà connectée : l’invitation a servi.")
    return write_again(capacity, secret_key, actor, now)


def write_again(capacity: Capacity, secret_key: str, actor: Actor, now: datetime) -> bool:
    """Send an invitation once more; return False when it left a moment ago. The caller holds the people concerned."""
    if capacity.invited_at and now - capacity.invited_at < AGAIN:
        return False
    capacity.invited_at = now
    _keep(JournalAction.INVITATION_SENT, capacity, actor, now)
    write_to(capacity, secret_key, now)
    return True


def withdraw(capacity: Capacity, *, actor: Actor, now: datetime, today: date) -> None:
    """Take an invitation back: the link stops working. Raises Unacceptable for who has come in the meantime."""
    hold(capacity.organisation_id)
    db.session.refresh(capacity)
    if capacity.invited_at is None:
        raise Unacceptable("Cette personne s’est déjà connectée : enregistrez plutôt son départ.")
    if not capacity.is_open(today):
        return
    capacity.ends_on = today - timedelta(days=1)
    magic_links.void_about(ABOUT, capacity.id, now=now)
    _keep(JournalAction.CAPACITY_WITHDRAWN, capacity, actor, now)


def change(capacity: Capacity, place: Place, *, version: int, actor: Actor, now: datetime, today: date) -> bool:
    """Change what somebody does; return False when nothing changed. It takes effect at the next request.

    Raises Stale, or Unacceptable when nobody would be left to manage the access.
    """
    organisation = hold(capacity.organisation_id)
    db.session.refresh(capacity)
    if capacity.version != version:
        raise Stale(capacity)
    _keep_to_the_loan(capacity, place, actor)
    if capacity.is_administrator and not place.is_administrator:
        keep_an_administrator(capacity, today)
    _place(capacity, place, organisation)
    if capacity.version == version:
        return False
    _keep(JournalAction.CAPACITY_CHANGED, capacity, actor, now)
    tell_person(capacity, PersonNotice.CHANGED, now=now)
    return True


def _keep_to_the_loan(capacity: Capacity | None, place: Place, actor: Actor) -> None:
    """Whoever manages the access by delegation would otherwise give itself for good what was lent for a time."""
    if "is_administrator" not in actor.lent:
        return
    if capacity and capacity.user_id == actor.user_id:
        raise Unacceptable(BY_DELEGATION.format(what="changer votre propre fonction"), field="job_title")
    for name, what in (("is_coordinator", "donner la coordination"), ("is_administrator", "donner cette gestion")):
        if getattr(place, name) and not (capacity and getattr(capacity, name)):
            raise Unacceptable(BY_DELEGATION.format(what=what), field=name)


def keep_an_administrator(capacity: Capacity, today: date) -> None:
    """Raise Unacceptable when this person alone manages the access of the organisation."""
    if capacity.is_administrator and not has_other_administrator(capacity, today=today):
        raise Unacceptable(LAST_ADMINISTRATOR, field="is_administrator")


def restore(capacity: Capacity, *, actor: Actor, now: datetime, today: date) -> bool:
    """Lift a suspension or call off a departure; return False when there is nothing to undo."""
    hold(capacity.organisation_id)
    db.session.refresh(capacity)
    if capacity.ends_on is not None and capacity.ends_on < today:
        raise Unacceptable("Son accès est terminé : invitez de nouveau cette personne.")
    if capacity.suspended_on is None and capacity.departs_on is None:
        return False
    action = JournalAction.ACCESS_RESTORED if capacity.suspended_on else JournalAction.DEPARTURE_CANCELLED
    capacity.suspended_on = capacity.departs_on = capacity.ends_on = None
    capacity.confirmed_on = today
    db.session.flush()
    _keep(action, capacity, actor, now)
    tell_person(capacity, PersonNotice.RESTORED, now=now)
    return True


def _keep(action: JournalAction, capacity: Capacity, actor: Actor, now: datetime) -> None:
    db.session.flush()
    record(action, ObjectKind.CAPACITY, capacity.id, rights_of(capacity), actor=actor, now=now)


def rights_of(capacity: Capacity) -> dict[str, object]:
    """Return what the journal keeps of a function: rights and days, neither a name nor a job."""
    names: Iterable[str] = ("is_coordinator", "is_administrator", "own_departements")
    days = ("departs_on", "ends_on", "suspended_on", "confirmed_on")
    told = {name: getattr(capacity, name) for name in (*names, *days)}
    return {"user": capacity.user_id, "organisation": capacity.organisation_id, **told}
