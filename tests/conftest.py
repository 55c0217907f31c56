"""Every test that touches the application runs twice, on SQLite and on a real PostgreSQL, or says why not.

`tests/engines.py` says it for the long walks.
"""

import gc
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from _pytest.terminal import TerminalReporter
from flask import Flask, has_request_context
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import Connection, Engine, event

from app import create_app
from app.extensions import db, writing
from app.second_wall.rules import APP
from config import Testing
from tests import postgresql
from tests.pages import Browser, Client
from tests.world import World, build_world

# The tests make millions of objects that live until the end: looking through them again and again is for nothing.
gc.set_threshold(100_000, 50, 100)
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="lance aussi les simulations complètes")
    parser.addoption("--pictures", default="test-results", help="dossier des captures d’écran")


LONGEST_FIRST = (
    "e2e/test_pages", "bench", "jobs", "leaks", "views/test_blocks", "e2e", "demo", "second_wall", "test_routes",
)  # fmt: skip
"""Where the tests that take longest are: begun last, they would leave the other processes idle at the end."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=_place)
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="simulation complète : ./jalon test --long")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(skip)


def _place(item: pytest.Item) -> int:
    path = item.path.relative_to(Path(__file__).parent).as_posix()
    return next((place for place, start in enumerate(LONGEST_FIRST) if path.startswith(start)), len(LONGEST_FIRST))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say how many requests the walks of `tests/leaks` made: a walk that shrinks must be seen."""
    reports = [report for key in ("passed", "failed") for report in terminalreporter.stats.get(key, ())]
    counts = [value for report in reports for name, value in report.user_properties if name == "requests"]
    if counts:
        terminalreporter.write_line(
            f"Confidentialité : {sum(counts)} requêtes, chaque réponse comparée à ce que son lecteur peut lire."
        )


@event.listens_for(Engine, "begin")
def _ask_as_the_application(connection: Connection) -> None:
    """Pages are answered by the application's role, which owns nothing; what a test prepares is its owner's work."""
    if connection.dialect.name == "postgresql" and has_request_context():
        connection.exec_driver_sql(f"SELECT set_config('role', '{APP}', true)")


class Databases:
    """One application on one engine; `reset` gives it a fresh copy of the migrated, seeded database.

    What makes the copy is given what closes the connections, which PostgreSQL is quicker without.
    """

    def __init__(self, url: str, reset: Callable[[Callable[[], None]], None]) -> None:
        config = Testing()
        config.SQLALCHEMY_DATABASE_URI = url
        self.app = create_app(config)
        self.app.test_client_class = Client
        self.url = url
        self._reset = reset

    def reset(self) -> None:
        with self.app.app_context():
            db.session.remove()
            self._reset(db.engine.dispose)


def _prepare(url: str) -> None:
    """Migrate an empty database up to the head and put the small world of the tests in it."""
    config = Testing()
    config.SQLALCHEMY_DATABASE_URI = url
    app = create_app(config)
    with app.app_context(), time_machine.travel(NOW, tick=False):
        upgrade()
        build_world(TODAY, NOW)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server of this process's own."""
    with postgresql.cluster() as url:
        yield url


def _sqlite(folder: Path) -> Databases:
    template, live = folder / "template.sqlite", folder / "live.sqlite"
    _prepare(f"sqlite:///{template}")

    def reset(close: Callable[[], None]) -> None:
        close()
        for leftover in folder.glob("live.sqlite*"):
            leftover.unlink()
        shutil.copyfile(template, live)

    return Databases(f"sqlite:///{live}", reset)


def _postgresql(server: str) -> Databases:
    url = postgresql.create_database(server, "jalon")
    _prepare(url)
    postgresql.save(url)

    def reset(close: Callable[[], None]) -> None:
        if postgresql.restore(url):
            close()

    return Databases(url, reset)


@pytest.fixture(scope="session")
def prepared() -> dict[str, Databases]:
    """The engines already made ready: pytest asks again each time it turns from one to the other."""
    return {}


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(
    request: pytest.FixtureRequest, prepared: dict[str, Databases], tmp_path_factory: pytest.TempPathFactory
) -> Databases:
    """The application on each engine in turn, its database prepared once."""
    engine: str = request.param
    if engine not in prepared and engine == "sqlite":
        prepared[engine] = _sqlite(tmp_path_factory.mktemp("sqlite"))
    if engine not in prepared:
        prepared[engine] = _postgresql(request.getfixturevalue("postgresql_server"))
    return prepared[engine]


@pytest.fixture(autouse=True)
def _heard_no_request() -> Iterator[None]:
    """A page read in a test says that its process only reads: what comes after hears nothing of it."""
    yield
    writing.set(True)


@pytest.fixture
def app(databases: Databases) -> Iterator[Flask]:
    """The application on a fresh database, on Tuesday 24 November 2026 at ten o’clock in Paris."""
    databases.reset()
    with time_machine.travel(NOW, tick=True), databases.app.app_context():
        yield databases.app
        db.session.remove()


@pytest.fixture
def world(app: Flask) -> World:
    """The organisations, people, employers and cases that every test finds."""
    return World()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client nobody has signed in."""
    return app.test_client()


@pytest.fixture
def browse(app: Flask) -> Callable[[str], Browser]:
    """Sign somebody in and read pages as that person: `browse("preventeur")`."""
    return lambda name: Browser(app, name)


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL statements sent since the test began (or since the list was cleared), transactions left out."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        if not statement.upper().startswith(
            ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "PRAGMA", "SELECT SET_CONFIG")
        ):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)
