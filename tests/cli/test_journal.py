"""`flask journal`: sealing, verifying, dropping, with the words and statuses an operator relies on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from click.testing import Result
from flask import Flask

from app.jobs.seals import keep_outside
from tests.journal import fill, tamper
from tests.world import World

MORNING = datetime(2026, 11, 24, 6, tzinfo=UTC)


@pytest.fixture
def seals(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """The file of seals of the test."""
    kept, app.config["SEALS"] = app.config["SEALS"], str(tmp_path / "a" / "sceaux.txt")
    yield Path(app.config["SEALS"])
    app.config["SEALS"] = kept


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["journal", *arguments])


def test_a_day_is_sealed_once_and_the_seal_is_kept_outside(app: Flask, world: World, seals: Path) -> None:
    fill(world, MORNING)
    first, again = run(app, "seal"), run(app, "seal")
    assert (first.exit_code, again.exit_code) == (0, 0)
    line = seals.read_text()
    assert line.startswith("sceau 1 2026-11-24 ") and line.strip() in first.output
    assert "déjà scellé" in again.output and seals.read_text() == line
    with time_machine.travel(datetime(2026, 11, 25, 5, tzinfo=UTC), tick=True):
        assert "sceau 2 2026-11-25" in run(app, "seal").output
    assert [line.split()[1] for line in seals.read_text().splitlines()] == ["1", "2"]
    seals.unlink()
    assert keep_outside(seals) == 2, "a file that was lost is written again"


def test_a_sound_journal_is_said_sound_with_its_counts(app: Flask, world: World, seals: Path) -> None:
    fill(world, MORNING)
    before = run(app, "verify")
    assert (before.exit_code, "Aucun sceau gardé" in before.output) == (0, True)
    run(app, "seal")
    done = run(app, "verify", "--seals", str(seals))
    assert done.exit_code == 0
    said = done.output.replace("\u00a0", " ")
    assert "Journal intact : 10 entrées, 3 chaînes, 3 consultations scellées, 1 sceau." in said
    assert f"Sceaux comparés à {seals}." in said


def test_an_altered_journal_ends_with_status_1_and_says_where(app: Flask, world: World, seals: Path) -> None:
    case, _ = fill(world, MORNING)
    run(app, "seal")
    tamper(f"DELETE FROM journal_entries WHERE chain = {case.id} AND number = 2")
    done = run(app, "verify")
    assert done.exit_code == 1
    assert f"Dossier {case.reference}, n° 3 : il manque le n° 2 avant elle." in done.output
    assert "le journal a été altéré : 2\u00a0anomalies." in done.output, "the event is without its entry, too"


def test_seals_removed_with_what_they_sealed_are_missed(app: Flask, world: World, seals: Path) -> None:
    fill(world, MORNING)
    run(app, "seal")
    tamper("DELETE FROM journal_seal_heads", "DELETE FROM journal_seals")
    done = run(app, "verify")
    assert done.exit_code == 1 and "Sceau n° 1 : gardé hors de la base, il n’y est plus" in done.output


@pytest.mark.parametrize("content", ["n’importe quoi\n", "sceau un 2026 x\n", "sceau 1 d a\nsceau 1 d b\n"])
def test_a_file_that_holds_something_else_is_refused(app: Flask, world: World, tmp_path: Path, content: str) -> None:
    path = tmp_path / "autre.txt"
    path.write_text(content)
    done = run(app, "verify", "--seals", str(path))
    assert done.exit_code == 1 and "ligne" in done.output
    assert run(app, "verify", "--seals", str(tmp_path / "absent")).exit_code == 2


def test_what_is_closed_and_a_year_old_may_leave(app: Flask, world: World, seals: Path) -> None:
    fill(world, MORNING)
    run(app, "seal")
    assert "Le journal se garde 12 mois" in run(app, "drop", "--before", "2026-11-01").output
    with time_machine.travel(datetime(2027, 12, 1, 9, tzinfo=UTC), tick=True):
        run(app, "seal")
        done = run(app, "drop")
        assert done.exit_code == 0
        assert "Avant le 01/12/2026 : 8\u00a0entrées et 3\u00a0consultations en moins." in done.output
        assert "0\u00a0entrée" in run(app, "drop").output
        assert run(app, "verify").exit_code == 0
