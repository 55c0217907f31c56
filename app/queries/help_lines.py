"""How the organisations of a département may be reached, as each told it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.models import HelpLine, Organisation, OrganisationDepartement


def list_reachable_in(departement: str) -> Sequence[Any]:
    """Return (organisation, its line or None) of the bodies that act in a département, by name."""
    here = select(OrganisationDepartement.organisation_id).where(OrganisationDepartement.departement == departement)
    return db.session.execute(
        select(Organisation, HelpLine)
        .outerjoin(HelpLine, HelpLine.organisation_id == Organisation.id)
        .where(Organisation.id.in_(here), Organisation.is_active)
        .order_by(Organisation.short_name)
    ).all()


def get_help_line(organisation_id: int) -> HelpLine | None:
    """Return what an organisation told of how to reach it, or None."""
    return db.session.get(HelpLine, organisation_id)
