"""What charts draw: rates, or plain quantities with their unit. One picture holds one kind."""

from collections.abc import Iterable
from decimal import Decimal

from figures.absence import NoFigure
from figures.rates import Rate
from figures.words import NBSP, number_in_french

Measure = Rate | Decimal
Shown = Measure | NoFigure


def position(value: Measure) -> float:
    """Return where a figure stands on its axis: percents of a rate, or the quantity."""
    return float(value.percent if isinstance(value, Rate) else value)


def known(values: Iterable[Shown | None]) -> list[Measure]:
    """Return the figures that are there. TypeError when rates and quantities are mixed."""
    found = [value for value in values if isinstance(value, Rate | Decimal)]
    if len({isinstance(value, Rate) for value in found}) > 1:
        raise TypeError("un graphique ne mêle pas taux et quantités")
    return found


def in_words(value: Shown, unit: str = "") -> str:
    """Return « 11,4 % », « 12,5 », « 3 contrats », or why there is no figure. No unit after a rate: it has its own."""
    if isinstance(value, NoFigure):
        return value.label
    if isinstance(value, Rate):
        return value.in_french()
    decimals = 0 if value == value.to_integral_value() else 1
    return number_in_french(value, decimals) + (f"{NBSP}{unit}" if unit else "")


def on_axis(value: float, decimals: int, is_rate: bool) -> str:
    """Return a graduation in words."""
    number = number_in_french(Decimal(repr(value)), decimals)
    return f"{number}{NBSP}%" if is_rate else number
