"""`flask indicators`: what is computed from the figures of everybody."""

import click
from flask.cli import AppGroup

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


COMMANDS = (indicators_group,)
