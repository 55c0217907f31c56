"""`flask demo seed` and `flask demo accounts`: invented data, for the demonstration only."""

from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup

from app import clock
from app.cli.demo_mail import DEMO_COMMANDS
from app.demo.accounts import describe_accounts, is_demonstration
from app.demo.seed import NotADemonstration, seed
from app.models import Visit
from app.views.visit_reports import report_of
from reports import visit_report

demo_group = AppGroup("demo", help="La démonstration : données inventées, comptes, courriels.")
for command in DEMO_COMMANDS:
    demo_group.add_command(command)


@demo_group.command("seed")
def seed_demonstration() -> None:
    """Remplit une base vide de données inventées."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        is_new = seed(app, today=clock.today(), render=render)
    except NotADemonstration as error:
        raise click.ClickException(str(error)) from error
    click.echo("Données de démonstration créées." if is_new else "La base contient déjà des données : rien ne change.")


def render(visit: Visit, now: datetime) -> bytes:
    """Return the PDF of a visit, dated as in the history."""
    return visit_report.pdf(report_of(visit, finalised_at=now))


@demo_group.command("accounts")
def show_accounts() -> None:
    """Affiche les comptes de démonstration et leur mot de passe."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if not is_demonstration(app):
        raise click.ClickException("Il n’y a de comptes inventés que dans la démonstration : JALON_ENV=demo.")
    click.echo(describe_accounts(app))


COMMANDS = (demo_group,)
