"""The score of a targeting list and its classes, over all the structures of a territory at once.

    score    = Σ w p / Σ w       over the criteria that a structure has, p its percentile among its peers (0 to 100)
    coverage = Σ w of these / Σ w of all

Under a coverage set by the method a structure is « à qualifier »: people look, nothing is computed. Without any value
it is a list of its own, never good nor bad. The others are classed within their universe (a field of care): the first
tenth, the next two, the rest; structures of one score are never told apart. The score helps people to decide and
decides nothing: it is stored beside what they decide, and triggers no contact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.statistics.grouped import FloatArray, IntArray
from app.statistics.peers import widen
from app.statistics.rankable import Rankable
from figures.peers import FEWEST_PEERS
from figures.targeting import Method, TargetClass, Unscorable

CLASSES = tuple(TargetClass)
FIRST, NEXT, REST, TO_QUALIFY, SILENT = range(len(CLASSES))
BoolArray = NDArray[np.bool_]
ClassArray = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Scores:
    """A line by structure, a column by criterion; NaN where a structure has not the criterion.

    `groups` are indices of `peers.GROUPS`, `counts` the peers of each percentile; `contributions` add up to `totals`.
    `classes` are indices of `CLASSES`.
    """

    percentiles: FloatArray
    groups: NDArray[np.int8]
    counts: IntArray
    contributions: FloatArray
    coverage: FloatArray
    totals: FloatArray
    classes: ClassArray


@dataclass(frozen=True)
class Scenario:
    """The method with one thing changed: a criterion left out (0), or its weight a fifth more or less (6, 4 for 5)."""

    code: str
    fifths: int
    weights: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """The classes under each scenario (a column each), and the structures that keep theirs under all of them."""

    scenarios: tuple[Scenario, ...]
    classes: ClassArray
    steady: BoolArray

    def share(self, among: BoolArray) -> float:
        """Return the share of some of the structures that keep their class whatever is changed; NaN for none."""
        return float(self.steady[among].mean()) if among.any() else float("nan")


def score(
    values: Rankable,
    nested: Sequence[IntArray],
    universes: IntArray,
    answered: BoolArray,
    method: Method,
    fewest: int = FEWEST_PEERS,
) -> Scores:
    """Return the scores of all the structures: `values` has a line by structure and a column by criterion.

    `nested` numbers their peer groups (see `peers.widen`), `universes` the lists that they are classed in (negative:
    of none, compared with the others and left « à qualifier »); `answered` is false for those of which no figure at
    all is known. Raises Unscorable for a territory without structure, or
    without a figure.
    """
    if not values.shape[0]:
        raise Unscorable("Ce territoire ne compte aucun établissement ouvert du champ choisi.")
    if np.isnan(values).all():
        raise Unscorable("Aucun chiffre exploitable pour ces critères et ces années : rien à calculer.")
    signs = np.array([1.0 if one.is_worse_when_high else -1.0 for one in method.criteria])
    peers = widen(Rankable(values * signs), nested, fewest)
    percentiles = peers.percentile.copy()
    for column, criterion in enumerate(method.criteria):
        if criterion.is_probability:
            percentiles[:, column] = 100 * values[:, column]
    available, totals = _weigh(percentiles, method.weights)
    classes = _classify(totals, _is_covered(available, method.weights, method), universes, method)
    classes[~answered] = SILENT
    divisor = np.where(available > 0, available, np.nan)[:, np.newaxis]
    contributions = percentiles * np.array(method.weights, np.float64) / divisor
    return Scores(percentiles, peers.group, peers.count, contributions, available / method.total, totals, classes)


def _weigh(percentiles: FloatArray, weights: Sequence[int]) -> tuple[FloatArray, FloatArray]:
    """Return the weights known of each structure and its score; sums go column by column, in the order of criteria."""
    known = ~np.isnan(percentiles)
    available, products = np.zeros(percentiles.shape[0]), np.zeros(percentiles.shape[0])
    for column, weight in enumerate(weights):
        available += weight * known[:, column]
        products += np.where(known[:, column], weight * percentiles[:, column], 0.0)
    return available, products / np.where(available > 0, available, np.nan)


def _is_covered(available: FloatArray, weights: Sequence[int], method: Method) -> BoolArray:
    covered: BoolArray = (available > 0) & (100 * available >= method.coverage * sum(weights))
    return covered


def _classify(totals: FloatArray, covered: BoolArray, universes: IntArray, method: Method) -> ClassArray:
    """Return the class of each structure: by how many of its universe stand strictly above it."""
    classes = np.full(totals.shape, TO_QUALIFY, np.int8)
    classed = np.flatnonzero(covered & (universes >= 0))
    if not classed.size:
        return classes
    order = classed[np.lexsort((-totals[classed], universes[classed]))]
    mine, numbers = universes[order], np.arange(order.size)
    is_new = np.ones(order.size, np.bool_)
    is_new[1:] = mine[1:] != mine[:-1]
    starts = np.maximum.accumulate(np.where(is_new, numbers, 0))
    is_new[1:] |= totals[order][1:] != totals[order][:-1]
    above = np.maximum.accumulate(np.where(is_new, numbers, 0)) - starts
    sizes = np.bincount(mine)[mine]
    classes[order] = np.where(
        100 * above < method.first * sizes,
        FIRST,
        np.where(100 * above < (method.first + method.following) * sizes, NEXT, REST),
    )
    return classes


def scenarios(method: Method) -> tuple[Scenario, ...]:
    """Return what is tried of a method: each criterion that counts left out, then a fifth more and a fifth less."""
    counted = [(place, one) for place, one in enumerate(method.criteria) if one.weight]
    tried = [(place, one, fifths) for place, one in counted for fifths in (0, 6, 4)]
    found = (
        Scenario(one.code, fifths, tuple(w * (fifths if at == place else 5) for at, w in enumerate(method.weights)))
        for place, one, fifths in tried
    )
    return tuple(scenario for scenario in found if sum(scenario.weights))


def sensitivity(scores: Scores, universes: IntArray, method: Method) -> Sensitivity:
    """Return which structures change class when the method changes a little. Those without an answer never do."""
    tried = scenarios(method)
    found = np.empty((scores.totals.size, len(tried)), np.int8)
    for column, scenario in enumerate(tried):
        available, totals = _weigh(scores.percentiles, scenario.weights)
        covered = _is_covered(available, scenario.weights, method)
        found[:, column] = _classify(totals, covered, universes, method)
    found[scores.classes == SILENT] = SILENT
    return Sensitivity(tried, found, (found == scores.classes[:, np.newaxis]).all(axis=1))
