"""A rate that carries its unit from the file to the page: 11,4 in one file and .114 in another are the same rate."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import total_ordering
from numbers import Number
from typing import NoReturn, Self

from figures.words import NBSP, number_in_french

MILLION = 1_000_000
LARGEST = 1_000
"""A rate of a hundred thousand percent is not a rate. Plausible bounds are the reader's business, not the type's."""

_WRITTEN = re.compile(r"[+\-−]?(\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Rate:
    """A part of a whole, to the millionth (a ten-thousandth of a percentage point).

    Made by a constructor that names its unit, never from a float. It compares, adds and subtracts with other rates
    only: with a bare number it raises, since nobody can tell whether 5 means 5 or 500 %.
    """

    millionths: int

    def __post_init__(self) -> None:
        if type(self.millionths) is not int:
            raise TypeError("Rate: from_fraction, from_percent or from_millionths")
        if abs(self.millionths) > LARGEST * MILLION:
            raise ValueError("taux hors de toute mesure")

    @classmethod
    def from_fraction(cls, value: Decimal | str) -> Self:
        """Return the rate written as a part of one: « .1140 », « 0,114 ». ValueError when it is no number."""
        return cls(_millionths(_decimal(value)))

    @classmethod
    def from_percent(cls, value: Decimal | str) -> Self:
        """Return the rate written in percent: « 11,4 », « 11.40 % ». ValueError when it is no number."""
        if isinstance(value, str):
            value = value.strip().removesuffix("%")
        return cls(_millionths(_decimal(value).scaleb(-2)))

    @classmethod
    def from_millionths(cls, value: int) -> Self:
        """Return the rate kept in a column, or computed from others, in millionths."""
        return cls(value)

    @property
    def percent(self) -> Decimal:
        """The same in percent, exactly: what a spreadsheet or a form shows."""
        return Decimal(self.millionths).scaleb(-4)

    def in_french(self, decimals: int = 1) -> str:
        """Return « 11,4 % », rounded half up as people do."""
        return f"{number_in_french(self.percent, decimals)}{NBSP}%"

    def in_points(self, decimals: int = 1) -> str:
        """Return « + 1,8 point », for a difference between two rates."""
        size = abs(self.percent).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        sign = "" if not size else f"+{NBSP}" if self.millionths > 0 else f"−{NBSP}"
        return f"{sign}{number_in_french(size, decimals)}{NBSP}{'points' if size >= 2 else 'point'}"

    __str__ = in_french

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.millionths + _other(other))

    def __sub__(self, other: "Rate") -> "Rate":
        return Rate(self.millionths - _other(other))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Number):
            _refuse(other)
        return self.millionths == other.millionths if isinstance(other, Rate) else NotImplemented

    def __lt__(self, other: "Rate") -> bool:
        return self.millionths < _other(other)

    def __hash__(self) -> int:
        return hash((Rate, self.millionths))


def _other(value: object) -> int:
    return value.millionths if isinstance(value, Rate) else _refuse(value)


def _refuse(value: object) -> NoReturn:
    raise TypeError(f"un taux ne se mêle qu’à un taux, pas à {type(value).__name__}")


def _decimal(value: Decimal | str) -> Decimal:
    """Raise TypeError for a float, whose last digits are noise, and for an int, which has lost its unit."""
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, str) and len(value) <= 60 and _WRITTEN.fullmatch(value.strip()):
        number = Decimal(value.strip().replace(",", ".").replace("−", "-"))
    elif isinstance(value, str):
        raise ValueError(f"pas un taux : {value[:40]}")
    else:
        raise TypeError(f"un taux se lit d’un texte ou d’un Decimal, pas de {type(value).__name__}")
    if not number.is_finite() or number.adjusted() > 12:
        raise ValueError(f"pas un taux : {str(value)[:40]}")
    return number


def _millionths(fraction: Decimal) -> int:
    return int((fraction * MILLION).to_integral_value(ROUND_HALF_EVEN))
