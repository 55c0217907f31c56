"""What the mails about people and their access say. None: no reason left."""

from typing import Any

from app.actions.notices import PersonNotice
from app.extensions import db
from app.filters import day
from app.models import Capacity, Organisation
from workflows.habilitations import SUSPENSION

WORDS: dict[PersonNotice, tuple[str, str]] = {
    PersonNotice.INVITED: (
        "Une nouvelle fonction vous attend",
        "{organisation} vous ouvre une fonction dans Jalon. Connectez-vous comme d’habitude, puis choisissez-la sous "
        "votre nom, « Changer de fonction ».",
    ),
    PersonNotice.CHANGED: (
        "Votre fonction a changé",
        "La personne qui gère les accès chez {organisation} a modifié votre fonction. Le changement vaut déjà.",
    ),
    PersonNotice.DEPARTURE: (
        "Votre départ est enregistré",
        "{organisation} a noté votre départ le {departs_on}. À partir de ce jour vous lisez encore, sans rien "
        "modifier, jusqu’au {ends_on} ; puis votre accès prend fin.",
    ),
    PersonNotice.SUSPENDED: (
        "Votre accès est suspendu",
        "Deux fois par an, chaque organisme confirme qui est en poste. Personne ne l’a fait pour vous : votre accès "
        "au titre de {organisation} est suspendu. Rien n’est effacé. Demandez à la personne qui gère les accès dans "
        "votre organisme : elle le rétablit d’un clic.",
    ),
    PersonNotice.RESTORED: ("Votre accès est rétabli", "{organisation} a rétabli votre accès à Jalon."),
}
"""The subject, and what happened."""


def notice_values(capacity_id: int, rule: str, public_url: str) -> dict[str, Any] | None:
    """Return what tells somebody what has changed for them, as things stand."""
    capacity = db.session.get(Capacity, capacity_id)
    notice = PersonNotice(rule.partition(" ")[0])
    whose = (capacity.organisation or capacity.employer) if capacity else None
    if capacity is None or whose is None:
        return None
    if notice is PersonNotice.DEPARTURE and (capacity.departs_on is None or capacity.ends_on is None):
        return None
    if notice is PersonNotice.SUSPENDED and capacity.suspended_on is None:
        return None
    title, words = WORDS[notice]
    days = {name: day(value) if value else "" for name, value in _days(capacity).items()}
    return {
        "title": title,
        "what": words.format(organisation=whose.name, **days),
        "link": f"{public_url}/fonctions",
    }


def _days(capacity: Capacity) -> dict[str, Any]:
    return {"departs_on": capacity.departs_on, "ends_on": capacity.ends_on}


def review_values(organisation_id: int, cycle: int, public_url: str) -> dict[str, Any] | None:
    """Return what reminds of a review; once it is done, nothing."""
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None or organisation.review_due_on is None:
        return None
    if organisation.review_due_on.toordinal() != cycle:
        return None
    return {
        "organisation": organisation.short_name,
        "due_on": organisation.review_due_on,
        "suspension_on": SUSPENSION.after(organisation.review_due_on),
        "link": f"{public_url}/organisme/habilitations",
    }
