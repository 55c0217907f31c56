"""Noting what keeps a caisse from signing a contract, and that it is lifted."""

from datetime import date, datetime

from app.actions.errors import Difference, Forbidden, Stale, Unacceptable
from app.extensions import db
from app.models import BlockReason, CarsatBlock, Employer
from app.permissions import Act, Actor, Kind, may
from app.queries.blocks import get_block


def note_block(
    employer: Employer,
    *,
    since: date,
    lifted_on: date | None,
    reason: BlockReason,
    note: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> CarsatBlock:
    """Keep what the actor's caisse knows of an employer; the employer's own record is not touched.

    `version` is that of the block as shown, 0 when there was none. Raises Forbidden, Unacceptable or Stale.
    """
    if not may(actor, Act.WRITE, Kind.CARSAT_BLOCK, employer):
        raise Forbidden("Cette page est celle de la Carsat.")
    if lifted_on and lifted_on < since:
        raise Unacceptable("La levée précède le début.", field="lifted_on")
    block = get_block(actor, employer)
    if version != (block.version if block else 0):
        raise Stale(block, _differences(block, since, lifted_on, reason, note))
    if block is None:
        block = CarsatBlock(employer_id=employer.id, organisation_id=actor.organisation_id)
        db.session.add(block)
    block.since, block.lifted_on, block.reason, block.note = since, lifted_on, reason, note.strip()
    block.author_id, block.written_at = actor.user_id, now
    return block


def _differences(
    block: CarsatBlock | None, since: date, lifted_on: date | None, reason: BlockReason, note: str
) -> list[Difference]:
    if block is None:
        return []
    return [
        Difference("Motif", reason.label, block.reason.label),
        Difference("Depuis le", _day(since), _day(block.since)),
        Difference("Levé le", _day(lifted_on), _day(block.lifted_on)),
        Difference("Note", note, block.note),
    ]


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""
