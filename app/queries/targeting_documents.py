"""The documents of a signed list as each reader has them, and what is known of any sealed file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from app.extensions import db
from app.models import (
    WHOLE_LIST,
    SealCertificate,
    SealedFile,
    TargetingCampaign,
    TargetingDocument,
    TargetingDocumentContent,
    TargetingPart,
    TargetingVersion,
)
from app.permissions import Actor, reads_document, sees_campaign
from app.queries.targeting_versions import ReadVersion
from workflows.targeting_list import SEALED
from workflows.targeting_texts import METHOD


@dataclass(frozen=True)
class Variant:
    """What a reader has of a version as a document: the whole list, or a part; its sealed file, once it is ordered."""

    part: str
    label: str
    document: TargetingDocument | None
    parts: Sequence[TargetingPart]
    """The texts that it is made of, the method first."""


@dataclass(frozen=True)
class Progress:
    """How many documents of a version are sealed, among those that the reader may count."""

    done: int
    ordered: int
    failure: str


WHOLE_LABEL = "Liste complète"


def list_variants(actor: Actor, campaign: TargetingCampaign, found: ReadVersion) -> list[Variant]:
    """Return what the actor has of a version in sight: never more than one's own."""
    ordered = {one.part: one for one in _documents(found.version)}
    variants = []
    if reads_document(actor, campaign, None):
        variants.append(Variant(WHOLE_LIST, WHOLE_LABEL, ordered.get(WHOLE_LIST), found.parts))
    for part in found.version.parts:
        if part.organisation_id is not None and reads_document(actor, campaign, part.organisation_id):
            texts = texts_of(found.version.parts, part.key)
            variants.append(Variant(part.key, part.label, ordered.get(part.key), texts))
    return variants


def texts_of(parts: Sequence[TargetingPart], key: str) -> Sequence[TargetingPart]:
    """Return the texts of the document of a part: the method and its own; of the whole list, all of them."""
    return [one for one in parts if key == WHOLE_LIST or one.key in (METHOD, key)]


def get_progress(campaign: TargetingCampaign, found: ReadVersion) -> Progress:
    """Return how far the sealing has got; of a list just signed, what the scheduler is about to order."""
    ordered = _documents(found.version)
    failure = next((one.failure for one in ordered if one.failure and not one.sealed_at), "")
    expected = len(ordered) or (_expected(found) if campaign.state in SEALED and _is_last(found.version) else 0)
    return Progress(sum(one.sealed_at is not None for one in ordered), expected, failure)


def _expected(found: ReadVersion) -> int:
    """The whole list, and the part of each organisation that has one."""
    return 1 + sum(one.organisation_id is not None for one in found.version.parts)


def _is_last(version: TargetingVersion) -> bool:
    last = select(func.max(TargetingVersion.number)).where(TargetingVersion.campaign_id == version.campaign_id)
    return db.session.scalar(last) == version.number


def _documents(version: TargetingVersion) -> Sequence[TargetingDocument]:
    statement = select(TargetingDocument).where(TargetingDocument.version_id == version.id)
    return db.session.scalars(statement.order_by(TargetingDocument.id)).all()


def get_sealed_bytes(document: TargetingDocument) -> bytes:
    """Return the bytes of a sealed document that the caller has found for its reader."""
    return db.session.get_one(TargetingDocumentContent, document.id).data


# --- Any file ----------------------------------------------------------------------------------------------


def known_certificates() -> Mapping[str, str]:
    """Return the certificates that the platform has sealed with (PEM), by fingerprint."""
    return {
        fingerprint: pem
        for fingerprint, pem in db.session.execute(select(SealCertificate.fingerprint, SealCertificate.pem))
    }


def get_sealed_file(sha256: str) -> SealedFile | None:
    """Return what is known of a file by its digest, byte for byte; None when the platform never sealed it."""
    return db.session.get(SealedFile, sha256)


def find_document(actor: Actor, sha256: str) -> TargetingDocument | None:
    """Return the document that a digest is of, when it is one of the actor's."""
    statement = (
        select(TargetingDocument)
        .join(TargetingDocument.version)
        .join(TargetingCampaign, TargetingVersion.campaign_id == TargetingCampaign.id)
        .where(TargetingDocument.sha256 == sha256, sees_campaign(actor))
        .options(contains_eager(TargetingDocument.version))
    )
    for document in db.session.scalars(statement):
        campaign = db.session.get_one(TargetingCampaign, document.version.campaign_id)
        if reads_document(actor, campaign, document.organisation_id):
            return document
    return None


def count_waiting_documents() -> int:
    """Return how many documents wait for their seal: for who runs the platform."""
    statement = select(func.count()).select_from(TargetingDocument).where(TargetingDocument.sealed_at.is_(None))
    return db.session.scalar(statement) or 0
