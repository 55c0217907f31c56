"""Values of all structures read in bulk, as columns of numbers: what peers and accidents are computed from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, insert, select, text

from app.extensions import db
from app.models import Employer, Observation, Quality, Structure
from app.readers.nomenclatures import legal_nature_of_status
from app.readers.territories import departements
from figures.sizes import size_band

IntArray = NDArray[np.int64]
BATCH = 50_000
# Binary COPY: a header of 19 bytes, then by row a count of fields and, before each field, its length.
HEADER = 19
_FIELDS = {"structure": ">i4", "code": ">i4", "year": ">i4", "unusable": ">i4", "value": ">i8", "id": ">i8"}
ROW = np.dtype(
    [("fields", ">i2"), *(pair for name, kind in _FIELDS.items() for pair in ((f"of_{name}", ">i4"), (name, kind)))]
)


@dataclass(frozen=True, eq=False)
class Sites:
    """All structures, by number: what groups them, as columns of text in the same order."""

    ids: IntArray
    employers: IntArray
    region: NDArray[np.str_]
    category: NDArray[np.str_]
    status: NDArray[np.str_]
    size: NDArray[np.str_]
    naf: NDArray[np.str_]


def read_sites() -> Sites:
    """Return the structures in the order of their number."""
    rows = db.session.execute(
        select(
            Structure.id,
            Structure.employer_id,
            Structure.departement,
            Structure.category,
            Employer.legal_status,
            Structure.capacity,
            Structure.hours_served,
            Structure.naf,
            Employer.naf,
        )
        .join(Employer, Structure.employer_id == Employer.id)
        .order_by(Structure.id)
    ).all()
    places, natures = departements(), {row[4]: legal_nature_of_status(row[4]) for row in rows}
    columns = [
        (
            row[0],
            row[1],
            places[row[2]].region if row[2] in places else "",
            row[3],
            nature.value if (nature := natures[row[4]]) else "",
            size_band(row[5], row[6]),
            row[7] or row[8] or "",
        )
        for row in rows
    ]
    ids, employers, *texts = zip(*columns, strict=True) if columns else ((),) * 7
    return Sites(np.array(ids, np.int64), np.array(employers, np.int64), *(np.array(one, np.str_) for one in texts))


def read_table(sites: Sites, codes: Sequence[str], years: Sequence[int]) -> NDArray[np.float64]:
    """Return the current usable values in millionths: a line by site, a column by code then year, NaN for none.

    The last value brought in is the current one, be it unusable: an older one does not come back in its place.
    """
    table = np.full((sites.ids.size, len(codes) * len(years)), np.nan)
    for rows in _read(codes, years):
        place = np.searchsorted(sites.ids, rows["structure"])
        column = (rows["code"] - 1) * len(years) + np.searchsorted(years, rows["year"])
        value = np.where(rows["unusable"] == 0, rows["value"], np.nan)
        last = np.argsort(rows["id"], kind="stable")
        table[place[last], column[last]] = value[last]
    return table


def known_years() -> list[int]:
    """Return the years for which there is any value, in order."""
    return sorted(db.session.scalars(select(Observation.year).distinct()))


def _read(codes: Sequence[str], years: Sequence[int]) -> Any:
    if not codes or not years:
        return []
    on_postgresql = db.engine.dialect.name == "postgresql"
    return [_copied(codes, years)] if on_postgresql else _fetched(codes, years)


def _copied(codes: Sequence[str], years: Sequence[int]) -> Any:
    """On PostgreSQL, the rows as the server writes them, read in place."""
    numbers = " ".join(f"WHEN '{code}' THEN {place}" for place, code in enumerate(codes, start=1))
    listed = ", ".join(f"'{code}'" for code in codes)
    question = (
        f"COPY (SELECT structure_id, CASE indicator {numbers} END, year, "
        f"(quality = '{Quality.UNVALIDATED.value}')::int, value, id FROM observations WHERE structure_id IS NOT NULL "
        f"AND indicator IN ({listed}) AND year IN ({', '.join(map(str, years))})) TO STDOUT (FORMAT BINARY)"
    )
    received = bytearray()
    opened: Any = db.session.connection().connection.cursor()
    with opened as cursor, cursor.copy(question) as copy:
        for part in copy:
            received += part
    return np.frombuffer(received, ROW, count=(len(received) - HEADER - 2) // ROW.itemsize, offset=HEADER)


def _fetched(codes: Sequence[str], years: Sequence[int]) -> Any:
    """Elsewhere, by batches in the order in which they came in."""
    numbers = {code: place for place, code in enumerate(codes, start=1)}
    kept = np.dtype([(name, np.int64) for name in _FIELDS])
    found = db.session.execute(
        text(
            "SELECT structure_id, indicator, year, quality, value, id FROM observations "
            "WHERE structure_id IS NOT NULL ORDER BY id"
        )
    )
    wanted = set(years)
    for batch in found.partitions(BATCH):
        rows = [
            (site, numbers[code], year, quality == Quality.UNVALIDATED.value, value, number)
            for site, code, year, quality, value, number in batch
            if code in numbers and year in wanted
        ]
        yield np.array(rows, kept)


def write_rows(table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows of numbers and codes, which have nothing to escape, by the fastest way of each engine."""
    connection = db.session.connection()
    if connection.dialect.name != "postgresql":
        if rows:
            connection.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
        return
    named = ", ".join(f'"{name}"' for name in columns)
    text_of = ("\t".join("\\N" if value is None else str(value) for value in row) for row in rows)
    opened: Any = connection.connection.cursor()
    with opened as cursor, cursor.copy(f"COPY {table.name} ({named}) FROM STDIN") as copy:
        copy.write("".join(f"{line}\n" for line in text_of))
