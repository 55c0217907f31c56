"""What was noted before a case existed joins it, without changing who reads it."""

import pytest
from flask import Flask

from app.actions.adoption import adopt_entries, count_adoptable
from app.actions.errors import Forbidden
from app.extensions import db
from app.models import Case, CaseEvent, EventKind, Exchange, Visibility
from app.queries.cases import get_case
from tests.conftest import NOW, TODAY
from tests.factories import make_exchange, make_structure, make_visit
from tests.world import World


def case_of(world: World, person: str) -> Case:
    case = get_case(world.actor(person), world.case("Tilleuls").id)
    assert case
    return case


def test_a_case_adopts_what_its_organisation_had_noted(app: Flask, world: World) -> None:
    employer, claire, julien = world.employer("Tilleuls"), world.user("preventeur"), world.user("referent")
    ours = make_exchange(employer, claire, visibility=Visibility.ORGANISATION)
    visit = make_visit(employer, claire)
    theirs = make_exchange(employer, julien)
    db.session.commit()
    case, actor = case_of(world, "preventeur"), world.actor("preventeur")
    assert count_adoptable(case, actor) == 2
    assert adopt_entries(case, actor=actor, today=TODAY, now=NOW) == 2
    db.session.commit()
    db.session.expire_all()
    assert (ours.case_id, visit.case_id, theirs.case_id) == (case.id, case.id, None)
    assert ours.visibility is Visibility.ORGANISATION
    assert db.session.query(CaseEvent).filter_by(kind=EventKind.ADOPTION).one().summary == "2 éléments rattachés"
    assert count_adoptable(case, actor) == 0


def test_adopting_twice_changes_nothing(app: Flask, world: World) -> None:
    make_exchange(world.employer("Tilleuls"), world.user("preventeur"))
    case, actor = case_of(world, "preventeur"), world.actor("preventeur")
    assert [adopt_entries(case, actor=actor, today=TODAY, now=NOW) for _ in range(2)] == [1, 0]
    assert db.session.query(CaseEvent).filter_by(kind=EventKind.ADOPTION).count() == 1


def test_a_visit_elsewhere_stays_with_the_employer(app: Flask, world: World) -> None:
    employer = world.employer("Tilleuls")
    other = make_structure(employer, "Résidence Les Bleuets")
    db.session.flush()
    make_visit(employer, world.user("preventeur"), structure=other)
    case, actor = case_of(world, "preventeur"), world.actor("preventeur")
    assert count_adoptable(case, actor) == 0


def test_who_writes_nothing_adopts_nothing(app: Flask, world: World) -> None:
    make_exchange(world.employer("Tilleuls"), world.user("preventeur"))
    case, actor = case_of(world, "directrice"), world.actor("directrice")
    assert count_adoptable(case, actor) == 0
    with pytest.raises(Forbidden):
        adopt_entries(case, actor=actor, today=TODAY, now=NOW)
    assert db.session.query(Exchange).filter(Exchange.case_id.is_not(None)).count() == 0
