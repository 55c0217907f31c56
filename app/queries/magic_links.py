"""Links that still open something."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased, joinedload

from app.extensions import db
from app.models import LinkPurpose, MagicLink


def is_pending(now: datetime) -> ColumnElement[bool]:
    """Condition on `MagicLink`: neither used nor expired, and no later one of its kind was sent to the address."""
    later: Any = aliased(MagicLink)
    same = (later.email, later.purpose, later.object_kind, later.object_id)
    own = (MagicLink.email, MagicLink.purpose, MagicLink.object_kind, MagicLink.object_id)
    replaced = exists().where(later.id > MagicLink.id, *(one == other for one, other in zip(same, own, strict=True)))
    return and_(MagicLink.used_at.is_(None), MagicLink.expires_at > now, ~replaced.correlate(MagicLink))


def get_pending_link(reference: str, now: datetime) -> MagicLink | None:
    """Return the link of this public reference while it still opens something."""
    return _get(MagicLink.reference == reference, is_pending(now))


def get_pending_link_by_id(link_id: int, now: datetime) -> MagicLink | None:
    """Return the link a waiting mail is about, while it still opens something."""
    return _get(MagicLink.id == link_id, is_pending(now))


def get_link(reference: str) -> MagicLink | None:
    """Return the link of this public reference, dead or alive."""
    return _get(MagicLink.reference == reference)


def _get(*conditions: ColumnElement[bool]) -> MagicLink | None:
    return db.session.scalar(select(MagicLink).options(joinedload(MagicLink.user)).where(*conditions))


def count_links_since(email: str, purpose: LinkPurpose, since: datetime) -> int:
    """Return how many links of this purpose were made for this address since that instant."""
    made = select(func.count()).where(
        MagicLink.email == email, MagicLink.purpose == purpose, MagicLink.created_at > since
    )
    return db.session.scalar(made) or 0


def get_last_link(object_kind: str, object_id: int) -> MagicLink | None:
    """Return the last link sent about an object, dead or alive: those before it open nothing."""
    sent = select(MagicLink).where(MagicLink.object_kind == object_kind, MagicLink.object_id == object_id)
    return db.session.scalars(sent.order_by(MagicLink.id.desc()).limit(1)).first()
