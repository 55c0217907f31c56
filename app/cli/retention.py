"""`flask retention simulate|apply` and `flask person export`: what is kept, what is erased, what concerns somebody."""

import json
from datetime import date

import click
from flask.cli import AppGroup

from app import clock
from app.actions import retention
from app.extensions import db
from app.models import RetentionNotice
from app.queries.personal_data import export_person
from app.queries.retention import Group, list_groups, list_open_notices
from workflows.retention import BY_SLUG, NOTICE

retention_group = AppGroup("retention", help="Les durées de conservation.")
person_group = AppGroup("person", help="Les personnes que les données concernent.")


@retention_group.command("simulate")
def simulate() -> None:
    """Dit ce qui a été gardé assez longtemps, pourquoi, et ce qui en serait fait ; n’écrit rien."""
    groups = list_groups(clock.today())
    for group in groups:
        click.echo(describe(group))
    for notice in list_open_notices():
        click.echo(f"Annoncé : {_announced(notice)}.")
    click.echo("Simulation : rien n’a été écrit." if groups else "Rien à effacer. Simulation : rien n’a été écrit.")


def describe(group: Group) -> str:
    """Return what a rule would do, and why, in one paragraph."""
    rule, kept = group.rule, group.rule.delay
    of = f", {group.organisation_name}" if group.organisation_name else ""
    return (
        f"{rule.what}{of} : {group.number} à être {rule.treatment.label}(s).\n"
        f"  Conservation : {kept} depuis : {rule.since} (le plus ancien : {group.oldest:%d/%m/%Y}). {rule.why}"
    )


def _announced(notice: RetentionNotice) -> str:
    of = f", {notice.organisation.short_name}" if notice.organisation else ""
    return f"{BY_SLUG[notice.rule].what}{of}, {notice.found} au plus, à partir du {notice.applies_on:%d/%m/%Y}"


@retention_group.command("apply")
def apply() -> None:
    """Annonce les effacements à venir, puis fait ceux dont le préavis de deux semaines est écoulé."""
    today = clock.today()
    for group in retention.announce(today=today, now=clock.now()):
        click.echo(f"Annoncé pour le {NOTICE.after(today):%d/%m/%Y} : {describe(group)}")
    db.session.commit()
    due = [notice.id for notice in list_open_notices() if notice.applies_on <= today]
    for number in due:
        _finish(number, today)
    if not due:
        click.echo("Aucun effacement à faire aujourd’hui.")


def _finish(notice_id: int, today: date) -> None:
    """Treat an announced erasure batch by batch, each committed: the next run goes on after an interruption."""
    notice = db.session.get_one(RetentionNotice, notice_id)
    while retention.apply_batch(notice, today=today, now=clock.now()):
        db.session.commit()
    db.session.commit()
    click.echo(f"Fait : {_announced(notice)} ; {notice.done} {BY_SLUG[notice.rule].treatment.label}(s).")


@person_group.command("export")
@click.argument("email")
def export(email: str) -> None:
    """Écrit en JSON tout ce qui concerne la personne de cette adresse, à relire avant de le communiquer."""
    found = export_person(email, with_mentions=True)
    if found is None:
        raise click.ClickException(f"Rien ici ne concerne {email}.")
    click.echo(json.dumps(found.as_values(clock.now()), ensure_ascii=False, indent=2))


COMMANDS = (retention_group, person_group)
