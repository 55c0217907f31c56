"""`flask demo`: what it says, and that it never touches real data."""

from contextvars import Context
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.demo.accounts import demo_accounts, make_password
from app.extensions import db
from app.models import Case, Employer


def run(app: Flask, command: str) -> Result:
    """Run the command as a process would: with a context and a session of its own."""
    db.session.commit()
    return Context().run(lambda: app.test_cli_runner().invoke(args=["demo", command]))


@pytest.fixture
def own_folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where the demonstration keeps its files, for one test."""
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    return tmp_path


def sizes() -> list[int | None]:
    return [db.session.scalar(select(func.count()).select_from(model)) for model in (Employer, Case)]


def test_a_database_in_use_is_left_alone(app: Flask, own_folder: Path) -> None:
    before = sizes()
    result = run(app, "seed")
    assert (result.exit_code, result.stdout) == (0, "La base contient déjà des données : rien ne change.\n")
    assert sizes() == before
    assert not list(own_folder.iterdir())


@pytest.mark.parametrize("command", ["seed", "accounts"])
def test_outside_the_demonstration_the_commands_refuse(
    app: Flask, monkeypatch: pytest.MonkeyPatch, own_folder: Path, command: str
) -> None:
    monkeypatch.setitem(app.config, "TESTING", False)
    result = run(app, command)
    assert result.exit_code == 1
    assert "JALON_ENV=demo" in result.stderr
    assert not list(own_folder.iterdir())


def test_the_accounts_are_printed_with_their_password(app: Flask, own_folder: Path) -> None:
    assert "à créer par « flask demo seed »" in run(app, "accounts").stdout
    password = make_password(app)
    shown = run(app, "accounts").stdout
    assert password in shown
    assert [account.email for account in demo_accounts(app)] == [
        line.split()[0] for line in shown.splitlines() if line.startswith("  ")
    ]
    assert make_password(app) == password
