"""What each person sees: one table for pages, lists and counts; what is out of sight is as if it did not exist."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Case, CasePartner, Employer, FederationMember, Structure, Visibility
from app.permissions import Act, Actor, Kind, Relation, may
from app.queries.case_filters import CaseFilters
from app.queries.case_list import count_baskets, count_cases, list_cases, list_cases_of_employer
from app.queries.cases import get_case
from app.queries.employers import (
    EmployerFilters,
    count_employers,
    get_employer,
    get_structure,
    list_employers,
)
from app.queries.threads import get_document, get_exchange, get_visit, list_exchanges, list_visits
from tests.actions.moves import TODAY
from tests.factories import make_exchange, make_visit
from tests.queries.region import EVERYBODY, INVITED, add_everybody, covers, straddle
from tests.world import World

SIGHT = """
                  Tilleuls CCAS Marais Garonne Clain
preventeur        EC       EC   E      .       EC
referent          EC       EC   E      .       EC
coordinatrice     EC       EC   E      .       EC
departement       EC       EC   E      .       .
departement86     .        .    .      .       EC
ailleurs          .        .    .      EC      .
aract             EC       .    .      .       .
prestataire       EC       .    .      .       .
cabinet_voisin    .        .    .      .       .
opco              EC       .    .      .       .
fnp               EC       .    .      .       .
spsti             EC       .    .      .       .
msa               EC       .    .      .       .
conseil_regional  EC       .    .      .       .
federation        EC       .    .      .       .
federation_b      .        .    .      .       EC
directrice        EC       .    .      .       .
directeur_clain   .        .    .      .       E
dreets            .        .    .      .       .
observateur       .        .    .      .       .
admin             .        .    .      .       .
"""
"""Who sees which Employer and its Case. The Marais has none; the director of the Clain was not told of his yet."""

NOBODY = 987_654


@pytest.fixture
def region(world: World) -> World:
    add_everybody(world)
    return world


def test_who_sees_what_in_pages_lists_and_counts(region: World, subtests: pytest.Subtests) -> None:
    head, *lines = [line.split() for line in SIGHT.strip().splitlines()]
    assert {name for name, *_ in lines} == set(EVERYBODY)
    employers = {name: region.employer(name) for name in head}
    cases = {name: region.case(name) for name in head if name != "Marais"}
    for name, *cells in lines:
        actor = region.actor(name)
        seen = {of for of, cell in zip(head, cells, strict=True) if "E" in cell}
        followed = {of for of, cell in zip(head, cells, strict=True) if "C" in cell}
        with subtests.test(name):
            assert {of for of, employer in employers.items() if get_employer(actor, employer.id)} == seen
            assert _names(list_employers(actor, EmployerFilters())) == seen
            assert count_employers(actor, EmployerFilters()) == len(seen)
            assert {of for of, employer in employers.items() if _one_structure(actor, employer)} == seen
            assert {of for of, case in cases.items() if get_case(actor, case.id)} == followed
            assert {of for of, case in cases.items() if get_case(actor, case.id, lock=True)} == followed
            assert {row.id for row in list_cases(actor, CaseFilters(), today=TODAY)} == {
                cases[of].id for of in followed
            }
            assert count_cases(actor, CaseFilters(), today=TODAY) == len(followed)
            assert count_baskets(actor, [CaseFilters()], today=TODAY) == [len(followed)]
            assert {of for of, one in employers.items() if list_cases_of_employer(actor, one)} == followed


def _names(rows: Any) -> set[str]:
    return {next(word for word in SIGHT.split() if word in row.name) for row in rows}


def _one_structure(actor: Actor, employer: Employer) -> Structure | None:
    number = db.session.scalars(select(Structure.finess).where(Structure.employer_id == employer.id)).first()
    assert number
    return get_structure(actor, number)


def test_the_predicate_in_sql_and_the_judge_agree(region: World) -> None:
    """Whoever is given a record may read it, by the relations that came with it."""
    straddle(region)
    judged = 0
    for name in EVERYBODY:
        actor = region.actor(name)
        for number in db.session.scalars(select(Employer.id)).all():
            if employer := get_employer(actor, number):
                assert may(actor, Act.READ, Kind.EMPLOYER, employer), (name, employer.name)
                judged += 1
        for number in db.session.scalars(select(Case.id)).all():
            if case := get_case(actor, number):
                assert may(actor, Act.READ, Kind.CASE, case), (name, case.id)
                judged += 1
    assert judged > 50


def test_the_relations_that_come_with_a_record(region: World) -> None:
    expected = {
        "preventeur": {Relation.TERRITORY, Relation.CASE, Relation.LOCATED},
        "referent": {Relation.TERRITORY, Relation.LOCATED},
        "departement": {Relation.TERRITORY, Relation.LOCATED},
        # Covering the same départements gives an invited body nothing: the matrix asks for the case.
        "aract": {Relation.TERRITORY, Relation.CASE, Relation.LOCATED},
        "prestataire": {Relation.TERRITORY, Relation.CASE, Relation.LOCATED},
        "federation": {Relation.MEMBER},
        "directrice": {Relation.OWN},
    }
    for name, relations in expected.items():
        employer = get_employer(region.actor(name), region.employer("Tilleuls").id)
        case = get_case(region.actor(name), region.case("Tilleuls").id)
        assert employer and case
        assert employer.relations == relations, name
        assert case.relations == relations, name


# --- Losing sight -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["prestataire", "aract"])
def test_who_is_no_longer_invited_sees_nothing_more(region: World, name: str) -> None:
    case, actor = region.case("Tilleuls"), region.actor(name)
    db.session.query(CasePartner).filter_by(case_id=case.id, organisation_id=actor.organisation_id).delete()
    assert get_case(actor, case.id) is None
    assert get_employer(actor, case.employer_id) is None


def test_a_federation_sees_its_members_and_no_longer_those_who_left(region: World) -> None:
    actor, tilleuls = region.actor("federation"), region.employer("Tilleuls")
    db.session.query(FederationMember).filter_by(employer_id=tilleuls.id).delete()
    assert get_case(actor, region.case("Tilleuls").id) is None
    assert list_employers(actor, EmployerFilters()) == []


def test_an_employer_sees_its_case_once_it_has_been_told(region: World) -> None:
    director, case = region.actor("directeur_clain"), region.case("Clain")
    assert [row.is_followed for row in list_employers(director, EmployerFilters())] == [False]
    assert list_employers(director, EmployerFilters(followed="oui")) == []
    case.employer_informed_on = TODAY
    assert get_case(director, case.id)
    assert [row.is_followed for row in list_employers(director, EmployerFilters(followed="oui"))] == [True]


def test_nobody_is_told_that_an_employer_is_followed_by_those_with_whom_it_has_no_convention(region: World) -> None:
    straddle(region)
    case = region.case("Garonne")
    employer = case.employer
    db.session.add(Structure(employer=employer, finess="860009999", name="Antenne", departement="86", category="500"))
    db.session.flush()
    actor = region.actor("referent")
    assert get_case(actor, case.id) is None
    assert {row.name: row.is_followed for row in list_employers(actor, EmployerFilters(q="garonne"))} == {
        employer.name: False
    }


# --- Territory and correlation ------------------------------------------------------------------------


def _seuil(actor: Actor) -> list[str]:
    return [row.structure for row in list_cases(actor, CaseFilters(q="seuil"), today=TODAY)]


def test_a_case_is_in_the_territory_of_each_of_its_own_structures(region: World) -> None:
    """Not of the other structures of its employer, and not only of the structure that the list shows."""
    straddle(region)
    seen = {
        name: sorted(_seuil(region.actor(name))) for name in ("departement", "departement86", "ailleurs", "referent")
    }
    assert seen == {
        "departement": ["Site de Poitiers"],
        "departement86": ["Site de Poitiers"],
        "ailleurs": ["Site de Bordeaux"],
        "referent": ["Site de Poitiers"],
    }


def test_the_page_and_the_list_tell_the_same_of_a_case_on_two_departements(region: World) -> None:
    straddle(region)
    cases = {case.id for case in db.session.scalars(select(Case))}
    for name in EVERYBODY:
        actor = region.actor(name)
        listed = {row.id for row in list_cases(actor, CaseFilters(), today=TODAY)}
        assert listed == {number for number in cases if get_case(actor, number)}, name


def test_a_territory_is_read_from_the_addresses_never_from_the_region(region: World) -> None:
    straddle(region)
    covers(region.organisation("Département 79"), "33")
    assert _seuil(region.actor("departement")) == ["Site de Bordeaux"]
    covers(region.organisation("Département 79"), "")
    assert _seuil(region.actor("departement")) == []
    assert list_employers(region.actor("departement"), EmployerFilters()) == []


def test_a_body_sees_the_employer_of_a_site_in_its_territory_wherever_the_seat_is(region: World) -> None:
    straddle(region)
    seuil = region.employer("Seuil")
    for name, is_seen in (
        ("departement", True),
        ("departement86", True),
        ("ailleurs", True),
        ("cabinet_voisin", False),
    ):
        assert bool(get_employer(region.actor(name), seuil.id)) is is_seen, name


def test_entries_join_cases_and_structures_without_lending_them_to_the_tests(region: World) -> None:
    """An entry without a case is judged by the employer: the case the statement joins is not there to be matched."""
    employer = region.employer("Tilleuls")
    without_case = make_exchange(employer, region.user("aract"))
    visit = make_visit(employer, region.user("prestataire"))
    db.session.commit()
    assert get_exchange(region.actor("aract"), without_case.id)
    assert get_visit(region.actor("prestataire"), visit.id)
    straddle(region)
    seuil = region.employer("Seuil")
    closed, running = (
        make_exchange(seuil, region.user("referent"), case, visibility=Visibility.PARTNERS)
        for case in sorted(seuil_cases(seuil), key=lambda case: case.state != "refused")
    )
    db.session.commit()
    seen = {
        name: [one.id for one in (closed, running) if get_exchange(region.actor(name), one.id)]
        for name in ("departement", "departement86", "ailleurs")
    }
    assert seen == {"departement": [running.id], "departement86": [running.id], "ailleurs": [closed.id]}
    for name, expected in seen.items():
        found = get_employer(region.actor(name), seuil.id)
        assert found
        assert [one.id for one in list_exchanges(region.actor(name), found)] == expected, name


def seuil_cases(employer: Employer) -> list[Case]:
    return list(db.session.scalars(select(Case).where(Case.employer_id == employer.id)))


def test_an_employer_s_page_leaves_out_the_entries_of_cases_out_of_sight(region: World) -> None:
    actor = region.actor("directeur_clain")
    on_case = make_visit(region.employer("Clain"), region.user("preventeur"), region.case("Clain"))
    on_employer = make_visit(region.employer("Clain"), region.user("preventeur"))
    for visit in (on_case, on_employer):
        visit.status, visit.finalised_at = "final", visit.created_at  # type: ignore[assignment]
    db.session.commit()
    employer = get_employer(actor, region.employer("Clain").id)
    assert employer
    assert [visit.id for visit in list_visits(actor, employer)] == [on_employer.id]


# --- Out of sight is as if it did not exist -----------------------------------------------------------


Reader = Callable[[Actor, int], Any]


@pytest.fixture
def readers(region: World) -> Iterator[list[tuple[str, Reader, int]]]:
    """What can be asked by number, with a number that exists, out of the sight of « ailleurs » and « aract »."""
    clain = region.employer("Clain")
    note = make_exchange(clain, region.user("preventeur"), region.case("Clain"), visibility=Visibility.EMPLOYER)
    visit = make_visit(clain, region.user("preventeur"))
    db.session.commit()
    yield [
        ("case", get_case, region.case("Clain").id),
        ("locked case", lambda actor, number: get_case(actor, number, lock=True), region.case("Clain").id),
        ("employer", get_employer, clain.id),
        ("note", get_exchange, note.id),
        ("visit", get_visit, visit.id),
        ("document", get_document, NOBODY + 1),
    ]


def test_out_of_sight_costs_and_gives_what_does_not_exist_does(
    region: World, readers: list[tuple[str, Reader, int]], statements: list[str]
) -> None:
    for name in ("ailleurs", "aract", "directrice", "federation", "dreets"):
        actor = region.actor(name)
        for what, read, number in readers:
            asked: list[list[str]] = []
            for one in (number, NOBODY):
                statements.clear()
                assert read(actor, one) is None, (name, what)
                asked.append(statements[:])
            assert asked[0] == asked[1], (name, what)
        for finess in (_finess(region), "000000000"):
            statements.clear()
            assert get_structure(actor, finess) is None
            asked.append(statements[:])
        assert asked[-1] == asked[-2]


def _finess(region: World) -> str:
    structures = select(Structure.finess).where(Structure.employer_id == region.employer("Clain").id)
    return db.session.scalars(structures).one()


def test_every_kind_of_organisation_was_asked(region: World) -> None:
    roles = {region.actor(name).role for name in EVERYBODY}
    assert len(roles) == 15, "all but the coordination, which is a function"
    assert {region.actor(name).role for name in INVITED} == set(INVITED.values())
