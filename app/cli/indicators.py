"""`flask indicators`: what is computed from the figures of everybody."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from app import clock
from app.extensions import db
from app.filters import plural

indicators_group = AppGroup("indicators", help="Les indicateurs : comparaisons à refaire, retours aux employeurs.")


@indicators_group.command("refresh")
@click.option("--year", "years", type=int, multiple=True, help="Année à refaire ; sans elle, toutes.")
def refresh(years: tuple[int, ...]) -> None:
    """Refait les groupes de pairs et ce que disent les accidents du travail."""
    from app.actions.comparisons import refresh_comparisons  # numpy and scipy: for this command alone

    groups, sites = refresh_comparisons(years or None)
    db.session.commit()
    click.echo(f"{plural(groups, 'groupe')} de pairs, {plural(sites, 'structure')} avec des accidents comparés.")


@indicators_group.command("returns")
@click.option("--year", type=int, required=True, help="Année des chiffres.")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="Dossier.")
def returns(year: int, folder: Path) -> None:
    """Écrit le retour annuel de chaque employeur dont un chiffre de l’année est connu : un PDF par employeur.

    Ce qui est déjà dans le dossier n’est pas refait : une suite interrompue se reprend.
    """
    from app.queries.completeness import list_employers_with_figures
    from app.views.employer_returns import return_of
    from reports import employer_return

    folder.mkdir(parents=True, exist_ok=True)
    employers, written = list_employers_with_figures(year), 0
    with click.progressbar(employers, label="Retours", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for number, name in bar:
            path = folder / f"retour-{year}-{name}.pdf"
            values = None if path.exists() else return_of(number, year, today=clock.today(), now=clock.now())
            db.session.rollback()
            if values:
                part = path.with_suffix(".part")
                part.write_bytes(employer_return.pdf(values))
                part.rename(path)
                written += 1
    click.echo(f"{plural(written, 'retour écrit', 'retours écrits')} dans {folder}.")


COMMANDS = (indicators_group,)
