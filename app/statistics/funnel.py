"""Funnel plot of accidents: how far from what is expected a site may stand by chance, given its size.

D. J. Spiegelhalter, 2005, « Funnel plots for comparing institutional performance », Statistics in Medicine
24:1185-1202, doi:10.1002/sim.1970: exact interpolated Poisson limits, over-dispersion by winsorised z-scores.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import pdtr, pdtrik

FloatArray = NDArray[np.float64]

WARNING = (0.025, 0.975)
"""Probabilities of the 95 % limits."""
ALARM = (0.001, 0.999)
"""Probabilities of the 99.8 % limits."""
TRIMMED = 0.10
SMALLEST_DRAWN = 0.05
"""Expected accidents where curves begin: under it one accident alone is beyond any limit."""


@dataclass(frozen=True)
class Dispersion:
    """How much more the sites differ than Poisson would have them: mean squared z-score, and what chance allows it."""

    sites: int
    factor: float
    threshold: float

    @property
    def is_over(self) -> bool:
        return self.factor > self.threshold

    @property
    def inflation(self) -> float:
        """What the variance is multiplied by: 1 when nothing shows that it should be more."""
        return self.factor if self.is_over else 1.0


def limits(expected: ArrayLike, probability: float, *, inflation: float = 1.0, clip: bool = True) -> FloatArray:
    """Return the count under which a site stands with this probability, for each number of expected accidents.

    The quantile is interpolated between whole counts, hence below zero for very small sites before it is clipped.
    `inflation` (see `Dispersion`) widens the gap to what is expected by its square root.
    """
    centre = np.asarray(expected, np.float64)
    if not 0 < probability < 1:
        raise ValueError("une probabilité est entre 0 et 1")
    if (centre < 0).any() or not np.isfinite(centre).all():
        raise ValueError("un nombre attendu est positif ou nul")
    whole = _quantile(centre, probability)
    below = np.where(whole > 0, pdtr(np.maximum(whole - 1, 0), centre), 0.0)
    reached = pdtr(whole, centre)
    found: FloatArray = centre + sqrt(inflation) * (whole - (reached - probability) / (reached - below) - centre)
    return found.clip(min=0.0) if clip else found


def ratio_limits(expected: ArrayLike, probability: float, *, inflation: float = 1.0) -> FloatArray:
    """Return the limits of observed over expected, as drawn; NaN where nothing is expected."""
    centre = np.asarray(expected, np.float64)
    ratios = limits(centre, probability, inflation=inflation)
    found: FloatArray = np.divide(ratios, centre, out=np.full(centre.shape, np.nan), where=centre > 0)
    return found


def _quantile(centre: FloatArray, probability: float) -> FloatArray:
    """The smallest whole count whose cumulative probability reaches this one, exactly.

    The inverse is continuous and a little off at whole counts, and undefined under zero: it is a first guess.
    """
    whole: FloatArray = np.ceil(np.nan_to_num(pdtrik(probability, centre)))
    while (high := (whole > 0) & (pdtr(np.maximum(whole - 1, 0), centre) >= probability)).any():
        whole = np.where(high, whole - 1, whole)
    while (low := pdtr(whole, centre) < probability).any():
        whole = np.where(low, whole + 1, whole)
    return whole


def dispersion(counts: ArrayLike, expected: ArrayLike) -> Dispersion:
    """Return how over-dispersed a territory is; a site with nothing expected, or unknown, has no part in it.

    z = 2 (√y - √E), the tenth of the sites at each end brought to the next ones; over-dispersed when the mean of z²
    is above 1 + 2 √(2/n). Without any site, a factor of 1.
    """
    y, centre = np.asarray(counts, np.float64), np.asarray(expected, np.float64)
    known = (centre > 0) & np.isfinite(y)
    sites = int(known.sum())
    if not sites:
        return Dispersion(0, 1.0, np.inf)
    z = 2 * (np.sqrt(y[known]) - np.sqrt(centre[known]))
    lowest, highest = np.quantile(z, [TRIMMED, 1 - TRIMMED])
    return Dispersion(sites, float((np.clip(z, lowest, highest) ** 2).mean()), 1 + 2 * sqrt(2 / sites))


def zones(counts: ArrayLike, expected: ArrayLike, *, inflation: float = 1.0) -> NDArray[np.int64]:
    """Return where each site stands: 0 within the 95 % limits, ±1 beyond them, ±2 beyond the 99.8 % ones."""
    y, centre = np.asarray(counts, np.float64), np.asarray(expected, np.float64)
    places = np.zeros(centre.shape, np.int64)
    for low, high in (WARNING, ALARM):
        places += y > limits(centre, high, inflation=inflation)
        places -= y < limits(centre, low, inflation=inflation)
    return places


def curve(
    largest: float, probabilities: tuple[float, float], *, inflation: float = 1.0, points: int = 120
) -> tuple[list[float], list[float], list[float]]:
    """Return expected numbers up to the largest, closer near zero, with both limits of observed over expected."""
    expected = np.linspace(sqrt(SMALLEST_DRAWN), sqrt(max(largest, 1.0)), points) ** 2
    low, high = (ratio_limits(expected, probability, inflation=inflation) for probability in probabilities)
    return expected.tolist(), low.tolist(), high.tolist()
