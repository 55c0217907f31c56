"""The documents of signed lists: each is claimed, drawn from its frozen texts, sealed, then kept on its own."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app import clock
from app.actions.targeting_documents import Seal, claim, keep_sealed, note_failure, prepare_documents
from app.extensions import db, take_role
from app.jobs.sealers import sealer_of
from app.models import WHOLE_LIST, Organisation, TargetingCampaign, TargetingDocument, TargetingVersion
from app.queries.targeting_documents import texts_of
from app.seal.certificate import Sealer, Unusable
from app.second_wall.rules import IMPORTER
from app.views.targeting_reports import Edition, count_employers, values_of, words_of_seal
from app.views.targeting_sheets import Signed, signed_sheet
from reports import targeting_list
from reports.rendering import PdfUnavailable
from reports.targeting_list import TargetingList
from workflows.targeting_texts import tampered

log = logging.getLogger("jalon.targeting")
UNEXPECTED = "Le document n’a pas pu être produit : il sera tenté de nouveau ; si cela dure, prévenez l’exploitation."
ALTERED = "Les textes de cette version ne sont plus ceux qui ont été figés et signés : prévenez l’exploitation."
PILOTS = "pilotes de la liste"


class Altered(Exception):
    """What was frozen is no longer what it was: nothing is sealed of it."""


Sheet = Callable[[TargetingCampaign, TargetingVersion], Sequence[Signed]]


def seal_lists(
    *,
    now: Callable[[], datetime] = clock.now,
    should_stop: Callable[[], bool] = lambda: False,
    sheet: Sheet = signed_sheet,
    on_sealed: Callable[[str], None] = lambda part: None,
    is_asked: bool = False,
) -> int:
    """Seal what waits, one document after the other; return how many were sealed. Stopped, it goes on next time.

    `is_asked`: by somebody, who waits for what failed before too.
    """
    take_role(IMPORTER)
    try:
        return _seal(now, should_stop, sheet, on_sealed, now() if is_asked else None)
    finally:
        db.session.remove()  # the role goes with it


def _seal(
    now: Callable[[], datetime],
    should_stop: Callable[[], bool],
    sheet: Sheet,
    on_sealed: Callable[[str], None],
    failed_before: datetime | None,
) -> int:
    prepare_documents()
    db.session.commit()
    settings, done = current_app.config, 0
    sealer = cache(lambda: sealer_of(settings, now=now()))
    while not should_stop() and (document := claim(now=now(), failed_before=failed_before)):
        number, part = document.id, document.part
        db.session.commit()
        if _seal_one(number, sealer, sheet, now):
            on_sealed(part)
            done += 1
    return done


def _seal_one(number: int, sealer: Callable[[], Sealer], sheet: Sheet, now: Callable[[], datetime]) -> bool:
    try:
        mine = sealer()
        values = _values(number, sheet, now())
        db.session.rollback()  # drawn outside any transaction: nobody waits for it
        kept = keep_sealed(number, _drawn(values, mine, now()), _told(mine), now=now())
        db.session.commit()
        return kept
    except (Altered, Unusable, PdfUnavailable) as why:
        log.warning("Document de liste %d non scellé : %s", number, why)
        _fail(number, str(why))
    except Exception:
        log.exception("Le document %d n’a pas pu être scellé.", number)
        _fail(number, UNEXPECTED)
    return False


def _values(number: int, sheet: Sheet, now: datetime) -> TargetingList:
    document = db.session.scalars(
        select(TargetingDocument)
        .where(TargetingDocument.id == number)
        .options(joinedload(TargetingDocument.version).selectinload(TargetingVersion.parts))
    ).one()
    version = document.version
    if tampered(version.as_frozen()):
        raise Altered(ALTERED)
    campaign = db.session.get_one(TargetingCampaign, version.campaign_id)
    before = _version(campaign.id, version.number - 1)
    edition = Edition(
        recipient=_recipient(document),
        organisation=campaign.organisation.name,
        verify_at=f"{current_app.config['PUBLIC_URL']}/verifier",
        made_at=now,
        organisation_id=document.organisation_id,
    )
    return values_of(
        version,
        document.part,
        texts_of(version.parts, document.part),
        edition,
        before=before.as_frozen() if before else None,
        signed=sheet(campaign, version),
        total=count_employers(version.parts),
    )


def _version(campaign_id: int, number: int) -> TargetingVersion | None:
    return db.session.scalars(
        select(TargetingVersion)
        .where(TargetingVersion.campaign_id == campaign_id, TargetingVersion.number == number)
        .options(selectinload(TargetingVersion.parts))
    ).first()


def _recipient(document: TargetingDocument) -> str:
    if document.part == WHOLE_LIST or document.organisation_id is None:
        return PILOTS
    return db.session.get_one(Organisation, document.organisation_id).name


def _drawn(values: TargetingList, sealer: Sealer, now: datetime) -> bytes:
    from app.seal.stamping import stamp  # a second to load: for this alone

    return stamp(targeting_list.pdf(values), sealer, words=words_of_seal(values), now=now)


def _told(sealer: Sealer) -> Seal:
    return Seal(sealer.fingerprint, sealer.subject, sealer.pem, sealer.valid_from, sealer.valid_until)


def _fail(number: int, why: str) -> None:
    db.session.rollback()
    note_failure(number, why)
    db.session.commit()
