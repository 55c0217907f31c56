"""Peers and what accidents say, for all structures, beside numpy on the same columns and COPY both ways."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from random import Random
from typing import Any

import numpy as np
from flask import Flask

from app.actions.comparisons import refresh_comparisons
from app.actions.evidence import find
from app.extensions import db
from app.statistics.bands import bands
from app.statistics.grouped import numbered
from app.statistics.rankable import rankable_millionths
from tests.bench.engines import Engine
from tests.bench.report import Finding, compared, thousands
from tests.bench.timing import in_turn, ratio

AIM = 2.0
CODES = (
    "abs_total", "abs_court", "abs_moyen", "abs_long", "abs_mat", "abs_atmp", "abs_special", "rotation", "vacance",
)  # fmt: skip
CLAIMS = ("at_first_payment", "at_headcount")
YEARS = (2023, 2024, 2025)
PLACES = ("79", "33", "75", "13", "69", "59", "35", "67", "31", "44")
CATEGORIES = ("500", "255", "246", "183", "448")
MILLION = 1_000_000
MADE = ("peer_bands", "claim_evidence")
"""What a refresh writes, but for a line by region."""
Made = tuple[str, list[str], list[tuple[Any, ...]]]


def measure(engine: Engine, structures: int, rounds: int) -> Iterator[Finding]:
    """Refresh all comparisons of that many structures; then copy the same values out, compute, copy the groups in."""
    app = engine.database(f"pairs_{structures}")
    fill(engine, app, structures)
    engine.settle(app)

    def ours() -> None:
        with app.app_context():
            refresh_comparisons()
            db.session.commit()

    ours()
    made = [made_by(engine, app, table) for table in MADE]
    with closing(engine.connect(app)) as connection:
        floor = _floor(engine, app, connection, made)
        spent, bare = in_turn(rounds, ours, floor, warm_up=0 if rounds == 1 else 1)
    values = structures * (len(CODES) + len(CLAIMS)) * len(YEARS)
    yield compared(
        f"les pairs et les accidents de {thousands(structures)} structures ({thousands(values)} valeurs, lecture et "
        f"écriture comprises) contre les mêmes calculs de numpy et {engine.bulk} à l’aller et au retour",
        ratio(spent, bare),
        at_most=AIM if engine.driver == "psycopg" else None,
    )


def made_by(engine: Engine, app: Flask, table: str) -> Made:
    """Return what was written in a table, for a bare twin of it: its name, its columns, their rows."""
    engine.copy_table(app, table, f"{table}_bare")
    with app.app_context():
        rows = db.session.connection().exec_driver_sql(f"SELECT * FROM {table}").all()
        db.session.rollback()
    return f"{table}_bare", [column.name for column in db.metadata.tables[table].columns], [tuple(row) for row in rows]


def _floor(engine: Engine, app: Flask, connection: Any, made: Sequence[Made]) -> Callable[[], None]:
    """Read every value bare, compute on columns that are ready, write back as many rows of both kinds."""
    question = "SELECT structure_id, indicator, year, value FROM observations"
    table, groups = _columns(np.random.default_rng(1), engine, app)
    regions = _claims(np.random.default_rng(2), table.shape[0])

    def run() -> None:
        read_bare(engine, connection, question)
        for _ in bands(rankable_millionths(table), groups):
            pass
        for claims in regions:
            find(*claims)
        write_bare(engine, app, connection, made)

    return run


def read_bare(engine: Engine, connection: Any, question: str) -> None:
    """Read what a question answers, without making anything of it."""
    if engine.driver != "psycopg":
        connection.execute(question).fetchall()
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY ({question}) TO STDOUT (FORMAT BINARY)") as copy:
        for _ in copy:
            pass


def write_bare(engine: Engine, app: Flask, connection: Any, made: Sequence[Made]) -> None:
    """Write the same rows in the bare tables, foreign keys checked as in ours, and empty them for the next time."""
    for name, columns, rows in made:
        engine.write(app, name, columns, rows, is_checked=True)
        connection.execute(f"DELETE FROM {name}")


def _claims(rng: np.random.Generator, sites: int) -> list[Any]:
    """The activity, accidents, staff and national index of as many sites, in equal regions."""
    each = -(-sites // len(PLACES))
    shape = (each, len(YEARS))
    return [
        (np.full(each, "8710A"), rng.integers(0, 12, shape).astype(float), np.full(shape, 60.0), np.full(shape, 82.07))
        for _ in PLACES
    ]


def _columns(rng: np.random.Generator, engine: Engine, app: Flask) -> tuple[Any, Sequence[Any]]:
    with app.app_context():
        sites = db.session.connection().exec_driver_sql("SELECT count(*) FROM structures").scalar() or 0
        db.session.rollback()
    table = rng.integers(10_000, 400_000, (sites, len(CODES) * len(YEARS))).astype(np.float64)
    place, category, status, size = (rng.integers(0, most, sites) for most in (10, 5, 3, 4))
    return table, [
        numbered(place, category, status, size),
        numbered(place, category, status),
        numbered(place, category),
    ]


def fill(
    engine: Engine,
    app: Flask,
    structures: int,
    places: Sequence[str] = PLACES,
    categories: Sequence[str] = CATEGORIES,
) -> None:
    """Write structures, each of its own employer, with every indicator for three years."""
    rng = Random("pairs")
    statuses = ("60", "73", "13")
    employers = [
        (n, f"Employeur {n}", "", statuses[n % 3], "private", "", "", "", "", False, "", 1)
        for n in range(1, structures + 1)
    ]
    engine.write(
        app,
        "employers",
        ("id", "name", "long_name", "legal_status", "sector", "address", "postcode", "city", "phone", "is_closed",
         "search_key", "version"),
        employers,
    )  # fmt: skip
    sites = [
        (n, f"{n:09d}", n, f"Site {n}", "", rng.choice(categories), "", "", "", places[n % len(places)], "",
         "8710A", rng.choice((30, 60, 100, 150)), 60, False, "", 1)
        for n in range(1, structures + 1)
    ]  # fmt: skip
    engine.write(
        app,
        "structures",
        ("id", "finess", "employer_id", "name", "long_name", "category", "address", "postcode", "city", "departement",
         "phone", "naf", "capacity", "headcount", "is_closed", "search_key", "version"),
        sites,
    )  # fmt: skip
    _fill_imports(app)
    names = ("employer_id", "structure_id", "indicator", "year", "value", "quality", "source", "import_id")
    engine.write(app, "observations", names, _values(rng, structures))


def _fill_imports(app: Flask) -> None:
    from tests.factories import make_import

    with app.app_context():
        make_import(None)
        for year in YEARS:
            db.session.connection().exec_driver_sql(
                "INSERT INTO claim_references (year, naf, staff, hours, accidents, days_off, frequency) "
                f"VALUES ({year}, '8710A', 213658, 1, 17535, 1, 82070000)"
            )
        db.session.commit()


def _values(rng: Random, structures: int) -> Iterator[tuple[Any, ...]]:
    for n in range(1, structures + 1):
        for year in YEARS:
            for code in CODES:
                yield n, n, code, year, rng.randrange(10_000, 400_000), "good", "tdb", 1
            yield n, n, CLAIMS[0], year, rng.randrange(12) * MILLION, "good", "atmp", 1
            yield n, n, CLAIMS[1], year, 60 * MILLION, "good", "atmp", 1
