"""The list of employers, and the figures without names."""

from typing import Any

import pytest

from app.extensions import db
from app.models import FederationMember
from app.permissions import Actor
from app.queries.aggregates import count_by_state
from app.queries.case_list import PAGE
from app.queries.employers import (
    FOLLOWED,
    EmployerFilters,
    count_employers,
    get_structure,
    list_employers,
    list_federations,
)
from app.queries.settings import get_deadlines
from app.queries.users import get_user, get_user_by_email
from tests.factories import make_case, make_employer, make_structure
from tests.world import World
from workflows.support_case import WORKFLOW, State


def names(actor: Actor, **filters: Any) -> list[str]:
    return [row.name for row in list_employers(actor, EmployerFilters(**filters), limit=None)]


def test_employers_are_listed_by_name_page_by_page(world: World) -> None:
    for number in range(2 * PAGE):
        make_employer(f"Association {number % 30:02d}", departement="79")
    db.session.commit()
    actor = world.actor("referent")
    whole = list_employers(actor, EmployerFilters(), limit=None)
    found: list[Any] = []
    after = None
    while (rows := list_employers(actor, EmployerFilters(), after=after)) and len(found) < len(whole):
        found += rows[:PAGE]
        after = (found[-1].name, found[-1].id)
    assert found == list(whole)
    assert [(row.name, row.id) for row in whole] == sorted((row.name, row.id) for row in whole)
    assert len(whole) == count_employers(actor, EmployerFilters()) == 2 * PAGE + 4


FILTERS: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({}, ["Association Les Tilleuls", "CCAS de Niort", "GCSMS du Marais", "Mutuelle du Clain"]),
    ({"q": "clain"}, ["Mutuelle du Clain"]),
    ({"q": "ehpad niort"}, ["Association Les Tilleuls", "CCAS de Niort"]),
    ({"q": "garonne"}, []),
    ({"departement": "86"}, ["Mutuelle du Clain"]),
    ({"category": "460"}, ["GCSMS du Marais"]),
    ({"sector": "to_confirm"}, ["GCSMS du Marais"]),
    ({"sector": "public"}, ["CCAS de Niort"]),
    ({"followed": "oui"}, ["Association Les Tilleuls", "CCAS de Niort"]),
    ({"followed": "non"}, ["GCSMS du Marais", "Mutuelle du Clain"]),
    ({"followed": "non", "q": "marais"}, ["GCSMS du Marais"]),
)


def test_each_filter_keeps_what_it_says(world: World, subtests: pytest.Subtests) -> None:
    actor = world.actor("referent")
    for filters, expected in FILTERS:
        with subtests.test(str(filters)):
            assert names(actor, **filters) == expected
            assert count_employers(actor, EmployerFilters(**filters)) == len(expected)
            assert EmployerFilters(**filters).arguments() == filters


def test_an_employer_whose_cases_ended_is_not_followed(world: World) -> None:
    make_case(world.employer("Clain"), state=State.REFUSED)
    db.session.commit()
    assert set(FOLLOWED) == {"oui", "non"}
    assert "Mutuelle du Clain" in names(world.actor("referent"), followed="non")


def test_a_structure_is_found_by_its_number_with_its_employer_and_sisters(world: World) -> None:
    clain = world.employer("Clain")
    day_care = make_structure(clain, "Accueil de jour")
    db.session.commit()
    found = get_structure(world.actor("referent"), day_care.finess)
    assert found is day_care
    assert [one.name for one in found.employer.structures] == ["Accueil de jour", "EHPAD du Clain"]
    assert found.employer.relations, "the employer that came with it has been judged"


def test_the_federations_of_an_employer(world: World) -> None:
    assert [one.name for one in list_federations(world.employer("Tilleuls"))] == ["Fédération A"]
    assert list_federations(world.employer("Clain")) == []
    db.session.add(
        FederationMember(organisation_id=world.organisation("Fédération A").id, employer_id=world.employer("Clain").id)
    )
    assert len(list_federations(world.employer("Clain"))) == 1


def test_a_person_is_read_with_capacities_and_territory_in_one_statement(world: World, statements: list[str]) -> None:
    number = world.user("coordinatrice").id
    db.session.expunge_all()
    statements.clear()
    user = get_user(number)
    assert user
    [capacity] = user.capacities
    assert capacity.organisation and capacity.organisation.territory == {"79", "86"}
    assert len(statements) == 1
    assert get_user_by_email(" Coordinatrice@TEST.example") is user
    user.is_enabled = False
    db.session.commit()
    assert get_user(number) is None


def test_without_a_word_from_the_region_the_code_decides(world: World) -> None:
    assert get_deadlines(WORKFLOW) == {}


# --- Figures without names ----------------------------------------------------------------------------


def test_small_figures_are_not_told(world: World) -> None:
    for number in range(10):
        employer = make_employer(f"Association {number}")
        make_structure(employer, "Site")
        make_case(employer, state=State.DIAGNOSTIC if number < 4 else State.EVALUATION)
    db.session.commit()
    told = {one.state: one.employers for one in count_by_state(world.actor("dreets"))}
    assert told[State.EVALUATION] == 6
    # One contacted and one identified: with their sum, two, both would be known. The next smallest screens them.
    assert told[State.DIAGNOSTIC] is None
    assert (told[State.CONTACTED], told[State.IDENTIFIED]) == (None, None)
    assert told[State.CLOSED] == 0
    assert set(told) == set(State)
