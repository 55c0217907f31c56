"""Reminders to the managers of employers: one a week for each person in all, whatever they are about."""

from datetime import date, datetime, timedelta

from sqlalchemy import exists, select

from app.actions.outbox import queue_mail
from app.extensions import db
from app.models import Capacity, OutboxMail
from app.queries.employer_people import list_managers

BAROMETER, SELF_DIAGNOSTIC = "barometer_reminder", "self_diagnostic_reminder"
MAILS = (BAROMETER, SELF_DIAGNOSTIC)
WEEK = timedelta(days=7)


def queue_nudge(user_id: int, mail: str, about: str, number: int, rule: str, cycle: int, *, now: datetime) -> bool:
    """Queue one, unless this person has it already or was sent another this week: the next sweep asks again."""
    lately = exists(OutboxMail.id).where(
        OutboxMail.user_id == user_id, OutboxMail.template.in_(MAILS), OutboxMail.created_at > now - WEEK
    )
    return not db.session.scalar(select(lately)) and queue_mail(user_id, mail, about, number, rule, cycle, now=now)


def list_in_post(employer_id: int, today: date) -> list[Capacity]:
    """Return the managers of an employer who may be reminded: in post, with an account that is open."""
    people = list_managers(employer_id, today=today)
    return [one for one in people if one.is_open(today) and not one.is_read_only(today) and one.user.is_enabled]


def manages(user_id: int, employer_id: int, today: date) -> bool:
    """Tell whether somebody is in post at an employer today."""
    return any(one.user_id == user_id for one in list_in_post(employer_id, today))
