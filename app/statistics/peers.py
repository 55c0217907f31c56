"""How a structure stands among its peers: same category, status and size in the region, or wider when they are few."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.statistics.grouped import FloatArray, IntArray, numbered, slices
from app.statistics.rankable import Rankable
from figures.peers import FEWEST_PEERS, PeerGroup

DECILES = tuple(tenth / 10 for tenth in range(1, 10))
GROUPS = tuple(PeerGroup)


@dataclass(frozen=True, eq=False)
class Peers:
    """For each structure (line) and indicator (column): its group (index in `GROUPS`), its number of values, its place.

    `first_quartile`, `median`, `third_quartile` are in the unit of the values; `percentile` goes from 0 to 100, higher
    for a higher value, NaN for a structure without the figure. All are NaN without a group.
    """

    group: NDArray[np.int8]
    count: IntArray
    first_quartile: FloatArray
    median: FloatArray
    third_quartile: FloatArray
    percentile: FloatArray


def quantiles(values: Rankable, probabilities: Sequence[float] = DECILES) -> FloatArray:
    """Return quantiles of the known values, linear between them; NaN when none is known."""
    known = values[~np.isnan(values)]
    if not known.size:
        return np.full(len(probabilities), np.nan)
    found: FloatArray = np.quantile(known, probabilities)
    return found


def percentiles(values: Rankable) -> FloatArray:
    """Return for each value the percentage of known values under it, ties counting for half; NaN for a missing one."""
    return slices(values, np.zeros(values.shape, np.int64)).percentiles()


def compare(
    values: Rankable,
    categories: NDArray[np.generic],
    statuses: NDArray[np.generic],
    sizes: NDArray[np.generic],
    fewest: int = FEWEST_PEERS,
) -> Peers:
    """Return the peers of every structure of a region, for every indicator at once.

    `values` has a line by structure and a column by indicator (or is one column); the three others a value by
    structure. The group is the nearest one that holds `fewest` known values of that indicator.
    """
    nested = [numbered(categories, statuses, sizes), numbered(categories, statuses), numbered(categories)]
    return widen(values, nested, fewest)


def widen(values: Rankable, nested: Sequence[IntArray], fewest: int = FEWEST_PEERS) -> Peers:
    """Return the same with groups of one's own: numbered by structure, from the nearest grouping to the widest."""
    table = values if values.ndim == 2 else values[:, np.newaxis]
    columns = [_compare_column(column, nested, fewest) for column in table.T]
    of_figure = zip(*(_fields(column) for column in columns), strict=True)
    return Peers(*(np.stack(figures, axis=1).reshape(values.shape) for figures in of_figure))


def _fields(peers: Peers) -> tuple[NDArray[np.generic], ...]:
    return tuple(getattr(peers, name) for name in Peers.__dataclass_fields__)


def _compare_column(values: FloatArray, nested: Sequence[IntArray], fewest: int) -> Peers:
    order = np.argsort(values)
    found = Peers(
        np.full(values.shape, GROUPS.index(PeerGroup.NONE), np.int8),
        np.zeros(values.shape, np.int64),
        *(np.full(values.shape, np.nan) for _ in range(4)),
    )
    waiting = np.ones(values.shape, np.bool_)
    for level, groups in enumerate(nested):
        cut = slices(values, groups, order)
        served = waiting & (groups >= 0) & (cut.sizes[groups] >= fewest)
        waiting &= ~served
        if not served.any():
            continue
        mine = groups[served]
        found.group[served], found.count[served] = level, cut.sizes[mine]
        for quartile, probability in ((found.first_quartile, 0.25), (found.median, 0.5), (found.third_quartile, 0.75)):
            quartile[served] = cut.quantile(probability)[mine]
        found.percentile[served] = cut.percentiles()[served]
    waiting &= groups >= 0
    found.count[waiting] = cut.sizes[groups[waiting]]
    return found
