"""People and organisations."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Capacity, Delegation, Organisation, User


def get_user(user_id: int) -> User | None:
    """Return an enabled person with capacities, organisations and territories, in one statement."""
    return db.session.scalars(_with_capacities().where(User.id == user_id, User.is_enabled)).unique().one_or_none()


def get_user_by_email(email: str) -> User | None:
    """Return the person of that address, whatever the case of its letters."""
    return db.session.scalars(_with_capacities().where(User.email == email.strip().lower())).unique().one_or_none()


def _with_capacities() -> Select[User]:
    # Not the employers of the capacities: this is read before anybody acts, when their table is still closed.
    capacities = joinedload(User.capacities)
    organisations = capacities.joinedload(Capacity.organisation).joinedload(Organisation.departements)
    return select(User).options(organisations, capacities.options(lent_to()))


def lent_to() -> Any:
    """What colleagues lend to a `Capacity`, to be loaded with it: what it is worth depends on what they hold."""
    return joinedload(Capacity.received).joinedload(Delegation.giver_post).joinedload(Capacity.user)


def is_open(today: date, of: Any = Capacity) -> ColumnElement[bool]:
    """Condition on `Capacity`, as `Capacity.is_open`: one signs in by it."""
    return and_(of.suspended_on.is_(None), or_(of.ends_on.is_(None), of.ends_on >= today))


def is_working(today: date, of: Any = Capacity) -> ColumnElement[bool]:
    """Condition on `Capacity`: open, and the person has not left its post."""
    return and_(is_open(today, of), or_(of.departs_on.is_(None), of.departs_on > today))
