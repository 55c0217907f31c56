"""Rates of several years made comparable between small and large sites, before they are ranked.

A rate of a small site moves a lot from one year to the next, for no reason: sorted as it stands it fills both ends of
any list. Its years are added, then it is drawn towards its group (`shrinkage`), whose unit of exposure is here chosen
so that chance is what the years of the sites show of it:

    v  = Σ e Σ_t (r_t - r)² / Σ (T - 1)     variance of one year of one person, all sites together
    e' = m e T / v                           exposure for which a Poisson count would vary as much

The estimate ranked is m + √w (r - m): with w the whole of a small site would come back to the middle and no list would
ever hold one; with √w the estimates differ among themselves as the true rates do, at any size (T. A. Louis, 1984,
JASA 79:393-398), so that a size is on the list as often as it deserves.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.statistics.grouped import FloatArray, IntArray
from app.statistics.rankable import Rankable, rankable_probabilities
from app.statistics.shrinkage import shrink

FEWEST_YEARS = 2
FEWEST_STAFF = 10
FEWEST_SITES = 20
"""Sites of a category that are drawn towards one another; the others are drawn towards all that are left."""


@dataclass(frozen=True, eq=False)
class Steady:
    """One criterion, a value by site. `means` are what was seen, over `years` known years; NaN where it is not ranked.

    `estimates` are what is ranked, in whole units of the values; `weights` say how far a site's own rate is believed.
    """

    means: FloatArray
    years: IntArray
    weights: FloatArray
    estimates: Rankable


def steady(
    values: Rankable,
    staff: FloatArray,
    groups: IntArray,
    fewest_years: int = FEWEST_YEARS,
    fewest_staff: int = FEWEST_STAFF,
) -> Steady:
    """Return what is ranked of one criterion: `values` has a line by site and a column by year, NaN where unknown.

    Ranked from `fewest_years` known years and `fewest_staff` people on. A negative rate counts for zero; `staff` (NaN:
    unknown, then that of the middle site) is the size of each site, `groups` the number of its category.
    """
    known = ~np.isnan(values)
    years = known.sum(axis=1)
    rates = np.where(known, np.maximum(values, 0.0), 0.0)
    served = (years >= fewest_years) & ~(staff < fewest_staff)
    means = np.where(served, rates.sum(axis=1) / np.maximum(years, 1), np.nan)
    weights, estimates = np.full(means.shape, np.nan), np.full(means.shape, np.nan)
    size = _sizes(staff, served)
    gaps = np.where(known, (rates - np.nan_to_num(means)[:, np.newaxis]) ** 2, 0.0).sum(axis=1)
    for group in _pooled(groups, served):
        weights[group], estimates[group] = _draw(means[group], size[group], years[group], gaps[group])
    return Steady(means, years, weights, Rankable(np.rint(estimates)))


def as_told(probabilities: FloatArray) -> Steady:
    """Return a criterion that is ranked as it is: probabilities of an excess, in millionths, NaN where none is told.

    Its years were added and its chance taken out where it was computed (`shrinkage`).
    """
    known = ~np.isnan(probabilities)
    unknown = np.full(probabilities.shape, np.nan)
    return Steady(probabilities, known.astype(np.int64), unknown, rankable_probabilities(probabilities))


def _sizes(staff: FloatArray, served: NDArray[np.bool_]) -> FloatArray:
    known = staff[served & ~np.isnan(staff)]
    return np.where(np.isnan(staff), np.median(known) if known.size else 1.0, staff)


def _pooled(groups: IntArray, served: NDArray[np.bool_]) -> list[IntArray]:
    """The places of the sites of each group that is large enough, then of all the others together."""
    numbers, counts = np.unique(groups[served], return_counts=True)
    large = numbers[counts >= FEWEST_SITES]
    pools = [np.flatnonzero(served & (groups == number)) for number in large]
    others = np.flatnonzero(served & ~np.isin(groups, large))
    return [*pools, others] if others.size else pools


def _draw(means: FloatArray, size: FloatArray, years: IntArray, gaps: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how far each site is believed and its estimate; sites that chance explains are all alike."""
    exposure = size * years
    middle = float((means * exposure).sum() / exposure.sum())
    freedom = int(np.maximum(years - 1, 0).sum())
    by_chance = float((size * gaps).sum()) / freedom if freedom else 0.0
    if not middle or not by_chance:
        return np.ones(means.shape), means
    shrunk = shrink(means * middle * exposure / by_chance, middle * exposure / by_chance)
    return shrunk.weights, middle + np.sqrt(shrunk.weights) * (means - middle)
