"""Barometers of the houses of the ground: one shared with its ARS alone, one that its house keeps to itself."""

from datetime import date

from app.actions.barometer import Noted, note_month
from app.actions.barometer_sharing import Chosen, share
from app.auth import actor_of
from app.extensions import db
from app.models import Organisation, User
from app.permissions import Kind
from app.queries.barometer import list_shares
from app.queries.employers import get_employer
from app.queries.recipients import list_recipients
from tests.factories import NOW
from tests.leaks.diagnostics import MANAGERS, READER
from tests.leaks.ground import Ground, Secret, Topic

MONTH = date(2026, 10, 1)


def plant_barometers(ground: Ground, bodies: dict[str, Organisation], people: dict[str, User]) -> None:
    """Note October for two houses, each remark a mark; share a copy of one, whose title is another."""
    for name, manager in MANAGERS.items():
        user = people[manager]
        actor = actor_of(user, user.capacities[0])
        house = get_employer(actor, ground.employer_ids[name])
        assert house
        secret = Secret(Topic.BAROMETER, name, manager, where="barometer_entries.remark")
        noted = Noted(MONTH, {"headcount": 40}, ground.mark(secret))
        note_month(house, None, noted, version=0, actor=actor, now=NOW, today=NOW.date())
        if name == "voisin":
            among = list_recipients(house, Kind.BAROMETER, NOW.date())
            chosen = Chosen(MONTH, MONTH, frozenset({"headcount"}))
            share(house, None, [bodies[READER].id], chosen, among, actor=actor, now=NOW)
            (made,) = list_shares(actor)
            told = Secret(Topic.BAROMETER_SHARE, name, READER, where="barometer_shares.about")
            made.about = ground.mark(told)
            ground.name("barometer_share", made.id, told)
    db.session.flush()
