"""What those who administer may do and read: the people of an organisation, requests about data, the journal."""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from app.models import Capacity, DataRequest
from app.permissions.actor import Actor
from app.permissions.matrix import Act, Kind, Relation, relations_needed
from app.permissions.relations import is_own
from workflows.roles import Role


def administers(actor: Actor) -> bool:
    """Tell whether somebody manages the people of its own organisation, and answers who asks about their data."""
    return actor.is_administrator and actor.organisation_id is not None


def installs_organisations(actor: Actor) -> bool:
    """The platform's administration gives an organisation its first administrator."""
    return administers(actor) and actor.role is Role.PLATFORM


def sees_data_request(actor: Actor) -> ColumnElement[bool]:
    """Condition on `DataRequest`: what is asked of one's organisation; for the platform, also what names none."""
    if not administers(actor):
        return false()
    own = is_own(DataRequest.organisation_id, actor)
    return or_(own, DataRequest.organisation_id.is_(None)) if actor.role is Role.PLATFORM else own


def is_of_a_house(actor: Actor) -> bool:
    """Tell whether somebody manages an employer, and reads who else has access to its pages."""
    return actor.employer_id is not None


def says_who_enters(actor: Actor) -> bool:
    """Tell whether somebody says who has access at the employer it manages now."""
    return is_of_a_house(actor) and actor.decides_access


def reads_journal(actor: Actor) -> bool:
    """The platform's administration reads the whole journal; an organisation's administrator, that of its people."""
    return reads_every_journal(actor) or administers(actor)


def reads_every_journal(actor: Actor) -> bool:
    """Tell whether the journal of every organisation is open to the actor."""
    return Relation.ANYWHERE in relations_needed(actor.role, Kind.AUDIT_LOG, Act.READ)


def sees_journal_entry(actor: Actor, organisation_id: Any, user_id: Any) -> ColumnElement[bool]:
    """Condition on a row of the journal, given its columns: for which organisation, and by whom.

    What one's own people did for one's organisation, or for none: signing in, or once they act for nobody.
    """
    if reads_every_journal(actor):
        return true()
    if not administers(actor):
        return false()
    people = select(Capacity.user_id).where(Capacity.organisation_id == actor.organisation_id)
    return or_(is_own(organisation_id, actor), and_(organisation_id.is_(None), user_id.in_(people)))
