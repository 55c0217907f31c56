"""The two databases that are measured, each with its fastest way of being filled."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import psycopg
from flask import Flask
from flask_migrate import upgrade
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from app import create_app
from app.extensions import db
from app.second_wall.rules import APP
from config import Testing
from tests import postgresql
from tests.pages import Client

Row = Mapping[str, Any]


class Engine(Protocol):
    """A kind of database: fresh migrated ones by name, the driver's own way to them, the fastest way to fill them."""

    name: str
    driver: str
    bulk: str

    def database(self, name: str) -> Flask:
        """Return an application on a fresh database, migrated and empty."""

    def connect(self, app: Flask) -> Any:
        """Return a connection of the driver itself, which begins no transaction on its own."""

    def native(self, sql: str) -> str:
        """Return a statement written for psycopg in the words of this driver."""

    def write(
        self, app: Flask, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, is_checked: bool = False
    ) -> None:
        """Write rows in one transaction, by the driver's own `bulk` way; foreign keys are checked only if asked."""

    def copy_table(self, app: Flask, table: str, name: str) -> None:
        """Make an empty table of the same columns, indexes and foreign keys."""

    def behind_wall(self, app: Flask) -> Flask:
        """Return an application on the same database, as the pages sign in to it: behind the second wall, if any."""

    def settle(self, app: Flask) -> None:
        """Clean up after many writes and bring the statistics of the planner up to date."""


class Postgresql:
    driver = "psycopg"
    bulk = "COPY"

    def __init__(self, server: str) -> None:
        self._server = server
        _migrate(postgresql.create_database(server, "template_bench"))
        with psycopg.connect(_plain(server)) as connection:
            version = connection.info.server_version
        self.name = f"PostgreSQL {version // 10_000}.{version % 10_000}"

    def database(self, name: str) -> Flask:
        return _application(postgresql.create_database(self._server, name, template="template_bench"))

    def connect(self, app: Flask) -> psycopg.Connection[Any]:
        return psycopg.connect(_plain(app.config["SQLALCHEMY_DATABASE_URI"]), autocommit=True)

    def native(self, sql: str) -> str:
        return sql

    def write(
        self, app: Flask, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, is_checked: bool = False
    ) -> None:
        copy_in = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), SQL(", ").join(map(Identifier, columns)))
        with self.connect(app) as connection, connection.transaction(), connection.cursor() as cursor:
            if not is_checked:
                cursor.execute("SET LOCAL session_replication_role = replica")
            with cursor.copy(copy_in) as copy:
                for row in rows:
                    copy.write_row(row)
            if "id" in columns:
                last = SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}")
                cursor.execute(last.format(table, Identifier(table)))

    def copy_table(self, app: Flask, table: str, name: str) -> None:
        like = SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(Identifier(name), Identifier(table))
        declared = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'"
        with self.connect(app) as connection:
            connection.execute(like)
            for (definition,) in connection.execute(declared, (table,)).fetchall():
                connection.execute(SQL("ALTER TABLE {} ADD {}").format(Identifier(name), SQL(definition)))

    def behind_wall(self, app: Flask) -> Flask:
        postgresql.lend(self._server, APP)
        return _application(postgresql.as_role(app.config["SQLALCHEMY_DATABASE_URI"], APP))

    def settle(self, app: Flask) -> None:
        with self.connect(app) as connection:
            connection.execute("VACUUM ANALYZE")


class Sqlite:
    name = f"SQLite {sqlite3.sqlite_version}"
    driver = "sqlite3"
    bulk = "executemany"

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
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):  # as the application does
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def native(self, sql: str) -> str:
        # Whoever will write takes the lock of the whole file first.
        return "BEGIN IMMEDIATE" if sql == "BEGIN" else sql.replace("%s", "?").removesuffix(" FOR UPDATE")

    def write(
        self, app: Flask, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, is_checked: bool = False
    ) -> None:
        names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" for _ in columns)
        with closing(self.connect(app)) as connection:
            connection.execute(f"PRAGMA foreign_keys={'ON' if is_checked else 'OFF'}")
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', map(_stored, rows))
            connection.execute("COMMIT")

    def copy_table(self, app: Flask, table: str, name: str) -> None:
        with closing(self.connect(app)) as connection:
            declared = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL"
            for (sql,) in connection.execute(declared, (table,)).fetchall():
                connection.execute(sql.replace(table, name))

    def behind_wall(self, app: Flask) -> Flask:
        return app

    def settle(self, app: Flask) -> None:
        with closing(self.connect(app)) as connection:
            connection.execute("ANALYZE")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def engines() -> Iterator[tuple[Engine, ...]]:
    """A PostgreSQL server and a folder of SQLite files, both gone at the end."""
    with tempfile.TemporaryDirectory(prefix="jalon-bench-") as folder, postgresql.cluster() as server:
        yield Postgresql(server), Sqlite(Path(folder))


def load(engine: Engine, app: Flask, table: str, rows: Iterable[Row]) -> None:
    """Write rows that all name the same columns, the defaults that the model declares added."""
    columns = db.metadata.tables[table].columns
    defaults = {
        column.name: column.default.arg for column in columns if isinstance(column.default, ScalarElementColumnDefault)
    }
    following = iter(rows)
    first = defaults | dict(next(following))
    values = (tuple((defaults | dict(row)).values()) for row in chain([first], following))
    engine.write(app, table, tuple(first), values)


def _application(url: str) -> Flask:
    config = Testing()
    config.SQLALCHEMY_DATABASE_URI = url
    app = create_app(config)
    app.test_client_class = Client  # each request on its own: none leaves the next one reading only
    return app


def _migrate(url: str) -> None:
    with _application(url).app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


def _stored(row: Sequence[Any]) -> list[Any]:
    return [keep(cell) if (keep := _KEPT.get(type(cell))) else cell for cell in row]


_KEPT: Mapping[type, Any] = {date: date.isoformat, datetime: lambda at: at.strftime("%Y-%m-%d %H:%M:%S.%f")}
"""How SQLAlchemy keeps dates in SQLite."""
