"""Who has access for an employer, since when, and by whom invited."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, joinedload

from app.extensions import db
from app.models import Capacity, JournalAction, JournalEntry, ObjectKind, Organisation, User


@dataclass(frozen=True)
class Given:
    """An access as the journal knows it: since when, and by whom. `organisation`: for which body, if any."""

    at: datetime
    by: str
    organisation: str


def list_managers(employer_id: int, *, today: date, former: bool = False) -> Sequence[Capacity]:
    """Return the people whose access to the pages of an employer is open, or over, in alphabetical order."""
    over = Capacity.ends_on < today
    found = select(Capacity).join(User).where(Capacity.employer_id == employer_id).options(joinedload(Capacity.user))
    found = found.where(over if former else or_(Capacity.ends_on.is_(None), ~over))
    return db.session.scalars(found.order_by(User.family_name, User.given_name, Capacity.id)).all()


def get_manager(employer_id: int, capacity_id: int, *, today: date) -> Capacity | None:
    """Return somebody whose access to this very employer is open."""
    return next((one for one in list_managers(employer_id, today=today) if one.id == capacity_id), None)


def has_decider(employer_id: int, *, today: date) -> bool:
    """Tell whether somebody is left who says who has access, invited or come."""
    return any(one.decides_access and one.is_open(today) for one in list_managers(employer_id, today=today))


def who_gave(capacity_ids: Collection[int]) -> dict[int, Given]:
    """Return when and by whom each of these accesses was last given; nothing for those older than the journal."""
    last = (
        select(func.max(JournalEntry.id))
        .where(
            JournalEntry.object_kind == ObjectKind.CAPACITY,
            JournalEntry.object_id.in_(list(capacity_ids)),
            JournalEntry.action == JournalAction.CAPACITY_GIVEN,
        )
        .group_by(JournalEntry.object_id)
    )
    giver = aliased(User)
    rows = db.session.execute(
        select(JournalEntry.object_id, JournalEntry.recorded_at, giver, Organisation)
        .outerjoin(giver, giver.id == JournalEntry.actor_id)
        .outerjoin(Organisation, Organisation.id == JournalEntry.organisation_id)
        .where(JournalEntry.id.in_(last))
    )
    return {
        number or 0: Given(at, who.full_name if who else "", body.short_name if body else "")
        for number, at, who, body in rows
    }
