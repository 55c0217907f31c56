"""`flask journal seal`, `verify` and `drop`: the proof that nothing of the journal was altered."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app import clock
from app.actions.seals import drop_before
from app.extensions import db, writing
from app.filters import number, plural, short_day
from app.jobs.seals import Unreadable, line_of, read_seals, seal_the_day
from app.queries.journal_check import Report, check_journal
from workflows.calendar import add_months

KEPT_MONTHS = 12
"""How long the journal is kept before a closed period may leave it (CNIL, journalisation : six mois à un an)."""

journal_group = AppGroup("journal", help="Le journal : sceau du jour, vérification, périodes closes.")


@journal_group.command("seal")
def seal() -> None:
    """Scelle le journal du jour (le planificateur le fait de lui-même)."""
    made = seal_the_day()
    click.echo(f"{line_of(made)}\nGardez cette ligne ailleurs." if made else "Le journal est déjà scellé aujourd’hui.")
    click.echo(f"Sceaux gardés hors de la base : {current_app.config['SEALS']}")


@journal_group.command("verify")
@click.option(
    "--seals",
    "path",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Sceaux gardés hors de la base, à comparer (par défaut ceux de cette machine).",
)
def verify(path: Path | None) -> None:
    """Relit tout le journal et dit ce qui a été modifié, retiré, ajouté ou déplacé."""
    local = Path(current_app.config["SEALS"])
    path = path or (local if local.exists() else None)
    with _reading():
        report = check_journal(_outside(path) if path else None)
    for finding in report.findings:
        click.echo(finding)
    if report.count:
        hidden = report.count - len(report.findings)
        more = f", dont {number(hidden)} non détaillées" if hidden else ""
        raise click.ClickException(f"le journal a été altéré : {plural(report.count, 'anomalie')}{more}.")
    click.echo(_all_is_well(report, path))


def _all_is_well(report: Report, path: Path | None) -> str:
    counts = (
        plural(report.entries, "entrée"),
        plural(report.chains, "chaîne"),
        plural(report.accesses, "consultation scellée", "consultations scellées"),
        plural(report.seals, "sceau", "sceaux"),
    )
    compared = f"Sceaux comparés à {path}." if path else "Aucun sceau gardé hors de la base n’a été comparé."
    return f"Journal intact : {', '.join(counts)}. {compared}"


@journal_group.command("drop")
@click.option(
    "--before",
    type=click.DateTime(["%Y-%m-%d"]),
    help=f"Retire ce qui précède ce jour, {KEPT_MONTHS} mois au moins (par défaut, {KEPT_MONTHS} mois).",
)
def drop(before: datetime | None) -> None:
    """Retire les périodes closes et scellées ; leurs têtes restent, et la vérification repart d’elles."""
    latest = add_months(clock.today(), -KEPT_MONTHS)
    day = before.date() if before else latest
    if day > latest:
        raise click.ClickException(f"Le journal se garde {KEPT_MONTHS} mois : au plus tard le {short_day(latest)}.")
    entries, accesses = drop_before(_midnight(day), now=clock.now())
    db.session.commit()
    click.echo(
        f"Avant le {short_day(day)} : {plural(entries, 'entrée')} et {plural(accesses, 'consultation')} en moins."
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.PARIS).astimezone(UTC)


def _outside(path: Path) -> dict[int, str]:
    try:
        with path.open(encoding="utf-8") as file:
            return read_seals(file)
    except (Unreadable, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path}, {error}.") from error


@contextmanager
def _reading() -> Iterator[None]:
    """One state of the database from end to end, without keeping anybody from writing."""
    token = writing.set(False)
    db.session.rollback()
    try:
        if db.engine.dialect.name == "postgresql":
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield
    finally:
        db.session.rollback()
        writing.reset(token)


COMMANDS = (journal_group,)
