"""The quantiles of every group large enough, for many indicators at once: what peers are drawn from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.statistics.grouped import FloatArray, IntArray, slices
from app.statistics.peers import DECILES
from app.statistics.rankable import Rankable
from figures.peers import FEWEST_PEERS

QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, eq=False)
class Bands:
    """The groups of one level that hold enough known values of one column.

    `groups` are their numbers, `counts` their known values, `quantiles` a line by group: three quartiles then nine
    deciles, in the unit of the values.
    """

    level: int
    column: int
    groups: IntArray
    counts: IntArray
    quantiles: FloatArray


def bands(values: Rankable, nested: Sequence[IntArray], fewest: int = FEWEST_PEERS) -> Iterator[Bands]:
    """Yield the bands of a table (a line by structure, a column by indicator and year), level after level by column.

    `nested` numbers the groups of each structure from the nearest grouping to the widest; negative: in none of them.
    """
    counts = [int(groups.max(initial=-1)) + 1 for groups in nested]
    for column, figures in enumerate(values.T):
        order = np.argsort(figures)
        order = order[: np.count_nonzero(~np.isnan(figures))]  # the missing ones sort last
        if order.size < fewest:
            continue
        for level, groups in enumerate(nested):
            cut = slices(figures, groups, order, counts[level])
            enough = np.flatnonzero(cut.sizes >= fewest)
            if enough.size:
                found = np.stack([cut.quantile(part)[enough] for part in (*QUARTILES, *DECILES)], axis=1)
                yield Bands(level, column, enough, cut.sizes[enough], found)
