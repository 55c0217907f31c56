"""People and organisations."""

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Capacity, Organisation, User


def get_user(user_id: int) -> User | None:
    """Return an enabled person with capacities, organisations and territories, in one statement."""
    return db.session.scalars(_with_capacities().where(User.id == user_id, User.is_enabled)).unique().one_or_none()


def get_user_by_email(email: str) -> User | None:
    """Return the person of that address, whatever the case of its letters."""
    return db.session.scalars(_with_capacities().where(User.email == email.strip().lower())).unique().one_or_none()


def _with_capacities() -> Select[User]:
    # Not the employers of the capacities: this is read before anybody acts, when their table is still closed.
    capacities = joinedload(User.capacities)
    return select(User).options(capacities.joinedload(Capacity.organisation).joinedload(Organisation.departements))


def is_open(today: date) -> ColumnElement[bool]:
    """Condition on `Capacity`, as `Capacity.is_open`: one signs in by it."""
    return and_(Capacity.suspended_on.is_(None), or_(Capacity.ends_on.is_(None), Capacity.ends_on >= today))


def is_working(today: date) -> ColumnElement[bool]:
    """Condition on `Capacity`: open, and the person has not left its post."""
    return and_(is_open(today), or_(Capacity.departs_on.is_(None), Capacity.departs_on > today))
