"""Who reads what is written on a case or about an employer, given the conventions in force."""

from datetime import date
from typing import Any

from sqlalchemy import exists, select

from app.extensions import db
from app.models import (
    Case,
    CasePartner,
    Convention,
    ConventionParty,
    Employer,
    FederationMember,
    Organisation,
    OrganisationDepartement,
)
from app.permissions import Actor, Audience, Flow, places_of
from app.queries.conventions import TODAY, as_text, flow_of, is_bound, is_in_force, opened_to


def get_audience(record: Case | Employer, today: date) -> Audience:
    """Return who may read what is written on a case, or about an employer outside any case, in one statement."""
    is_case = isinstance(record, Case)
    employer = record.employer if isinstance(record, Case) else record
    rows = db.session.execute(_bodies(record), {"today": today}).all()
    known: dict[str, Any] = {}
    if isinstance(record, Case):
        known = {
            "owner_id": record.owner_id,
            "opener_id": record.opening_organisation_id,
            "lead_id": record.lead_organisation_id,
            "is_told": record.employer_informed_on is not None,
        }
    return Audience(
        places=places_of(record),
        is_public=employer.is_public,
        is_case=is_case,
        bodies=_as_actors(rows),
        on_case=frozenset(row.organisation_id for row in rows if row.is_on_case),
        federations=frozenset(row.organisation_id for row in rows if row.is_member),
        **known,
    )


def _bodies(record: Case | Employer) -> Any:
    employer_id = record.employer_id if isinstance(record, Case) else record.id
    cases = Case.id == record.id if isinstance(record, Case) else Case.employer_id == employer_id
    lead = exists().where(cases, Case.lead_organisation_id == Organisation.id).correlate(Organisation)
    invited = (
        exists()
        .where(cases, CasePartner.case_id == Case.id, CasePartner.organisation_id == Organisation.id)
        .correlate(Organisation)
    )
    member = exists().where(
        FederationMember.employer_id == employer_id, FederationMember.organisation_id == Organisation.id
    )
    here = OrganisationDepartement.organisation_id == Organisation.id
    return (
        select(
            *opened_to(ConventionParty),
            Organisation.kind,
            Organisation.short_name,
            as_text(OrganisationDepartement.departement, here, of=Organisation).label("territory"),
            (lead | invited).label("is_on_case"),
            member.correlate(Organisation).label("is_member"),
        )
        .join(ConventionParty, ConventionParty.convention_id == Convention.id)
        .join(Organisation, ConventionParty.organisation_id == Organisation.id)
        .where(is_bound(ConventionParty, TODAY), is_in_force(TODAY), Organisation.is_active)
        .order_by(Convention.id)
    )


def _as_actors(rows: Any) -> tuple[Actor, ...]:
    """Return each body once, with all that conventions open to it."""
    flows: dict[int, list[Flow]] = {}
    for row in rows:
        flows.setdefault(row.organisation_id, []).append(flow_of(row))
    bodies = {row.organisation_id: row for row in rows}
    return tuple(
        Actor(
            user_id=0,
            name="",
            role=body.kind,
            organisation_id=number,
            organisation_name=body.short_name,
            territory=frozenset((body.territory or "").split(",")) - {""},
            flows=tuple(flows[number]),
        )
        for number, body in bodies.items()
    )
