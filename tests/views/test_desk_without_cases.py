"""Where those who read no case land: figures, the platform, and the employer's own page."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.extensions import db
from app.statistics.disclosure import SMALLEST_CELL
from tests.factories import make_case, make_employer, make_structure
from tests.pages import Browser, Page
from tests.world import World
from workflows.support_case import EMPLOYER_LABELS, State

BLAME = (
    "à risque",
    "score",
    "classement",
    "rang",
    "retard",
    "relance",
    "refus",
    "insuffisan",
    "défaillan",
    "sinistr",
    "mise en demeure",
    "manquement",
    "non conforme",
)
"""Words that an employer never reads about itself."""


def cells(page: Page) -> dict[str, str]:
    """The figure shown for each state."""
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in page.tree.xpath("//tbody/tr")]
    return {row[0]: row[1] for row in rows}


def add_employers(state: State, number: int, departement: str = "79") -> None:
    for _ in range(number):
        employer = make_employer(f"Employeur {state}", departement=departement)
        make_structure(employer, "Structure")
        db.session.flush()
        make_case(employer, state=state)
    db.session.commit()


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", ["dreets", "observateur"])
def test_figures_name_nobody_and_lead_to_no_case(browse: Callable[[str], Browser], name: str) -> None:
    page = browse(name).get("/")
    assert page.status == 200 and len(page.tree.xpath("//h1")) == 1
    assert set(cells(page)) == {state.label for state in State}
    assert "Tilleuls" not in page.text and not page.links("^/(dossiers|employeurs|etablissements)")


@pytest.mark.usefixtures("world")
def test_small_figures_are_masked_and_the_page_says_why(browse: Callable[[str], Browser]) -> None:
    add_employers(State.DIAGNOSTIC, SMALLEST_CELL)
    add_employers(State.EVALUATION, SMALLEST_CELL + 2)
    page = browse("dreets").get("/")
    shown = cells(page)
    assert shown[State.IDENTIFIED.label] == shown[State.CONTACTED.label] == "masqué"
    assert shown[State.DIAGNOSTIC.label] == "masqué"  # two ones that sum to two would both be known
    assert shown[State.EVALUATION.label] == str(SMALLEST_CELL + 2)
    assert shown[State.CLOSED.label] == "0"
    assert f"Moins de {SMALLEST_CELL} employeurs" in page.text


@pytest.mark.usefixtures("world")
def test_bars_follow_the_figures_and_are_hidden_from_readers(browse: Callable[[str], Browser]) -> None:
    add_employers(State.CLOSED, 3)  # masked with the two that are alone
    add_employers(State.DIAGNOSTIC, 4)
    add_employers(State.EVALUATION, 8)
    page = browse("dreets").get("/")
    bars = {
        " ".join(row[0].text_content().split()): [bar.get("width") for bar in row.xpath(".//rect")]
        for row in page.tree.xpath("//tbody/tr")
    }
    assert bars[State.EVALUATION.label] == ["100", "100.0"] and bars[State.DIAGNOSTIC.label] == ["100", "50.0"]
    assert not page.tree.xpath("//main//svg[not(@aria-hidden='true')]")


@pytest.mark.usefixtures("world")
def test_a_territory_counts_its_own_employers(browse: Callable[[str], Browser]) -> None:
    add_employers(State.EVALUATION, 5, departement="33")
    assert cells(browse("dreets").get("/"))[State.EVALUATION.label] == "0"
    assert cells(browse("observateur").get("/"))[State.EVALUATION.label] == "5"


def test_the_platform_sees_accounts_and_mails_but_no_case(browse: Callable[[str], Browser], world: World) -> None:
    page = browse("admin").get("/")
    assert page.status == 200
    assert world.organisation("Fédération A").name in page.text and "flask --app wsgi user create" in page.text
    assert "Tilleuls" not in page.text and not page.links("^/(dossiers|employeurs)")


def test_an_employer_reads_its_own_words_and_whom_to_call(browse: Callable[[str], Browser], world: World) -> None:
    page = browse("directrice").get("/mon-etablissement")
    assert page.status == 200
    assert EMPLOYER_LABELS[State.CONTACTED] in page.text
    assert f"Contact {State.CONTACTED.label}" not in page.text and "Carsat Poitou" in page.text
    assert f"/dossiers/{world.case('Tilleuls').id}" in page.links()
    assert f"/employeurs/{world.employer('Tilleuls').id}" in page.links()


@pytest.mark.parametrize("state", list(State))
def test_an_employer_reads_no_word_of_blame(app: Flask, state: State) -> None:
    macro = app.jinja_env.get_template("house/_next_words.html").module
    words = str(macro.next_words(state)).strip()  # type: ignore[attr-defined]
    assert words and words != "Votre contact vous dira la suite."
    assert not [word for word in BLAME if word in f"{words} {EMPLOYER_LABELS[state]}".lower()]


def test_the_page_of_an_employer_holds_no_word_of_blame(browse: Callable[[str], Browser]) -> None:
    page = browse("directrice").get("/mon-etablissement")
    main = " ".join(page.tree.xpath("string(//main)").split()).lower()
    assert not [word for word in BLAME if word in main]


def test_an_employer_that_nobody_has_told_reads_what_the_service_is(
    browse: Callable[[str], Browser], world: World
) -> None:
    world.case("Tilleuls").employer_informed_on = None
    db.session.commit()
    page = browse("directrice").get("/mon-etablissement")
    assert page.status == 200
    assert "Rien en cours pour le moment" in page.text and not page.links("^/dossiers/")
    assert "vous restez libre" in page.text.lower()
