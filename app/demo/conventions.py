"""The convention of the demonstration: what lets its bodies read one another."""

from datetime import date, datetime, time

from app.actions.conventions import Terms, record_convention
from app.clock import PARIS
from app.demo.organisations import BODIES, REGION
from app.models import Convention, Organisation
from app.permissions import BY_CONVENTION, Actor
from workflows.calendar import add_months
from workflows.roles import LEADS, Role

PARTIES = (*LEADS, Role.ARACT, Role.FEDERATION, Role.PROVIDER)
LEGAL_BASIS = """Responsables conjoints du traitement (RGPD, article 26), mission d’intérêt public (article 6.1.e) :
code de la santé publique, L. 1431-2 (ARS) ; code de la sécurité sociale, L. 215-1 (caisses) ; code de l’action sociale
et des familles (départements). Texte inventé pour la démonstration, à remplacer par celui que vous signez."""


def sign_convention(bodies: dict[str, Organisation], actor: Actor, *, today: date) -> Convention:
    """Record the regional convention, dated ten months ago, that every party confirmed on its first day."""
    since = add_months(today, -10)
    others = {bodies[body.key].id for body in BODIES if body.kind in PARTIES} - {actor.organisation_id}
    terms = Terms(
        reference=f"NA-{since.year}-01",
        title="Convention régionale d’appui partagé aux employeurs du soin et de l’accompagnement",
        legal_basis=" ".join(LEGAL_BASIS.split()),
        parties=frozenset(number for number in others if number),
        families=frozenset(kind.value for kind in BY_CONVENTION),
        departements=frozenset(REGION),
        valid_from=since,
        valid_until=add_months(since, 36),
    )
    morning = datetime.combine(since, time(9), PARIS)
    convention = record_convention(terms, actor=actor, today=since, now=morning)
    for party in convention.parties:
        party.confirmed_on = since
    return convention
