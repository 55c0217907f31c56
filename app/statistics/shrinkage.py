"""Rates of small sites drawn towards their group, as far as chance explains their difference.

Marshall's global empirical Bayes estimate (R. M. Marshall, 1991, Applied Statistics 40:283-294), which is the mean of
the Poisson-Gamma posterior (D. Clayton and J. Kaldor, 1987, Biometrics 43:671-681) with its prior fitted by moments.
For sites of counts y and exposures e (employees over the years, or expected accidents when activities are mixed):

    m  = Σy / Σe                          rate of the group
    s² = Σ e (y/e - m)² / Σe              variance of the sites around it
    A  = max(0, s² - m / mean(e))         what chance leaves of it: true differences between sites
    w  = A / (A + m/e)                    how far a site is believed
    estimate = m + w (y/e - m)            posterior Gamma(m²/A + y, rate m/A + e)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc, gammaincinv

FloatArray = NDArray[np.float64]

NO_DIFFERENCE = (
    "Entre ces établissements, les écarts observés ne dépassent pas ceux du hasard : les accidents ne signalent aucun "
    "d’entre eux."
)
"""What is said of a group where `differs` is false."""


@dataclass(frozen=True, eq=False)
class Shrinkage:
    """A group of sites after shrinkage. Arrays are in the order given and cannot be written.

    `mean` and `estimates` are counts by unit of exposure; `weights` go from 0 (nothing is known of the site: the rate
    of the group) to 1. `between` is A; when it is 0 the sites do not differ beyond chance: every weight is 0, every
    estimate is the mean, `shape` and `rate` of the prior are infinite.
    """

    counts: FloatArray
    exposures: FloatArray
    mean: float
    variance: float
    between: float
    shape: float
    rate: float
    estimates: FloatArray
    weights: FloatArray

    @property
    def differs(self) -> bool:
        """Whether sites differ beyond chance; if not, no interval or band means anything for one of them."""
        return self.between > 0

    def interval(self, probability: float = 0.90) -> tuple[FloatArray, FloatArray]:
        """Return the lower and upper bounds that hold each true rate with this probability, tails equal.

        Without difference between sites both are the mean, the limit of the formula.
        """
        if not 0 < probability < 1:
            raise ValueError("une probabilité est entre 0 et 1")
        if not self.differs:
            return self.estimates, self.estimates
        shape, rate = self.shape + self.counts, self.rate + self.exposures
        tail = (1 - probability) / 2
        return gammaincinv(shape, tail) / rate, gammaincinv(shape, 1 - tail) / rate

    def exceedance(self, times: float = 1.2) -> FloatArray:
        """Return the probability that each true rate is above `times` the mean of the group.

        Without difference between sites it is 0 from `times` = 1 on: no site is above.
        """
        if np.isnan(self.mean):
            return self.estimates
        if not self.differs:
            return np.where(self.estimates > times * self.mean, 1.0, 0.0)
        above: FloatArray = gammaincc(self.shape + self.counts, (self.rate + self.exposures) * times * self.mean)
        return above


def shrink(counts: ArrayLike, exposures: ArrayLike) -> Shrinkage:
    """Return the group of these sites: counts of events, exposures in any unit, one of each by site.

    A site without exposure has no part in the group (nor in its mean exposure); it gets the group's rate and a weight
    of 0. One site alone, or sites that chance explains, get `between` = 0. Without any exposure at all, figures are
    NaN. ValueError for a negative, missing or unpaired figure, and for events without exposure.
    """
    y, e = _checked(counts, exposures)
    known = e > 0
    if not known.any():
        return _posterior(y, e, np.nan, np.nan, 0.0)
    y_known, e_known = y[known], e[known]
    mean = float(y_known.sum() / e_known.sum())
    variance = float((e_known * (y_known / e_known - mean) ** 2).sum() / e_known.sum())
    return _posterior(y, e, mean, variance, between=max(0.0, variance - mean / float(e_known.mean())))


def _checked(counts: ArrayLike, exposures: ArrayLike) -> tuple[FloatArray, FloatArray]:
    y, e = np.array(counts, np.float64), np.array(exposures, np.float64)
    if y.ndim != 1 or y.shape != e.shape:
        raise ValueError("un nombre d’événements et une exposition par établissement")
    if not (np.isfinite(y).all() and np.isfinite(e).all() and (y >= 0).all() and (e >= 0).all()):
        raise ValueError("des nombres positifs ou nuls, sans valeur manquante")
    if (y[e == 0] > 0).any():
        raise ValueError("des événements sans exposition")
    return y, e


def _posterior(y: FloatArray, e: FloatArray, mean: float, variance: float, between: float) -> Shrinkage:
    """The formulas above over a common denominator, so that nothing is divided by a missing exposure."""
    if between:
        weights = between * e / (between * e + mean)
        estimates = (mean**2 + between * y) / (mean + between * e)
        shape, rate = mean**2 / between, mean / between
    else:
        weights, estimates, shape, rate = np.zeros(y.shape), np.full(y.shape, mean), np.inf, np.inf
    for array in (y, e, estimates, weights):
        array.setflags(write=False)
    return Shrinkage(y, e, mean, variance, between, shape, rate, estimates, weights)
