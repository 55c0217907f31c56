"""`./jalon bench`: what matters, measured against the least it could cost, on PostgreSQL and on SQLite."""

import os
import platform
import sys
import time
from collections.abc import Collection, Iterator
from importlib.metadata import version

from flask import Flask

from app import clock
from tests.bench import documents, finess, imports, listing, opening, pairs, scoring, sweep, transition, workbooks
from tests.bench.engines import Engine, engines
from tests.bench.population import populate
from tests.bench.report import MET, MISSED, Finding
from tests.bench.sizes import FULL, QUICK, Sizes

MEASURES = (
    "pdf",
    "classeur",
    "liste",
    "murs",
    "rappels",
    "etape",
    "finess",
    "imports",
    "pairs",
    "ciblage",
    "ouverture",
)
QUICKLY = "--quick"
PACKAGES = ("flask", "sqlalchemy", "psycopg", "weasyprint")


def main() -> None:
    """Print the findings as they come, each with its aim and its verdict; nothing fails, whatever they are."""
    words = sys.argv[1:]
    if unknown := [word for word in words if word not in (QUICKLY, *MEASURES)]:
        print(f"Mesure inconnue : {', '.join(unknown)}. Au choix : {', '.join(MEASURES)}.", file=sys.stderr)
        sys.exit(2)
    start, verdicts = time.monotonic(), []
    print(_header(is_quick=QUICKLY in words), flush=True)
    chosen = [name for name in MEASURES if name in words] or MEASURES
    for finding in _findings(chosen, QUICK if QUICKLY in words else FULL):
        print(finding, flush=True)
        verdicts.append(finding.verdict)
    print(
        f"\nObjectifs tenus : {verdicts.count(MET)}, manqués : {verdicts.count(MISSED)}. "
        f"Durée : {time.monotonic() - start:.0f} s, charge à la fin : {_load()}."
    )


def _header(*, is_quick: bool) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    lines = [
        f"{os.cpu_count()} cœurs {platform.machine()}, charge au départ : {_load()}, Linux {platform.release()}",
        f"Python {platform.python_version()}, {versions}",
        "Un rapport oppose deux durées médianes, mesurées en alternance ; seuls les rapports ont un objectif.",
    ]
    if is_quick:
        lines.append("Essai à petites tailles : ses rapports et ses verdicts ne disent rien.")
    return "\n".join(lines)


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}".replace(".", ",")


def _findings(chosen: Collection[str], sizes: Sizes) -> Iterator[Finding]:
    if "pdf" in chosen:
        yield from _titled("Documents PDF", documents.measure(sizes.documents, sizes.batch, sizes.batches))
    if "classeur" in chosen:
        yield from _titled("Classeurs", workbooks.measure(sizes.workbook_rows, sizes.workbook_rounds))
    if set(chosen) <= {"pdf", "classeur"}:
        return
    with engines() as found:
        for engine in found:
            yield from _titled(engine.name, _of_engine(engine, chosen, sizes))


def _titled(title: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    print(f"\n{title}", flush=True)
    yield from findings


def _of_engine(engine: Engine, chosen: Collection[str], sizes: Sizes) -> Iterator[Finding]:
    apps = {size: _populated(engine, size, sizes) for size in _wanted(chosen, sizes)}
    largest = sizes.lists[-1]
    if "liste" in chosen:
        yield from listing.measure(apps, sizes.list_rounds)
    if "murs" in chosen:
        yield from listing.measure_walls(engine, apps[largest], sizes.list_rounds)
    if "rappels" in chosen:
        yield from sweep.measure(engine, apps[largest], sizes.due, largest, sizes.sweeps)
    if "etape" in chosen:
        yield from transition.measure(engine, apps[largest], sizes.steps)
    if "finess" in chosen:
        yield from finess.measure(engine, sizes.finess_lines)
    if "imports" in chosen:
        yield from imports.measure(engine, sizes.import_structures)
    if "pairs" in chosen:
        yield from pairs.measure(engine, sizes.structures, sizes.pair_rounds)
    if "ciblage" in chosen:
        yield from scoring.measure(engine, sizes.structures, sizes.pair_rounds)
    if "ouverture" in chosen:
        yield from opening.measure(engine, sizes.openings, sizes.opening_rounds)


def _wanted(chosen: Collection[str], sizes: Sizes) -> tuple[int, ...]:
    if "liste" in chosen:
        return sizes.lists
    return sizes.lists[-1:] if {"murs", "rappels", "etape"} & set(chosen) else ()


def _populated(engine: Engine, size: int, sizes: Sizes) -> Flask:
    app = engine.database(f"cases_{size}")
    populate(engine, app, size, sizes.due * size // sizes.lists[-1], today=clock.today())
    return app


if __name__ == "__main__":
    main()
