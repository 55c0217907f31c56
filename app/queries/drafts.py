"""What a person has begun and not finished."""

from collections.abc import Sequence

from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Visit
from app.permissions import Actor, Kind
from app.queries.threads import readable
from workflows.visit_report import VisitStatus

MOST = 10


def list_drafts(actor: Actor) -> Sequence[Visit]:
    """Return the visit reports that the actor has left as drafts, oldest first."""
    return db.session.scalars(
        readable(actor, Kind.VISIT, Visit)
        .where(Visit.author_id == actor.user_id, Visit.status == VisitStatus.DRAFT)
        .options(joinedload(Visit.employer))
        .order_by(Visit.visited_on, Visit.id)
        .limit(MOST)
    ).all()
