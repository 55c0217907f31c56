"""A signed list gives way to the next: prepared from it, once; when the next is signed, it holds no longer."""

from datetime import date, datetime

from sqlalchemy import select

from app.actions.errors import Forbidden
from app.actions.journal import record
from app.actions.targeting import NOT_YOURS, ListTerms, create_campaign
from app.extensions import db
from app.models import JournalAction, ObjectKind, TargetingCampaign
from app.permissions import Actor, may_decide_list
from app.queries.targeting import get_successor
from workflows.core import Missing, Refused
from workflows.targeting_list import WORKFLOW, ListState, replacement_refusal

ALREADY = "La liste « {title} » ({body}) est déjà préparée pour remplacer celle-ci : continuez avec elle."
TOO_FAR = (
    "La liste qui remplace couvre au moins le même territoire : elle est préparée par une personne qui en lit tous les "
    "départements."
)
HIDDEN = "La liste que celle-ci remplace ne vous est pas ouverte : demandez à l’organisme qui la tient de conclure."


def prepare_next(
    before: TargetingCampaign,
    terms: ListTerms,
    *,
    actor: Actor,
    today: date,
    now: datetime,
    submission: str | None = None,
) -> TargetingCampaign:
    """Start the list that will replace one held under lock. Raises Forbidden, Refused, or Unacceptable."""
    if not may_decide_list(actor, before):
        raise Forbidden(NOT_YOURS)
    if why := preparing_refusal(actor, before):
        raise Refused(Missing(why))
    return create_campaign(terms, actor=actor, today=today, now=now, submission=submission, predecessor=before)


def preparing_refusal(actor: Actor, before: TargetingCampaign) -> str | None:
    """Return why the actor does not prepare the list that replaces another, in French, or None."""
    if why := replacement_refusal(before.state):
        return why
    if known := get_successor(before):
        return ALREADY.format(title=known.title, body=known.organisation.short_name)
    return None if actor.territory >= set(before.codes) else TOO_FAR


def replace_predecessor(campaign: TargetingCampaign, *, actor: Actor, today: date, now: datetime) -> None:
    """Let the list that a newly signed one replaces hold no longer, from that day; its cases stay.

    One that expired meanwhile stays so. Raises Refused when whoever concludes has no sight of it.
    """
    if campaign.predecessor_id is None:
        return
    held = select(TargetingCampaign).where(TargetingCampaign.id == campaign.predecessor_id)
    locked = held.with_for_update(of=TargetingCampaign).execution_options(populate_existing=True)
    before = db.session.scalars(locked).one_or_none()
    if before is None:
        raise Refused(Missing(HIDDEN))
    if before.state is not ListState.SIGNED:
        return
    WORKFLOW.fire(before, "replace", today=today, effective_on=None, motive="", successor=campaign.state)
    before.entered_on, before.motive = today, ""
    before.valid_until = max(before.valid_from, min(before.valid_until, today))
    db.session.flush()
    content = {"step": "replace", "from": ListState.SIGNED.value, "to": before.state.value, "by": campaign.id}
    record(JournalAction.TARGETING_STEP, ObjectKind.TARGETING, before.id, content, actor=actor, now=now)
