"""The import of a whole FINESS directory, beside the bare writing of the same rows."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from flask import Flask

from app import clock, create_app
from app.cli.imports import import_file
from app.demo.finess_load import STRUCTURES_PER_EMPLOYER, stream_legal_entities, stream_structures
from config import Testing
from tests.bench.engines import Engine
from tests.bench.report import Finding, compared, thousands
from tests.bench.timing import duration, ratio

TABLES = ("employers", "structures")


@dataclass(frozen=True)
class Import:
    """What one import cost: seconds, and megabytes before it and at the most."""

    seconds: float
    idle: int
    peak: int


def measure(engine: Engine, lines: int) -> Iterator[Finding]:
    """Import that many lines in an empty database, in a process of its own; then write the same rows bare."""
    imported, bare = engine.database("finess"), engine.database("finess_bare")
    with tempfile.TemporaryDirectory(prefix="jalon-finess-") as folder:
        files = _write_files(Path(folder), lines)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            spent = process.submit(_import, imported.config["SQLALCHEMY_DATABASE_URI"], files).result()
    floor = sum(_write_bare(engine, imported, bare, table) for table in TABLES)
    found = ratio([spent.seconds], [floor])
    yield compared(
        f"l’import de {thousands(lines)} lignes FINESS (lecture, contrôles, comparaison, écriture) contre "
        f"l’écriture des mêmes lignes par {engine.bulk}",
        found,
        note=f"{thousands(lines / spent.seconds)} lignes par seconde, mémoire {spent.peak} Mo au plus (application "
        f"seule : {spent.idle} Mo), {found.ours:.0f} s",
    )


def _write_files(folder: Path, lines: int) -> tuple[Path, ...]:
    """Write the two files, entities first, of `lines` records together."""
    structures = lines * STRUCTURES_PER_EMPLOYER // (STRUCTURES_PER_EMPLOYER + 1)
    today = clock.today()
    streams = {"ej.csv": stream_legal_entities, "et.csv": stream_structures}
    for name, stream in streams.items():
        with (folder / name).open("wb") as file:
            file.writelines(stream(structures, today))
    return tuple(folder / name for name in streams)


def _import(url: str, files: tuple[Path, ...]) -> Import:
    config = Testing()
    config.SQLALCHEMY_DATABASE_URI = url
    with create_app(config).app_context():
        idle, start = megabytes("VmRSS"), perf_counter()
        for file in files:
            import_file(file, file.with_suffix(".rejets.csv"))
        return Import(perf_counter() - start, idle, megabytes("VmHWM"))


def megabytes(name: str) -> int:
    """Return a figure of this process's memory: the kernel's own, since getrusage counts the parent's too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) // 1024


def _write_bare(engine: Engine, source: Flask, target: Flask, table: str) -> float:
    with closing(engine.connect(source)) as connection:
        read = connection.execute(f"SELECT * FROM {table}")
        columns, rows = [column[0] for column in read.description], read.fetchall()
    return duration(lambda: engine.write(target, table, columns, rows))
