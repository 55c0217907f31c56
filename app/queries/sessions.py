"""Sessions: the one that a cookie stands for, and those of one person."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Capacity, Organisation, User, UserSession
from app.queries.users import lent_to


def get_session(digest: str, *, now: datetime) -> UserSession | None:
    """Return the running session of an enabled person, who comes with it, in one statement."""
    capacities = joinedload(UserSession.user).joinedload(User.capacities)
    found = (
        select(UserSession)
        .where(UserSession.digest == digest, is_running(now), UserSession.user.has(User.is_enabled))
        .options(
            joinedload(UserSession.user).joinedload(User.second_factor),
            # Not their employers: nobody acts yet, and the database lets no employer through before.
            capacities.joinedload(Capacity.organisation).joinedload(Organisation.departements),
            capacities.options(lent_to()),
        )
    )
    return db.session.scalars(found).unique().one_or_none()


def is_running(now: datetime) -> ColumnElement[bool]:
    """Neither ended nor too old."""
    return and_(UserSession.ended_at.is_(None), UserSession.expires_at > now)


def list_sessions(user_id: int, *, now: datetime) -> Sequence[UserSession]:
    """Return the running sessions of a person, the last used first."""
    own = select(UserSession).where(UserSession.user_id == user_id, is_running(now))
    return db.session.scalars(own.order_by(UserSession.seen_at.desc(), UserSession.id.desc())).all()


def get_device_of(session_id: int, user_id: int) -> UserSession | None:
    """Return a session of this person, running or not, or None."""
    return db.session.scalar(select(UserSession).where(UserSession.id == session_id, UserSession.user_id == user_id))


def has_signed_in(email: str, device: str) -> bool:
    """Tell whether the person of that address, if there is one, has already signed in on this device."""
    seen = exists().where(
        UserSession.device == device, UserSession.user_id == User.id, User.email == email.strip().lower()
    )
    return bool(db.session.scalar(select(seen)))
