"""The import of a whole tableau de bord, beside the bare writing of the same values into the same table."""

import io
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from time import perf_counter
from typing import Any

from flask import Flask
from sqlalchemy import insert

from app import clock, create_app
from app.actions import imports as actions
from app.actions.imports import Received
from app.demo.finess_numbers import FIRST_STRUCTURE, finess_number
from app.extensions import db
from app.jobs.imports import deal_with
from app.models import Employer, Import, Sector, Structure
from app.readers.kinds.tdb import DIAMANT
from config import Testing
from tests.bench.engines import Engine
from tests.bench.finess import Import as Spent
from tests.bench.finess import megabytes
from tests.bench.report import Finding, compared, thousands
from tests.bench.timing import ratio
from workflows.import_run import ImportKind, ImportState

YEARS = (2021, 2022, 2023)
INDICATORS = (
    "vacance",
    "prest_ext",
    "rotation",
    "abs_court",
    "abs_moyen",
    "abs_long",
    "abs_mat",
    "abs_atmp",
    "abs_total",
)
RATES = (".041", ".03", ".24", ".031", ".034", ".021", ".01", ".012", ".113")
MOST_MEGABYTES = 400


def measure(engine: Engine, structures: int) -> Iterator[Finding]:
    """Import nine values of each structure and year in a process of its own; then write the same rows bare."""
    app = engine.database("imports")
    number = _prepare(app, structures)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        spent = process.submit(_import, app.config["SQLALCHEMY_DATABASE_URI"], number).result()
    engine.copy_table(app, "observations", "bare")
    values = structures * len(YEARS) * len(INDICATORS)
    floor = _copy(engine, app) if engine.driver == "psycopg" else _insert(engine, app)
    aim = 2.0 if engine.driver == "psycopg" else None
    yield compared(
        f"l’import de {thousands(values)} valeurs (lecture, contrôles, comparaison, écriture) contre l’écriture des "
        f"mêmes par {engine.bulk} dans la même table",
        ratio([spent.seconds], [floor]),
        at_most=aim,
        note=f"{thousands(values / spent.seconds)} valeurs par seconde, mémoire {spent.peak} Mo au plus (application "
        f"seule : {spent.idle} Mo ; objectif {MOST_MEGABYTES}), {spent.seconds:.0f} s",
    )


def _prepare(app: Flask, structures: int) -> int:
    """Fill the register, keep the file as if it had just been confirmed; return the number of its import."""
    with app.app_context():
        numbers = [finess_number("79", FIRST_STRUCTURE + rank) for rank in range(structures)]
        employer = {"id": 1, "name": "Association", "sector": Sector.PRIVATE}
        db.session.execute(insert(Employer), [employer])
        rows = [
            {"finess": number, "employer_id": 1, "name": "Maison", "category": "500", "departement": number[:2]}
            for number in numbers
        ]
        db.session.execute(insert(Structure), rows)
        received = Received(io.BytesIO(_file(numbers)), "ANN_MS_TDP.csv")
        import_, mapping = actions.prepare(received, ImportKind.TDB, (ImportKind.TDB,), actor=None, now=clock.now())
        import_.mapping, import_.state, import_.claimed_at = mapping, ImportState.RUNNING, clock.now()
        actions.keep(import_, received.stream)
        db.session.commit()
        return import_.id


def _file(numbers: list[str]) -> bytes:
    labels = {one.name: one.label for one in DIAMANT.fields}
    head = ";".join(labels[name] for name in ("finess", "year", *INDICATORS))
    values = ";".join(RATES)
    return "\n".join([head, *(f"{number};{year};{values}" for number in numbers for year in YEARS)]).encode()


def _import(url: str, number: int) -> Spent:
    config = Testing()
    config.SQLALCHEMY_DATABASE_URI = url
    with create_app(config).app_context():
        idle, start = megabytes("VmRSS"), perf_counter()
        deal_with(number)
        seconds = perf_counter() - start
        import_ = db.session.get_one(Import, number, populate_existing=True)
        assert import_.state is ImportState.DONE and import_.created == import_.records, import_.failure
        return Spent(seconds, idle, megabytes("VmHWM"))


def _copy(engine: Engine, app: Flask) -> float:
    """Seconds of a COPY of the very same bytes, indexes and foreign keys kept up."""
    with engine.connect(app) as connection, connection.cursor() as cursor:
        with cursor.copy("COPY observations TO STDOUT") as out:
            blocks = [bytes(block) for block in out]
        whole = b"".join(blocks)
        start = perf_counter()
        with connection.transaction(), cursor.copy("COPY bare FROM STDIN") as copy:
            for place in range(0, len(whole), 1 << 20):
                copy.write(whole[place : place + (1 << 20)])
        return perf_counter() - start


def _insert(engine: Engine, app: Flask) -> float:
    with closing(engine.connect(app)) as connection:
        rows: list[Any] = connection.execute("SELECT * FROM observations").fetchall()
        marks = ", ".join("?" for _ in rows[0])
        start = perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO bare VALUES ({marks})", rows)
        connection.execute("COMMIT")
        return perf_counter() - start
