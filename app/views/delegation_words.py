"""How a delegation is told on the pages."""

from datetime import date
from typing import Any

from app.filters import day, short_day
from app.models import Capacity, Delegation
from app.permissions import may_give
from app.views.listing import departement_choices


def what_of(delegation: Delegation) -> str:
    """Return what is lent, in words."""
    places = [label for _, label in departement_choices(delegation.departements.split())]
    powers = (("coordination", delegation.is_coordinator), ("gestion des accès", delegation.is_administrator))
    return ", ".join([*places, *(words for words, is_lent in powers if is_lent)])


def rows_of(delegations: Any, person: Capacity, today: date) -> list[dict[str, Any]]:
    """Return the delegations that somebody gives and receives, as a page lists them."""
    return [_row(delegation, person, today) for delegation in delegations]


def _row(delegation: Delegation, person: Capacity, today: date) -> dict[str, Any]:
    is_given = delegation.giver_id == person.user_id
    giver = delegation.giver_post
    other = delegation.receiver if is_given else delegation.giver
    return {
        "id": delegation.id,
        "title": f"{'À' if is_given else 'De'} {other.full_name} : {what_of(delegation)}",
        "days": f"Du {day(delegation.starts_on)} au {day(delegation.ends_on)}",
        "runs": delegation.is_running(today),
        "is_void": giver is None or not may_give(giver, today),
    }


def lent_in_short(person: Capacity, today: date) -> str:
    """Return what is lent to somebody today, by whom and until when, on one line; nothing when nothing is."""
    if person.is_read_only(today):
        return ""
    told = [
        f"par délégation de {one.giver.full_name} jusqu’au {short_day(one.ends_on)} : {what_of(one)}"
        for one in person.received
        if one.is_running(today) and one.giver_post and may_give(one.giver_post, today)
    ]
    return " ; ".join(told)
