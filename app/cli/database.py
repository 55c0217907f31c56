"""`flask database check` and `flask database roles`: the second wall, as an operator meets it."""

import click
from flask import current_app
from flask.cli import AppGroup

from app.extensions import db
from app.second_wall.building import sql_of_roles
from app.second_wall.standing import standing

database_group = AppGroup("database", help="Les rôles de la base et le second mur.")


@database_group.command("check")
def check() -> None:
    """Dit si la base tient chaque organisation à ses lignes ; en production, s’arrête si elle ne le fait pas."""
    with db.engine.connect() as connection:
        found = standing(connection)
    if current_app.config["NAME"] == "production" and not found.is_safe and not found.is_embedded:
        raise click.ClickException(found.words)
    click.echo(found.words)


@database_group.command("roles")
def roles() -> None:
    """Affiche les ordres SQL qui créent les rôles, à lancer une fois par qui administre le serveur."""
    click.echo(sql_of_roles())


COMMANDS = (database_group,)
