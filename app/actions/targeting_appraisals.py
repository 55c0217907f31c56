"""Saying, once the employer has been met, whether a list was right to point to it."""

from datetime import datetime

from sqlalchemy import select

from app.actions.errors import Difference, Forbidden, Stale, Unacceptable
from app.actions.journal import record_on_case
from app.extensions import db
from app.models import Case, JournalAction, ObjectKind, TargetingAppraisal, TargetingOpening
from app.permissions import Actor, may_appraise
from app.queries.targeting_appraisals import get_appraisal, was_met
from workflows.targeting_appraisal import Fairness, FairnessReason

NOT_YOURS = "La réponse revient à l’organisme qui conduit ce dossier."
NOT_MET = "Répondez après la première rencontre avec l’employeur : notez-la d’abord dans le dossier."


def appraise(
    case: Case,
    verdict: Fairness,
    reason: FairnessReason,
    wording: str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> TargetingAppraisal:
    """Keep or change the answer of the lead of a case that came from a list; `version` 0: a first answer.

    Raises Forbidden, Stale with both versions, or Unacceptable as long as nobody has met the employer.
    """
    if not may_appraise(actor, case):
        raise Forbidden(NOT_YOURS)
    if not was_met(actor, case):
        raise Unacceptable(NOT_MET)
    found = get_appraisal(case)
    if version != (found.version if found else 0):
        raise Stale(found, _differences(found, verdict, reason, wording))
    if found is None:
        campaign = db.session.scalar(select(TargetingOpening.campaign_id).where(TargetingOpening.case_id == case.id))
        found = TargetingAppraisal(case_id=case.id, employer_id=case.employer_id, campaign_id=campaign)
        db.session.add(found)
    found.verdict, found.reason, found.wording = verdict, reason, wording.strip()
    found.author_id, found.organisation_id, found.created_at = actor.user_id, actor.organisation_id, now
    db.session.flush()
    content = {"verdict": verdict, "reason": reason}
    kind = ObjectKind.TARGETING
    record_on_case(case, JournalAction.TARGETING_APPRAISED, kind, found.id, content, actor=actor, now=now)
    return found


def _differences(
    found: TargetingAppraisal | None, verdict: Fairness, reason: FairnessReason, wording: str
) -> list[Difference]:
    """What two people answered differently of one case."""
    mine = ("Réponse", verdict.label), ("Raison", reason.label), ("En quelques mots", wording)
    theirs = (found.verdict.label, found.reason.label, found.wording) if found else ("", "", "")
    return [Difference(label, value, other) for (label, value), other in zip(mine, theirs, strict=True)]
