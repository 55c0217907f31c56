"""Delegations of a person, given and received."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from app.extensions import at_most, db
from app.models import Capacity, Delegation, User
from app.queries.users import is_working


def is_ahead(today: date) -> ColumnElement[bool]:
    """Condition on `Delegation`: it runs, or is still to come."""
    return and_(Delegation.revoked_on.is_(None), Delegation.ends_on >= today)


def list_delegations(capacity: Capacity, *, today: date) -> Sequence[Delegation]:
    """Return what somebody gives and receives in its organisation, running or to come."""
    concerned = or_(Delegation.giver_id == capacity.user_id, Delegation.receiver_id == capacity.user_id)
    found = select(Delegation).where(Delegation.organisation_id == capacity.organisation_id, concerned, is_ahead(today))
    both = (joinedload(Delegation.giver), joinedload(Delegation.receiver))
    return db.session.scalars(found.options(*both).order_by(Delegation.starts_on, Delegation.id)).unique().all()


def get_delegation(delegation_id: int, capacity: Capacity) -> Delegation | None:
    """Return a delegation that somebody gives or receives in this organisation; None for any other."""
    return db.session.scalars(
        select(Delegation).where(
            Delegation.id == delegation_id,
            Delegation.organisation_id == capacity.organisation_id,
            or_(Delegation.giver_id == capacity.user_id, Delegation.receiver_id == capacity.user_id),
        )
    ).one_or_none()


def find_same(giver: Capacity, receiver: Capacity, starts_on: date, ends_on: date) -> Delegation | None:
    """Return a delegation between the same two people that has a day in common with these."""
    return db.session.scalars(
        select(Delegation)
        .where(
            Delegation.organisation_id == giver.organisation_id,
            Delegation.giver_id == giver.user_id,
            Delegation.receiver_id == receiver.user_id,
            Delegation.revoked_on.is_(None),
            Delegation.starts_on <= ends_on,
            Delegation.ends_on >= starts_on,
        )
        .limit(at_most(1))
    ).first()


def was_lent_administration(today: date) -> ColumnElement[bool]:
    """Condition on `Capacity`, as `held_by`: somebody in post who manages the access lends it that."""
    giver, person = aliased(Capacity), aliased(User)
    lent = exists().where(
        Delegation.receiver_id == Capacity.user_id,
        Delegation.organisation_id == Capacity.organisation_id,
        Delegation.is_administrator,
        Delegation.revoked_on.is_(None),
        Delegation.starts_on <= today,
        Delegation.ends_on >= today,
        giver.user_id == Delegation.giver_id,
        giver.organisation_id == Delegation.organisation_id,
        giver.is_administrator,
        giver.invited_at.is_(None),
        is_working(today, giver),
        person.id == giver.user_id,
        person.is_enabled,
    )
    return lent.correlate(Capacity)
