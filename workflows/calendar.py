"""French working days and delays: pure functions of dates."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from workflows.labels import LabelledEnum


class Unit(LabelledEnum):
    """How a delay is counted."""

    DAYS = "days", "jours"
    WORKING_DAYS = "working_days", "jours ouvrés"
    MONTHS = "months", "mois"


def easter(year: int) -> date:
    """Return Easter Sunday of a Gregorian year (anonymous algorithm, Meeus, Astronomical Algorithms, ch. 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    month_offset = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * month_offset) // 451
    month, day = divmod(h + month_offset - 7 * m + 114, 31)
    return date(year, month, day + 1)


@cache
def public_holidays(year: int) -> frozenset[date]:
    """Return the eleven French public holidays of a year (code du travail, art. L.3133-1), metropolitan rule."""
    sunday = easter(year)
    moving = {sunday + timedelta(days=days) for days in (1, 39, 50)}
    fixed = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    return frozenset(moving | {date(year, month, day) for month, day in fixed})


def is_working_day(day: date) -> bool:
    """Tell whether a day is Monday to Friday and not a public holiday."""
    return day.weekday() < 5 and day not in public_holidays(day.year)


def add_working_days(day: date, count: int) -> date:
    """Return the `count`-th working day after `day` (before it when negative); `day` itself when zero."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def add_months(day: date, count: int) -> date:
    """Return the same day `count` months later, or the last day of that month when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    next_first = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(next_first - timedelta(days=1), date(year, month + 1, 1) + timedelta(days=day.day - 1))


@dataclass(frozen=True)
class Delay:
    """A duration as the procedure words it: 60 days, 30 working days, 6 months."""

    count: int
    unit: Unit = Unit.DAYS

    def after(self, day: date) -> date:
        """Return the day on which the delay that starts on `day` ends."""
        if self.unit is Unit.WORKING_DAYS:
            return add_working_days(day, self.count)
        if self.unit is Unit.MONTHS:
            return add_months(day, self.count)
        return day + timedelta(days=self.count)

    def shift(self, due_on: date, offset: int) -> date:
        """Return the reminder day `offset` before (negative) or after the due date, in the delay's own days."""
        if self.unit is Unit.WORKING_DAYS:
            return add_working_days(due_on, offset)
        return due_on + timedelta(days=offset)

    def __str__(self) -> str:
        return f"{self.count} {self.unit.label}"


def days(count: int) -> Delay:
    """Return a delay in calendar days."""
    return Delay(count)


def working_days(count: int) -> Delay:
    """Return a delay in French working days."""
    return Delay(count, Unit.WORKING_DAYS)


def months(count: int) -> Delay:
    """Return a delay in calendar months."""
    return Delay(count, Unit.MONTHS)
