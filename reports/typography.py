"""French typography of the printed page: spaces that do not break, apostrophes, dates in words."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

PARIS = ZoneInfo("Europe/Paris")
NBSP = "\N{NO-BREAK SPACE}"
THIN_NBSP = "\N{NARROW NO-BREAK SPACE}"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip

_RULES = (
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    (re.compile(r"[ \u00a0]+(?=[;!?](?:\s|$))"), THIN_NBSP),
    (re.compile(r"[ \u00a0]+(?=:(?:\s|$))"), NBSP),
    (re.compile(r"«[ \u00a0]*"), f"«{NBSP}"),
    (re.compile(r"[ \u00a0]*»"), f"{NBSP}»"),
)


def typeset(text: str) -> str:
    """The same words, with the French apostrophe and the spaces that must not break.

    Spaces are replaced, and added inside « » only, so that an hour (14:30) or an address stays as typed.
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def paragraphs(text: str) -> Markup:
    """Each non-empty line of a text as an escaped <p>."""
    lines = (line.strip() for line in text.splitlines())
    return Markup("\n").join(Markup("<p>{}</p>").format(escape(typeset(line))) for line in lines if line)


def filled(texts: Iterable[str]) -> list[str]:
    """The texts of which something would be seen."""
    return [text for text in texts if text.strip()]


def date_in_words(day: date) -> str:
    """`1er octobre 2026`, on one line."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{NBSP}{MONTHS[day.month - 1]}{NBSP}{day.year}"


def instant_in_words(instant: datetime) -> str:
    """`12 novembre 2026 à 14 h 05`, Paris time. Takes an aware instant."""
    local = instant.astimezone(PARIS)
    return f"{date_in_words(local)} à {local.hour}{NBSP}h{NBSP}{local.minute:02d}"


def siren(number: str) -> str:
    """A SIREN in groups of three digits; anything else is left as it is."""
    if not re.fullmatch(r"\d{9}", number):
        return number
    return NBSP.join((number[:3], number[3:6], number[6:]))
