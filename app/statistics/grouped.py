"""Order statistics of many groups at once: values are sorted once, then every group is a slice of them.

No loop over groups or structures: a column of 40,000 values takes milliseconds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Slices:
    """A column sorted by group, then by value. `starts`, `sizes` are by group; `order` gives back each row.

    Rows without a value (NaN) or without a group (negative) are left out.
    """

    values: FloatArray
    groups: IntArray
    starts: IntArray
    sizes: IntArray
    order: IntArray
    rows: int

    def quantile(self, probability: float) -> FloatArray:
        """Return the quantile of each group, linear between values (type 7); NaN for an empty group."""
        if not self.values.size:
            return np.full(self.sizes.shape, np.nan)
        place = probability * np.maximum(self.sizes - 1, 0)
        below = place.astype(np.int64)
        last = self.values.size - 1
        low = self.values[np.minimum(self.starts + below, last)]
        high = self.values[np.minimum(self.starts + np.minimum(below + 1, np.maximum(self.sizes - 1, 0)), last)]
        found: FloatArray = np.where(self.sizes > 0, low + (high - low) * (place - below), np.nan)
        return found

    def percentiles(self) -> FloatArray:
        """Return for each row the share of its group under it, in percent, ties counting for half (mid-rank).

        NaN for a row left out.
        """
        found = np.full(self.rows, np.nan)
        if self.values.size:
            is_first = np.ones(self.values.size, np.bool_)
            is_first[1:] = (self.values[1:] != self.values[:-1]) | (self.groups[1:] != self.groups[:-1])
            first = np.flatnonzero(is_first)
            ties = np.diff(first, append=self.values.size)
            under = np.repeat(first + ties / 2, ties) - self.starts[self.groups]
            found[self.order] = 100 * under / self.sizes[self.groups]
        return found


def slices(values: FloatArray, groups: IntArray, order: IntArray | None = None, count: int | None = None) -> Slices:
    """Return a column cut in its groups, numbered from 0 to `count` - 1.

    `order`, when the column is cut in several ways, is `np.argsort(values)` done once: a stable sort of the groups
    keeps it, and is a counting sort for up to 32,767 of them.
    """
    order = np.argsort(values) if order is None else order
    order = order[~np.isnan(values[order]) & (groups[order] >= 0)]
    count = int(groups.max(initial=-1)) + 1 if count is None else count
    kept = groups[order].astype(np.int16 if count <= np.iinfo(np.int16).max else np.int64)
    order = order[np.argsort(kept, kind="stable")]
    of_group = groups[order]
    sizes = np.bincount(of_group, minlength=count)
    return Slices(values[order], of_group, np.cumsum(sizes) - sizes, sizes, order, values.size)


def numbered(*columns: NDArray[np.generic]) -> IntArray:
    """Return one group number by row for each distinct combination of these columns (text or numbers)."""
    groups = np.zeros(columns[0].shape[0], np.int64)
    for column in columns:
        _, codes = np.unique(column, return_inverse=True)
        _, groups = np.unique(groups * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)
    return groups
