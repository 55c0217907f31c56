"""The two databases that are measured, each with its fastest way of being filled."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import psycopg
from flask import Flask
from flask_migrate import upgrade
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from app import create_app
from app.extensions import db
from config import Testing
from tests import postgresql

Row = Mapping[str, Any]


class Engine(Protocol):
    """A kind of database: a fresh migrated one by name, the driver's own way to it, the fastest way to fill it."""

    name: str
    driver: str

    def database(self, name: str) -> Flask:
        """Return an application on a fresh database, migrated and empty."""

    def connect(self, app: Flask) -> Any:
        """Return a connection of the driver itself to the database of an application."""

    def load(self, app: Flask, table: str, rows: Iterable[Row]) -> None:
        """Write rows of the same columns in one transaction, foreign keys left unchecked, defaults filled in."""

    def settle(self, app: Flask) -> None:
        """Clean up after many writes and bring the statistics of the planner up to date."""


class Postgresql:
    driver = "psycopg"

    def __init__(self, server: str) -> None:
        self._server = server
        _migrate(postgresql.create_database(server, "template_bench"))
        with psycopg.connect(_plain(server)) as connection:
            version = connection.info.server_version
        self.name = f"PostgreSQL {version // 10_000}.{version % 10_000}"

    def database(self, name: str) -> Flask:
        return _application(postgresql.create_database(self._server, name, template="template_bench"))

    def connect(self, app: Flask) -> psycopg.Connection[Any]:
        return psycopg.connect(_plain(app.config["SQLALCHEMY_DATABASE_URI"]))

    def load(self, app: Flask, table: str, rows: Iterable[Row]) -> None:
        columns, values = _whole(table, rows)
        copy_in = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), SQL(", ").join(map(Identifier, columns)))
        with self.connect(app) as connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            with cursor.copy(copy_in) as copy:
                for row in values:
                    copy.write_row(row)
            if "id" in columns:
                last = SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}")
                cursor.execute(last.format(table, Identifier(table)))

    def settle(self, app: Flask) -> None:
        with psycopg.connect(_plain(app.config["SQLALCHEMY_DATABASE_URI"]), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


class Sqlite:
    name = f"SQLite {sqlite3.sqlite_version}"
    driver = "sqlite3"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.sqlite"
        _migrate(f"sqlite:///{self._template}")

    def database(self, name: str) -> Flask:
        path = self._folder / f"{name}.sqlite"
        shutil.copyfile(self._template, path)
        return _application(f"sqlite:///{path}")

    def connect(self, app: Flask) -> sqlite3.Connection:
        path = make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database
        connection = sqlite3.connect(str(path), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):  # as the application does
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def load(self, app: Flask, table: str, rows: Iterable[Row]) -> None:
        columns, values = _whole(table, rows)
        names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" for _ in columns)
        connection = self.connect(app)
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            f'INSERT INTO "{table}" ({names}) VALUES ({marks})', ([_stored(cell) for cell in row] for row in values)
        )
        connection.execute("COMMIT")
        connection.close()

    def settle(self, app: Flask) -> None:
        connection = self.connect(app)
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()


@contextmanager
def engines() -> Iterator[tuple[Engine, ...]]:
    """A PostgreSQL server and a folder of SQLite files, both gone at the end."""
    with tempfile.TemporaryDirectory(prefix="jalon-bench-") as folder, postgresql.cluster() as server:
        yield Postgresql(server), Sqlite(Path(folder))


def _application(url: str) -> Flask:
    config = Testing()
    config.SQLALCHEMY_DATABASE_URI = url
    return create_app(config)


def _migrate(url: str) -> None:
    with _application(url).app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


def _whole(table: str, rows: Iterable[Row]) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
    """Return the columns and the rows as sequences, the defaults that the model declares added."""
    columns = db.metadata.tables[table].columns
    defaults = {c.name: c.default.arg for c in columns if c.default is not None and c.default.is_scalar}
    following = iter(rows)
    first = defaults | dict(next(following))
    return tuple(first), (tuple((defaults | dict(row)).values()) for row in chain([first], following))


def _stored(cell: Any) -> Any:
    """Return a value as SQLAlchemy keeps it in SQLite."""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S.%f")
    return cell.isoformat() if isinstance(cell, date) else cell
