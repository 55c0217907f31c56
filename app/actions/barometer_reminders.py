"""The monthly reminder that a manager asked for: one mail when the month that ended is not noted yet."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from app.actions.nudges import BAROMETER, manages, queue_nudge
from app.extensions import db
from app.models import BarometerEntry, BarometerReminder, OutboxMail
from workflows.barometer import first_day, shifted

ABOUT = "barometer"
FROM_DAY = 3
"""Of the month: payroll has closed the one before."""


def queue_reminders(*, today: date, now: datetime) -> int:
    """Queue one mail to whoever asked and still manages the house, once a month; return how many."""
    if today.day < FROM_DAY:
        return 0
    month = shifted(first_day(today), -1)
    queued = 0
    for reminder in db.session.scalars(_awaited(month)).all():
        if manages(reminder.user_id, reminder.employer_id, today):
            cycle = month.toordinal()
            queued += queue_nudge(reminder.user_id, BAROMETER, ABOUT, reminder.employer_id, BAROMETER, cycle, now=now)
    return queued


def _awaited(month: date) -> Select[BarometerReminder]:
    """Return those whose house has noted nothing of the month, and who were not told of it."""
    noted = _noted(BarometerReminder.employer_id, month)
    mine = OutboxMail.user_id == BarometerReminder.user_id, OutboxMail.template == BAROMETER
    of_house = OutboxMail.object_id == BarometerReminder.employer_id
    told = exists().where(*mine, of_house, OutboxMail.cycle == month.toordinal())
    return select(BarometerReminder).where(~noted, ~told).order_by(BarometerReminder.id)


def is_awaited(user_id: int, employer_id: int, month: date) -> bool:
    """Tell whether a reminder still has a reason: asked for, and the month not noted since."""
    asked = exists().where(BarometerReminder.user_id == user_id, BarometerReminder.employer_id == employer_id)
    return bool(db.session.scalar(select(asked & ~_noted(employer_id, month))))


def _noted(employer_id: Any, month: date) -> ColumnElement[bool]:
    """Condition that a month is noted, by the only columns that the scheduler's role reads."""
    return exists(BarometerEntry.month).where(BarometerEntry.employer_id == employer_id, BarometerEntry.month == month)
