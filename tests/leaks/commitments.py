"""The objectives and aids of the employers of the ground, each with a mark in its texts."""

from typing import Any

from app.extensions import db
from app.models import (
    Aid,
    Cpom,
    CpomMilestone,
    CpomObjective,
    CpomSignatory,
    CpomStructure,
    Organisation,
    SignatoryBody,
)
from tests.factories import NOW
from tests.leaks.ground import Ground, Secret, Topic


def make_commitments(ground: Ground, bodies: dict[str, Organisation]) -> None:
    """Give every employer a contract and an objective of its ARS, and an aid of its caisse, or of its ARS if public."""
    for name, place in ground.places.items():
        employer = place.employer
        here = "33" if employer.departement == "33" else ""
        ars, payer = f"ars{here}", f"ars{here}" if employer.is_public else f"carsat{here}"
        own: dict[str, Any] = {"employer_id": employer.id, "noted_on": NOW.date()}
        cpom = Cpom(organisation_id=bodies[ars].id, in_force_on=NOW.date(), **own)
        cpom.signatories = [CpomSignatory(body=SignatoryBody.ARS)]
        cpom.structure_links = [CpomStructure(structure_id=employer.structures[0].id)]
        objective = CpomObjective(organisation_id=bodies[ars].id, wording="Réduire", **own)
        objective.milestones = [CpomMilestone(year=2027, value=1)]
        aid = Aid(organisation_id=bodies[payer].id, source="Contrat", granted_cents=100, **own)
        ground.plant(objective, Secret(Topic.CPOM, name, ars))
        ground.plant(aid, Secret(Topic.AID, name, payer))
        db.session.add_all([cpom, objective, aid])
    db.session.flush()
