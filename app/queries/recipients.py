"""The bodies around an employer: those with which it may share what is its own."""

from datetime import date

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import selectinload

from app.extensions import db
from app.models import Case, CasePartner, Employer, Organisation
from app.permissions import Actor, Audience, Kind, recipients_among
from app.queries.audiences import get_audience


def list_recipients(employer: Employer, kind: Kind, today: date) -> list[Actor]:
    """Return the bodies with which the employer may share this, by name."""
    return by_name(recipients_among(around(employer, today), kind))


def by_name(bodies: list[Actor]) -> list[Actor]:
    return sorted(bodies, key=lambda body: body.organisation_name)


def around(employer: Employer, today: date) -> Audience:
    """Return the bodies that a convention names around an employer, and those of the cases that it knows of."""
    found, on_case = get_audience(employer, today), _on_cases(employer)
    known = {body.organisation_id for body in found.bodies}
    return Audience(
        places=found.places,
        is_public=found.is_public,
        bodies=(*found.bodies, *(one for one in on_case if one.organisation_id not in known)),
        on_case=frozenset(one.organisation_id for one in on_case if one.organisation_id),
    )


def _on_cases(employer: Employer) -> list[Actor]:
    """Return the leads and partners of the cases that the employer has been told of."""
    told = and_(Case.employer_id == employer.id, Case.employer_informed_on.is_not(None))
    lead = exists().where(told, Case.lead_organisation_id == Organisation.id).correlate(Organisation)
    partner = exists().where(told, CasePartner.case_id == Case.id, CasePartner.organisation_id == Organisation.id)
    statement = select(Organisation).where(or_(lead, partner.correlate(Organisation)), Organisation.is_active)
    return [
        Actor(0, "", one.kind, organisation_id=one.id, organisation_name=one.short_name, territory=one.territory)
        for one in db.session.scalars(statement.options(selectinload(Organisation.departements)))
    ]
