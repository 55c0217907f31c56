"""What accidents at work say of one site, as a band: never a rank, and nothing at all when there is too little."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from figures.bands import EvidenceBand

FloatArray = NDArray[np.float64]

FEWEST_YEARS = 2
FEWEST_EXPECTED = 2.0
EXCEEDED = 1.2
"""A site is a signal when its true rate is probably above so many times the rate of its group."""
FEWEST_SITES = 20
"""Under so many sites, a group of one activity in a region gives way to the whole country."""


_FLOORS = np.array([0.20, 0.80, 0.95])
_BANDS = np.array(
    [EvidenceBand.NONE, EvidenceBand.INCONCLUSIVE, EvidenceBand.PROBABLE, EvidenceBand.STRONG], dtype=object
)


def band_of(exceedance: float, expected: float, years: int) -> EvidenceBand:
    """Return the band of one site: its probability of exceedance, its expected accidents, its years of figures."""
    band: EvidenceBand = bands_of([exceedance], [expected], [years])[0]
    return band


def bands_of(exceedance: ArrayLike, expected: ArrayLike, years: ArrayLike) -> NDArray[np.object_]:
    """Return the band of each site of a territory. A missing probability or expectation is too small."""
    probability, accidents = np.asarray(exceedance, np.float64), np.asarray(expected, np.float64)
    bands = _BANDS[np.searchsorted(_FLOORS, np.nan_to_num(probability), side="right")]
    is_enough = (accidents >= FEWEST_EXPECTED) & (np.asarray(years) >= FEWEST_YEARS) & np.isfinite(probability)
    bands[~is_enough] = EvidenceBand.TOO_SMALL
    return bands


def expected(headcounts: ArrayLike, reference_indices: ArrayLike) -> FloatArray:
    """Return the accidents that each site would have at the rate of its activity: Σ headcount × index / 1000.

    One line by site, one column by year; the indices (accidents for 1,000 employees, national figures of the activity)
    have the same shape or are one line for all. A year without headcount or without reference adds nothing.
    """
    by_year = np.asarray(headcounts, np.float64) * np.asarray(reference_indices, np.float64) / 1000
    total: FloatArray = np.nansum(by_year, axis=-1)
    return total


@dataclass(frozen=True, eq=False)
class Pooled:
    """Sites over their years: accidents, person-years, expected accidents, and the number of years that count."""

    counts: FloatArray
    exposures: FloatArray
    expected: FloatArray
    years: NDArray[np.int64]


def pool(counts: ArrayLike, headcounts: ArrayLike, reference_indices: ArrayLike) -> Pooled:
    """Return the sums by site over the years where count, headcount and reference are all known (NaN: unknown).

    Adding years matters more than the estimator: three years rather than one bring more than any shrinkage.
    """
    y, e, reference = np.broadcast_arrays(
        np.asarray(counts, np.float64), np.asarray(headcounts, np.float64), np.asarray(reference_indices, np.float64)
    )
    known = np.isfinite(y) & np.isfinite(e) & np.isfinite(reference) & (e > 0)
    e = np.where(known, e, 0.0)
    return Pooled(
        counts=np.where(known, y, 0.0).sum(axis=-1),
        exposures=e.sum(axis=-1),
        expected=expected(e, np.where(known, reference, 0.0)),
        years=known.sum(axis=-1),
    )
