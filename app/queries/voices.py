"""What the teams of houses said, as their managers recorded it."""

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import db
from app.models import Employer, TeamVoice
from app.permissions import Actor, reads_voices, sees_voice


def list_voices(actor: Actor, employer: Employer) -> Sequence[TeamVoice]:
    """Return what the house recorded, the latest first: all of it for the house, what it shared for its partners."""
    if not reads_voices(actor, employer):
        return []
    found = select(TeamVoice).where(TeamVoice.employer_id == employer.id, sees_voice(actor))
    return db.session.scalars(found.order_by(TeamVoice.held_on.desc(), TeamVoice.id.desc())).all()


def get_voice(actor: Actor, voice_id: int) -> TeamVoice | None:
    """Return a record in the actor's sight, or None."""
    return db.session.scalars(select(TeamVoice).where(TeamVoice.id == voice_id, sees_voice(actor))).first()
