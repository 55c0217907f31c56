"""The ground of the walk of leaks, and ways to its database as the roles of the second wall."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, make_url, select

from app import clock
from app.extensions import db
from app.models import User
from app.second_wall.rules import AGGREGATES, APP, IMPORTER, SCHEDULER
from tests import postgresql
from tests.conftest import Databases
from tests.leaks import ground as grounds
from tests.leaks.ground import Ground


@pytest.fixture
def ground(app: Flask) -> Ground:
    return grounds.build(clock.today())


@pytest.fixture
def wall(ground: Ground, databases: Databases) -> Iterator[Engine]:
    """An engine of one connection, signed in as the pages are."""
    postgresql.lend(databases.url, APP, SCHEDULER, AGGREGATES, IMPORTER)
    engine = create_engine(postgresql.as_role(databases.url, APP), pool_size=1, max_overflow=0)
    yield engine
    engine.dispose()


def saying(name: str | None) -> dict[str, str]:
    """What a transaction is told when this person of the ground acts: the values of SAY_WHO_ACTS."""
    user = db.session.scalars(select(User).where(User.email == f"{name}@test.example")).one()
    capacity = user.capacities[0]
    numbers = {"organisation": capacity.organisation_id, "employer": capacity.employer_id, "user": user.id}
    return {setting: str(number or "") for setting, number in numbers.items()}


@dataclass(frozen=True)
class Said:
    """What psql answered."""

    lines: list[str]
    error: str


Psql = Callable[..., Said]


@pytest.fixture
def psql(ground: Ground, databases: Databases) -> Psql:
    """Ask with the real psql, as a role, after saying who acts (or nobody)."""
    postgresql.lend(databases.url, APP, SCHEDULER, AGGREGATES, IMPORTER)
    url = make_url(databases.url)

    def ask(sql: str, who: str | None = None, role: str = APP) -> Said:
        settings = saying(who) if who else {}
        said = [
            f"SELECT set_config('jalon.{name}', '{value}', false) \\g /dev/null\n" for name, value in settings.items()
        ]
        done = subprocess.run(
            [postgresql.program("psql"), "-h", str(url.query["host"]), "-U", role, "-d", str(url.database), "-XAtq"],
            input="".join(said) + sql,
            capture_output=True,
            text=True,
            check=False,
        )
        return Said(done.stdout.splitlines(), done.stderr)

    return ask
