"""What time does to targeting lists: signatories are reminded, lists whose validity is over expire.

Both may run in several places at once: a mail has one key, a list is held while it moves.
"""

from collections.abc import Callable
from datetime import datetime

from app import clock
from app.actions import targeting_dates as actions
from app.extensions import db, take_role
from app.second_wall.rules import IMPORTER


def pursue_lists(*, now: Callable[[], datetime] = clock.now) -> int:
    """Queue the reminders that are due and expire what is over, list by list; return how much was done."""
    at = now()
    today = at.astimezone(clock.PARIS).date()
    done = actions.queue_signature_reminders(today=today, now=at) + actions.queue_delegate_reminders(now=at)
    db.session.commit()
    take_role(IMPORTER)  # that of what is computed of lists: the scheduler's own moves none
    try:
        for campaign_id in actions.list_over(today):
            done += actions.expire(campaign_id, today=today, now=at)
            db.session.commit()
    finally:
        db.session.remove()  # the role goes with it
    return done
