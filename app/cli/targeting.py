"""`flask targeting`: what the pages do with a signed list, for who runs the server."""

import click
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import auth, clock
from app.actions import targeting_openings as actions
from app.actions.errors import Forbidden
from app.extensions import act_for, db
from app.filters import plural
from app.models import TargetingCampaign, User
from app.permissions import Actor, may_open_cases
from app.queries.settings import get_deadlines
from app.queries.targeting import get_campaign
from app.sessions import valid_capacities
from workflows.core import Refused
from workflows.support_case import WORKFLOW

targeting_group = AppGroup("targeting", help="Les listes de ciblage : ouvrir les dossiers d’une liste signée.")
MEANWHILE = "Un dossier vient d’être ouvert sur un de ces établissements. Rien n’est écrit : relancez la commande."


@targeting_group.command("open")
@click.argument("number", metavar="LISTE", type=int)
@click.option("--person", required=True, help="Au nom de qui : l’adresse d’une personne de la coordination.")
def open_list(number: int, person: str) -> None:
    """Prépare ce qui ne l’est pas, puis ouvre les dossiers prêts d’une liste signée. Sans effet la seconde fois."""
    actor, campaign = _coordinator(person, number)
    today, now = clock.today(), clock.now()
    try:
        actions.prepare(campaign, actor=actor, today=today, now=now)
        opened = actions.open_cases(campaign, actor=actor, today=today, now=now, settings=get_deadlines(WORKFLOW))
        db.session.commit()
    except (Forbidden, Refused) as refused:
        raise click.ClickException(str(refused)) from refused
    except IntegrityError as error:
        raise click.ClickException(MEANWHILE) from error
    click.echo(f"{plural(opened, 'dossier ouvert', 'dossiers ouverts')}.")


def _coordinator(address: str, number: int) -> tuple[Actor, TargetingCampaign]:
    """Return the person in the function in which it opens the cases of a list, and that list, locked."""
    user = db.session.scalars(select(User).where(func.lower(User.email) == address.lower())).first()
    for capacity in valid_capacities(user) if user else ():
        if user and capacity.organisation:
            act_for(user.id, capacity.organisation_id, None)
            actor = auth.actor_of(user, capacity)
            campaign = get_campaign(actor, number, lock=True)
            if campaign and may_open_cases(actor, campaign):
                return actor, campaign
    raise click.ClickException(f"Personne à l’adresse {address} ne coordonne le territoire de la liste {number}.")


COMMANDS = (targeting_group,)
