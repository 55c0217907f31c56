"""What time does to a targeting list: reminders to signatories, the end of its validity. Nothing commits here."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, select, update

from app.actions.journal import record
from app.actions.magic_links import MAIL_KIND, template
from app.actions.notices import PERSON_TEMPLATE
from app.actions.outbox import queue_mail
from app.actions.targeting_signatures import ABOUT, DELEGATE, REMINDER
from app.extensions import db
from app.models import (
    JournalAction,
    ObjectKind,
    TargetingAnswer,
    TargetingCampaign,
    TargetingDelegate,
    TargetingSignatory,
    TargetingVersion,
)
from app.queries.magic_links import get_last_link
from workflows.targeting_list import SIGNATURE_REMINDERS, WORKFLOW, ListState


def queue_signature_reminders(*, today: date, now: datetime) -> int:
    """Queue a reminder for each answer awaited since the call; return how many mails are new.

    A round that comes late sends the latest reminder alone; a second round the same day, nothing.
    """
    in_force = (TargetingAnswer.signatory_id == TargetingSignatory.id, TargetingAnswer.voided_at.is_(None))
    last = select(func.max(TargetingVersion.number)).where(TargetingVersion.campaign_id == TargetingCampaign.id)
    awaited = (
        select(TargetingSignatory.id, TargetingSignatory.user_id, TargetingCampaign.entered_on, last.scalar_subquery())
        .join(TargetingCampaign, TargetingCampaign.id == TargetingSignatory.campaign_id)
        .where(
            TargetingCampaign.state == ListState.SIGNING,
            TargetingSignatory.is_concerned,
            TargetingSignatory.user_id.is_not(None),
            ~exists().where(*in_force),
        )
        .order_by(TargetingSignatory.id)
    )
    queued = 0
    for seat, person, called_on, number in db.session.execute(awaited).all():
        due = [days for days in SIGNATURE_REMINDERS if (today - called_on).days >= days]
        if due:
            rule = f"{REMINDER} {number} {person} {due[-1]}"
            queued += queue_mail(person, PERSON_TEMPLATE, ABOUT, seat, rule=rule, now=now)
    return queued


def queue_delegate_reminders(*, now: datetime) -> int:
    """Send their link once more to the delegates who have not answered; return how many mails are new.

    Counted from the link, and claimed on the delegation: two rounds at once send one mail. It leaves only if the link
    still opens something then.
    """
    answered = (TargetingAnswer.signatory_id == TargetingDelegate.signatory_id, TargetingAnswer.voided_at.is_(None))
    awaited = (
        select(TargetingDelegate.id, TargetingDelegate.sent_at)
        .join(TargetingDelegate.signatory)
        .join(TargetingCampaign, TargetingCampaign.id == TargetingSignatory.campaign_id)
        .where(
            TargetingCampaign.state == ListState.SIGNING,
            TargetingSignatory.is_concerned,
            TargetingDelegate.withdrawn_at.is_(None),
            TargetingDelegate.sent_at <= now - timedelta(days=SIGNATURE_REMINDERS[0]),
            ~exists().where(*answered),
        )
        .order_by(TargetingDelegate.id)
    )
    queued = 0
    for delegate, sent_at in db.session.execute(awaited).all():
        due = max(days for days in SIGNATURE_REMINDERS if now - sent_at >= timedelta(days=days))
        link = get_last_link(DELEGATE, delegate)
        if link and link.is_open(now) and _claim(delegate, due):
            queue_mail(None, template(link), MAIL_KIND, link.id, rule=f"{REMINDER} {due}", now=now)
            queued += 1
    return queued


def _claim(delegate: int, due: int) -> bool:
    """Take the reminder of that day for this process alone."""
    taken = (
        update(TargetingDelegate)
        .where(TargetingDelegate.id == delegate, TargetingDelegate.reminded < due)
        .values(reminded=due)
        .returning(TargetingDelegate.id)
        .execution_options(synchronize_session=False)
    )
    return db.session.scalar(taken) is not None


def list_over(today: date) -> Sequence[int]:
    """Return the signed lists whose validity is over."""
    over = (TargetingCampaign.state == ListState.SIGNED, TargetingCampaign.valid_until < today)
    return db.session.scalars(select(TargetingCampaign.id).where(*over).order_by(TargetingCampaign.id)).all()


def expire(campaign_id: int, *, today: date, now: datetime) -> bool:
    """Let a signed list expire; False when it has moved meanwhile."""
    held = select(TargetingCampaign).where(TargetingCampaign.id == campaign_id).with_for_update(of=TargetingCampaign)
    campaign = db.session.scalars(held.execution_options(populate_existing=True)).one()
    if WORKFLOW.missing(campaign, "expire", today=today, effective_on=None):
        return False
    WORKFLOW.fire(campaign, "expire", today=today, effective_on=None)
    campaign.entered_on, campaign.motive = today, ""
    db.session.flush()
    content = {"step": "expire", "from": ListState.SIGNED.value, "to": ListState.EXPIRED.value}
    record(JournalAction.TARGETING_STEP, ObjectKind.TARGETING, campaign_id, content, actor=None, now=now)
    return True
