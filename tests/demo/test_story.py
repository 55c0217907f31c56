"""What the demonstration promises of its own case: one visit report and a few dates away from the contract."""

from datetime import timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from app.actions.cases import StepTaken, advance
from app.actions.outbox import queue_reminders
from app.actions.visits import finalise_visit, log_visit
from app.auth import actor_of
from app.cli.demo import render
from app.demo import people
from app.demo.finess_files import STORY_EMPLOYER_FINESS, STORY_STRUCTURE_FINESS
from app.demo.visit_notes import visit_notes
from app.extensions import db
from app.models import Case, CaseDeadline, Employer, OutboxMail, User
from app.permissions import Actor
from app.queries.cases import get_case
from app.queries.employers import get_structure
from app.queries.outbox import DEADLINE
from tests.conftest import NOW, TODAY
from workflows.core import Refused
from workflows.support_case import State

# Both engines tell the same histories (`test_seed`): seeding twice more would cost a minute.
pytestmark = pytest.mark.parametrize(
    "region", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)
FACTS = {"cse_opinion_on": TODAY - timedelta(days=5), "risk_document_on": TODAY - timedelta(days=60)}


def actor(email: str) -> Actor:
    user = db.session.scalars(select(User).where(User.email == email)).one()
    return actor_of(user, user.capacities[0])


def story(reader: Actor) -> Case:
    employer = select(Employer.id).where(Employer.finess == STORY_EMPLOYER_FINESS)
    case_id = db.session.scalars(select(Case.id).where(Case.employer_id.in_(employer))).one()
    case = get_case(reader, case_id)
    assert case
    return case


def sign(case: Case, claire: Actor) -> None:
    advance(
        case,
        "sign_contract",
        StepTaken(facts=dict(FACTS)),
        version=case.version,
        actor=claire,
        today=TODAY,
        now=NOW,
        settings={},
    )


def test_claire_follows_the_ehpad_that_came_through_finess(region: Flask) -> None:
    claire = actor(people.PREVENTEUR)
    structure = get_structure(claire, STORY_STRUCTURE_FINESS)
    assert structure
    assert (structure.name, structure.category, structure.city) == ("EHPAD Les Tilleuls", "500", "Niort")
    case = story(claire)
    assert (case.state, case.lead_organisation_id) == (State.DIAGNOSTIC, claire.organisation_id)
    assert [officer.user.email for officer in case.officers] == [people.PREVENTEUR]
    assert {contact.function for contact in case.employer.contacts} >= {"Directrice", "Infirmière coordinatrice"}


def test_a_reminder_is_due_today_to_claire(region: Flask) -> None:
    case = story(actor(people.PREVENTEUR))
    assert queue_reminders(today=TODAY, now=NOW) >= 3
    mailed = db.session.execute(
        select(User.email, CaseDeadline.rule)
        .join(OutboxMail, OutboxMail.user_id == User.id)
        .join(CaseDeadline, CaseDeadline.id == OutboxMail.object_id)
        .where(CaseDeadline.case_id == case.id, OutboxMail.object_kind == DEADLINE)
    ).all()
    assert [tuple(row) for row in mailed] == [(people.PREVENTEUR, "diagnostic")]


def test_without_a_report_the_contract_is_refused_for_that_alone(region: Flask) -> None:
    claire = actor(people.PREVENTEUR)
    with pytest.raises(Refused) as refused:
        sign(story(claire), claire)
    assert [reason.at for reason in refused.value.reasons] == ["visit"]


def test_one_final_report_and_two_dates_open_the_contract(region: Flask) -> None:
    claire = actor(people.PREVENTEUR)
    case = story(claire)
    notes = visit_notes("500", case.main_structure_id, TODAY - timedelta(days=1), Random(1))
    visit = log_visit(case.employer, case, notes, actor=claire, today=TODAY, now=NOW, settings={})
    db.session.flush()
    finalise_visit(visit, render(visit, NOW), version=visit.version, actor=claire, now=NOW)
    db.session.flush()
    sign(story(claire), claire)
    assert story(claire).state is State.CONTRACT


def test_the_partners_and_the_director_see_the_case(region: Flask) -> None:
    for email in (people.REFERENT, people.DEPARTEMENT, people.CONSEILLER, people.DELEGUE, people.DIRECTRICE):
        assert story(actor(email)).state is State.DIAGNOSTIC
    with pytest.raises(AssertionError):
        story(actor(people.CONSULTANT))
