"""What may be compared from one structure to another, and the few doors by which it comes.

The functions that rank, compare to peers or score take `Rankable` only. There is a door for rates, one for counts and
quantities that a structure declares, one for the probability that accidents exceed what chance explains; there is none
for a frequency index, whose value for one site is chance (`figures.frequency`).
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NewType

import numpy as np
from numpy.typing import NDArray

from app.statistics.shrinkage import Shrinkage
from figures.frequency import FrequencyIndex
from figures.rates import Rate

FloatArray = NDArray[np.float64]
Rankable = NewType("Rankable", np.ndarray[Any, np.dtype[np.float64]])
"""Comparable values, missing ones being NaN; a line or a table of floats (rates: in millionths)."""


def rankable_rates(rates: Sequence[Rate | None]) -> Rankable:
    """Return rates in millionths."""
    return Rankable(np.array([np.nan if rate is None else rate.millionths for rate in rates], np.float64))


def rankable_millionths(column: NDArray[np.int64] | FloatArray) -> Rankable:
    """Return rates read from their column in bulk: millionths, of any shape, missing ones NaN."""
    return Rankable(np.asarray(column, np.float64))


def rankable_quantities(values: Sequence[Decimal | int | None]) -> Rankable:
    """Return counts or quantities (contracts, hours served). TypeError for a frequency index."""
    if any(isinstance(value, FrequencyIndex) for value in values):
        raise TypeError("un indice de fréquence ne se classe pas : voir la probabilité de dépassement")
    return Rankable(np.array([np.nan if value is None else float(value) for value in values], np.float64))


def rankable_probabilities(column: NDArray[np.int64] | FloatArray) -> Rankable:
    """Return probabilities of an excess read from their column in bulk, in millionths; missing ones NaN."""
    return Rankable(np.asarray(column, np.float64) / 1_000_000)


def rankable_exceedance(group: Shrinkage, times: float = 1.2) -> Rankable:
    """Return the probability that each site is above so many times its group: all that accidents bring to a rank."""
    return Rankable(group.exceedance(times))
