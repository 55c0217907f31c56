"""The one place where the time is read; everything below the views and jobs receives it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return today's date in France."""
    return now().astimezone(PARIS).date()
