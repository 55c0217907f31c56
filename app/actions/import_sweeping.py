"""What need not be kept of an import once it has ended: its bytes, its refused rows, what it takes to undo it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from app.extensions import db
from app.models import Import, ImportChange, ImportChunk, ImportProblem
from workflows.import_run import OVER, WORKFLOW, ImportState

KEPT = timedelta(days=30)


def sweep_imports(*, now: datetime) -> None:
    """Forget the content of the imports that ended thirty days ago, and abandon those left aside for as long.

    Who brought what in, when, and the counts, stay.
    """
    _abandon_forgotten(now)
    ended = select(Import.id).where(Import.state.in_(OVER), Import.ended_at < now - KEPT)
    for part in (ImportChunk, ImportProblem, ImportChange):
        owner: Any = part.import_id
        db.session.execute(delete(part).where(owner.in_(ended)).execution_options(synchronize_session=False))
    shown = update(Import).where(Import.id.in_(ended)).values(preview=[])
    db.session.execute(shown.execution_options(synchronize_session=False))


def _abandon_forgotten(now: datetime) -> None:
    waiting = (ImportState.RECEIVED, ImportState.CHECKED)
    for import_ in db.session.scalars(select(Import).where(Import.state.in_(waiting), Import.created_at < now - KEPT)):
        WORKFLOW.fire(import_, "abandon", today=now.date(), effective_on=None)
        import_.ended_at = now
    db.session.flush()
