"""What an employer says of one of its figures, and what the body whose figure it is answers."""

from datetime import datetime

from app.actions.errors import Difference, Forbidden, Stale
from app.extensions import db
from app.models import FigureRemark, Structure
from app.permissions import Act, Actor, Kind, may


def remark_on(
    structure: Structure,
    kind: Kind,
    indicator: str,
    year: int,
    wording: str,
    *,
    actor: Actor,
    now: datetime,
    submission: str | None = None,
) -> FigureRemark:
    """Keep the employer's remark on a figure of one of its structures; `kind` is the family of the indicator."""
    if not may(actor, Act.COMMENT, kind, structure.employer):
        raise Forbidden("L’employeur seul commente ses chiffres.")
    remark = FigureRemark(
        employer_id=structure.employer_id,
        structure_id=structure.id,
        indicator=indicator,
        year=year,
        wording=wording.strip(),
        author_id=actor.user_id,
        written_at=now,
        submission=submission,
    )
    db.session.add(remark)
    return remark


def answer_remark(remark: FigureRemark, kind: Kind, answer: str, *, version: int, actor: Actor, now: datetime) -> None:
    """Answer a remark on a figure that one's organisation brings in; raises Forbidden or Stale."""
    if not may(actor, Act.WRITE, kind, remark.employer):
        raise Forbidden("La réponse revient à l’organisme dont vient le chiffre.")
    if remark.version != version:
        raise Stale(remark, [Difference("Réponse", answer, remark.answer)])
    remark.answer, remark.answered_by_id, remark.answered_at = answer.strip(), actor.user_id, now
