"""How long people keep their access without being confirmed, and after they leave: the rules as data. No clock."""

from datetime import date

from workflows.calendar import add_months, days

REVIEW_MONTHS = 6
"""Every half-year an organisation says who is still in post (ANSSI, « Recommandations sur la gestion des accès »)."""

FIRST, SECOND = "review_due", "review_again"
REMINDERS = ((FIRST, days(0)), (SECOND, days(14)))
"""What the administrators are sent, and how long after the day the review is due."""

SUSPENSION = days(30)
"""How long after that day whoever has not been confirmed is suspended."""

READING = days(30)
"""How long somebody who has left still reads."""


def next_review(today: date) -> date:
    """Return the day the next review is due."""
    return add_months(today, REVIEW_MONTHS)


def reminders_due(due_on: date, today: date) -> list[str]:
    """Return the reminders whose day has come, the first one first."""
    return [name for name, delay in REMINDERS if delay.after(due_on) <= today]


def suspends(due_on: date, today: date) -> bool:
    """Tell whether people left unconfirmed since a review was due lose their access."""
    return SUSPENSION.after(due_on) <= today


def last_day_of_reading(departs_on: date) -> date:
    """Return the last day on which somebody who leaves that day reads anything."""
    return READING.after(departs_on)
