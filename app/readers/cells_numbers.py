"""Numbers written by people and by programs: comma or point, thousands apart or not, percent or parts of one."""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from app.readers.problems import InvalidCell
from figures.rates import LARGEST, MILLION

WRITTEN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
BLANKS = str.maketrans({"\u00a0": None, "\u202f": None, " ": None, "\u2009": None, "'": None, "’": None, "−": "-"})
LONGEST = 60
REMEMBERED = 32_768
"""A file of a million rates holds some thousands of different ones: they are worth remembering."""


def decimal(cell: str) -> Decimal:
    """Any number: « 1 234,56 », « 1.234,56 », « 1,234.56 », « .0889 », « 8,9E-2 ».

    With both a comma and a point, the last one is that of decimals.
    """
    plain = cell.strip().translate(BLANKS)
    if "," in plain:
        thousands = "." if plain.rfind(",") > plain.rfind(".") else ","
        plain = plain.replace(thousands, "").replace(",", ".")
    if len(plain) > LONGEST or WRITTEN.fullmatch(plain) is None:
        raise InvalidCell(f"« {cell.strip()[:40]} » n’est pas un nombre : corrigez la cellule ou laissez-la vide.")
    return Decimal(plain)


def integer(cell: str) -> int:
    """A whole number: « 12 », « 1 234 », « 12,0 »."""
    found = decimal(cell)
    if found != found.to_integral_value() or found.adjusted() > 15:
        raise InvalidCell(f"« {cell.strip()[:40]} » n’est pas un nombre entier : corrigez la cellule.")
    return int(found)


def count(cell: str) -> int:
    """A whole number that is not negative."""
    found = integer(cell)
    if found < 0:
        raise InvalidCell(f"« {cell.strip()[:40]} » est négatif : un nombre de cas ou de personnes ne peut l’être.")
    return found


@lru_cache(REMEMBERED)
def from_percent(cell: str) -> int:
    """A rate written in percent (« 8,9 », « 8,9 % »), in millionths of one: 89 000."""
    return _millionths(decimal(cell.strip().removesuffix("%")).scaleb(-2), cell)


@lru_cache(REMEMBERED)
def from_fraction(cell: str) -> int:
    """A rate written as a part of one (« .0890 »), in millionths of one: 89 000. A percent sign is refused."""
    if "%" in cell:
        raise InvalidCell(f"« {cell.strip()[:40]} » est en pourcentage dans un fichier en parts de un : vérifiez-le.")
    return _millionths(decimal(cell), cell)


@lru_cache(REMEMBERED)
def millionths(cell: str) -> int:
    """Any count or quantity, in millionths of its unit, so that all values of indicators are kept alike."""
    found = decimal(cell) * MILLION
    if abs(found) > MILLION**3:
        raise InvalidCell(f"« {cell.strip()[:40]} » est trop grand : corrigez la cellule.")
    return int(found.to_integral_value(ROUND_HALF_EVEN))


def cents(cell: str) -> int:
    """An amount in euros (« 1 234,50 € »), in whole cents: 123 450."""
    found = decimal(cell.replace("€", "").replace("EUR", "")) * 100
    if found != found.to_integral_value():
        raise InvalidCell(f"« {cell.strip()[:40]} » a plus de deux décimales : écrivez le montant au centime près.")
    if not 0 <= found <= 10**13:
        raise InvalidCell(f"« {cell.strip()[:40]} » n’est pas un montant plausible : corrigez la cellule.")
    return int(found)


def _millionths(fraction: Decimal, cell: str) -> int:
    found = fraction * MILLION
    if abs(found) > LARGEST * MILLION:
        raise InvalidCell(f"« {cell.strip()[:40]} » est hors de toute mesure pour un taux : corrigez la cellule.")
    return int(found.to_integral_value(ROUND_HALF_EVEN))
