"""The case the demonstration tells: an EHPAD in diagnostic, one visit report away from its contract."""

from collections.abc import Sequence
from datetime import date
from random import Random

from app.actions.employers import Person, add_contact
from app.demo.barometers import note_barometer
from app.demo.cast import Cast
from app.demo.fieldwork import exchange, invite, say_status
from app.demo.finess_files import SEED, STORY_EMPLOYER_FINESS
from app.demo.journeys import day_reminded_today
from app.demo.people import DIRECTRICE, PREVENTEUR
from app.demo.replay import Play, give_lead, open_play, take_step
from app.extensions import db
from app.models import Capacity, Case, Employer, ManagerFunction, PartnerStatus, Source, Visibility
from app.queries.employers import get_employer
from workflows.calendar import add_working_days
from workflows.roles import Role
from workflows.support_case import WORKFLOW

ASSOCIATION = "60"
DEUX_SEVRES = "79"


def play_story(employers: Sequence[Employer], cast: Cast, *, today: date) -> Case:
    """Open the story's case and bring it to its diagnostic, from which a reminder is due today.

    What it lacks to sign its contract: a final visit report, the date of the risk document, the CSE's opinion.
    """
    tilleuls = next(employer for employer in employers if employer.finess == STORY_EMPLOYER_FINESS)
    rule = next(rule for rule in WORKFLOW.deadlines if rule.slug == "diagnostic")
    diagnostic_on = day_reminded_today(rule, today=today)
    before = {days: add_working_days(diagnostic_on, -days) for days in (45, 41, 30, 26, 11)}
    play = open_play(
        cast,
        tilleuls,
        tilleuls.structures,
        before[45],
        Random(f"{SEED} story"),
        opener=cast.coordinator,
        leads=False,
        render=None,
        source=Source.TARGETING_LIST,
    )
    give_lead(play, Role.CARSAT, DEUX_SEVRES, before[41])
    _invite_partners(play, before[41])
    exchange(play, "call", before[30])
    take_step(play, "contact", before[26])
    exchange(play, "meeting", before[11])
    take_step(play, "start_diagnostic", diagnostic_on)
    exchange(play, "mail", add_working_days(today, -20))
    exchange(play, "call", add_working_days(today, -6))
    _say_statuses(play, add_working_days(today, -5))
    add_people(tilleuls, cast)
    note_barometer(tilleuls, cast, today=today)
    return play.case


def _invite_partners(play: Play, day: date) -> None:
    for key in ("ars", "dept-79", "aract"):
        invite(play, play.cast.bodies[key], day)


def _say_statuses(play: Play, day: date) -> None:
    statuses = {"ars": PartnerStatus.INFORMED, "dept-79": PartnerStatus.WAITING, "aract": PartnerStatus.ACTING}
    for key, status in statuses.items():
        say_status(play, play.cast.bodies[key], day, status)


def add_people(tilleuls: Employer, cast: Cast) -> None:
    """Add the people one meets at the story's EHPAD, its director first."""
    claire, director = cast.actors[PREVENTEUR], cast.users[DIRECTRICE]
    assert get_employer(claire, tilleuls.id)
    people = (
        (director.family_name, director.given_name, "Directrice", "0536490101", DIRECTRICE),
        ("Joly", "Martine", "Infirmière coordinatrice", "0536490102", "idec@employeur.demo.example"),
        ("Bonnin", "Arnaud", "Secrétaire du CSE", "", "cse@employeur.demo.example"),
    )
    for family_name, given_name, function, phone, email in people:
        person = Person(family_name, given_name, function, phone, email, Visibility.EMPLOYER)
        add_contact(tilleuls, person, actor=claire)


def give_houses(employers: Sequence[Employer], cast: Cast) -> None:
    """Make the director manage the story's EHPAD, and preside over another house: one person, two capacities."""
    director = cast.users[DIRECTRICE]
    houses = [e for e in employers if _is_association_nearby(e) and e.finess != STORY_EMPLOYER_FINESS]
    tilleuls = next(employer for employer in employers if employer.finess == STORY_EMPLOYER_FINESS)
    for employer, function, title in (
        (tilleuls, ManagerFunction.DIRECTION, "Directrice"),
        (houses[0], ManagerFunction.PRESIDENCE, "Présidente"),
    ):
        director.capacities.append(Capacity(employer=employer, manager_function=function, job_title=title))
        db.session.flush()  # the first capacity is the one a person acts in by default


def _is_association_nearby(employer: Employer) -> bool:
    return employer.legal_status == ASSOCIATION and employer.structures[0].departement == DEUX_SEVRES
