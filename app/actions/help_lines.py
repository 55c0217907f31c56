"""An organisation says how the employers of its départements reach it."""

from dataclasses import dataclass
from datetime import date

from app.actions.errors import Difference, Forbidden, Stale, Unacceptable
from app.extensions import db
from app.models import HelpLine
from app.permissions import Actor, administers
from app.queries.help_lines import get_help_line


@dataclass(frozen=True)
class Told:
    """What the page shows; all of it may be empty."""

    phone: str
    email: str
    hours: str
    words: str


def tell(told: Told, *, version: int, actor: Actor, today: date) -> HelpLine:
    """Keep how the actor's own organisation is reached; raises Forbidden, Unacceptable or Stale."""
    if not administers(actor) or actor.organisation_id is None:
        raise Forbidden("L’administration de l’organisme donne ses coordonnées.")
    if told.email and "@" not in told.email:
        raise Unacceptable("Écrivez une adresse complète, comme contact@exemple.fr.", field="email")
    known = get_help_line(actor.organisation_id)
    if (known.version if known else 0) != version:
        raise Stale(known, _differences(told, known))
    line = known or HelpLine(organisation_id=actor.organisation_id)
    line.phone, line.email, line.hours, line.words = told.phone, told.email, told.hours, told.words
    line.written_on, line.written_by_id = today, actor.user_id
    db.session.add(line)
    return line


def _differences(told: Told, known: HelpLine | None) -> list[Difference]:
    labels = {"phone": "Téléphone", "email": "Courriel", "hours": "Quand appeler", "words": "Pour quoi vous joindre"}
    pairs = [(label, getattr(told, name), getattr(known, name, "")) for name, label in labels.items()]
    return [Difference(*one) for one in pairs if one[1] != one[2]]
