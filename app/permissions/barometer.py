"""Who keeps the barometer of a house: its managers, and nobody else. What they share of it is in `shares`."""

from sqlalchemy import ColumnElement, and_, false

from app.models import BarometerEntry, BarometerPrices, BarometerReminder, BarometerShare
from app.permissions.actor import Actor
from app.permissions.matrix import Act, Kind, Relation, relations_needed
from app.permissions.rules import read_only_refusal

Kept = type[BarometerEntry] | type[BarometerPrices] | type[BarometerReminder] | type[BarometerShare]


def keeps_barometer(actor: Actor) -> bool:
    """Tell whether the actor manages an employer, whose barometer it reads."""
    return Relation.OWN in relations_needed(actor.role, Kind.BAROMETER, Act.READ)


def is_of_own_barometer(actor: Actor, table: Kept) -> ColumnElement[bool]:
    """Condition on a table of the barometer: what belongs to the house that the actor manages now."""
    return and_(table.employer_id == actor.employer_id) if keeps_barometer(actor) else false()


def may_note_barometer(actor: Actor, employer_id: int) -> bool:
    """Any manager of the house, in post, notes its months, sets its prices and shares them."""
    return keeps_barometer(actor) and actor.employer_id == employer_id and read_only_refusal(actor, Act.WRITE) is None
