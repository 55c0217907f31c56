"""The list of cases: filtered, sorted, read page by page, counted as it is listed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.extensions import db
from app.models import CaseOfficer, CasePartner, Sector
from app.models.columns import NO_DUE_DATE
from app.permissions import Actor
from app.queries.absences import Officer, list_officers
from app.queries.case_filters import SCOPES, TIMINGS, CaseFilters
from app.queries.case_list import (
    PAGE,
    SORTS,
    count_baskets,
    count_cases,
    list_cases,
    list_cases_of_employer,
)
from app.queries.cases import get_case, get_reminder_days
from app.queries.followed import list_open_cases
from tests.actions.moves import TODAY, case_in, take
from tests.factories import make_case, make_employer, make_structure
from tests.world import World
from workflows.support_case import State

DAY = timedelta(days=1)


@pytest.fixture
def sixty(world: World) -> World:
    """Sixty cases more, in every state, with names, dates and leads that repeat."""
    leads = [None, world.organisation("ARS Poitou"), world.organisation("Carsat Poitou")]
    for number in range(60):
        departement = ("79", "86")[number % 2]
        employer = make_employer(
            f"Association {'ABC'[number % 3]}", (Sector.PRIVATE, Sector.PUBLIC)[number % 5 == 0], departement
        )
        make_structure(employer, f"Site {number:02d}", category=("500", "460", "255")[number % 3])
        make_case(
            employer,
            state=list(State)[number % 11],
            lead=leads[number % 3],
            entered_on=date(2026, 9, 1) + (number % 7) * DAY,
            last_activity_on=date(2026, 7, 1) + (number % 9) * 20 * DAY,
            due_on=NO_DUE_DATE if number % 6 == 0 else TODAY + (number % 13 - 6) * 5 * DAY,
            due_label="Prendre contact",
        )
    db.session.commit()
    return world


def every_page(actor: Actor, filters: CaseFilters) -> list[Any]:
    """All the rows, read as a person turns the pages."""
    column = {"echeance": "due_on", "activite": "last_activity_on", "entree": "entered_on", "employeur": "employer"}
    found: list[Any] = []
    after = None
    while True:
        rows = list_cases(actor, filters, today=TODAY, after=after)
        found += rows[:PAGE]
        if len(rows) <= PAGE:
            return found
        last = rows[PAGE - 1]
        after = (str(getattr(last, column[filters.sort])), last.id)


def test_turning_the_pages_shows_each_case_once_in_order(sixty: World, subtests: pytest.Subtests) -> None:
    actor = sixty.actor("referent")
    for number, sort in enumerate(SORTS):
        with subtests.test(sort):
            filters = CaseFilters(sort=sort)
            whole = list_cases(actor, filters, today=TODAY, limit=None)
            assert len(whole) == 62 > 2 * PAGE
            assert every_page(actor, filters) == list(whole)
            keys = [((r.due_on, r.last_activity_on, r.entered_on, r.employer)[number], r.id) for r in whole]
            assert keys == sorted(keys, reverse=sort == "entree")
            assert len(set(keys)) == len(keys)


def test_a_page_costs_one_statement_whatever_the_filters(sixty: World, statements: list[str]) -> None:
    actor = sixty.actor("referent")
    statements.clear()
    list_cases(actor, CaseFilters(q="association niort", state="ouverts", departement="79"), today=TODAY)
    count_cases(actor, CaseFilters(), today=TODAY)
    count_baskets(actor, [CaseFilters(timing=timing) for timing in TIMINGS], today=TODAY)
    assert len(statements) == 3


FILTERS = (
    CaseFilters(),
    CaseFilters(state="ouverts"),
    *(CaseFilters(state=state.value) for state in State),
    *(CaseFilters(timing=timing) for timing in TIMINGS),
    *(CaseFilters(scope=scope) for scope in SCOPES),
    CaseFilters(departement="86", category="460"),
    CaseFilters(sector="public"),
    CaseFilters(q="site 07"),
)


def test_a_count_is_the_length_of_the_list_it_opens(sixty: World) -> None:
    for name in ("referent", "preventeur", "departement", "federation", "directrice", "aract", "dreets"):
        actor = sixty.actor(name)
        lengths = [len(list_cases(actor, filters, today=TODAY, limit=None)) for filters in FILTERS]
        assert count_baskets(actor, FILTERS, today=TODAY) == lengths, name
        assert [count_cases(actor, filters, today=TODAY) for filters in FILTERS] == lengths, name


def test_counting_stops_past_the_cap(sixty: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.queries.case_list.COUNT_CAP", 10)
    assert count_cases(sixty.actor("referent"), CaseFilters(), today=TODAY) == 11


def ids(rows: Sequence[Any]) -> set[int]:
    return {row.id for row in rows}


def listed(actor: Actor, **filters: Any) -> set[int]:
    return ids(list_cases(actor, CaseFilters(**filters), today=TODAY, limit=None))


def test_each_filter_keeps_what_it_says(sixty: World) -> None:
    actor = sixty.actor("referent")
    whole = {row.id: row for row in list_cases(actor, CaseFilters(), today=TODAY, limit=None)}
    ended = {State.CLOSED, State.REFUSED, State.OUT_OF_SCOPE}
    lead = sixty.organisation("Carsat Poitou")

    def kept(test: Any) -> set[int]:
        return {number for number, row in whole.items() if test(row)}

    assert listed(actor, state="ouverts") == kept(lambda row: row.state not in ended)
    assert listed(actor, state="evaluation") == kept(lambda row: row.state is State.EVALUATION)
    assert listed(actor, departement="86") == kept(lambda row: row.departement == "86")
    assert listed(actor, category="255") == kept(lambda row: row.category == "255")
    assert listed(actor, sector="public") == kept(lambda row: row.sector is Sector.PUBLIC)
    assert listed(actor, lead=lead.id) == kept(lambda row: row.lead == "Carsat Poitou")
    assert listed(actor, timing="retard") == kept(lambda row: row.due_on < TODAY)
    assert listed(actor, timing="bientot") == kept(lambda row: TODAY <= row.due_on <= TODAY + 15 * DAY)
    assert listed(actor, timing="sans-pilote") == kept(lambda row: row.lead is None and row.state not in ended)
    assert listed(actor, timing="sans-nouvelles") == kept(
        lambda row: row.last_activity_on < TODAY - 90 * DAY and row.state not in ended
    )
    assert listed(actor, timing="sans-referent") == kept(
        lambda row: row.id != sixty.case("Tilleuls").id and row.state not in ended
    )
    assert all(listed(actor, timing=timing) for timing in TIMINGS), "each filter is put to the test"


SEARCHES: tuple[tuple[str, set[str]], ...] = (
    ("tilleuls", {"Tilleuls"}),
    ("TILLEULS ehpad", {"Tilleuls"}),
    ("Tilleuls, Niort", {"Tilleuls"}),
    ("les-tilleuls", {"Tilleuls"}),
    ("municipal", {"CCAS"}),
    ("niort", {"Tilleuls", "CCAS"}),
    ("tilleuls municipal", set()),
    ("%", {"Tilleuls", "CCAS"}),
    ("_", {"Tilleuls", "CCAS"}),
    ("'; drop table cases; --", set()),
    ("   ", {"Tilleuls", "CCAS"}),
)


def test_search_finds_every_word_in_the_employer_or_one_structure(world: World, subtests: pytest.Subtests) -> None:
    for words, found in SEARCHES:
        with subtests.test(words):
            assert listed(world.actor("referent"), q=words) == {world.case(name).id for name in found}


def test_search_by_number(world: World) -> None:
    actor, case = world.actor("referent"), world.case("Tilleuls")
    numbers = [case.employer.siren, case.employer.finess, case.main_structure.finess, case.main_structure.finess[:5]]
    for number in numbers:
        assert number and case.id in listed(actor, q=number), number
    assert case.id not in listed(actor, q="999999999")


def test_search_by_what_the_pages_show(world: World, subtests: pytest.Subtests) -> None:
    """Numbers in groups, the reference of a case, an apostrophe of either kind."""
    actor, case = world.actor("referent"), world.case("Tilleuls")
    lake = make_employer("Association de l'Étang", siren="000100016")
    structure = make_structure(lake, "EHPAD de l’Étang", finess="799500012")
    structure.search_key += " 00010001600013"
    corsica = make_employer("Maison du Seuil", finess="2A9000123")
    make_structure(corsica, "Le Seuil")
    here, there = make_case(lake), make_case(corsica)
    db.session.commit()
    for words in ("000 100 016", "000\u00a0100\u00a0016", "étang 000 100 016", "79 950 001 2", "000 100 016 00013",
                  "l’étang", "l'etang", "79 950 001 2 000 100 016"):  # fmt: skip
        with subtests.test(words):
            assert listed(actor, q=words) == {here.id}
    with subtests.test("Corsica"):
        assert listed(actor, q="2A 900 012 3") == {there.id}
    for reference in (case.reference, case.reference.lower(), f"D-{case.id}", f"d{case.id}", f" D {case.id} "):
        with subtests.test(reference):
            assert listed(actor, q=reference) == {case.id}
    with subtests.test("never out of sight, and no number is too long"):
        assert listed(world.actor("ailleurs"), q=case.reference) == set()
        assert listed(actor, q="D-99999999999") == set()


def test_whose_cases(world: World) -> None:
    tilleuls, ccas = world.case("Tilleuls"), world.case("CCAS")
    db.session.add(CasePartner(case_id=ccas.id, organisation_id=world.organisation("Département 79").id))
    db.session.add(CaseOfficer(case_id=ccas.id, user_id=world.user("referent").id, since=TODAY))
    db.session.commit()
    assert listed(world.actor("preventeur"), scope="moi") == {tilleuls.id}
    assert listed(world.actor("preventeur"), scope="organisme") == {tilleuls.id}
    assert (
        listed(world.actor("referent"), scope="moi") == listed(world.actor("referent"), scope="organisme") == {ccas.id}
    )
    assert listed(world.actor("coordinatrice"), scope="moi") == set()
    assert listed(world.actor("departement"), scope="organisme") == {ccas.id}
    assert listed(world.actor("referent"), officer=world.user("preventeur").id) == {tilleuls.id}
    assert list_officers([tilleuls.id, ccas.id], today=TODAY) == {
        tilleuls.id: [Officer("Preventeur Testeur")],
        ccas.id: [Officer("Referent Testeur")],
    }


def test_a_federation_cannot_guess_due_dates_through_the_filters(world: World) -> None:
    """It reads the state and the lead of its members’ cases: lateness is not told by a filter either."""
    officer = world.user("preventeur").id
    assert (
        listed(world.actor("federation"), officer=officer)
        == listed(world.actor("directrice"), officer=officer)
        == set()
    )
    case = world.case("Tilleuls")
    case.due_on, case.last_activity_on = TODAY - DAY, date(2026, 1, 5)
    db.session.commit()
    for name, timings in (("referent", {"retard", "sans-nouvelles"}), ("federation", set()), ("directrice", set())):
        found = {
            timing for timing in ("retard", "bientot", "sans-nouvelles") if listed(world.actor(name), timing=timing)
        }
        assert found == timings, name


def test_the_cases_of_an_employer_are_told_to_who_sees_them_and_to_nobody_else(world: World) -> None:
    case = case_in(world, State.REFUSED)
    clain = world.employer("Clain")
    again = make_case(clain, lead=world.organisation("Carsat Poitou"))
    db.session.commit()
    assert [row.id for row in list_cases_of_employer(world.actor("referent"), clain)] == [again.id, case.id]
    assert list_cases_of_employer(world.actor("departement"), clain) == []
    assert list_open_cases(world.actor("departement"), clain.id) == []
    for name, is_own in {"referent": False, "preventeur": True}.items():
        [row] = list_open_cases(world.actor(name), clain.id)
        assert (row.id, row.lead, row.structure) == (again.id, "Carsat Poitou", "EHPAD du Clain")
        assert bool(row.is_own) is is_own, name


def test_when_people_were_and_will_be_reminded(world: World) -> None:
    case = case_in(world, State.CONTACTED, since=date(2026, 11, 2))
    assert get_reminder_days(case) == (None, date(2026, 12, 2))
    assert get_reminder_days(take(world.actor("referent"), case.id, "suspend")) == (None, date(2027, 4, 24))


def test_a_case_comes_with_all_that_judging_a_step_needs(world: World, statements: list[str]) -> None:
    number, actor = world.case("Tilleuls").id, world.actor("preventeur")
    db.session.expunge_all()
    statements.clear()
    case = get_case(actor, number)
    assert case
    told = (case.employer.name, case.lead_organisation and case.lead_organisation.kind, case.main_structure.name)
    assert told == ("Association Les Tilleuls", "carsat", "EHPAD Les Tilleuls")
    assert (case.reference, case.has_final_visit, case.is_ended) == (f"D-{number:05d}", False, False)
    assert len(statements) == 1


def test_the_address_of_a_list_says_what_is_asked_and_no_more() -> None:
    assert CaseFilters().arguments() == {}
    filters = CaseFilters(q="ehpad", lead=3, timing="retard")
    assert filters.arguments() == {"q": "ehpad", "lead": "3", "timing": "retard"}
    assert replace(filters, sort="employeur").arguments()["sort"] == "employeur"
