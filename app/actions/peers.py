"""The peers of all structures, made again after an import: groups, their number and their quantiles, without a name."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, delete

from app.actions.figure_columns import Sites, known_years, read_table, write_rows
from app.extensions import db
from app.models import PeerBand
from app.readers.indicators import Family, indicators
from app.statistics.bands import Bands, bands
from app.statistics.grouped import numbered
from app.statistics.rankable import rankable_millionths

BANDS: Table = PeerBand.__table__  # type: ignore[assignment]
COLUMNS = (
    "region", "category", "sector", "size", "indicator", "year", "count", "deciles", "first_quartile", "median",
    "third_quartile",
)  # fmt: skip
Row = tuple[Any, ...]


def refresh_peers(sites: Sites, years: Sequence[int] | None = None) -> int:
    """Make the peers of these years again (all, without any) from the values in force; return how many groups.

    Whoever runs it reads all values and owns what it writes: an import's job or a command, never a page. The caller
    commits. Twice gives the same rows.
    """
    of = sorted(set(years)) if years is not None else known_years()
    codes = [one.code for one in indicators().values() if one.family is Family.INDICATOR]
    rows = list(_rows(sites, codes, of, read_table(sites, codes, of)))
    db.session.execute(delete(BANDS).where(BANDS.c.year.in_(of)) if years is not None else delete(BANDS))
    write_rows(BANDS, COLUMNS, rows)
    return len(rows)


def nested_groups(sites: Sites) -> list[NDArray[np.int64]]:
    """Return the group of each structure at each level, from the nearest; those whose status or size is unknown are
    in the wider ones only."""
    near = numbered(sites.region, sites.category, sites.status, sites.size)
    same_status = numbered(sites.region, sites.category, sites.status)
    near = np.where((sites.status == "") | (sites.size == ""), -1, near)
    return [near, np.where(sites.status == "", -1, same_status), numbered(sites.region, sites.category)]


def _rows(sites: Sites, codes: Sequence[str], years: Sequence[int], table: NDArray[np.float64]) -> Iterator[Row]:
    nested = nested_groups(sites)
    names = [_names(sites, groups, level) for level, groups in enumerate(nested)]
    for found in bands(rankable_millionths(table), nested):
        code, year = codes[found.column // len(years)], years[found.column % len(years)]
        yield from _of_bands(found, names[found.level], code, year)


def _names(sites: Sites, groups: NDArray[np.int64], level: int) -> dict[int, tuple[str, str, str, str]]:
    """Return what each group of a level is called: the columns that it was widened past are empty."""
    numbers, first = np.unique(groups, return_index=True)
    kept = [
        (str(sites.region[one]), str(sites.category[one]), str(sites.status[one]), str(sites.size[one]))
        for one in first
    ]
    return {
        int(n): (r, c, s if level < 2 else "", z if level < 1 else "")
        for n, (r, c, s, z) in zip(numbers, kept, strict=True)
    }


def _of_bands(found: Bands, names: dict[int, tuple[str, str, str, str]], code: str, year: int) -> Iterator[Row]:
    quantiles = np.rint(found.quantiles).astype(np.int64).tolist()
    for group, count, (q1, median, q3, *deciles) in zip(
        found.groups.tolist(), found.counts.tolist(), quantiles, strict=True
    ):
        yield (*names[group], code, year, count, " ".join(map(str, deciles)), q1, median, q3)
