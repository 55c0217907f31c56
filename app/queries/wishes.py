"""What employers ask about the support offered to them."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Case, Employer, HouseWish
from app.permissions import Actor, reads_wishes
from workflows.employer_wish import WishKind


def get_standing_wish(actor: Actor, record: Employer | Case) -> HouseWish | None:
    """Return what an employer in sight asks for and has not taken back, for whoever is told of it."""
    if not reads_wishes(actor, record):
        return None
    employer_id = record.employer_id if isinstance(record, Case) else record.id
    standing = select(HouseWish).where(HouseWish.employer_id == employer_id, HouseWish.withdrawn_at.is_(None))
    return db.session.scalars(standing.options(joinedload(HouseWish.told_by))).first()


def wishes_no_reminder(employer_id: Any, today: date) -> ColumnElement[bool]:
    """Condition that an employer (a column) gives no follow-up for now: nobody reminds its managers of anything."""
    return exists(HouseWish.id).where(
        HouseWish.employer_id == employer_id,
        HouseWish.kind == WishKind.NO_FOLLOW_UP,
        HouseWish.withdrawn_at.is_(None),
        HouseWish.until > today,
    )


def quiet_employers(employers: Any, today: date) -> Select[int, date]:
    """Select (employer, day before which it does not wish to be asked), of employers the caller may approach."""
    return select(HouseWish.employer_id, HouseWish.until).where(
        HouseWish.employer_id.in_(employers), HouseWish.withdrawn_at.is_(None), HouseWish.until > today
    )
