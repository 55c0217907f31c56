"""What identity leaves behind, forgotten in time."""

from app import clock
from app.actions.absences import sweep_absences
from app.actions.magic_links import sweep_links
from app.actions.sessions import sweep_sessions
from app.actions.throttles import sweep_throttles
from app.extensions import db


def sweep_identity() -> None:
    """Delete the counts of attempts, the sessions, the links and the absences that are too old to say anything."""
    now = clock.now()
    sweep_absences(today=clock.today())
    sweep_throttles(now=now)
    sweep_sessions(now=now)
    sweep_links(now=now)
    db.session.commit()
