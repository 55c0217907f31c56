"""How people and their access are told on the pages of those who manage it."""

from datetime import date, datetime
from typing import Any

from app.filters import day, short_day
from app.models import Capacity, PersonState
from app.queries.people import Person
from app.views.delegation_words import lent_in_short
from app.views.listing import departement_choices

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
TONES = {
    PersonState.INVITED: "info",
    PersonState.ACTIVE: "good",
    PersonState.LEAVING: "warn",
    PersonState.DEPARTED: "warn",
    PersonState.GONE: "neutral",
    PersonState.SUSPENDED: "alert",
}


def display_name(person: Capacity) -> str:
    """Return the name of somebody; the address alone before the first visit: the account may be older than us."""
    return person.user.email if person.invited_at else person.user.full_name


def month_of(seen_at: datetime | None) -> str:
    """Return the month of a last sign-in: the day is nobody's business."""
    return f"{MONTHS[seen_at.month - 1]} {seen_at.year}" if seen_at else "jamais"


def roles_of(person: Capacity) -> str:
    """Return the particular rights of somebody."""
    rights = (("coordination", person.is_coordinator), ("gestion des accès", person.is_administrator))
    return ", ".join(words for words, is_held in rights if is_held)


def in_short(person: Capacity, today: date) -> str:
    """Return what somebody does, and what is lent to that person, on one line."""
    return ", ".join(filter(None, (person.job_title, roles_of(person), lent_in_short(person, today))))


def list_row(person: Person, today: date) -> dict[str, Any]:
    """Return a row of the list."""
    capacity = person.capacity
    state = capacity.state_on(today)
    return {
        "id": capacity.id,
        "name": display_name(capacity),
        "job_title": capacity.job_title or "—",
        "roles": ", ".join(filter(None, (roles_of(capacity), lent_in_short(capacity, today)))) or "—",
        "seen": month_of(person.last_seen_at),
        "state": (_dated(capacity, state), TONES[state]),
    }


def _dated(capacity: Capacity, state: PersonState) -> str:
    if state is PersonState.LEAVING:
        return f"{state.label} le {short_day(capacity.departs_on)}"
    return state.label


def facts_of(person: Capacity, seen_at: datetime | None, today: date) -> list[dict[str, str]]:
    """Return what the page of somebody says."""
    territory = ", ".join(label for _, label in departement_choices(sorted(person.territory)))
    whole = territory if person.own_departements else "tout le territoire de l’organisme"
    rows = [
        ("Adresse", person.user.email),
        ("Fonction", person.job_title or "non indiquée"),
        ("Droits particuliers", roles_of(person) or "aucun"),
        ("Départements", whole),
        ("Dernière connexion", month_of(seen_at)),
        ("Confirmée le", day(person.confirmed_on) if person.confirmed_on else ""),
        ("Départ", day(person.departs_on) if person.departs_on else ""),
        ("Lecture jusqu’au", day(person.ends_on) if person.departs_on and person.ends_on else ""),
        ("Suspendu depuis le", day(person.suspended_on) if person.suspended_on else ""),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def actions_open(person: Capacity, today: date) -> frozenset[str]:
    """Return what can be done about somebody as things stand."""
    return {
        PersonState.INVITED: frozenset({"edit", "resend", "withdraw"}),
        PersonState.ACTIVE: frozenset({"edit", "leave", "absence"}),
        PersonState.LEAVING: frozenset({"edit", "leave", "restore", "absence"}),
        PersonState.DEPARTED: frozenset({"restore"}),
        PersonState.SUSPENDED: frozenset({"restore", "leave"}),
        PersonState.GONE: frozenset({"invite"}),
    }[person.state_on(today)]
