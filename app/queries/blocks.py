"""What a caisse has noted that keeps it from signing: asked for the caisse itself, and never for anybody else."""

from sqlalchemy import select

from app.extensions import db
from app.models import CarsatBlock, Employer
from app.permissions import Act, Actor, Kind, may


def get_block(actor: Actor, employer: Employer) -> CarsatBlock | None:
    """Return what the actor's own caisse noted on an employer in sight; no statement is sent for another role."""
    if not may(actor, Act.READ, Kind.CARSAT_BLOCK, employer):
        return None
    return db.session.scalars(
        select(CarsatBlock).where(
            CarsatBlock.employer_id == employer.id, CarsatBlock.organisation_id == actor.organisation_id
        )
    ).first()
