"""`flask organisation` and `flask user`: the first of each, and what an operator does for somebody."""

import click
from argon2 import PasswordHasher
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from app import clock
from app.actions import accounts
from app.actions.errors import Unacceptable
from app.actions.second_factors import remove_second_factor
from app.actions.sessions import end_every_session, end_sessions
from app.extensions import db
from app.models import Organisation
from app.queries.users import get_user_by_email
from app.readers import territories
from app.readers.finess_keys import InvalidKey, normalise_siret
from workflows.roles import Role

organisation_group = AppGroup("organisation", help="Les organismes qui partagent le suivi.")
user_group = AppGroup("user", help="Les personnes qui se connectent.")
KINDS = [role.value for role in Role if role not in (Role.EMPLOYER, Role.COORDINATOR)]


@organisation_group.command("create")
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="Nature de l’organisme.")
@click.option("--short-name", default="", help="Nom court, affiché dans les listes.")
@click.option("--departements", default="", help="Codes séparés par des virgules : 16,17,2A,971.")
@click.option("--siret", default="", help="SIRET que ProConnect donne pour ses agents.")
def create_organisation(name: str, kind: str, short_name: str, departements: str, siret: str) -> None:
    """Crée un organisme et son territoire."""
    codes = [code.strip().upper() for code in departements.split(",") if code.strip()]
    unknown = sorted(set(codes) - known_departements())
    if unknown:
        raise click.ClickException(f"Département inconnu : {', '.join(unknown)}.")
    try:
        number = normalise_siret(siret) if siret else None
        organisation = accounts.create_organisation(Role(kind), name, short_name or name[:80], codes, now=clock.now())
        organisation.siret = number
    except (Unacceptable, InvalidKey) as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"Organisme {organisation.id} créé : {name} ({len(codes)} départements).")


def known_departements() -> set[str]:
    return set(territories.departements())


@user_group.command("create")
@click.argument("email")
@click.option("--organisation", "organisation_name", required=True, help="Nom de l’organisme, tel qu’il a été créé.")
@click.option("--given-name", prompt="Prénom")
@click.option("--family-name", prompt="Nom")
@click.option("--job-title", default="", help="Fonction affichée.")
@click.option("--coordinator", is_flag=True, help="Coordonne le territoire.")
@click.option("--administrator", is_flag=True, help="Administre les comptes de son organisme.")
@click.password_option("--password", help="Mot de passe d’au moins 12 caractères.")
def create_user(
    email: str,
    organisation_name: str,
    given_name: str,
    family_name: str,
    job_title: str,
    coordinator: bool,
    administrator: bool,
    password: str,
) -> None:
    """Crée une personne et sa première fonction."""
    organisation = db.session.scalar(select(Organisation).where(Organisation.name == organisation_name))
    if organisation is None:
        raise click.ClickException(f"Aucun organisme ne s’appelle « {organisation_name} ».")
    try:
        user = accounts.create_user(
            email, given_name, family_name, password, PasswordHasher(**current_app.config["ARGON2"]), now=clock.now()
        )
    except Unacceptable as error:
        raise click.ClickException(str(error)) from error
    accounts.give_capacity(
        user,
        organisation,
        now=clock.now(),
        job_title=job_title,
        is_coordinator=coordinator,
        is_administrator=administrator,
    )
    db.session.commit()
    click.echo(f"Compte créé : {user.email}, {organisation.short_name}.")


@user_group.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Retire le second facteur d’une personne qui n’y a plus accès, après avoir vérifié qui le demande."""
    user = get_user_by_email(email)
    if user is None:
        raise click.ClickException(f"Aucun compte n’existe pour {email}.")
    if not remove_second_factor(user, now=clock.now(), by=None):
        raise click.ClickException(f"{user.email} n’a pas de second facteur.")
    ended = end_sessions(user.id, now=clock.now())
    db.session.commit()
    click.echo(f"Second facteur retiré pour {user.email} ; sessions terminées : {ended}. Un courriel le lui dit.")


@user_group.command("end-sessions")
@click.argument("email", required=False)
@click.option("--everybody", is_flag=True, help="Toutes les sessions de tout le monde.")
def end_all_sessions(email: str | None, everybody: bool) -> None:
    """Termine les sessions ouvertes d’une personne, ou de tout le monde : chacun se connecte à nouveau."""
    if bool(email) is everybody:
        raise click.UsageError("Donnez une adresse, ou --everybody.")
    user = get_user_by_email(email) if email else None
    if email and user is None:
        raise click.ClickException(f"Aucun compte n’existe pour {email}.")
    ended = end_sessions(user.id, now=clock.now()) if user else end_every_session(now=clock.now())
    db.session.commit()
    click.echo(f"Sessions terminées : {ended}.")


COMMANDS = (organisation_group, user_group)
