"""The scheduler at work on files: with its own role, killed in the middle, and what it forgets."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app import clock
from app.actions import imports as actions
from app.actions.imports import Received, Terms
from app.extensions import db
from app.jobs.imports import forget_old_imports
from app.models import Import, ImportChunk, ImportProblem, Observation
from app.second_wall.rules import APP, SCHEDULER
from config import ROOT
from tests import postgresql
from tests.conftest import Databases
from tests.incoming import DIAMANT, bring_in, check, counts, csv_file, plant, receive
from tests.world import World
from workflows.import_run import ImportKind, ImportState

Start = Callable[..., "subprocess.Popen[str]"]
SECONDS = 60


@pytest.fixture
def start(databases: Databases, app: Flask, tmp_path: Path) -> Start:
    """Start `flask scheduler` on the database of the test, signed in as somebody."""

    def begin(*options: str, url: str = databases.url) -> "subprocess.Popen[str]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JALON_")}
        own = {"JALON_ENV": "testing", "JALON_DATABASE_URL": url, "JALON_SEALS": str(tmp_path / "sceaux.txt")}
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler", *options],
            cwd=ROOT,
            env=kept | own | {"JALON_SMTP_URL": "smtp://127.0.0.1:9"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return begin


def values() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Observation)) or 0


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_its_own_role_is_enough_for_every_kind(databases: Databases, world: World, start: Start) -> None:
    """It writes in the name of the role of imports, and of the author behind the wall of the pages."""
    here, other = plant(2)
    files = {
        ImportKind.TDB: csv_file(DIAMANT, [(here.finess, 2023, ".2", ".1", ".03")]),
        ImportKind.LINKS: csv_file(("FINESS ET", "SIRET"), [(here.finess, here.siret)]),
        ImportKind.CONTACTS: csv_file(("SIREN", "Nom"), [(here.siren, "Martin")]),
        ImportKind.PORTFOLIO: csv_file(("SIREN", "État", "Depuis le"), [(other.siren, "Diagnostic", "02/03/2026")]),
    }
    for kind, content in files.items():
        import_ = check(world, "referent", receive(world, "referent", content, kind))
        actions.confirm(
            import_, version=import_.version, actor=world.actor("referent"), today=clock.today(), now=clock.now()
        )
        db.session.commit()
    postgresql.lend(databases.url, APP, SCHEDULER)
    output, _ = start("--once", url=postgresql.as_role(databases.url, SCHEDULER)).communicate(timeout=SECONDS)
    found = db.session.scalars(select(Import).order_by(Import.id)).all()
    assert [(one.kind, one.state, one.read - one.rejected) for one in found] == [
        (kind, ImportState.DONE, 1) for kind in files
    ], output


@pytest.mark.long
def test_killed_in_the_middle_nothing_is_half_written_and_the_next_one_goes_on(world: World, start: Start) -> None:
    places = plant(130)
    rows = [(one.finess, year, ".2", ".1", ".03") for one in places for year in range(2000, 2100)]
    import_ = receive(world, "referent", csv_file(DIAMANT, rows))
    actions.check(
        import_, Terms(import_.mapping, {}, False), version=1, actor=world.actor("referent"), today=clock.today()
    )
    import_.state, import_.confirmed_at = ImportState.CONFIRMED, clock.now()
    db.session.commit()
    number = import_.id
    process = start("--tick", "0.1")
    reached = _wait_for_a_batch(number)
    process.kill()
    process.communicate()
    stopped = db.session.get_one(Import, number, populate_existing=True)
    assert (stopped.state, stopped.at_line >= reached > 0) == (ImportState.RUNNING, True)
    assert values() == 3 * stopped.created and counts(stopped)[0] == stopped.at_line - 1 < len(rows)
    db.session.execute(update(Import).values(claimed_at=clock.now() - timedelta(days=9)))
    db.session.commit()
    output, _ = start("--once").communicate(timeout=SECONDS)
    ended = db.session.get_one(Import, number, populate_existing=True)
    assert (ended.state, counts(ended)) == (ImportState.DONE, (len(rows), len(rows), 0, 0, 0)), output
    assert values() == 3 * len(rows)


def _wait_for_a_batch(number: int) -> int:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        db.session.rollback()
        reached = db.session.scalar(select(Import.at_line).where(Import.id == number)) or 0
        if reached:
            return reached
        time.sleep(0.02)
    raise AssertionError("rien ne vient")


def test_thirty_days_later_the_record_alone_remains(world: World) -> None:
    (here,) = plant(1)
    rows = [(here.finess, 2023, ".2", ".1", ".03"), ("12", 2023, ".2", ".1", "")]
    done = bring_in(world, "referent", csv_file(DIAMANT, rows))
    left = actions.receive(
        Received(io.BytesIO(csv_file(DIAMANT, rows)), "oublié.csv"),
        None,
        actor=world.actor("referent"),
        now=clock.now(),
    )
    db.session.commit()
    numbers = done.id, left.id
    forget_old_imports(now=lambda: clock.now() + timedelta(days=29))
    assert db.session.scalar(select(func.count()).select_from(ImportChunk)) == 2
    forget_old_imports(now=lambda: clock.now() + timedelta(days=31))
    forget_old_imports(now=lambda: clock.now() + timedelta(days=62))
    for part in (ImportChunk, ImportProblem):
        assert db.session.scalar(select(func.count()).select_from(part)) == 0
    kept, forgotten = (db.session.get_one(Import, number) for number in numbers)
    assert (kept.state, kept.preview, counts(kept)) == (ImportState.DONE, [], (2, 1, 0, 0, 1))
    assert forgotten.state is ImportState.ABANDONED
    assert values() == 3
