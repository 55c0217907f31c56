"""When the managers of a house are reminded of the date that its self-diagnostic is meant for."""

from datetime import date, timedelta

REMIND = (-15, -3, 7)
"""Days from that date (domain reference §4, state « diagnostic »)."""
PROPOSED = "proposed"
WEEK = timedelta(days=7)
"""How long a reminder that something held back may still leave; after it, silence."""
MOST_DAYS_AHEAD = 365


def reminder_on(due_on: date, set_on: date, today: date, *, is_proposed: bool) -> str | None:
    """Return which reminder a day calls for: « proposed » when an organisation just set the date, « due-15 »…, or None.

    The latest that is reached stands, for a week; none from before the day when the date was set.
    """
    days = {due_on + timedelta(days=offset): f"due{offset:+d}" for offset in REMIND}
    named = {day: rule for day, rule in days.items() if day > set_on}
    if is_proposed:
        named[set_on] = PROPOSED
    reached = [day for day in named if today - WEEK < day <= today]
    return named[max(reached)] if reached else None
