"""The frozen versions of a targeting list, each reader with the texts that it may read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.extensions import db
from app.models import TargetingCampaign, TargetingPart, TargetingVersion
from app.permissions import Actor, reads_part, reads_parts
from app.queries.targeting import get_campaign
from workflows.targeting_texts import Difference, difference, tampered


@dataclass(frozen=True)
class ReadVersion:
    """A version as one reader has it: the texts that it reads, how it differs from the one before, what is altered.

    `change` is empty for who does not read the whole; `altered` names the texts that are no longer those frozen.
    """

    version: TargetingVersion
    parts: list[TargetingPart]
    closed: list[TargetingPart]
    """Texts of which the reader has the label and the digest alone."""
    change: Difference | None
    altered: tuple[str, ...]
    replaced: Difference | None = None
    """How it differs from the last version of the list that it replaces, for who reads the whole of both."""


def list_versions(campaign: TargetingCampaign) -> Sequence[TargetingVersion]:
    """Return the versions of a list in sight, the latest first."""
    statement = select(TargetingVersion).where(TargetingVersion.campaign_id == campaign.id)
    loaded = statement.options(joinedload(TargetingVersion.author))
    return db.session.scalars(loaded.order_by(TargetingVersion.number.desc())).all()


def read_version(actor: Actor, campaign: TargetingCampaign, number: int) -> ReadVersion | None:
    """Return a version of a list in sight with what the actor reads of it, or None."""
    version = _version(actor, campaign, number)
    if version is None:
        return None
    read = [part for part in version.parts if reads_part(actor, campaign, part)]
    closed = [part for part in version.parts if part not in read]
    is_whole = not closed and len(read) == len(version.parts) and reads_part(actor, campaign, None)
    before = _version(actor, campaign, number - 1) if is_whole and number > 1 else None
    found = tampered(version.as_frozen())
    is_told = is_whole and not found  # an altered text may say anything
    change = difference(before.as_frozen() if before else None, version.as_frozen()) if is_told else None
    # Who reads some of the texts cannot make the root again: it is told of those that it reads.
    altered = found if is_whole else tuple(key for key in found if key in {part.key for part in read})
    replaced = _since_predecessor(actor, campaign, version) if is_told else None
    return ReadVersion(version, read, closed, change, altered, replaced)


def _since_predecessor(actor: Actor, campaign: TargetingCampaign, version: TargetingVersion) -> Difference | None:
    before = get_campaign(actor, campaign.predecessor_id) if campaign.predecessor_id else None
    last = next(iter(list_versions(before)), None) if before and reads_part(actor, before, None) else None
    read = _version(actor, before, last.number) if before and last else None
    if read is None or tampered(read.as_frozen()):
        return None
    return difference(read.as_frozen(), version.as_frozen())


def _version(actor: Actor, campaign: TargetingCampaign, number: int) -> TargetingVersion | None:
    statement = (
        select(TargetingVersion)
        .where(TargetingVersion.campaign_id == campaign.id, TargetingVersion.number == number)
        .options(joinedload(TargetingVersion.author), selectinload(TargetingVersion.parts.and_(reads_parts(actor))))
    )
    return db.session.scalars(statement).first()
