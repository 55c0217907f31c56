"""From a case and what its employer reads of itself to the values that the letter to the employer prints."""

from collections.abc import Sequence
from datetime import date, datetime

from flask import current_app, url_for

from app.auth import actor_at
from app.filters import finess, plural, siren
from app.models import Case, Employer, Structure
from app.permissions import Actor
from app.queries.cases import load_surroundings
from app.queries.employers import get_employer
from app.queries.settings import get_deadlines
from app.readers.indicators import Family, indicators
from app.views.indicator_lines import lines, load
from reports.employer_letter import Correspondent, EmployerLetter, HeldFigure, StructureFigures
from workflows.support_case import WORKFLOW, State

MOST_FIGURES = 6
MOST_STRUCTURES = 2
"""What one page has room for; the rest is said to be in Jalon."""


def letter_of(case: Case, *, today: date, now: datetime, viewer: Actor) -> EmployerLetter | None:
    """Return the values of the letter about a case loaded for `viewer`; None when nobody is in charge of it.

    The figures are those that the employer reads of itself and that `viewer`, who sends it, reads too.
    """
    employer = get_employer(actor_at(case.employer), case.employer_id)
    load_surroundings(case)
    if not case.officers or case.lead_organisation is None or employer is None:
        return None
    followed = sorted((link.structure for link in case.structure_links), key=lambda one: one.name)
    known = [found for one in followed if (found := _figures(employer, one, viewer, today))]
    main = case.main_structure
    has_seat = bool(employer.address and employer.city)
    return EmployerLetter(
        reference=case.reference,
        lead_name=case.lead_organisation.name,
        employer_name=employer.name,
        address=_address(employer) if has_seat else _address(main),
        register=_register(employer, followed),
        structures=tuple(known[:MOST_STRUCTURES]),
        more=_others(len(known) - MOST_STRUCTURES),
        correspondents=_correspondents(case),
        pause=_pause(),
        home=_site(),
        notice=f"{_site()}{url_for('privacy.register')}",
        made_at=now,
    )


def _correspondents(case: Case) -> tuple[Correspondent, ...]:
    people = sorted((officer.user for officer in case.officers), key=lambda user: (user.family_name, user.id))
    return tuple(Correspondent(user.full_name, user.email) for user in people)


def _address(place: Employer | Structure) -> tuple[str, ...]:
    return tuple(line for line in (place.address, f"{place.postcode} {place.city}".strip()) if line)


def _register(employer: Employer, followed: Sequence[Structure]) -> tuple[tuple[str, str], ...]:
    numbers = [("SIREN", siren(employer.siren)), ("FINESS", finess(employer.finess))]
    identity = ", ".join(f"{label} {value}" for label, value in numbers if value)
    named = [f"{one.name}, {one.city} (FINESS {finess(one.finess)})" for one in followed[: MOST_STRUCTURES + 1]]
    if len(followed) > len(named):
        named.append(f"et {plural(len(followed) - len(named), 'autre')}")
    return (
        ("Employeur", ", ".join(part for part in (employer.name, identity) if part)),
        ("Concernés", " ; ".join(named)),
        ("Source", "répertoire FINESS, public"),
    )


def _figures(employer: Employer, structure: Structure, viewer: Actor, today: date) -> StructureFigures | None:
    sheet = load(actor_at(employer), structure, employer, today, viewer=viewer)
    known = [one for one in lines(sheet) if one.is_known and indicators()[one.code].family is Family.INDICATOR]
    told = tuple(HeldFigure(one.label, one.value, one.year, one.source) for one in known[:MOST_FIGURES])
    left = len(known) - len(told)
    more = f"Et {plural(left, 'autre chiffre', 'autres chiffres')}, à lire dans Jalon." if left > 0 else ""
    return StructureFigures(structure.name, told, more) if told else None


def _others(left: int) -> str:
    if left < 1:
        return ""
    return f"Nous tenons de même les chiffres de {plural(left, 'autre établissement', 'autres établissements')}."


def _pause() -> str:
    """After how long an employer that said no may be asked again."""
    (rule,) = WORKFLOW.deadlines_of(State.REFUSED, get_deadlines(WORKFLOW))
    return str(rule.due)


def _site() -> str:
    return str(current_app.config["PUBLIC_URL"]).rstrip("/")
