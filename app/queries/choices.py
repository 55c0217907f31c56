"""What filters and forms may offer to an actor."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from app.extensions import db
from app.models import Capacity, Organisation, OrganisationDepartement, User
from app.permissions import Actor
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
    statement = select(Organisation).where(Organisation.is_active).order_by(Organisation.short_name)
    if kinds:
        statement = statement.where(Organisation.kind.in_(list(kinds)))
    if territory:
        there = select(OrganisationDepartement.organisation_id).where(
            OrganisationDepartement.departement.in_(list(territory))
        )
        statement = statement.where(Organisation.id.in_(there))
    return db.session.scalars(statement).all()


def list_officer_choices(actor: Actor) -> list[tuple[int, str]]:
    """Return (number, name) of the agents of the actor's own organisation."""
    if actor.organisation_id is None:
        return []
    rows = db.session.execute(
        select(User.id, User.given_name, User.family_name)
        .join(Capacity, Capacity.user_id == User.id)
        .where(Capacity.organisation_id == actor.organisation_id, User.is_enabled)
        .order_by(User.family_name, User.given_name)
    )
    return [(number, f"{given_name} {family_name}") for number, given_name, family_name in rows]
