"""The organisations of the measured region and the people who act for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.demo.finess_profiles import DEPARTEMENTS
from app.extensions import db
from app.models import Capacity, Organisation
from tests.factories import make_convention, make_organisation, make_user
from workflows.roles import Role

PLACES = tuple(DEPARTEMENTS)
SOUTH = len(PLACES) // 2
"""Where the second caisse's territory begins."""
AGENTS = 8
"""Agents of each body that leads, besides its coordinator."""
REGIONAL_READER, LOCAL_READER, LOCAL_DEPARTEMENT = "referent", "departement", "79"
CAISSE_READER = "agent0.carsat.nord"


@dataclass(frozen=True)
class Bodies:
    """Numbers: the bodies that may lead in each département (ARS, caisse, département), and their agents."""

    leads: Mapping[str, tuple[int, int, int]]
    agents: Mapping[int, Sequence[int]]


def make_bodies() -> Bodies:
    """Write a region of twelve départements: an ARS, two caisses, twelve départements, those who are invited."""
    everywhere = " ".join(PLACES)
    ars = make_organisation(Role.ARS, "ARS", everywhere)
    north = make_organisation(Role.CARSAT, "Carsat Nord", " ".join(PLACES[:SOUTH]))
    south = make_organisation(Role.CARSAT, "Carsat Sud", " ".join(PLACES[SOUTH:]))
    local = {code: make_organisation(Role.DEPT, f"Département {code}", code) for code in PLACES}
    for role in (Role.ARACT, Role.PROVIDER, Role.FEDERATION):
        make_organisation(role, role.label, everywhere)
    for body in (ars, north, south, *local.values()):
        _staff(body)
    make_user(REGIONAL_READER, ars)
    make_user(LOCAL_READER, local[LOCAL_DEPARTEMENT])
    db.session.flush()
    years = {"valid_from": date(2020, 1, 1), "valid_until": date(2099, 12, 31)}
    make_convention("BENCH", ars, north, south, *local.values(), departements=everywhere, **years)
    db.session.commit()
    caisses = dict.fromkeys(PLACES[:SOUTH], north) | dict.fromkeys(PLACES[SOUTH:], south)
    leads = {code: (ars.id, caisses[code].id, local[code].id) for code in PLACES}
    return Bodies(leads, _agents())


def _staff(body: Organisation) -> None:
    name = body.name.lower().replace(" ", ".")
    for number in range(AGENTS):
        make_user(f"agent{number}.{name}", body)
    make_user(f"coordination.{name}", body, is_coordinator=True)


def _agents() -> dict[int, list[int]]:
    agents: dict[int, list[int]] = {}
    for organisation_id, user_id in db.session.execute(select(Capacity.organisation_id, Capacity.user_id)):
        agents.setdefault(organisation_id or 0, []).append(user_id)
    return agents
