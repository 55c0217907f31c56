"""Sharing what is an employer's own: one copy open at a time for each organisation, ended before another is made."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from app.actions.errors import Unacceptable
from app.extensions import db
from app.models.shares import SharedCopy
from app.permissions import Actor

NOT_OFFERED = "Cet organisme ne fait pas partie de ceux qui vous accompagnent."

Copy = TypeVar("Copy", bound=SharedCopy)


def check_recipient(organisation_id: int, among: Iterable[Actor]) -> None:
    """Raise Unacceptable for an organisation that is not one of those around the employer."""
    if organisation_id not in {body.organisation_id for body in among}:
        raise Unacceptable(NOT_OFFERED, "recipients")


def replace_copy(known: Copy | None, made: Copy, *, actor: Actor, now: datetime) -> None:
    """Open a copy to its organisation; what it could read before is ended first."""
    if known:
        end_copy(known, actor=actor, now=now)
    db.session.add(made)
    db.session.flush()


def end_copy(copy: SharedCopy, *, actor: Actor, now: datetime) -> None:
    """Close a copy and empty it; that it was shared stays known."""
    copy.withdrawn_at, copy.withdrawn_by_id, copy.content = now, actor.user_id, None
    db.session.flush()


def open_copies(copies: Iterable[Copy]) -> dict[int, Copy]:
    """Return what each organisation may read today, among all that was ever shared of one thing."""
    return {one.organisation_id: one for one in copies if one.withdrawn_at is None}
