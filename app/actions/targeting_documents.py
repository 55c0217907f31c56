"""The documents of a signed list: which are to be made, who makes the next one, and keeping it once it is sealed.

Run by the scheduler. Each step can be done twice, or be left in the middle: what is sealed stays, what is not waits.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.actions.journal import record
from app.extensions import db
from app.models import (
    WHOLE_LIST,
    JournalAction,
    ObjectKind,
    SealCertificate,
    SealedFile,
    TargetingCampaign,
    TargetingDocument,
    TargetingDocumentContent,
    TargetingPart,
    TargetingVersion,
)
from workflows.targeting_list import SEALED

STALE = timedelta(minutes=10)
"""How long somebody who took a document may be at it; how long one that failed waits before it is tried again."""


@dataclass(frozen=True)
class Seal:
    """The certificate of a seal, without its key."""

    fingerprint: str
    subject: str
    pem: str
    valid_from: datetime
    valid_until: datetime


def prepare_documents() -> int:
    """Write down what is to be made of the lists that are signed; return how many documents are new."""
    known = exists().where(TargetingDocument.version_id == TargetingVersion.id)
    last = select(func.max(TargetingVersion.number)).where(TargetingVersion.campaign_id == TargetingCampaign.id)
    signed = db.session.scalars(
        select(TargetingVersion.id)
        .join(TargetingCampaign, TargetingVersion.campaign_id == TargetingCampaign.id)
        .where(
            TargetingCampaign.state.in_(SEALED),
            TargetingVersion.number == last.correlate(TargetingCampaign).scalar_subquery(),
            ~known,
        )
        .order_by(TargetingVersion.id)
    ).all()
    return sum(_prepare(number) for number in signed)


def _prepare(version_id: int) -> int:
    parts = db.session.execute(
        select(TargetingPart.key, TargetingPart.organisation_id).where(
            TargetingPart.version_id == version_id, TargetingPart.organisation_id.is_not(None)
        )
    ).all()
    wanted = [(WHOLE_LIST, None), *((key, number) for key, number in parts)]
    rows = [
        {"version_id": version_id, "part": part, "organisation_id": whose, "failure": "", "size": 0}
        for part, whose in wanted
    ]
    _insert_once(TargetingDocument, rows)
    return len(rows)


def claim(*, now: datetime, failed_before: datetime | None = None) -> TargetingDocument | None:
    """Take the next document to be sealed, or one left in the middle; None when nothing waits. The caller commits.

    `failed_before`: one that failed before then is tried again at once, for somebody who has just put things right.
    """
    free = [TargetingDocument.claimed_at.is_(None), TargetingDocument.claimed_at < now - STALE]
    if failed_before:
        free.append(and_(TargetingDocument.failure != "", TargetingDocument.claimed_at < failed_before))
    waiting = and_(TargetingDocument.sealed_at.is_(None), or_(*free))
    while (number := _next(waiting)) is not None:
        taken = db.session.execute(
            update(TargetingDocument)
            .where(TargetingDocument.id == number, waiting)
            .values(claimed_at=now)
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount:  # type: ignore[attr-defined]
            return db.session.get_one(TargetingDocument, number, populate_existing=True)
    return None


def _next(waiting: ColumnElement[bool]) -> int | None:
    return db.session.scalar(select(TargetingDocument.id).where(waiting).order_by(TargetingDocument.id).limit(1))


def keep_sealed(document_id: int, data: bytes, seal: Seal, *, now: datetime) -> bool:
    """Keep the sealed bytes of a document; False when somebody else has sealed it meanwhile, whose file stays."""
    digest = hashlib.sha256(data).hexdigest()
    _insert_once(SealCertificate, [{**vars(seal), "subject": seal.subject[:255], "first_used_at": now}])
    _insert_once(SealedFile, [{"sha256": digest, "fingerprint": seal.fingerprint, "sealed_at": now}])
    kept = db.session.execute(
        update(TargetingDocument)
        .where(TargetingDocument.id == document_id, TargetingDocument.sealed_at.is_(None))
        .values(sealed_at=now, sha256=digest, size=len(data), failure="")
        .execution_options(synchronize_session=False)
    )
    if not kept.rowcount:  # type: ignore[attr-defined]
        db.session.rollback()
        return False
    db.session.execute(TargetingDocumentContent.__table__.insert().values(document_id=document_id, data=data))  # type: ignore[attr-defined]
    told = {"document": document_id, "sha256": digest, "fingerprint": seal.fingerprint}
    campaign_id = db.session.scalar(
        select(TargetingVersion.campaign_id)
        .join(TargetingDocument, TargetingDocument.version_id == TargetingVersion.id)
        .where(TargetingDocument.id == document_id)
    )
    record(JournalAction.TARGETING_SEALED, ObjectKind.TARGETING, campaign_id, told, actor=None, now=now)
    return True


def note_failure(document_id: int, why: str) -> None:
    """Say why a document is not sealed; it is tried again once its claim is stale."""
    statement = update(TargetingDocument).where(
        TargetingDocument.id == document_id, TargetingDocument.sealed_at.is_(None)
    )
    db.session.execute(statement.values(failure=why).execution_options(synchronize_session=False))


def _insert_once(model: Any, rows: list[dict[str, Any]]) -> None:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    db.session.execute(dialect.insert(model.__table__).values(rows).on_conflict_do_nothing())
