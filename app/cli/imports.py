"""`flask import finess FICHIER`: the public directory of legal entities and establishments."""

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from flask.cli import AppGroup

from app.actions.finess import Tally, import_in_batches, refresh_statistics
from app.actions.incoming.finess import read_directory
from app.extensions import db, writing
from app.readers.finess import FinessReading, Problem, Severity
from app.readers.finess_layouts import KIND_LABELS
from app.readers.finess_plus import FinessPlusReading

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

import_group = AppGroup("import", help="Les fichiers publics à reprendre.")
REJECT_COLUMNS = ("ligne", "colonne", "motif", "contenu")


class Stop(click.ClickException):
    """The command ends with status 1 and one clear sentence."""

    def show(self, file: IO[str] | None = None) -> None:
        click.echo(self.message, file=file or sys.stderr)


class Rejects:
    """The refused lines, in a CSV file that a spreadsheet opens with its accents."""

    def __init__(self, file: IO[str]) -> None:
        self._rows = csv.writer(file, delimiter=";")
        self._rows.writerow(REJECT_COLUMNS)
        self.count = 0

    def note(self, problem: Problem) -> None:
        """Write a refused line; remarks on lines that are kept are only counted elsewhere."""
        if problem.severity is Severity.REJECT:
            self._rows.writerow((problem.line, problem.column or "", problem.message, problem.raw))
            self.count += 1


@import_group.command("finess")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Compte ce qui serait fait, n’écrit rien.")
@click.option("--rejects", "rejects_path", type=click.Path(path_type=Path), help="Où écrire les lignes rejetées.")
def import_finess(file: Path, dry_run: bool, rejects_path: Path | None) -> None:
    """Reprend un fichier FINESS (cs1100501, cs1100502 ou cs1100507, ou FINESS+ en JSON)."""
    path = rejects_path or file.with_name(f"{file.name}.rejets.csv")
    reading, tally = import_file(file, path, is_dry_run=dry_run, shows_progress=sys.stderr.isatty())
    click.echo(report(reading, tally, is_dry_run=dry_run))
    if tally.rejected:
        click.echo(f"Lignes rejetées, avec leur motif : {path}")


def import_file(
    file: Path, rejects_path: Path, *, is_dry_run: bool = False, shows_progress: bool = False
) -> tuple[FinessReading | FinessPlusReading, Tally]:
    """Bring a FINESS file in, one transaction per batch; return its reading and what became of its records.

    Raises Stop, with a sentence for people, when one of the files cannot be opened or is not what it should be.
    """
    if rejects_path.resolve() == file.resolve():
        raise Stop("Le fichier des rejets ne peut pas être le fichier lu : donnez un autre nom à --rejects.")
    with opened_file(file) as stream, writing_allowed(not is_dry_run):
        reading = read_directory(stream)
        if reading.refusal:
            raise Stop(reading.refusal.message)
        with _rejects(rejects_path) as rejects, _progress(reading.records, shows_progress) as bar:
            for tally in import_in_batches(reading, is_dry_run=is_dry_run, on_problem=rejects.note):
                db.session.rollback() if is_dry_run else db.session.commit()
                bar.update(tally.read - bar.pos)
    if tally.created and not is_dry_run:
        refresh_statistics()
        db.session.commit()
    return reading, tally


def _progress(length: int, is_shown: bool) -> "ProgressBar[int]":
    return click.progressbar(length=length, label="Import", file=sys.stderr, hidden=not is_shown)


def report(reading: FinessReading | FinessPlusReading, tally: Tally, *, is_dry_run: bool = False) -> str:
    """Return what is told at the end of an import."""
    dated = f", daté du {reading.extracted_on:%d/%m/%Y}" if reading.extracted_on else ""
    counts = {
        "lues": tally.read,
        "créées": tally.created,
        "modifiées": tally.updated,
        "inchangées": tally.unchanged,
        "rejetées": tally.rejected,
        "remarques": tally.remarks,
    }
    lines = [f"Fichier des {_kind(reading)}, {reading.encoding}{dated}"]
    lines += [f"  {label:<11}{spaced(count):>9}" for label, count in counts.items()]
    lines += [f"  {problem.message}" for problem in _remarks(reading)]
    if tally.provisional:
        lines.append(
            f"  {spaced(len(tally.provisional))} entité(s) juridique(s) connue(s) par leur seul numéro, secteur à "
            "confirmer : importez aussi le fichier des entités juridiques."
        )
    return "\n".join(["Simulation : rien n’a été écrit.", *lines] if is_dry_run else lines)


def _kind(reading: FinessReading | FinessPlusReading) -> str:
    if isinstance(reading, FinessPlusReading):
        return "entités juridiques et établissements (FINESS+)"
    assert reading.kind
    return KIND_LABELS[reading.kind]


def _remarks(reading: FinessReading | FinessPlusReading) -> tuple[Problem, ...]:
    return () if isinstance(reading, FinessPlusReading) else tuple(reading.survey.remarks)


def spaced(count: int) -> str:
    """Return a count with its thousands apart."""
    return f"{count:,}".replace(",", "\u202f")


@contextmanager
def writing_allowed(is_allowed: bool) -> Iterator[None]:
    """Let the transactions of this block write, or only read."""
    token = writing.set(is_allowed)
    try:
        yield
    finally:
        writing.reset(token)


@contextmanager
def opened_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to read; raises Stop with the reason in French."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise Stop(f"Impossible de lire {path} : {_why(error)}.") from error
    with stream:
        yield stream


@contextmanager
def _rejects(path: Path) -> Iterator[Rejects]:
    """Open the file of rejects before anything is written to the database; remove it when it stays empty."""
    try:
        file = path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise Stop(f"Impossible d’écrire {path} : {_why(error)}. Indiquez un autre --rejects.") from error
    with file:
        rejects = Rejects(file)
        yield rejects
    if not rejects.count:
        path.unlink()


def _why(error: OSError) -> str:
    """Say in French what the system says in its own language."""
    known = {
        FileNotFoundError: "ce chemin n’existe pas",
        IsADirectoryError: "c’est un dossier",
        PermissionError: "accès refusé",
    }
    return known.get(type(error), f"erreur {error.errno} du système")


COMMANDS = (import_group,)
