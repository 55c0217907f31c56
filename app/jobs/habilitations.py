"""Reviews of access: reminded, then enforced. Each organisation is committed on its own."""

from collections.abc import Callable
from datetime import datetime

from app import clock
from app.actions import habilitations
from app.extensions import db


def pursue_reviews(*, now: Callable[[], datetime] = clock.now) -> int:
    """Remind of the reviews that are due, suspend whoever was left unconfirmed; return how much was done."""
    at = now()
    today = at.astimezone(clock.PARIS).date()
    habilitations.plan_reviews(today=today)
    db.session.commit()
    done = 0
    for organisation_id in habilitations.list_overdue(today):
        done += habilitations.pursue_review(organisation_id, today=today, now=at)
        db.session.commit()
    return done
