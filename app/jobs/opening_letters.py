"""What tells a person, once, that cases were opened from a list: counts, never a name. None: no reason left."""

from datetime import date
from typing import Any

from app.filters import plural
from app.models import User
from app.queries.targeting_recipients import OpenedForReader, opened_for


def opened_values(user: User, campaign_id: int, number: int, public_url: str, *, today: date) -> dict[str, Any] | None:
    """Return what one person is told of an opening, as things stand."""
    found = opened_for(user, campaign_id, number, today=today)
    if found is None:
        return None
    is_theirs = bool(found.followed or found.led)
    return {
        "title": found.title,
        "lines": list(_lines(found)),
        "due_on": found.due_on if is_theirs else None,
        "link": f"{public_url}/dossiers",
    }


def _lines(found: OpenedForReader) -> list[str]:
    told = [
        (found.followed, f"Vous êtes référent de {plural(found.followed, 'dossier')}."),
        (found.led, f"Votre organisme en conduit {found.led}."),
        (found.invited, f"Votre organisme est invité sur {plural(found.invited, 'dossier')}."),
        (found.members, f"{plural(found.members, 'adhérent')} de votre fédération : un appui va être proposé."),
    ]
    return [line for count, line in told if count]
