"""Who has access for an employer: invited, removed, handed over. Nothing commits here.

Each act first holds the accesses of the house: two tabs, or two managers, come one after the other. What the house has
written stays with the house: an access that ends closes nothing but itself.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.actions import magic_links
from app.actions.errors import Forbidden, Unacceptable
from app.actions.journal import record
from app.actions.people import ABOUT, normal_address, person_of, reopen, write_again, write_to
from app.extensions import db
from app.models import Capacity, Employer, JournalAction, ManagerFunction, ObjectKind, User
from app.permissions import Actor, says_who_enters

LAST = "Personne d’autre ne décide des accès de votre établissement : passez d’abord la main à quelqu’un."


def invite(
    employer: Employer,
    email: str,
    given_name: str,
    family_name: str,
    function: ManagerFunction,
    *,
    secret_key: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> Capacity:
    """Let somebody act for an employer, and write to that address; doing it again later only writes again.

    The caller has checked who invites: a manager of the house who decides, or an agent of the lead. Nothing is told of
    an account that exists already. Raises Unacceptable for a bad address, or somebody who already has access.
    """
    address = normal_address(email)
    people = hold_house(employer.id)
    user = person_of(address, given_name.strip(), family_name.strip(), actor, now)
    known = next((one for one in people if one.user_id == user.id), None)
    if known and known.is_open(today):
        if known.invited_at is None:
            raise Unacceptable("Cette personne a déjà accès à votre établissement.", field="email")
        write_again(known, secret_key, actor, now)
        return known
    capacity = reopen(known) if known else _new(user, employer, function)
    capacity.manager_function, capacity.invited_at = function, now
    _keep(JournalAction.CAPACITY_GIVEN, capacity, actor, now)
    write_to(capacity, secret_key, now)
    return capacity


def _new(user: User, employer: Employer, function: ManagerFunction) -> Capacity:
    capacity = Capacity(employer=employer, manager_function=function)
    user.capacities.append(capacity)
    return capacity


def hold_house(employer_id: int | None) -> Sequence[Capacity]:
    """Return the accesses of an employer, open or over, held until the commit."""
    held = select(Capacity).where(Capacity.employer_id == employer_id).order_by(Capacity.id).with_for_update()
    return db.session.scalars(held.execution_options(populate_existing=True)).all()


def write_to_again(capacity: Capacity, *, secret_key: str, actor: Actor, now: datetime) -> bool:
    """Send an invitation once more; return False when it left a moment ago. Raises Unacceptable for who has come."""
    _check(capacity, actor)
    hold_house(capacity.employer_id)
    if capacity.invited_at is None:
        raise Unacceptable("Cette personne s’est déjà connectée : l’invitation a servi.")
    return write_again(capacity, secret_key, actor, now)


def remove(capacity: Capacity, *, actor: Actor, now: datetime, today: date) -> bool:
    """End an access at once; return False when it is over already. Raises Unacceptable for the last who decides."""
    _check(capacity, actor)
    people = hold_house(capacity.employer_id)
    if not capacity.is_open(today):
        return False
    others = (one for one in people if one.id != capacity.id and one.is_open(today))
    if capacity.decides_access and not any(one.decides_access for one in others):
        raise Unacceptable(LAST)
    _close(capacity, actor, now, today)
    return True


def hand_over(capacity: Capacity, successor: Capacity, *, actor: Actor, now: datetime, today: date) -> None:
    """Give the function of somebody to another person of the house, and end the access of the first that same day.

    Raises Unacceptable when one of them has no access any more, or both are one person.
    """
    _check(capacity, actor)
    hold_house(capacity.employer_id)
    if successor.id == capacity.id or successor.employer_id != capacity.employer_id or not successor.is_open(today):
        raise Unacceptable("Choisissez une autre personne qui a accès à votre établissement.", field="successor")
    if not capacity.is_open(today):
        raise Unacceptable("L’accès de cette personne est déjà terminé.")
    if not successor.decides_access:
        successor.manager_function = capacity.manager_function
        _keep(JournalAction.CAPACITY_CHANGED, successor, actor, now)
    _close(capacity, actor, now, today)


def _check(capacity: Capacity, actor: Actor) -> None:
    if not says_who_enters(actor) or capacity.employer_id != actor.employer_id:
        raise Forbidden("La direction et la présidence décident des accès de leur établissement.")


def _close(capacity: Capacity, actor: Actor, now: datetime, today: date) -> None:
    capacity.ends_on = today - timedelta(days=1)
    magic_links.void_about(ABOUT, capacity.id, now=now)
    _keep(JournalAction.CAPACITY_WITHDRAWN, capacity, actor, now)


def _keep(action: JournalAction, capacity: Capacity, actor: Actor, now: datetime) -> None:
    db.session.flush()
    content = {
        "user": capacity.user_id,
        "employer": capacity.employer_id,
        "function": capacity.manager_function,
        "ends_on": capacity.ends_on,
    }
    record(action, ObjectKind.CAPACITY, capacity.id, content, actor=actor, now=now)
