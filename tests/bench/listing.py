"""The page of cases, read by the test client, in a small database and in a large one."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from flask import Flask

from tests.bench.bodies import CAISSE_READER, LOCAL_DEPARTEMENT, LOCAL_READER, REGIONAL_READER
from tests.bench.engines import Engine
from tests.bench.report import Finding, compared, counted, duration, thousands
from tests.bench.timing import Act, counted_statements, in_turn, ratio
from tests.pages import Browser
from tests.second_wall import judge

AIM, STATEMENTS, WALLS_AIM = 1.3, 6, 1.2


@dataclass(frozen=True)
class Reading:
    """A page as somebody reads it; `name` is the reader's."""

    name: str
    address: str
    words: str
    aim: float | None = AIM


TWO_FILTERS = f"/dossiers?state=ouverts&departement={LOCAL_DEPARTEMENT}"
READINGS = (
    Reading(REGIONAL_READER, "/dossiers", "GET /dossiers par l’ARS, qui voit douze départements"),
    Reading(REGIONAL_READER, TWO_FILTERS, "la même, filtrée par état et département"),
    Reading(LOCAL_READER, "/dossiers", "GET /dossiers par le Département, qui voit le sien"),
    Reading(LOCAL_READER, TWO_FILTERS, "la même, filtrée par état et département"),
    Reading(
        CAISSE_READER, "/dossiers", "GET /dossiers par une Carsat, à qui l’échéancier du public est fermé", aim=None
    ),
    Reading(REGIONAL_READER, "/dossiers?q=lanterne+16", "la recherche de deux mots peu fréquents par l’ARS", aim=None),
)


def measure(apps: dict[int, Flask], rounds: int) -> Iterator[Finding]:
    """Read each page in each database in turn; the databases by their number of open cases."""
    most = 0
    for reading in READINGS:
        browsers = {size: Browser(app, reading.name) for size, app in apps.items()}
        yield _flatness(browsers, reading, rounds)
        most = max(most, *(_statements(app, browsers[size], reading.address) for size, app in apps.items()))
    yield counted("ordres SQL d’une de ces pages, au plus", most, at_most=STATEMENTS)


def measure_walls(engine: Engine, app: Flask, rounds: int) -> Iterator[Finding]:
    """Read each page in the same database with the judge and the second wall, and without either."""
    guarded = engine.behind_wall(app)
    walls = "le juge et les règles de lignes" if guarded is not app else "le juge"
    for reading in READINGS[:-1]:
        free, judged = Browser(app, reading.name), Browser(guarded, reading.name)
        acts = (_read_unjudged(free, reading.address), _read(judged, reading.address))
        bare, full = in_turn(rounds, *acts, warm_up=min(rounds, 12))  # psycopg and PostgreSQL settle on their plans
        yield compared(f"{reading.words} : avec {walls} contre sans", ratio(full, bare), at_most=WALLS_AIM)


def _read_unjudged(browser: Browser, address: str) -> Act:
    read = _read(browser, address)

    def read_all() -> None:
        with judge.removed():
            read()

    return read_all


def _flatness(browsers: dict[int, Browser], reading: Reading, rounds: int) -> Finding:
    acts = [_read(browser, reading.address) for browser in browsers.values()]
    series = dict(zip(browsers, in_turn(rounds, *acts, warm_up=min(rounds, 2)), strict=True))
    smallest, *between, largest = series
    found = ratio(series[largest], series[smallest])
    note = "".join(f"{duration(median(series[size]))} à {thousands(size)}, " for size in between)
    note += f"{duration(found.ours)} à {thousands(largest)}"
    sentence = f"{reading.words} : parmi {thousands(largest)} dossiers ouverts contre parmi {thousands(smallest)}"
    return compared(sentence, found, at_most=reading.aim, note=note)


def _read(browser: Browser, address: str) -> Act:
    def read() -> None:
        answer = browser.client.get(address)
        assert answer.status_code == 200, answer.status
        assert b"/dossiers/" in answer.data, "an empty list measures nothing"

    return read


def _statements(app: Flask, browser: Browser, address: str) -> int:
    with counted_statements(app) as statements:
        browser.client.get(address)
    return len(statements)
