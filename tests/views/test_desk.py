"""« Mon bureau »: each lands on something useful, and every counter is the length of the list it opens."""

import re
from collections.abc import Callable

import pytest

from app.extensions import db
from tests.factories import make_visit
from tests.pages import Browser, Page
from tests.views.test_cases import all_pages, announced, make_many
from tests.world import World

Browse = Callable[[str], Browser]
AGENTS = ("preventeur", "referent", "coordinatrice", "departement", "aract", "federation", "prestataire", "ailleurs")
LANDS_ON = {
    **dict.fromkeys(AGENTS, "Mon bureau"),
    "directrice": "Mon établissement",
    "dreets": "employeurs",
    "observateur": "employeurs",
    "admin": "Jalon",
}


def counters(page: Page) -> dict[str, int]:
    """The figures of the desk, by the address of the list each opens."""
    found = {}
    for link in page.tree.xpath("//main//a[starts-with(@href, '/dossiers?')]"):
        number = re.match(r"\d+", "".join(link.text_content().split()))
        if number:
            found[link.get("href")] = int(number[0])
    return found


def test_every_counter_is_the_length_of_the_list_it_opens(
    world: World, browse: Browse, subtests: pytest.Subtests
) -> None:
    make_many(world, 36)
    fewest = {"preventeur": 14, "referent": 14, "coordinatrice": 14, "departement": 14, "ailleurs": 14}
    for name in AGENTS:
        browser = browse(name)
        found = counters(browser.get("/"))
        with subtests.test(f"{name}: as many counters as there are baskets"):
            assert len(found) >= fewest.get(name, 1)
        for address, number in found.items():
            with subtests.test(f"{name}: {address}"):
                assert number == announced(browser.get(address)) == len(all_pages(browser, address))


def test_each_lands_on_something_useful(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    for name, words in LANDS_ON.items():
        with subtests.test(name):
            page = browse(name).get("/mon-etablissement" if name == "directrice" else "/")
            assert page.status == 200
            assert words in page.title or words in page.main
            assert page.links("^/(dossiers|employeurs|aide)")


def test_who_reads_figures_reads_no_name(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    for name in ("dreets", "observateur", "admin"):
        with subtests.test(name):
            page = browse(name).get("/")
            assert [one for one in ("Tilleuls", "CCAS", "Garonne", "Preventeur") if one in page.main] == []
            assert page.links("^/(dossiers|employeurs)") == []


def test_the_desk_puts_what_is_begun_and_what_is_due_first(world: World, browse: Browse) -> None:
    case = world.case("Tilleuls")
    draft = make_visit(case.employer, world.user("preventeur"), case)
    db.session.commit()
    page = browse("preventeur").get("/")
    assert page.links(f"^/visites/{draft.id}/modifier$")
    assert page.links(f"^/dossiers/{case.id}$")
    assert not browse("referent").get("/").links(f"^/visites/{draft.id}")


def test_the_desk_says_whose_cases_it_counts_and_offers_a_note_where_one_may_write(
    world: World, browse: Browse, subtests: pytest.Subtests
) -> None:
    make_many(world, 12)
    headings = {
        "preventeur": "Mes dossiers", "coordinatrice": "Mon territoire", "aract": "Les dossiers que je vois",
        "federation": "Les dossiers que je vois", "prestataire": "Les dossiers que je vois",
    }  # fmt: skip
    for name, heading in headings.items():
        with subtests.test(name):
            browser = browse(name)
            page = browser.get("/")
            titles = [" ".join(title.text_content().split()) for title in page.tree.xpath("//main//h2")]
            leads = name in ("preventeur", "coordinatrice")
            assert titles[:2] == [heading, "À faire en premier" if leads else "Dossiers en cours"]
            assert ("sans chef de file" in page.main) == leads
            opened = [link.rsplit("/", 1)[1] for link in page.links(r"^/dossiers/\d+$")]
            offered = [link.split("/")[2] for link in page.links("notes/nouvelle$")]
            allowed = [one for one in opened if browser.get(f"/dossiers/{one}/notes/nouvelle").status == 200]
            assert offered == allowed != []


def test_the_employer_reads_its_own_words(world: World, browse: Browse) -> None:
    page = browse("directrice").get("/mon-etablissement")
    assert "Premier échange" in page.main
    assert page.links(f"^/dossiers/{world.case('Tilleuls').id}$")
    case = world.case("Tilleuls")
    case.employer_informed_on = None
    db.session.commit()
    page = browse("directrice").get("/mon-etablissement")
    assert "Rien en cours pour le moment" in page.main
    assert browse("directrice").get(f"/dossiers/{case.id}").status == 404
