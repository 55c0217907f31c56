"""What an operator is told of the second wall, and when Jalon refuses to start without it."""

from contextvars import Context

import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from app.second_wall.building import sql_of_roles
from app.second_wall.rules import APP, ROLES, SCHEDULER
from config import Testing
from tests import postgresql
from tests.conftest import Databases

ON_POSTGRESQL = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)


def run(app: Flask, *words: str) -> Result:
    return Context().run(lambda: app.test_cli_runner().invoke(args=words))


def signed_in_as(databases: Databases, role: str, name: str = "production") -> Flask:
    """An application whose process has this role."""
    postgresql.lend(databases.url, APP, SCHEDULER)
    config = Testing()
    config.SQLALCHEMY_DATABASE_URI = postgresql.as_role(databases.url, role)
    config.NAME = name
    return create_app(config)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_sqlite_says_that_it_has_the_first_wall_only(app: Flask) -> None:
    app.config["NAME"], former = "production", app.config["NAME"]
    told = run(app, "database", "check")
    app.config["NAME"] = former
    assert told.exit_code == 0
    assert "l’application seule" in told.output


@ON_POSTGRESQL
def test_production_starts_behind_the_wall_and_nowhere_else(app: Flask, databases: Databases) -> None:
    held = run(signed_in_as(databases, APP), "database", "check")
    assert (held.exit_code, "Second mur en place" in held.output) == (0, True)
    for role, why in {"jalon": "possède les tables", SCHEDULER: f"n’a pas les droits de {APP}"}.items():
        refused = run(signed_in_as(databases, role), "database", "check")
        assert (refused.exit_code, why in refused.output) == (1, True), refused.output
        assert run(signed_in_as(databases, role, "demo"), "database", "check").exit_code == 0


@ON_POSTGRESQL
def test_the_scheduler_refuses_to_see_nothing(app: Flask, databases: Databases) -> None:
    blind = run(signed_in_as(databases, APP), "scheduler", "--once")
    assert (blind.exit_code, f"n’a pas les droits de {SCHEDULER}" in blind.output) == (1, True)


def test_the_administrator_is_given_the_orders_to_run(app: Flask) -> None:
    told = run(app, "database", "roles").output
    assert all(f"CREATE ROLE {role} NOLOGIN;" in told for role in ROLES)


@ON_POSTGRESQL
def test_whoever_may_not_create_the_roles_says_what_is_missing(databases: Databases) -> None:
    """On a server where the roles are not there yet, a migration stops with the orders, and changes nothing."""
    with postgresql.cluster() as server:
        postgresql.run(server, "CREATE ROLE simple LOGIN", "CREATE DATABASE bare OWNER simple")
        config = Testing()
        config.SQLALCHEMY_DATABASE_URI = postgresql.as_role(server, "simple").replace("/postgres?", "/bare?")
        refused = run(create_app(config), "db", "upgrade")
        assert refused.exit_code == 1
        orders = (line.split(";")[0] for line in sql_of_roles().splitlines() if "PASSWORD" not in line)
        postgresql.run(server, *orders)
        done = run(create_app(config), "db", "upgrade")
        assert done.exit_code == 0, done.output
