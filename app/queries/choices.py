"""What filters and forms may offer to an actor."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, select

from app.extensions import db
from app.models import Capacity, Case, CaseOfficer, Organisation, OrganisationDepartement, User
from app.permissions import Actor, may_lead, reads_calendars
from app.queries.cases import visible_cases
from workflows.roles import LEADS


def list_departements(actor: Actor) -> list[str]:
    """Return the départements to choose from: the actor's own, or all those that some organisation covers."""
    if actor.territory:
        return sorted(actor.territory)
    codes = db.session.scalars(select(OrganisationDepartement.departement).distinct())
    return sorted(codes)


def list_leads(actor: Actor) -> list[tuple[int, str]]:
    """Return (number, name) of the bodies that may lead a case where the actor works."""
    return [(o.id, o.short_name) for o in organisations_around(actor.territory, LEADS)]


def organisations_around(territory: Iterable[str], kinds: Iterable[str] = ()) -> Sequence[Organisation]:
    """Return the active organisations that share a département with a territory (all, for an empty one)."""
    return db.session.scalars(_around(territory, kinds)).all()


def _around(territory: Iterable[str], kinds: Iterable[str]) -> Select[Any]:
    statement = select(Organisation).where(Organisation.is_active).order_by(Organisation.short_name)
    if kinds:
        statement = statement.where(Organisation.kind.in_(list(kinds)))
    if territory:
        there = select(OrganisationDepartement.organisation_id).where(
            OrganisationDepartement.departement.in_(list(territory))
        )
        statement = statement.where(Organisation.id.in_(there))
    return statement


def list_officer_choices(actor: Actor) -> list[tuple[int, str]]:
    """Return (number, name) of the people who may be in charge of a case in sight; nobody without the calendar.

    The three bodies choose among the agents of the leads around; the others among the officers of their cases.
    """
    if not reads_calendars(actor):
        return []
    people = select(User.id, User.given_name, User.family_name).order_by(User.family_name, User.given_name).distinct()
    if may_lead(actor):
        leads = _around(actor.territory, LEADS).with_only_columns(Organisation.id).order_by(None)
        named = people.join(Capacity, Capacity.user_id == User.id).where(Capacity.organisation_id.in_(leads))
    else:
        cases = visible_cases(actor).with_only_columns(Case.id)
        named = people.join(CaseOfficer, CaseOfficer.user_id == User.id).where(CaseOfficer.case_id.in_(cases))
    rows = db.session.execute(named.where(User.is_enabled))
    return [(number, f"{given_name} {family_name}") for number, given_name, family_name in rows]
