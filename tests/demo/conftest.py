"""The demonstration region, seeded once on each engine; a test that writes rolls back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.cli.demo import render
from app.demo.register import import_register
from app.demo.seed import seed
from app.extensions import db
from config import Testing
from tests import postgresql
from tests.conftest import NOW, TODAY


def empty_app(url: str, folder: Path) -> Flask:
    """An application whose database has its tables and nothing else, and whose files go to a folder."""
    config = Testing()
    config.SQLALCHEMY_DATABASE_URI = url
    app = create_app(config)
    app.instance_path = str(folder)
    with app.app_context():
        upgrade()
    return app


@pytest.fixture(scope="session")
def sqlite_region(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The region on SQLite, with the PDF of its own visit reports."""
    folder = tmp_path_factory.mktemp("demo")
    app = empty_app(f"sqlite:///{folder / 'demo.sqlite'}", folder)
    with app.app_context():
        assert seed(app, today=TODAY, render=render)
    return app


@pytest.fixture(scope="session")
def postgresql_region(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The region on PostgreSQL, all its visit reports written elsewhere, begun again after an interruption."""
    folder = tmp_path_factory.mktemp("demo")
    app = empty_app(postgresql.create_database(postgresql_server, "demo"), folder)
    with app.app_context():
        import_register(folder, today=TODAY)
        assert seed(app, today=TODAY)
    return app


@pytest.fixture(params=["sqlite", "postgresql"])
def region(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The region on each engine in turn, on the day it was seeded."""
    app: Flask = request.getfixturevalue(f"{request.param}_region")
    with time_machine.travel(NOW, tick=True), app.app_context():
        yield app
        db.session.rollback()
        db.session.remove()
