"""Sessions: opened, moved to another token, ended. Times and digests are given; nothing here reads a cookie."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select, update

from app.actions.journal import record
from app.actions.notices import Notice, tell
from app.extensions import db
from app.models import Capacity, JournalAction, ObjectKind, SignInWay, User, UserSession

KEPT = timedelta(days=365)
"""How long an ended session is remembered, so that a device already used is recognised."""


@dataclass(frozen=True)
class Device:
    """What somebody signs in with: the digest of its lasting cookie, its name and its network in words."""

    digest: str
    browser: str
    address: str


def open_session(
    user: User,
    how: SignInWay,
    digest: str,
    device: Device,
    *,
    capacity_id: int | None,
    second_factor: bool,
    lifetime: timedelta,
    now: datetime,
) -> UserSession:
    """Open a session; the person is told by mail of a device never seen, except for the very first one."""
    is_news = _is_news(user.id, device.digest) and how is not SignInWay.DEMO
    session = UserSession(
        digest=digest,
        user=user,
        capacity_id=capacity_id,
        how=how,
        device=device.digest,
        browser=device.browser,
        address=device.address,
        created_at=now,
        seen_at=now,
        expires_at=now + lifetime,
        second_factor_at=now if second_factor else None,
    )
    db.session.add(session)
    db.session.flush()
    if capacity_id is not None:
        join(capacity_id)
    if is_news:
        tell(user.id, Notice.NEW_DEVICE, now=now, session_id=session.id)
    record(JournalAction.SIGNED_IN, ObjectKind.USER, user.id, {"how": how}, actor=None, now=now, by=user.id)
    return session


def join(capacity_id: int) -> None:
    """Note that an invitation has served: the person acts in that function."""
    joined = update(Capacity).where(Capacity.id == capacity_id, Capacity.invited_at.is_not(None))
    db.session.execute(joined.values(invited_at=None, version=Capacity.version + 1))


def _is_news(user_id: int, device: str) -> bool:
    own = exists().where(UserSession.user_id == user_id)
    seen = exists().where(UserSession.user_id == user_id, UserSession.device == device)
    has_history, is_known = db.session.execute(select(own, seen)).one()
    return bool(has_history) and not is_known


def end_session(session_id: int, user_id: int, *, now: datetime) -> bool:
    """End one session of a person; return False when it had ended already, or is somebody else's."""
    return _end(UserSession.id == session_id, UserSession.user_id == user_id, now=now) == 1


def end_sessions(user_id: int, *, now: datetime, besides: int | None = None) -> int:
    """End all the sessions of a person, but one if it is given; return how many."""
    others = [] if besides is None else [UserSession.id != besides]
    return _end(UserSession.user_id == user_id, *others, now=now)


def end_every_session(*, now: datetime) -> int:
    """End the sessions of everybody; return how many."""
    return _end(now=now)


def _end(*which: Any, now: datetime) -> int:
    ended = update(UserSession).where(*which, UserSession.ended_at.is_(None)).values(ended_at=now)
    return len(db.session.scalars(ended.returning(UserSession.id)).all())


def sweep_sessions(*, now: datetime) -> None:
    """Forget the sessions of a year ago."""
    db.session.execute(delete(UserSession).where(UserSession.created_at < now - KEPT))
