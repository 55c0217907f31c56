"""Requests of people about their data, as their organisation's administrators see them."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from app.extensions import at_most, db
from app.models import Contact, DataRequest, Organisation
from app.permissions import Actor, sees_data_request
from workflows.roles import LEADS


def _for(actor: Actor) -> Select[DataRequest]:
    return select(DataRequest).where(sees_data_request(actor))


def list_requests(actor: Actor) -> Sequence[DataRequest]:
    """Return those to answer first, the most urgent on top, then the last answered."""
    order = (DataRequest.answered_on.is_not(None), DataRequest.due_on, DataRequest.id)
    return db.session.scalars(_for(actor).order_by(*order).limit(at_most(200))).all()


def get_request(actor: Actor, request_id: int) -> DataRequest | None:
    """Return a request that this administrator treats, or None."""
    return db.session.scalar(_for(actor).where(DataRequest.id == request_id))


def is_received(submission: str) -> bool:
    """Tell whether this very form has been received already."""
    return db.session.scalar(select(DataRequest.id).where(DataRequest.submission == submission)) is not None


def count_contacts(email: str) -> int:
    """Return how many contact cards hold an address and are still shown."""
    if db.engine.dialect.name == "postgresql":  # which shows each organisation its own alone
        return db.session.scalar(select(func.count_contacts(email))) or 0
    found = select(func.count()).where(func.lower(Contact.email) == email, Contact.objected_on.is_(None))
    return db.session.scalar(found) or 0


def list_addressees() -> Sequence[tuple[int, str]]:
    """Return (number, name) of the public bodies to which a request may be addressed by anybody."""
    bodies = select(Organisation.id, Organisation.name).where(Organisation.kind.in_(LEADS), Organisation.is_active)
    return [(number, name) for number, name in db.session.execute(bodies.order_by(Organisation.name))]
