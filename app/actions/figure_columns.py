"""Values of all structures read in bulk, as columns of numbers: what peers and accidents are computed from."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, func, insert, select

from app.extensions import db
from app.models import Employer, Observation, Quality, Structure
from app.readers.nomenclatures import legal_nature_of_status
from app.readers.territories import departements
from figures.sizes import size_band

IntArray = NDArray[np.int64]
Column = tuple[str, int, NDArray[np.void]]
"""An indicator, a year and their values, or some of them in the order in which they came in."""

BATCH = 50_000
ROW = np.dtype([("structure", ">i4"), ("is_usable", "?"), ("value", ">i8"), ("id", ">i8")])
"""A value as PostgreSQL sends it: its integers begin by their highest byte."""


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


def read_table(
    sites: Sites, codes: Sequence[str], years: Sequence[int], owners: Collection[int] | None = None
) -> NDArray[np.float64]:
    """Return the current usable values in millionths: a line by site, a column by code then year, NaN for none.

    The last value brought in is the current one, be it unusable: an older one does not come back in its place. With
    `owners`, those of these organisations only (0: brought in by a command).
    """
    table = np.full((sites.ids.size, len(codes) * len(years)), np.nan)
    if not table.size:
        return table
    columns = {pair: column for column, pair in enumerate(product(codes, years))}
    read = _gathered if db.engine.dialect.name == "postgresql" else _fetched
    for code, year, rows in read(codes, years, owners):
        rows = rows[np.argsort(rows["id"], kind="stable")]
        place = np.searchsorted(sites.ids, rows["structure"])
        table[place, columns[code, year]] = np.where(rows["is_usable"], rows["value"], np.nan)
    return table


def known_years() -> list[int]:
    """Return the years for which there is any value, in order."""
    return sorted(db.session.scalars(select(Observation.year).distinct()))


def _gathered(codes: Sequence[str], years: Sequence[int], owners: Collection[int] | None) -> Iterator[Column]:
    """On PostgreSQL the server packs each column: psycopg would take longer to receive a million rows one by one."""
    packed = (
        f"SELECT indicator, year, string_agg(int4send(structure_id) || boolsend(quality <> '{Quality.UNVALIDATED}') "
        "|| int8send(value) || int8send(id), ''::bytea) FROM observations "
        "WHERE structure_id IS NOT NULL AND indicator = ANY(%s) AND year = ANY(%s) "
        "AND (%s::int[] IS NULL OR coalesce(organisation_id, 0) = ANY(%s)) GROUP BY indicator, year"
    )
    opened: Any = db.session.connection().connection.cursor(binary=True)
    whose = None if owners is None else list(owners)
    with opened as cursor:
        for code, year, content in cursor.execute(packed, (list(codes), list(years), whose, whose)):
            yield code, year, np.frombuffer(content, ROW)


def _fetched(codes: Sequence[str], years: Sequence[int], owners: Collection[int] | None) -> Iterator[Column]:
    """Elsewhere, by batches in the order in which they came in."""
    whose = () if owners is None else (func.coalesce(Observation.organisation_id, 0).in_(owners),)
    found = db.session.execute(
        select(
            Observation.indicator,
            Observation.year,
            Observation.structure_id,
            Observation.quality != Quality.UNVALIDATED,
            Observation.value,
            Observation.id,
        )
        .where(Observation.structure_id.is_not(None), Observation.indicator.in_(codes), Observation.year.in_(years))
        .where(*whose)
        .order_by(Observation.id)
    )
    for batch in found.partitions(BATCH):
        columns: defaultdict[tuple[str, int], list[tuple[Any, ...]]] = defaultdict(list)
        for code, year, *row in batch:
            columns[code, year].append(tuple(row))
        for (code, year), rows in columns.items():
            yield code, year, np.array(rows, ROW)


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
    with opened as cursor:
        # Behind the second wall PostgreSQL takes no COPY: rows come by a table of the transaction's own.
        is_guarded = cursor.execute("SELECT row_security_active(%s)", (table.name,)).fetchone()[0]
        target = f"staged_{table.name}" if is_guarded else table.name
        if is_guarded:
            shape = f"SELECT {named} FROM {table.name} WITH NO DATA"
            cursor.execute(f"CREATE TEMP TABLE {target} ON COMMIT DROP AS {shape}")
        with cursor.copy(f"COPY {target} ({named}) FROM STDIN") as copy:
            copy.write("".join(f"{line}\n" for line in text_of))
        if is_guarded:
            cursor.execute(f"INSERT INTO {table.name} ({named}) SELECT {named} FROM {target}")
            cursor.execute(f"DROP TABLE {target}")
