"""The structures that open cases already follow: what to say before another is opened."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import false, func, select

from app.extensions import db
from app.models import Case, CaseStructure, Employer, Organisation, Structure
from app.permissions import Actor, sees_case
from app.queries.cases import ENDED


def list_open_cases(actor: Actor, employer_id: int) -> Sequence[Any]:
    """Return the structures that open cases of an employer follow, as far as the actor sees: the collision warning.

    Rows: (id of the case, lead's short name or None, is_own, structure_id, structure), by case.
    """
    return db.session.execute(
        select(
            Case.id,
            Organisation.short_name.label("lead"),
            func.coalesce(Case.lead_organisation_id == actor.organisation_id, false()).label("is_own"),
            Structure.id.label("structure_id"),
            Structure.name.label("structure"),
        )
        .join(Employer, Case.employer_id == Employer.id)
        .join(CaseStructure, CaseStructure.case_id == Case.id)
        .join(Structure, CaseStructure.structure_id == Structure.id)
        .outerjoin(Organisation, Case.lead_organisation_id == Organisation.id)
        .where(Case.employer_id == employer_id, Case.state.not_in(ENDED), sees_case(actor))
        .order_by(Case.id, Structure.name)
    ).all()
