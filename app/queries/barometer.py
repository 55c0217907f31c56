"""The barometer of the actor's own house, and the copies of others that were made for its organisation."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import BarometerEntry, BarometerPrices, BarometerReminder, BarometerShare
from app.permissions import Actor, is_of_own_barometer, sees_share


def list_months(actor: Actor, structure_id: int | None) -> dict[date, BarometerEntry]:
    """Return what stands for each month of a place of one's own house, oldest first, in one statement."""
    statement = select(BarometerEntry).where(is_of_own_barometer(actor, BarometerEntry), _of_place(structure_id))
    ordered = statement.order_by(BarometerEntry.month, BarometerEntry.number)
    return {one.month: one for one in db.session.scalars(ordered)}


def list_versions(actor: Actor, structure_id: int | None, month: date) -> Sequence[BarometerEntry]:
    """Return all that was ever noted of a month, the latest first."""
    statement = select(BarometerEntry).where(
        is_of_own_barometer(actor, BarometerEntry), _of_place(structure_id), BarometerEntry.month == month
    )
    ordered = statement.options(joinedload(BarometerEntry.entered_by)).order_by(BarometerEntry.number.desc())
    return db.session.scalars(ordered).all()


def _of_place(structure_id: int | None) -> ColumnElement[bool]:
    column = BarometerEntry.structure_id
    return column.is_(None) if structure_id is None else column == structure_id


def get_prices(actor: Actor) -> BarometerPrices | None:
    """Return what the actor's own house reckons a day and a departure to cost, or None."""
    return db.session.scalars(select(BarometerPrices).where(is_of_own_barometer(actor, BarometerPrices))).first()


def get_reminder(actor: Actor) -> BarometerReminder | None:
    """Return the reminder that the actor itself asked for in this house, or None."""
    mine = is_of_own_barometer(actor, BarometerReminder), BarometerReminder.user_id == actor.user_id
    return db.session.scalars(select(BarometerReminder).where(*mine)).first()


def list_shares(actor: Actor) -> Sequence[BarometerShare]:
    """Return all that one's own house ever shared of its barometer, the latest first."""
    statement = select(BarometerShare).where(is_of_own_barometer(actor, BarometerShare))
    statement = statement.options(joinedload(BarometerShare.organisation))
    return db.session.scalars(statement.order_by(BarometerShare.id.desc())).all()


def get_share(actor: Actor, share_id: int) -> BarometerShare | None:
    """Return a copy made for the actor's organisation, or None."""
    statement = select(BarometerShare).where(BarometerShare.id == share_id, sees_share(actor, BarometerShare))
    return db.session.scalars(statement).first()
