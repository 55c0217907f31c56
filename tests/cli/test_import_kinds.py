"""`flask import NATURE FICHIER`: simulated, brought in, all or nothing, for an organisation, and what it refuses."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.extensions import db
from app.models import Aid, Cpom, CpomObjective, Import, Observation, Structure
from tests.incoming import DIAMANT, csv_file, plant
from workflows.import_run import ImportState


def run(app: Flask, *words: object) -> Result:
    db.session.commit()
    return app.test_cli_runner().invoke(args=["import", *map(str, words)])


def values() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Observation)) or 0


@pytest.fixture
def file(app: Flask, tmp_path: Path) -> Path:
    (here,), (far,) = plant(1), plant(1, "33")
    path = tmp_path / "tdb.csv"
    path.write_bytes(csv_file(DIAMANT, [(one.finess, 2023, ".2", ".1", ".03") for one in (here, far)]))
    return path


def test_simulated_then_for_all_then_again(app: Flask, file: Path) -> None:
    simulated = run(app, "tdb", file, "--dry-run")
    assert "rien n’a été écrit" in simulated.output and values() == 0
    assert db.session.scalar(select(func.count()).select_from(Import)) == 0
    done = run(app, "tdb", file)
    assert done.exit_code == 0, done.output
    assert values() == 6
    again = run(app, "tdb", file)
    assert again.output.split() == "lues 2 créées 0 modifiées 0 inchangées 2 rejetées 0".split()
    assert values() == 6


def test_for_an_organisation_its_own_departements(app: Flask, file: Path, tmp_path: Path) -> None:
    done = run(app, "tdb", file, "--organisation", "ARS Poitou", "--rejects", tmp_path / "refus.csv")
    assert (done.exit_code, values()) == (0, 3)
    head, row = (tmp_path / "refus.csv").read_text("utf-8-sig").splitlines()
    assert head.endswith("Ligne;Motif du rejet") and ";3;Hors du territoire" in row
    refused = run(app, "tdb", file, "--organisation", "ARS Poitou", "--strict")
    assert (refused.exit_code, values()) == (1, 3) and "tout ou rien" in refused.output
    assert db.session.scalars(select(Import.state).order_by(Import.id.desc())).first() is ImportState.FAILED


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tdb", "absent.csv"), "n’existe pas"),
        (("tdb", "{file}", "--organisation", "Carsat Poitou"), "n’est pas repris par Carsat Poitou"),
        (("tdb", "{file}", "--organisation", "Personne"), "aucun organisme"),
        (("members", "{file}"), "--organisation"),
        (("portfolio", "{file}"), "--person"),
        (("atmp", "{file}"), "AT en 1er règlement"),
        (("tdb", "{file}", "--rejects", "{file}"), "autre nom"),
    ],
)
def test_refused_in_one_sentence(app: Flask, file: Path, words: tuple[str, ...], said: str) -> None:
    result = run(app, *(word.format(file=file) for word in words))
    assert result.exit_code == 1 and said in result.output and "Traceback" not in result.output
    assert len(result.output.splitlines()) == 1
    assert values() == 0


FOLLOW_UPS = {
    "cpom": ("FINESS EJ;En vigueur le;Échéance;Signataires", "{entity};01/01/2024;31/12/2028;ARS", "ARS Poitou", Cpom),
    "objectives": ("FINESS EJ;Objectif;Cible", "{entity};Réduire l’absentéisme;9,5 %", "Département 79", CpomObjective),
    "aids": ("FINESS ET;Dispositif;Montant accordé", "{place};FIPU;12 000,50", "Carsat Poitou", Aid),
}


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_follow_ups_of_an_organisation(app: Flask, tmp_path: Path, kind: str) -> None:
    (here,), (head, row, owner, model) = plant(1), FOLLOW_UPS[kind]
    found = db.session.scalars(select(Structure).where(Structure.finess == here.finess)).one()
    path = tmp_path / "suivi.csv"
    path.write_text(f"{head}\n{row.format(entity=found.employer.finess, place=here.finess)}\n")
    everything = select(func.count()).select_from(model)
    assert "--organisation" in run(app, kind, path).output
    simulated = run(app, kind, path, "--organisation", owner, "--dry-run")
    assert "créées 1" in " ".join(simulated.output.split()) and db.session.scalar(everything) == 0
    assert run(app, kind, path, "--organisation", owner).exit_code == 0
    db.session.rollback()
    assert db.session.scalar(everything) == 1
    again = run(app, kind, path, "--organisation", owner)
    assert again.output.split() == "lues 1 créées 0 modifiées 0 inchangées 1 rejetées 0".split()
