"""Dates as people and spreadsheets write them."""

import re
from datetime import date, timedelta

from app.readers.cells import folded
from app.readers.problems import InvalidCell

FIRST, LAST = date(1900, 1, 1), date(2100, 12, 31)
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", re.ASCII)
FRENCH = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?:\s+\d{1,2}[:h].*)?", re.ASCII)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
IN_WORDS = re.compile(r"(?:\w+ )?(\d{1,2})(?:er)? (\w+) (\d{4})")
MONTHS = "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()
SERIALS = range(20_000, 75_000)
"""Days counted by a spreadsheet, from 1954 to 2105: a smaller number is no date that we expect."""


def day(cell: str) -> date:
    """A date from 1900 to 2100: « 2024-03-01 », « 01/03/2024 », « 1.3.24 », « 1er mars 2024 », « 45352 »."""
    found = _parts(cell.strip())
    try:
        value = found if isinstance(found, date) else date(*found)
    except (TypeError, ValueError):
        value = None
    if value is None or not FIRST <= value <= LAST:
        raise InvalidCell(f"« {cell.strip()[:40]} » n’est pas une date : écrivez-la jour/mois/année, comme 01/03/2024.")
    return value


def _parts(text: str) -> date | tuple[int, ...]:
    if found := ISO.fullmatch(text) or COMPACT.fullmatch(text):
        return tuple(int(part) for part in found.groups())
    if found := FRENCH.fullmatch(text):
        number = int(found[3])
        century = 0 if number > 99 else 2000 if number < 70 else 1900
        return century + number, int(found[2]), int(found[1])
    if text.isdecimal() and len(text) == 5 and int(text) in SERIALS:
        return date(1899, 12, 30) + timedelta(days=int(text))
    words = IN_WORDS.fullmatch(folded(text))
    if words and words[2] in MONTHS:
        return int(words[3]), MONTHS.index(words[2]) + 1, int(words[1])
    return ()
