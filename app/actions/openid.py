"""From a person of the identity provider to an account: found and tied, never created."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from app.actions import magic_links
from app.actions.journal import record
from app.extensions import db
from app.models import Capacity, JournalAction, LinkPurpose, ObjectKind, User, UserIdentity
from app.queries.identities import get_linked_user, is_linked
from app.queries.users import get_user_by_email

OpenCapacities = Callable[[User], Iterable[Capacity]]
"""What tells in which capacities a person may act today."""


class UnknownPerson(Exception):
    """No account is open for this person."""


class OtherOrganisation(Exception):
    """The account is open for another organisation than the one the person comes from."""


class LinkedElsewhere(Exception):
    """The account already answers to another person of the same provider: an address that changed hands."""


def recognise(
    issuer: str, sub: str, *, email: str, siret: str, open_capacities: OpenCapacities, now: datetime
) -> Capacity:
    """Return the capacity in which this person enters, its account tied at the first time.

    A person already tied is known by (issuer, sub); anybody else by the address of an open account. Either way the
    organisation must be the one that the provider names: who has moved on no longer enters for the former one.
    Raises UnknownPerson, OtherOrganisation or LinkedElsewhere, having written nothing.
    """
    user = get_linked_user(issuer, sub) if is_linked(issuer, sub) else _opened_for(email)
    if user is None:
        raise UnknownPerson
    capacity = next((one for one in open_capacities(user) if siret and _siret_of(one) == siret), None)
    if capacity is None:
        raise OtherOrganisation
    _link(user, issuer, sub, now=now)
    return capacity


def unlink(user: User) -> None:
    """Forget who the person is for the providers: the next sign-in goes by the address again."""
    db.session.execute(delete(UserIdentity).where(UserIdentity.user_id == user.id))


def _opened_for(email: str) -> User | None:
    user = get_user_by_email(email) if email else None
    return user if user and user.is_enabled else None


def _siret_of(capacity: Capacity) -> str | None:
    return capacity.organisation.siret if capacity.organisation else None


def _link(user: User, issuer: str, sub: str, *, now: datetime) -> None:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    values = {"user_id": user.id, "issuer": issuer, "sub": sub, "linked_at": now}
    added = dialect.insert(UserIdentity).values(values).on_conflict_do_nothing().returning(UserIdentity.id)
    if db.session.scalar(added) is not None:
        # Accepted this way: the invitation has nothing left to open.
        magic_links.void(user.email, LinkPurpose.INVITATION, now=now)
        record(JournalAction.IDENTITY_TIED, ObjectKind.USER, user.id, {}, actor=None, now=now, by=user.id)
        return
    tied = get_linked_user(issuer, sub)  # known before, or tied by another window at this instant
    if tied is None or tied.id != user.id:
        raise LinkedElsewhere
