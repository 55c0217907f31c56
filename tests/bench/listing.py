"""The page of cases, read by the test client, in a small database and in a large one."""

from collections.abc import Iterator
from itertools import product

from flask import Flask

from tests.bench.bodies import LOCAL_DEPARTEMENT, LOCAL_READER, REGIONAL_READER
from tests.bench.report import Finding, compared, counted, duration, thousands
from tests.bench.timing import Act, counted_statements, in_turn, median, ratio
from tests.pages import Browser

AIM, STATEMENTS = 1.3, 6
READERS = {
    REGIONAL_READER: "par qui voit douze départements",
    LOCAL_READER: f"par qui voit le seul {LOCAL_DEPARTEMENT}",
}
PAGES = {
    "/dossiers": "GET /dossiers sans filtre",
    f"/dossiers?state=diagnostic&departement={LOCAL_DEPARTEMENT}&sector=private": "GET /dossiers avec trois filtres",
}
SEARCH = "/dossiers?q=lanterne+16"


def measure(apps: dict[int, Flask], rounds: int) -> Iterator[Finding]:
    """Read each page as each reader, in each database in turn; the databases by their number of open cases."""
    most = 0
    for (name, reader), (address, page) in product(READERS.items(), PAGES.items()):
        browsers = {size: Browser(app, name) for size, app in apps.items()}
        yield _flatness(browsers, address, f"{page}, {reader}", rounds, aim=AIM)
        for size, app in apps.items():
            with counted_statements(app) as statements:
                browsers[size].client.get(address)
            most = max(most, len(statements))
    yield counted("ordres SQL de GET /dossiers, au plus, dans ces lectures", most, at_most=STATEMENTS)
    browsers = {size: Browser(app, REGIONAL_READER) for size, app in apps.items()}
    yield _flatness(browsers, SEARCH, "recherche de deux mots peu fréquents", rounds)


def _flatness(
    browsers: dict[int, Browser], address: str, page: str, rounds: int, aim: float | None = None
) -> Finding:
    series = dict(zip(browsers, in_turn(rounds, *(_reading(browser, address) for browser in browsers.values())), strict=True))
    smallest, *between, largest = series
    found = ratio(series[largest], series[smallest])
    note = "".join(f"{duration(median(series[size]))} à {thousands(size)}, " for size in between)
    note += f"{duration(found.ours)} à {thousands(largest)}"
    sentence = f"{page} : parmi {thousands(largest)} dossiers ouverts contre parmi {thousands(smallest)}"
    return compared(sentence, found, at_most=aim, note=note)


def _reading(browser: Browser, address: str) -> Act:
    def read() -> None:
        answer = browser.client.get(address)
        assert answer.status_code == 200, answer.status
        assert b"/dossiers/" in answer.data, "an empty list measures nothing"

    return read
