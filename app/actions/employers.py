"""What people add to what FINESS says: sector, scheme, headcounts, contacts."""

from dataclasses import dataclass
from datetime import date

from app.actions.errors import Difference, Forbidden, Stale
from app.extensions import db
from app.models import Contact, Employer, Scheme, Sector, Structure, Visibility
from app.permissions import Act, Actor, Kind, may, may_follow


def describe_employer(
    employer: Employer,
    *,
    sector: Sector,
    scheme: Scheme | None,
    headcount: int | None,
    idcc: str | None,
    version: int,
    actor: Actor,
    today: date,
) -> None:
    """Say what FINESS does not; a sector said by a person stays when the file comes again."""
    _may_write(employer, Kind.EMPLOYER, actor)
    if employer.version != version:
        raise Stale(
            employer,
            [
                Difference("Secteur", sector.label, employer.sector.label),
                Difference("Régime", scheme.label if scheme else "", employer.scheme.label if employer.scheme else ""),
                Difference("Effectif", str(headcount or ""), str(employer.headcount or "")),
                Difference("Convention collective", idcc or "", employer.idcc or ""),
            ],
        )
    is_said = sector is not Sector.TO_CONFIRM
    employer.sector, employer.sector_confirmed_on = sector, today if is_said else None
    employer.sector_confirmed_by_id = actor.user_id if is_said else None
    if sector is not Sector.PUBLIC:
        employer.civil_service_branch = None
    employer.scheme, employer.headcount, employer.idcc = scheme, headcount, idcc


def describe_structure(
    structure: Structure,
    *,
    capacity: int | None,
    headcount: int | None,
    hours_served: int | None,
    version: int,
    actor: Actor,
) -> None:
    """Say the size of a structure of one's territory."""
    _may_write(structure.employer, Kind.EMPLOYER, actor)
    if not may_follow(actor, structure):
        raise Forbidden("Cet établissement est hors de votre territoire.")
    if structure.version != version:
        pairs = [
            ("Capacité", capacity, structure.capacity),
            ("Effectif sur place", headcount, structure.headcount),
            ("Heures servies", hours_served, structure.hours_served),
        ]
        raise Stale(structure, [Difference(label, str(ours or ""), str(theirs or "")) for label, ours, theirs in pairs])
    structure.capacity, structure.headcount, structure.hours_served = capacity, headcount, hours_served


@dataclass(frozen=True)
class Person:
    """Someone to talk to."""

    family_name: str
    given_name: str
    function: str
    phone: str
    email: str
    visibility: Visibility
    left_on: date | None = None


LABELS = {
    "family_name": "Nom",
    "given_name": "Prénom",
    "function": "Fonction",
    "phone": "Téléphone",
    "email": "Adresse électronique",
}


def add_contact(employer: Employer, person: Person, *, actor: Actor, submission: str | None = None) -> Contact:
    """Add someone to talk to at an employer's."""
    _may_write(employer, Kind.CONTACT, actor)
    contact = Contact(
        employer_id=employer.id, organisation_id=actor.organisation_id, submission=submission, **vars(person)
    )
    db.session.add(contact)
    return contact


def edit_contact(employer: Employer, contact: Contact, person: Person, *, version: int, actor: Actor) -> None:
    """Change a contact; raises Stale with both versions."""
    _may_write(employer, Kind.CONTACT, actor)
    if contact.version != version:
        raise Stale(
            contact,
            [
                *(Difference(label, getattr(person, name), getattr(contact, name)) for name, label in LABELS.items()),
                Difference("A quitté l’établissement le", _day(person.left_on), _day(contact.left_on)),
                Difference("Visible par", person.visibility.label, contact.visibility.label),
            ],
        )
    for name, value in vars(person).items():
        setattr(contact, name, value)


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def _may_write(employer: Employer, kind: Kind, actor: Actor) -> None:
    if not may(actor, Act.WRITE, kind, employer):
        raise Forbidden("Ces renseignements sont tenus par l’ARS, la Carsat et le département du territoire.")
