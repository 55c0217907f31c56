"""Help: open to everybody, complete, and drawn from the declarations that the application obeys."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.permissions import BY_CONVENTION, Act, Kind, Relation, relations_needed, right_of
from app.views.procedure_words import reminders_in_words, steps_in_words
from tests.conftest import TODAY
from tests.pages import Browser, Page
from workflows.calendar import days, working_days
from workflows.core import Deadline
from workflows.roles import Role
from workflows.support_case import EMPLOYER_LABELS, WORKFLOW, State

PAGES = ("/aide", "/aide/procedure", "/aide/droits", "/aide/accessibilite")


def folded(element: Any) -> str:
    """The words of an element, every kind of space folded."""
    return " ".join(element.text_content().split())


def rows(page: Page, caption: str) -> list[list[str]]:
    """The cells of the table of that caption, white space folded."""
    [table] = [table for table in page.tree.xpath("//table") if folded(table.find("caption")) == caption]
    return [[folded(cell) for cell in row] for row in table.xpath("tbody/tr")]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("name", [None, "preventeur", "directrice", "admin"])
def test_help_is_open_to_everybody(browse: Callable[[str | None], Browser], name: str | None, address: str) -> None:
    page = browse(name).get(address)
    assert page.status == 200
    assert len(page.tree.xpath("//h1")) == 1 and page.title


def test_every_link_of_the_help_leads_somewhere(client: FlaskClient) -> None:
    for address in PAGES:
        for link in Page(client.get(address)).links(r"^(/|#)"):
            path, _, anchor = link.partition("#")
            target = Page(client.get(path or address, follow_redirects=True))
            assert target.status == 200, f"{address} mène à {link}"
            assert not anchor or target.tree.xpath("//*[@id=$anchor]", anchor=anchor), f"{address} mène à {link}"


def test_the_footer_leads_to_the_accessibility_page(client: FlaskClient) -> None:
    links = Page(client.get("/connexion")).tree.xpath("//footer//a[contains(., 'Accessibilité')]/@href")
    assert [Page(client.get(link)).title for link in links] == ["Déclaration d’accessibilité"]


def test_accessibility_claims_no_conformity(client: FlaskClient) -> None:
    text = Page(client.get("/aide/accessibilite")).text
    assert "non conforme" in text and "n’a pas encore été audité" in text
    assert "%" not in text


def test_the_diagram_is_drawn_in_the_page(client: FlaskClient) -> None:
    page = Page(client.get("/aide/procedure"))
    [box] = page.tree.xpath("//div[@class='jalon-scroll']")
    [drawing] = box.xpath("*[local-name()='svg']")
    assert box.get("tabindex") == "0" and box.get("role") == "region" and box.get("aria-label")
    assert all(state.label in folded(drawing) for state in State)


def test_every_step_is_told_with_who_takes_it(client: FlaskClient) -> None:
    told = rows(Page(client.get("/aide/procedure")), "Les étapes")
    assert [row[0] for row in told] == [f"{n}. {step.label}" for n, step in enumerate(WORKFLOW.steps, start=1)]
    by = {row[0]: row[3] for row in told}
    assert by["3. Signer le contrat de prévention"] == Role.CARSAT.label
    assert by["1. Prendre contact"] == "Organisme chef de file"


@pytest.mark.parametrize(
    ("slug", "asked"),
    [
        ("contact", ["Employeur informé le", "Désignez l’organisme chef de file."]),
        ("sign_contract", ["Avis du CSE rendu le", "compte rendu de visite finalisé", "Employeur public"]),
        ("sign_cpom_objective", ["CPOM en vigueur jusqu’au"]),
        ("close", ["Issue", "Motif"]),
        ("evaluate", []),
    ],
)
def test_what_a_step_asks_comes_from_its_facts_and_guards(slug: str, asked: list[str]) -> None:
    step = next(words for words in steps_in_words(WORKFLOW, TODAY) if words.label == WORKFLOW.step(slug).label)
    assert all(any(words in line for line in step.asked) for words in asked)
    assert bool(step.asked) is bool(asked)


def test_every_deadline_is_told(client: FlaskClient) -> None:
    told = rows(Page(client.get("/aide/procedure")), "Les délais et les rappels")
    assert [row[1] for row in told] == [rule.label for rule in WORKFLOW.deadlines]
    visit = next(row for row in told if row[1] == "Rencontrer l’employeur")
    assert visit[2:] == [
        "6 mois, puis tous les 6 mois",
        "30 et 7 jours avant, 1 jour après",
        "l’étape suivante, une visite ou une rencontre",
    ]


@pytest.mark.parametrize(
    ("remind", "words"),
    [
        ((-30, -15, 0, 5), "30 et 15 jours avant, le jour même, 5 jours après"),
        ((5, 0, -15, -30), "30 et 15 jours avant, le jour même, 5 jours après"),
        ((0,), "le jour même"),
        ((-30, -7, 1), "30 et 7 jours avant, 1 jour après"),
        ((-9, -6, -3), "9, 6 et 3 jours avant"),
        ((), ""),
    ],
)
def test_days_of_reminder_in_words(remind: tuple[int, ...], words: str) -> None:
    assert reminders_in_words(Deadline("d", "À faire", State.CONTACTED, days(60), remind)) == words


def test_working_days_are_said() -> None:
    rule = Deadline("d", "À faire", State.CONTACTED, working_days(30), (-10, 1))
    assert reminders_in_words(rule) == "10 jours ouvrés avant, 1 jour ouvré après"


def test_the_employers_words_stand_beside_the_agents(client: FlaskClient) -> None:
    told = rows(Page(client.get("/aide/procedure")), "Les mots de l’employeur")
    assert [tuple(row[:2]) for row in told] == [(state.label, EMPLOYER_LABELS[state]) for state in State]


def test_each_cell_of_the_matrix_is_on_the_page_of_rights_and_nothing_else(client: FlaskClient) -> None:
    page = Page(client.get("/aide/droits"))
    holders = [role for role in Role if role is not Role.COORDINATOR]
    for kind in Kind:
        told = dict(rows(page, kind.label))
        below = folded(page.tree.xpath("//*[@id=$anchor]//p[last()]", anchor=f"famille-{kind.value}")[0])
        closed = below.partition("Fermé à : ")[2].rstrip(".")
        for role in holders:
            opened = [right_of(role, kind, act) for act in Act if right_of(role, kind, act).ties]
            assert (role.label in told) == bool(opened), (role, kind)
            assert (role.label in closed) == (not opened), (role, kind)
            if opened:
                assert told[role.label] == folded_text(cell_words(role, kind)), (role, kind)
        assert len(told) == sum(any(relations_needed(role, kind, act) for act in Act) for role in holders)
        assert ("par convention." in below and "Ne passe pas" not in below) == (kind in BY_CONVENTION)


def cell_words(role: Role, kind: Kind) -> str:
    """The words of a cell, put together from the matrix alone: acts that share a right are said together."""
    verbs = {
        Act.READ: "lit", Act.WRITE: "écrit", Act.SIGN: "signe", Act.COMMENT: "commente",
        Act.COUNT: "lit des chiffres sans nom",
    }  # fmt: skip
    said: dict[tuple[str, ...], list[str]] = {}
    for act in Act:
        right = right_of(role, kind, act)
        ties = " ou ".join(one.label for one in Relation if one in right.ties)
        if ties:
            said.setdefault((ties, *(one.label for one in Relation if one in right.given)), []).append(verbs[act])
    return " ; ".join(f"{_and(acts)} {', '.join(right)}" for right, acts in said.items())


def _and(words: list[str]) -> str:
    return " et ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def folded_text(text: str) -> str:
    return " ".join(text.split())


def test_every_audience_is_explained(client: FlaskClient) -> None:
    told = dict(rows(Page(client.get("/aide/droits")), "Lecteurs selon la mention « visible par »"))
    assert list(told) == ["mon organisme", "partenaires", "partenaires et employeur"]
    assert "employeur" not in told["partenaires"] and told["partenaires et employeur"].endswith("et l’employeur")
