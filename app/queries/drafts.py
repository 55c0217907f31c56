"""What a person has begun and not finished."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Employer, Visit
from app.permissions import Actor, Kind, reads_entry
from workflows.visit_report import VisitStatus

MOST = 10


def list_drafts(actor: Actor) -> Sequence[Visit]:
    """Return the visit reports that the actor has left as drafts, oldest first."""
    return db.session.scalars(
        select(Visit)
        .join(Employer, Visit.employer_id == Employer.id)
        .where(Visit.author_id == actor.user_id, Visit.status == VisitStatus.DRAFT, reads_entry(actor, Kind.VISIT))
        .options(joinedload(Visit.employer))
        .order_by(Visit.visited_on, Visit.id)
        .limit(MOST)
    ).all()
