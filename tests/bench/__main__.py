"""`./jalon bench`: what matters, measured against the least it could cost, on PostgreSQL and on SQLite."""

import argparse
import os
import platform
import time
from collections.abc import Iterator
from importlib.metadata import version

from app import clock
from tests.bench import documents, finess, listing, sweep, transition
from tests.bench.engines import Engine, engines
from tests.bench.population import populate
from tests.bench.report import MET, MISSED, Finding
from tests.bench.sizes import FULL, QUICK, Sizes

MEASURES = ("pdf", "liste", "rappels", "etape", "finess")
PACKAGES = ("flask", "sqlalchemy", "psycopg", "weasyprint")


def main() -> None:
    """Print the findings as they come, each with its aim and its verdict; nothing fails, whatever they are."""
    asked = _arguments()
    chosen = tuple(asked.measures or MEASURES)
    start = time.monotonic()
    print(_header(asked.quick), flush=True)
    verdicts = []
    for finding in _findings(chosen, QUICK if asked.quick else FULL):
        print(finding, flush=True)
        verdicts.append(finding.verdict)
    print(
        f"\nObjectifs tenus : {verdicts.count(MET)}, manqués : {verdicts.count(MISSED)}. "
        f"Durée : {time.monotonic() - start:.0f} s, charge à la fin : {_load()}."
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./jalon bench", description="Mesure les opérations qui comptent.")
    parser.add_argument("measures", nargs="*", metavar="MESURE", help=f"{', '.join(MEASURES)} ; toutes par défaut")
    parser.add_argument("--quick", action="store_true", help="petites tailles : vérifie que tout se lance")
    asked = parser.parse_args()
    if unknown := set(asked.measures) - set(MEASURES):
        parser.error(f"mesure inconnue : {', '.join(unknown)} ; au choix : {', '.join(MEASURES)}")
    return asked


def _header(is_quick: bool) -> str:
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


def _findings(chosen: tuple[str, ...], sizes: Sizes) -> Iterator[Finding]:
    if "pdf" in chosen:
        yield from _titled("Documents PDF", documents.measure(sizes.documents, sizes.batch, sizes.batches))
    if set(chosen) == {"pdf"}:
        return
    with engines() as found:
        for engine in found:
            yield from _titled(engine.name, _of_engine(engine, chosen, sizes))


def _titled(title: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    print(f"\n{title}", flush=True)
    yield from findings


def _of_engine(engine: Engine, chosen: tuple[str, ...], sizes: Sizes) -> Iterator[Finding]:
    needed = sizes.lists if "liste" in chosen else sizes.lists[-1:] if {"etape", "rappels"} & set(chosen) else ()
    apps = {size: engine.database(f"cases_{size}") for size in needed}
    for size, app in apps.items():
        populate(engine, app, size, sizes.due * size // sizes.lists[-1], today=clock.today())
    largest = sizes.lists[-1]
    if "liste" in chosen:
        yield from listing.measure(apps, sizes.list_rounds)
    if "rappels" in chosen:
        yield from sweep.measure(engine, apps[largest], sizes.due, largest, sizes.sweeps)
    if "etape" in chosen:
        yield from transition.measure(engine, apps[largest], sizes.steps)
    if "finess" in chosen:
        yield from finess.measure(engine, sizes.finess_lines)


if __name__ == "__main__":
    main()
