"""French typography for the pages: dates, numbers, identifiers."""

import re
from datetime import date, datetime, timedelta

from flask import Flask

from app.clock import PARIS

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
NBSP = "\u00a0"
THIN = "\u202f"
NEVER = 9999
"""The year stored where nothing is expected."""


def init_app(app: Flask) -> None:
    """Register the filters under the names the templates use."""
    for function in (
        day,
        short_day,
        month,
        moment,
        number,
        siren,
        finess,
        phone,
        count,
        since,
        plural,
        lower_first,
        duration,
    ):
        app.add_template_filter(function)


def day(value: date | datetime | None) -> str:
    """Return « 12 novembre 2026 », « 1er mars 2026 », or nothing."""
    if value is None or value.year == NEVER:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(PARIS).date()
    first = "1er" if value.day == 1 else str(value.day)
    return f"{first}{NBSP}{MONTHS[value.month - 1]}{NBSP}{value.year}"


def short_day(value: date | None) -> str:
    """Return « 12/11/2026 », or nothing."""
    return "" if value is None or value.year == NEVER else f"{value:%d/%m/%Y}"


def month(value: date) -> str:
    """Return « mars 2027 »."""
    return f"{MONTHS[value.month - 1]}{NBSP}{value.year}"


def moment(value: datetime | None) -> str:
    """Return « 12 novembre 2026 à 14 h 05 », in the time of Paris."""
    if value is None:
        return ""
    return f"{day(value.astimezone(PARIS))} à {hour(value)}"


def hour(value: datetime) -> str:
    """Return « 14 h 05 », in the time of Paris."""
    local = value.astimezone(PARIS)
    return f"{local.hour}{NBSP}h{NBSP}{local.minute:02d}"


def number(value: int | float | None) -> str:
    """Return an integer or a decimal the French way: « 1 234 », « 12,5 »; a dash for nothing."""
    if value is None:
        return "—"
    return f"{value:,}".replace(",", THIN).replace(".", ",")


def siren(value: str | None) -> str:
    """Return a SIREN or a SIRET in groups: « 552 100 554 », « 552 100 554 00013 »."""
    if not value:
        return "—"
    groups = [value[:3], value[3:6], value[6:9], value[9:]]
    return NBSP.join(group for group in groups if group)


def finess(value: str | None) -> str:
    """Return a FINESS number in groups: « 79 001 234 5 »."""
    if not value:
        return "—"
    return NBSP.join((value[:2], value[2:5], value[5:8], value[8:]))


def phone(value: str | None) -> str:
    """Return a French telephone number in groups of two: « 05 49 00 00 00 »; any other as it was written."""
    digits = re.sub(r"[\s.-]", "", value or "")
    if not re.fullmatch(r"0\d{9}", digits):
        return (value or "").strip()
    return NBSP.join(digits[start : start + 2] for start in range(0, 10, 2))


def count(value: int, cap: int = 1_000) -> str:
    """Return a count, or « plus de 1 000 » beyond the cap at which counting stops."""
    return f"plus de {number(cap)}" if value > cap else number(value)


def since(value: date, today: date) -> str:
    """Return « aujourd’hui », « depuis 1 jour », « depuis 41 jours », « depuis 3 mois », « depuis 2 ans »."""
    days = (today - value).days
    if days <= 0:
        return "aujourd’hui"
    if days < 92:
        return f"depuis {plural(days, 'jour')}"
    if days < 730:
        return f"depuis {days // 30}{NBSP}mois"
    return f"depuis {days // 365}{NBSP}ans"


def lower_first(text: str) -> str:
    """Return a label as it reads after a colon: « objectif CPOM », its acronyms left alone; « CSE … » as it is."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def plural(value: int, word: str, words: str = "") -> str:
    """Return « 1 dossier », « 3 dossiers »: below two, French stays singular."""
    return f"{number(value)}{NBSP}{word if value < 2 else words or word + 's'}"


def duration(value: timedelta) -> str:
    """Return « 30 secondes », « 5 minutes », « 2 heures », rounded up: nobody comes back too early."""
    seconds = int(value.total_seconds()) + (value.microseconds > 0)
    if seconds < 60:
        return plural(seconds, "seconde")
    minutes = -(-seconds // 60)
    return plural(minutes, "minute") if minutes < 60 else plural(-(-minutes // 60), "heure")
