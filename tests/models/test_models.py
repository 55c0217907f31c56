"""What the tables hold and refuse, and the words their records say."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from app.extensions import db, writing
from app.models import (
    Capacity,
    Case,
    CaseStructure,
    Employer,
    Exchange,
    FederationMember,
    ManagerFunction,
    Organisation,
    SecondFactor,
    Sector,
    Structure,
    User,
)
from app.models.columns import NO_DUE_DATE
from app.models.search import search_key
from tests.factories import make_exchange
from tests.world import World
from workflows.core import FactKind
from workflows.roles import Role
from workflows.support_case import WORKFLOW, Outcome, State


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("Association Les Tilleuls",), "association les tilleuls"),
        (("ÉHPAD d’Œuvre-Saint-Hélène",), "ehpad d oeuvre saint helene"),
        (("  A ", None, "", "B.C"), "a b c"),
        ((None,), ""),
        (("L'Œuvre",), "l oeuvre"),
        (("x" * 700,), "x" * 600),
    ],
)
def test_what_a_search_looks_into(parts: tuple[str | None, ...], expected: str) -> None:
    assert search_key(*parts) == expected


def test_a_case_has_a_column_for_every_fact_a_step_asks_for() -> None:
    columns = Case.__table__.columns
    for step in WORKFLOW.steps:
        for fact in step.facts:
            kind = date if fact.kind is FactKind.DATE else str
            assert issubclass(columns[fact.name].type.python_type, kind), fact.name
            assert columns[fact.name].nullable


def test_the_words_of_a_case() -> None:
    lead = Organisation(kind=Role.CARSAT, name="Carsat", short_name="Carsat")
    case = Case(id=42, state=State.CONTACTED, due_on=NO_DUE_DATE, lead_organisation=lead)
    assert (case.reference, case.lead_kind, case.is_ended) == ("D-00042", Role.CARSAT, False)
    assert Case().lead_kind is None
    assert {state for state in State if Case(state=state).is_ended} == {State.CLOSED, State.REFUSED, State.OUT_OF_SCOPE}


@pytest.mark.parametrize("sector", Sector)
def test_an_employer_is_public_private_or_to_confirm(sector: Sector) -> None:
    employer = Employer(sector=sector)
    told = (employer.is_public, employer.is_private, employer.needs_sector)
    assert told == (sector is Sector.PUBLIC, sector is Sector.PRIVATE, sector is Sector.TO_CONFIRM)


def test_the_words_of_people() -> None:
    person = User(given_name="Anne", family_name="Petit")
    assert (person.full_name, person.has_second_factor) == ("Anne Petit", False)
    waiting, confirmed = SecondFactor(), SecondFactor(confirmed_at=datetime(2026, 11, 24, tzinfo=UTC))
    assert [User(second_factor=one).has_second_factor for one in (waiting, confirmed)] == [False, True]
    body = Organisation(short_name="ARS NA")
    assert Capacity(organisation=body).label == "ARS NA"
    manager = Capacity(employer=Employer(name="Les Tilleuls"), manager_function=ManagerFunction.DIRECTION)
    assert manager.label == "Direction, Les Tilleuls"


def test_choices_are_kept_by_their_slug(world: World) -> None:
    """A slug may be read by any tool; a member’s name or an order would tie the data to the code."""
    case = world.case("Tilleuls")
    case.outcome = Outcome.NOT_ACHIEVED
    db.session.flush()
    row = db.session.execute(text("SELECT state, outcome, source FROM cases WHERE id = :id"), {"id": case.id}).one()
    assert tuple(row) == ("contacted", "not_achieved", "list")
    db.session.expire(case)
    assert (case.state, case.outcome) == (State.CONTACTED, Outcome.NOT_ACHIEVED)


def test_an_instant_is_kept_in_universal_time_and_needs_a_zone(world: World) -> None:
    note = make_exchange(world.employer("Tilleuls"), world.user("preventeur"))
    note.created_at = datetime(2026, 7, 1, 10, 30, tzinfo=timezone(timedelta(hours=2)))
    db.session.commit()
    assert note.created_at == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    assert note.created_at.utcoffset() == timedelta(0)
    assert (
        db.session.query(Exchange).filter(Exchange.created_at < datetime(2026, 7, 1, 8, 31, tzinfo=UTC)).one() is note
    )
    note.created_at = datetime(2026, 7, 1, 8, 30)
    with pytest.raises(StatementError, match="sans fuseau horaire"):
        db.session.flush()


def test_two_writers_of_one_record_are_told_apart(world: World) -> None:
    employer = world.employer("Clain")
    assert employer.version == 1
    employer.city = "Chasseneuil"
    db.session.flush()
    assert employer.version == 2
    db.session.execute(text("UPDATE employers SET version = 9 WHERE id = :id"), {"id": employer.id})
    employer.city = "Poitiers"
    with pytest.raises(StaleDataError):
        db.session.flush()


def test_what_the_tables_refuse(world: World, subtests: pytest.Subtests) -> None:
    user, body, employer = world.user("referent").id, world.organisation("ARS Poitou").id, world.employer("Clain").id
    structure = db.session.query(Structure).filter_by(employer_id=employer).one()
    case = world.case("Tilleuls").id
    direction = ManagerFunction.DIRECTION
    refused = {
        "a capacity on both sides": Capacity(
            user_id=user, organisation_id=body, employer_id=employer, manager_function=direction
        ),
        "a capacity on neither side": Capacity(user_id=user),
        "a manager of nothing": Capacity(user_id=user, organisation_id=body, manager_function=direction),
        "a manager without function": Capacity(user_id=user, employer_id=employer),
        "an address taken": User(email="referent@test.example", given_name="A", family_name="B"),
        "a structure's number taken": Structure(
            finess=structure.finess, employer_id=employer, name="A", category="500", departement="86"
        ),
        "a structure of nobody": Structure(
            finess="860000001", employer_id=987_654, name="A", category="500", departement="86"
        ),
        "a name taken": Organisation(kind=Role.ARS, name="ARS Poitou", short_name="ARS"),
        "a link to a case that is not": CaseStructure(case_id=987_654, structure_id=structure.id, is_open=False),
        "the same link twice": CaseStructure(
            case_id=case, structure_id=world.case("Tilleuls").main_structure_id, is_open=False
        ),
        "a member of nothing": FederationMember(organisation_id=987_654, employer_id=employer),
    }
    for what, record in refused.items():
        db.session.expunge_all()
        with subtests.test(what):
            db.session.add(record)
            with pytest.raises(IntegrityError):
                db.session.flush()
        db.session.rollback()


def test_a_form_s_token_makes_one_record(world: World) -> None:
    for _ in range(2):
        make_exchange(world.employer("Tilleuls"), world.user("preventeur"), submission="e" * 36)
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_who_only_reads_does_not_wait_for_who_writes(app: Flask, world: World) -> None:
    """On SQLite a transaction that may write takes the lock at once; that of a page that reads does not."""
    world.employer("Clain").city = "Chasseneuil"
    db.session.flush()  # the lock is held, nothing is committed
    token = writing.set(False)
    try:
        with db.engine.connect() as reader:
            cities = reader.scalars(text("SELECT city FROM employers WHERE name = 'Mutuelle du Clain'")).all()
    finally:
        writing.reset(token)
    assert cities == ["Poitiers"]
