"""`flask import finess`: what is printed, where the refused lines go, and how bad files end."""

import csv
from contextvars import Context
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.demo.finess_files import build_finess_files
from app.extensions import db
from app.models import Employer, Structure
from app.readers.reference_files import read_bytes
from tests.conftest import TODAY
from tests.readers.finess_lines import ej_file, ej_line, et_file, et_line


def run(app: Flask, *arguments: str | Path) -> Result:
    """Run the command as a process would: with a context and a session of its own."""
    db.session.commit()
    words = ["import", "finess", *map(str, arguments)]
    result = Context().run(lambda: app.test_cli_runner().invoke(args=words))
    db.session.expire_all()
    return result


def written(folder: Path, content: bytes, name: str = "finess.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def figures(result: Result) -> dict[str, int]:
    """The table that the command prints."""
    rows = (line.split() for line in result.stdout.splitlines() if line.startswith("  "))
    return {words[0]: int("".join(words[1:])) for words in rows if len(words) > 1 and "".join(words[1:]).isdecimal()}


def how_many(model: type[Employer] | type[Structure]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_table_says_what_became_of_the_lines(app: Flask, tmp_path: Path) -> None:
    path = written(tmp_path, et_file(et_line(), et_line(nofinesset="790000021"), et_line(nofinesset="790000038")))
    result = run(app, path)
    assert result.exit_code == 0, result.output
    assert figures(result) == {
        "lues": 3,
        "créées": 2,
        "modifiées": 0,
        "inchangées": 0,
        "rejetées": 1,
        "remarques": 0,
    }
    assert "cs1100502" in result.stdout
    assert "12/05/2026" in result.stdout
    assert "importez aussi le fichier des entités juridiques" in result.stdout


def test_a_second_run_changes_nothing(app: Flask, tmp_path: Path) -> None:
    files = build_finess_files(TODAY, count=60)
    paths = [written(tmp_path, files.legal_entities, "ej.csv"), written(tmp_path, files.structures, "et.csv")]
    for path in paths:
        assert run(app, path).exit_code == 0
    again = [figures(run(app, path)) for path in paths]
    assert [counts["inchangées"] for counts in again] == [60, counts_of(files.structures)]
    assert all(counts["créées"] == counts["modifiées"] == 0 for counts in again)


def counts_of(content: bytes) -> int:
    return len(content.splitlines()) - 1


def test_refused_lines_go_to_a_file_with_line_column_reason_and_content(app: Flask, tmp_path: Path) -> None:
    wrong = et_line(nofinesset="790000021")
    path = written(tmp_path, et_file(et_line(), wrong))
    result = run(app, path)
    rejects = tmp_path / "finess.csv.rejets.csv"
    assert str(rejects) in result.stdout
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [(row["ligne"], row["colonne"], row["contenu"]) for row in rows] == [("3", "nofinesset", wrong)]
    assert "clé de contrôle" in rows[0]["motif"]


def test_no_file_of_rejects_stays_when_nothing_is_refused(app: Flask, tmp_path: Path) -> None:
    older = written(tmp_path, b"ancien rejet", "finess.csv.rejets.csv")
    assert run(app, written(tmp_path, et_file(et_line()))).exit_code == 0
    assert not older.exists()


def test_the_file_of_rejects_goes_where_it_is_asked(app: Flask, tmp_path: Path) -> None:
    path = written(tmp_path, et_file(et_line(nofinesset="790000021")))
    result = run(app, path, "--rejects", tmp_path / "ailleurs.csv")
    assert (result.exit_code, figures(result)["rejetées"]) == (0, 1)
    assert (tmp_path / "ailleurs.csv").exists()
    assert not (tmp_path / "finess.csv.rejets.csv").exists()


@pytest.mark.parametrize("target", ["finess.csv", "absent/rejets.csv"])
def test_an_impossible_place_for_rejects_stops_before_anything_is_written(
    app: Flask, tmp_path: Path, target: str
) -> None:
    path = written(tmp_path, et_file(et_line()))
    before = how_many(Structure)
    result = run(app, path, "--rejects", tmp_path / target)
    assert result.exit_code == 1
    assert "--rejects" in result.stderr
    assert (how_many(Structure), path.read_bytes()) == (before, et_file(et_line()))


def test_a_dry_run_counts_and_leaves_the_database_alone(app: Flask, tmp_path: Path) -> None:
    before = how_many(Employer), how_many(Structure)
    result = run(app, written(tmp_path, et_file(et_line())), "--dry-run")
    assert result.exit_code == 0
    assert "rien n’a été écrit" in result.stdout
    assert figures(result)["créées"] == 1
    assert (how_many(Employer), how_many(Structure)) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf\n", "vide"),
        (b"PK\x03\x04" + bytes(40), "Excel"),
        (bytes(range(256)) * 20, "n’est pas du texte"),
        (et_file(et_line()).decode().encode("utf-16"), "UTF-16"),
        (b"finess;etalab;111;2026-05-12\n", "s’arrête après son en-tête"),
        (b"nom;prenom;ville\nMorin;Claire;Niort\n", "n’est pas un fichier FINESS connu"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_one_clear_sentence(
    app: Flask, tmp_path: Path, content: bytes, said: str
) -> None:
    result = run(app, written(tmp_path, content))
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert len(result.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == [tmp_path / "finess.csv"]


@pytest.mark.parametrize(("name", "why"), [("absent.csv", "ce chemin n’existe pas"), (".", "c’est un dossier")])
def test_a_path_that_leads_nowhere_is_said_so(app: Flask, tmp_path: Path, name: str, why: str) -> None:
    result = run(app, tmp_path / name)
    assert result.exit_code == 1
    assert result.stderr == f"Impossible de lire {tmp_path / name} : {why}.\n"


@pytest.mark.parametrize(
    "content",
    [
        ej_file(ej_line(rs="CRÈCHE À L’ÉTANG"), encoding="cp1252"),
        ej_file(ej_line())[:-40],
        ej_file(ej_line(rs='"LA ""TONNELLE"""')),
        ej_file(ej_line(), ej_line(rs="PLUS RECENT")),
        ej_file(ej_line(datecrea="0201-12-01")),
        ej_file(ej_line(nofiness="790000013")),
        b"\n".join([ej_file(ej_line()), b"\xff\xfe\x00;;;", b"structureej;" * 40]),
    ],
    ids=["latin-1", "truncated", "quotes", "duplicate", "date", "checksum", "garbage"],
)
def test_damaged_lines_never_stop_the_command(app: Flask, tmp_path: Path, content: bytes) -> None:
    result = run(app, written(tmp_path, content))
    counts = figures(result)
    assert result.exit_code == 0, result.output
    assert counts["lues"] == sum(counts[name] for name in ("créées", "modifiées", "inchangées", "rejetées")) > 0


def test_the_real_extracts_come_in(app: Flask, tmp_path: Path) -> None:
    for kind, lines in (("cs1100502", 12), ("cs1100501", 3)):
        path = written(tmp_path, read_bytes(f"finess_etalab_{kind}_extract.csv"), f"{kind}.csv")
        assert figures(run(app, path))["créées"] == lines
    saint_martin = db.session.scalars(select(Structure).where(Structure.finess == "970100400")).one()
    assert (saint_martin.departement, saint_martin.employer.needs_sector) == ("978", True)
    closed = db.session.scalars(select(Employer).where(Employer.finess == "010000164")).one()
    assert (closed.is_closed, closed.departement) == (True, "01")
