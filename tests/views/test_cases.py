"""The list of cases: sorts, pages, filters, searches; the page of a case."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import filterfalse
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Case, Employer, Sector
from app.permissions import sees_case
from app.queries.case_list import CALENDAR_SORTS, SORTS
from tests.factories import make_case, make_employer, make_structure
from tests.pages import Browser, Page
from tests.world import World
from workflows.support_case import State

Browse = Callable[[str], Browser]
DAY = date(2026, 11, 24)

KEYS: dict[str, Callable[[Case], tuple[Any, int]]] = {
    "echeance": lambda case: (case.due_on, case.id),
    "activite": lambda case: (case.last_activity_on, case.id),
    "entree": lambda case: (-case.entered_on.toordinal(), -case.id),
    "employeur": lambda case: (case.employer.name, case.id),
}


def make_many(world: World, number: int = 60) -> None:
    """Cases with as many equal values as different ones, so that pages are cut in the middle of equals."""
    lead, officer = world.organisation("Carsat Poitou"), world.user("preventeur")
    states = [State.IDENTIFIED, State.DIAGNOSTIC, State.CLOSED, State.SUSPENDED]
    for rank in range(number):
        name, sector = f"Résidence {'ÉéZa'[rank % 4]} {rank % 7}", list(Sector)[rank % 3]
        employer = make_employer(name, sector, departement=("79", "86")[rank % 2])
        make_structure(employer, f"EHPAD {rank}", category=("500", "460")[rank % 2])
        make_case(
            employer,
            state=states[rank % 4],
            lead=lead if rank % 3 else None,
            officers=(officer,) if rank % 5 == 0 else (),
            entered_on=DAY - timedelta(days=rank % 11),
            last_activity_on=DAY - timedelta(days=40 * (rank % 4)),
            due_on=DAY + timedelta(days=rank % 9 - 4) if rank % 6 else date(9999, 12, 31),
            due_label="Prendre contact",
        )
    db.session.commit()


def is_dated(case: Case) -> bool:
    """Whether the Carsat reads when things are due: not for the public sector."""
    return case.employer.sector is not Sector.PUBLIC


def numbers(page: Page) -> list[int]:
    """The cases of a list, in its order."""
    return [int(link.rsplit("/", 1)[1]) for link in page.links(r"^/dossiers/\d+$")]


def announced(page: Page) -> int:
    """The number of cases that the list says it holds."""
    found = re.search(r"(\d+) dossiers?", page.tree.xpath("string(//p[@aria-live])"))
    assert found, page.text
    return int(found[1])


def all_pages(browser: Browser, address: str) -> list[int]:
    """The cases of all pages, following « page suivante » to the end."""
    found, page = [], browser.get(address)
    while True:
        assert page.status == 200
        found += numbers(page)
        following = page.tree.xpath("//a[@rel='next']/@href")
        if not following:
            return found
        page = browser.get(following[0])


def test_the_pages_of_each_sort_make_the_whole_list(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    make_many(world)
    for name in ("preventeur", "departement"):
        browser, actor = browse(name), world.actor(name)
        seen = select(Case).join(Employer, Case.employer_id == Employer.id).where(sees_case(actor)).order_by(Case.id)
        cases = db.session.scalars(seen).all()
        assert len(cases) > 2 * 25 or name == "departement"
        assert KEYS.keys() == SORTS.keys()
        for sort, key in KEYS.items():
            with subtests.test(f"{name}, {sort}"):
                expected = sorted(cases, key=key)
                if name == "preventeur" and sort in CALENDAR_SORTS:  # what it may not date comes last
                    expected = [*filter(is_dated, expected), *filterfalse(is_dated, cases)]
                assert all_pages(browser, f"/dossiers?sort={sort}") == [case.id for case in expected]


def test_filters_keep_the_cases_they_name(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    make_many(world)
    carsat, officer = world.organisation("Carsat Poitou"), world.user("preventeur")
    preventeur = browse("preventeur")
    cases = [db.session.get_one(Case, number) for number in all_pages(preventeur, "/dossiers")]

    def is_told(case: Case) -> bool:  # the Carsat does not read who is in charge for a public employer
        return not case.employer.is_public

    filters: dict[str, Callable[[Case], bool]] = {
        "state=diagnostic": lambda case: case.state is State.DIAGNOSTIC,
        "state=ouverts": lambda case: not case.is_ended,
        "departement=86": lambda case: case.main_structure.departement == "86",
        "category=460": lambda case: case.main_structure.category == "460",
        "sector=public": lambda case: case.employer.sector is Sector.PUBLIC,
        f"lead={carsat.id}": lambda case: case.lead_organisation_id == carsat.id,
        f"officer={officer.id}": lambda case: is_told(case) and officer.id in [o.user_id for o in case.officers],
        "scope=moi": lambda case: officer.id in [o.user_id for o in case.officers],
        "scope=organisme": lambda case: case.lead_organisation_id == carsat.id,
        "timing=retard": lambda case: is_dated(case) and case.due_on < DAY,
        "timing=bientot": lambda case: is_dated(case) and DAY <= case.due_on <= DAY + timedelta(days=15),
        "timing=sans-nouvelles": lambda case: (
            is_dated(case) and not case.is_ended and (DAY - case.last_activity_on).days > 90
        ),
        "timing=sans-referent": lambda case: is_told(case) and not case.is_ended and not case.officers,
        "timing=sans-pilote": lambda case: not case.is_ended and case.lead_organisation_id is None,
    }
    for query, keeps in filters.items():
        with subtests.test(query):
            expected = {case.id for case in cases if keeps(case)}
            page = preventeur.get(f"/dossiers?{query}")
            assert set(all_pages(preventeur, f"/dossiers?{query}")) == expected
            assert announced(page) == len(expected)
            assert 0 < len(expected) < len(cases)
            assert len(page.tree.xpath("//a[@class='jalon-filter__remove']")) == 1
    with subtests.test("several at once, each of which can be removed"):
        page = preventeur.get("/dossiers?state=diagnostic&departement=86&sort=employeur&q=ehpad")
        remove = page.tree.xpath("//a[@class='jalon-filter__remove']/@href")
        assert len(remove) == 2
        assert all("sort=employeur" in link and "q=ehpad" in link for link in remove)


def shown_choices(page: Page) -> dict[str, str]:
    """What each filter shows: its chosen option, else its first."""
    selects = page.tree.xpath("//form[@role='search']//select")
    return {
        one.get("name"): (one.xpath("string(.//option[@selected])") or one.xpath("string(.//option)"))
        for one in selects
    }


def test_filters_show_what_is_applied(world: World, browse: Browse) -> None:
    shown = shown_choices(browse("preventeur").get("/dossiers"))
    assert shown == {
        "scope": "Tout ce que je vois", "state": "Tous", "timing": "Toutes", "alert": "Tous", "departement": "Tous",
        "category": "Toutes", "sector": "Tous", "lead": "Tous", "officer": "Tous", "sort": "Échéance la plus proche",
    }  # fmt: skip
    page = browse("preventeur").get("/dossiers?scope=moi&sort=employeur&category=500")
    shown = shown_choices(page)
    assert (shown["scope"], shown["sort"]) == ("Mes dossiers", "Nom de l’employeur")
    assert shown["category"] == "Etablissement d'hébergement pour personnes âgées dépendantes (500)"
    assert page.tree.xpath("//select[@name='category']/optgroup/@label")[0] == "Personnes âgées"
    assert page.tree.xpath("string(//select[@name='category']/optgroup/option)") == shown["category"]
    assert shown_choices(browse("federation").get("/dossiers"))["sort"] == "Entrée la plus récente dans l’étape"


def test_the_officers_offered_are_those_of_the_cases_one_may_read(world: World, browse: Browse) -> None:
    def offered(name: str) -> list[str]:
        return browse(name).get("/dossiers").tree.xpath("//select[@name='officer']/option/text()")

    for name in ("preventeur", "referent"):
        assert offered(name) == [
            "Tous",
            "Coordinatrice Testeur",
            "Departement Testeur",
            "Preventeur Testeur",
            "Referent Testeur",
        ]
    assert offered("aract") == ["Tous", "Preventeur Testeur"]
    assert offered("federation") == []


def test_what_live_filtering_puts_in_place_is_the_page_itself(world: World, browse: Browse) -> None:
    """The chips, the count and the address of the workbook come with the rows."""
    for address in ("/dossiers?state=ouverts&q=ehpad", "/dossiers?q=rien", "/employeurs?sector=private&followed=oui"):
        browser = browse("preventeur")
        fragment = browser.client.get(address, headers={"HX-Request": "true"}).text
        assert f'<div id="resultats">{fragment}</div>' in browser.client.get(address).text
        assert "/dossiers.xlsx?" in fragment or "/employeurs.xlsx?" in fragment
    page = browse("preventeur").get("/dossiers?state=ouverts")
    assert page.links(r"\.xlsx") == ["/dossiers.xlsx?state=ouverts"]


WITHOUT_MEANING = (
    "state=inconnu", "timing=hier", "lead=abc", "lead=-1", "lead=²", "officer=999999", "departement=00", "scope=tous",
    "sort=nom%20desc", "sector=%00", "category=' OR 1=1 --", "apres=", "apres=~", "apres=2026-13-45~3", "apres=~1",
    "apres=2026-11-24~²", "apres=2026-11-24~99999999999999999999", "apres=%00~1", "apres=9999-12-31~abc",
    "apres=2026-11-24", "state=diagnostic'", "page=2", "state[]=1",
)  # fmt: skip


def test_what_the_address_cannot_mean_is_ignored(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    preventeur = browse("preventeur")
    everything = numbers(preventeur.get("/dossiers"))
    for query in WITHOUT_MEANING:
        with subtests.test(query):
            page = preventeur.get(f"/dossiers?{query}")
            assert (page.status, numbers(page)) == (200, everything)
            assert preventeur.client.get(f"/dossiers.xlsx?{query}").status_code == 200
    with subtests.test("a name as cursor of the sort by name, with whatever it holds"):
        for name in ("%00", "'; DROP TABLE cases; --", "é" * 3000, "Z"):
            assert preventeur.get(f"/dossiers?sort=employeur&apres={quote(name)}~1").status == 200


def test_a_search_reads_names_towns_and_numbers(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    case, other = world.case("Tilleuls"), world.case("CCAS")
    preventeur, employer = browse("preventeur"), case.employer
    assert employer.siren and employer.finess
    for words in ("tilleuls", "TILLEULS", "association les", "tilleüls", "ehpad tilleuls", "niort tilleuls",
                  employer.siren, employer.finess, case.main_structure.finess):  # fmt: skip
        with subtests.test(words):
            assert case.id in numbers(preventeur.get(f"/dossiers?q={quote(words)}"))
            assert other.id not in numbers(preventeur.get(f"/dossiers?q={quote(words)}"))
    for words in ("garonne", "tilleuls garonne", "aucun de ce nom"):
        with subtests.test(words):
            page = preventeur.get(f"/dossiers?q={quote(words)}")
            assert (numbers(page), announced(page)) == ([], 0)
            assert "Aucun dossier ici" in page.text
    for words in (
        "%",
        "_",
        "'",
        '"',
        "\x00",
        "\\",
        "%' OR '1'='1",
        "<script>alert(1)</script>",
        "x" * 5000,
        "🙂",
        "--",
    ):
        with subtests.test(f"harmless: {words[:30]}"):
            page = preventeur.get(f"/dossiers?q={quote(words)}")
            assert page.status in (200, 400)
            assert not page.tree.xpath("//script")


def test_a_case_page_says_what_is_missing_and_where(world: World, browse: Browse) -> None:
    case = world.case("Tilleuls")
    page = browse("preventeur").get(f"/dossiers/{case.id}")
    assert page.title.startswith("EHPAD Les Tilleuls")
    assert "Prochaine étape : commencer le diagnostic" in page.text
    assert "Il manque l’accord écrit de l’employeur." in page.text
    assert page.links("etapes/start_diagnostic#employer_agreed_on")
    assert "Chef de file" in page.text or "chef de file" in page.text


def test_who_may_names_the_lead_of_a_case_without_one(world: World, browse: Browse) -> None:
    case = world.case("Tilleuls")
    address, words = f"/dossiers/{case.id}", "Désigner le chef de file"
    assert words not in browse("referent").get(address).main
    case.lead_organisation_id = None
    db.session.commit()
    for name, offered in {"referent": True, "preventeur": True, "aract": False, "directrice": False}.items():
        page = browse(name).get(address)
        buttons = page.tree.xpath(f"//a[@role='button' and normalize-space()='{words}']/@href")
        assert buttons == ([f"{address}/equipe"] if offered else []), name


def test_each_reads_a_case_in_the_words_and_the_measure_that_are_theirs(
    world: World, browse: Browse, subtests: pytest.Subtests
) -> None:
    address = f"/dossiers/{world.case('Tilleuls').id}"
    expected = {
        "preventeur": (["Contacté", "Échéances", "Partenaires", "Personnes", "Changer l’équipe"], []),
        "referent": (["Contacté", "Échéances", "Partenaires", "Personnes"], ["Changer l’équipe", "une visite"]),
        "coordinatrice": (["Changer l’équipe"], ["une visite"]),
        "aract": (["Contacté", "Échéances", "Enregistrer une visite"], ["Changer l’équipe", "Toutes les étapes"]),
        "prestataire": (["Contacté", "Personnes", "Enregistrer une visite"], ["Toutes les étapes"]),
        "federation": (["Contacté", "Carsat Poitou"], ["Échéances", "Partenaires", "Preventeur", "Toutes les étapes"]),
        "directrice": (
            ["Premier échange", "Carsat Poitou"],
            ["Contacté", "Échéances", "Partenaires", "étapes possibl"],
        ),
    }
    for name, (shown, hidden) in expected.items():
        with subtests.test(name):
            text = browse(name).get(address).text.replace("Étapes de l’accompagnement", "")
            assert [word for word in shown if word not in text] == []
            assert [word for word in hidden if word in text] == []


def test_nobody_reads_in_the_list_what_the_page_of_a_case_hides(
    world: World, browse: Browse, subtests: pytest.Subtests
) -> None:
    """Due dates, what is expected and the people in charge are for those who follow the case."""
    tilleuls, ccas = world.case("Tilleuls"), world.case("CCAS")
    for case in (tilleuls, ccas):
        case.due_on, case.due_label = DAY - timedelta(days=12), "Obtenir une réponse"
    db.session.commit()
    hidden = ("en retard", "Obtenir une réponse", "12/11/2026", "Preventeur")
    for name, address in (("federation", "/dossiers"), ("directrice", "/dossiers"), ("preventeur", "/dossiers?q=ccas")):
        with subtests.test(name):
            page = browse(name).get(address)
            assert len(numbers(page)) == 1
            told = page.tree.xpath("string(//tbody)")
            assert [word for word in hidden if word in told] == []
            assert name == "preventeur" or "en retard" not in f"{page.main} {browse(name).get('/').main}"
    with subtests.test("nor by asking for those that are late"):
        assert numbers(browse("preventeur").get("/dossiers?timing=retard")) == [tilleuls.id]
        for name in ("federation", "directrice"):
            assert numbers(browse(name).get("/dossiers?timing=bientot")) == [tilleuls.id]
