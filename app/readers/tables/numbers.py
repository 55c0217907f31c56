"""Numbers and dates of a spreadsheet, as a person would have typed them."""

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

DATE_FORMATS = frozenset((*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)))
"""Built-in formats of ECMA-376 (§18.8.30) that show a day; the others show an hour, or no date."""
NOT_A_LETTER = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
KEPT = 16
"""Fifteen digits and a point."""
LAST_SERIAL = 2_958_465
"""31 December 9999, the last day that a spreadsheet knows."""


def number_text(value: str) -> str:
    """Return the number with the fifteen digits that a spreadsheet keeps: « 12 », « 0.0889 », never « 12.0 ».

    `value` is the text of the file, such as « 8.8900000000000007E-2 ». What is not a number is returned as it is.
    """
    if value.isdecimal() or (len(value) < KEPT and value[-1:] != "0" and value.replace(".", "", 1).isdecimal()):
        return value
    try:
        number = Decimal(format(float(value), ".15g"))
    except (ValueError, InvalidOperation):
        return value
    if not number.is_finite() or number.adjusted() > 30:
        return value
    return f"{number:f}" if number else "0"


def is_date_format(code: str) -> bool:
    """Tell whether a format such as « dd/mm/yyyy » shows a day (an hour alone is not one)."""
    letters = NOT_A_LETTER.sub("", code.split(";")[0]).lower()
    if letters in ("general", "standard"):
        return False
    return "d" in letters or "y" in letters or ("m" in letters and not set("hs") & set(letters))


def date_text(value: str, is_1904: bool = False) -> str:
    """Return « 2024-03-01 » (with « 14:30 » if an hour is given) from the serial number of a day, else the number.

    Serial 60 is a 29 February 1900 that never was: earlier days are one off (ECMA-376, §18.17.4.1).
    """
    try:
        serial = float(value)
    except ValueError:
        return value
    if not 1 <= serial < LAST_SERIAL:
        return number_text(value)
    origin = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 31 if serial < 60 else 30)
    moment = origin + timedelta(minutes=round(serial * 1440))
    return moment.strftime("%Y-%m-%d") if (moment.hour, moment.minute) == (0, 0) else moment.strftime("%Y-%m-%d %H:%M")
