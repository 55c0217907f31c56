"""People and organisations."""

from sqlalchemy import Select, select
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
