"""Taking a step: what is missing, two tabs, a double click, a correction."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.models import Case, CaseEvent
from tests.pages import Browser, Page
from tests.views.together import at_once
from tests.world import World
from workflows.support_case import State

Browse = Callable[[str], Browser]
AGREED = {"employer_agreed_on": "2026-11-23", "cse_informed_on": "2026-11-23"}


def home(world: World, name: str = "Tilleuls") -> str:
    return f"/dossiers/{world.case(name).id}"


def events(case: Case) -> int:
    return db.session.scalar(select(func.count()).where(CaseEvent.case_id == case.id)) or 0


def versions(page: Page) -> dict[str, tuple[str, str]]:
    """The fields of a conflict: (what was typed, what is stored)."""
    rows = page.tree.xpath("//table[contains(@class, 'jalon-conflict')]/tbody/tr")
    cells = [[" ".join(cell.text_content().split()) for cell in row] for row in rows]
    return {label: (yours, theirs) for label, yours, theirs in cells}


BAD: tuple[tuple[dict[str, str], str], ...] = (
    ({"employer_agreed_on": ""}, "Il manque l’accord écrit de l’employeur."),
    ({"cse_informed_on": ""}, "Il manque l’information du CSE (ou le procès-verbal de carence)."),
    ({"effective_on": ""}, "Indiquez la date."),
    ({"effective_on": "2026-11-25"}, "La date d’effet est dans le futur : indiquez aujourd’hui ou une date passée."),
    ({"effective_on": "2026-11-01"}, "La date d’effet précède l’étape antérieure, prise le 02/11/2026."),
    ({"effective_on": "2026-02-30"}, "Cette date n’existe pas : écrivez-la comme 21/11/2026."),
    ({"effective_on": "0026-02-20"}, "Cette année paraît erronée : écrivez la date comme 21/11/2026."),
    ({"employer_agreed_on": "2027-01-01"}, "« Accord écrit de l’employeur, daté du » : cette date est dans le futur."),
    ({"motive": "x" * 4001}, "4 000 caractères au plus."),
)


def test_what_stands_in_the_way_is_named_beside_its_field(
    world: World, browse: Browse, subtests: pytest.Subtests
) -> None:
    address, preventeur = home(world), browse("preventeur")
    for wrong, why in BAD:
        with subtests.test(why):
            page = preventeur.fill(f"{address}/etapes/start_diagnostic", **{**AGREED, "motive": "Réunion", **wrong})
            assert (page.status, page.errors()) == (422, [why])
            [name] = wrong
            assert page.links(f"^#{name}$")
            kept = page.fields("")
            assert {key: kept[key].strip() for key in wrong} == wrong
    assert world.case("Tilleuls").state is State.CONTACTED


def test_a_step_that_nobody_declared_or_that_is_not_open_now(world: World, browse: Browse) -> None:
    address, preventeur = home(world), browse("preventeur")
    assert preventeur.get(f"{address}/etapes/effacer").status == 404
    assert preventeur.send(f"{address}/etapes/effacer").status == 404
    page = preventeur.get(f"{address}/etapes/evaluate")
    assert "L’étape « Évaluer » n’est pas ouverte dans l’état « Contacté »." in page.text
    assert not page.tree.xpath("//main//form[@method='post']")
    assert page.links(f"^{address}$")
    page = preventeur.send(
        f"{address}/etapes/evaluate", version="1", effective_on="2026-11-24", motive="Nous avons fini."
    )
    assert page.status == 409
    assert versions(page)["Précision"] == ("Nous avons fini.", "(vide)")


def test_an_outcome_that_does_not_exist_is_one_that_is_missing(world: World, browse: Browse) -> None:
    address, preventeur = home(world), browse("preventeur")
    assert preventeur.fill(f"{address}/etapes/start_diagnostic", **AGREED).location == address
    token = preventeur.get(f"{address}/etapes/close").fields("")
    for outcome in ("victoire", "", "\u00b2"):
        page = preventeur.send(f"{address}/etapes/close", {**token, "outcome": outcome, "motive": "Fini"})
        assert (page.status, page.errors()) == (422, ["Indiquez l’issue de l’accompagnement."])


def test_errors_come_in_the_order_of_the_page(world: World, browse: Browse) -> None:
    page = browse("preventeur").fill(f"{home(world)}/etapes/start_diagnostic", effective_on="31/02/2026",
                                     employer_agreed_on="x", motive="x" * 4001)  # fmt: skip
    assert page.links("^#(employer|effective|motive)") == ["#employer_agreed_on", "#effective_on", "#motive"]


def test_a_step_says_what_it_does_to_the_case(world: World, browse: Browse) -> None:
    address, preventeur = home(world), browse("preventeur")
    assert "Les échéances s’arrêtent pendant la suspension" in preventeur.get(f"{address}/etapes/suspend").text
    preventeur.fill(f"{address}/etapes/start_diagnostic", **AGREED)
    assert "Le dossier reviendra à : Contacté." in preventeur.get(f"{address}/etapes/correct").text
    page = browse("referent").get(f"{address}/etapes/sign_cpom_objective")
    assert "Précision (facultatif)" in page.text
    assert not page.tree.xpath("//*[@data-labelledby='cpom_ends_on-label']")
    referent = browse("referent")
    assert "signer un objectif CPOM" in referent.get(address).text
    referent.fill(f"{address}/etapes/sign_cpom_objective", cpom_ends_on="2028-12-31")
    assert "C’est noté : objectif CPOM." in referent.get(address).text


def test_a_second_click_on_a_step_changes_nothing(world: World, browse: Browse) -> None:
    address, preventeur = home(world), browse("preventeur")
    shown = {**preventeur.get(f"{address}/etapes/start_diagnostic").fields(""), **AGREED}
    for _ in range(2):
        assert preventeur.send(f"{address}/etapes/start_diagnostic", shown).location == address
    assert events(world.case("Tilleuls")) == 1


def test_two_clicks_at_the_same_instant_make_one_step(world: World, browse: Browse) -> None:
    address = home(world)
    tabs = [browse("preventeur"), browse("preventeur")]
    shown = {**tabs[0].get(f"{address}/etapes/start_diagnostic").fields(""), **AGREED}
    pages = at_once(tabs, f"{address}/etapes/start_diagnostic", shown)
    assert [page.location for page in pages] == [address, address]
    assert events(world.case("Tilleuls")) == 1


def test_two_tabs_on_one_case_the_second_sees_both_versions_and_loses_nothing(world: World, browse: Browse) -> None:
    address, first, second = home(world), browse("preventeur"), browse("preventeur")
    late = second.get(f"{address}/etapes/refuse").fields("")
    assert first.fill(f"{address}/etapes/start_diagnostic", **AGREED, motive="Accord reçu").location == address
    typed = "La direction préfère attendre,\nle directeur part en mars. " + "Détail. " * 200
    page = second.send(f"{address}/etapes/refuse", {**late, "motive": typed, "effective_on": "2026-11-20"})
    assert page.status == 409
    both = versions(page)
    assert both["État du dossier"] == (
        "Enregistrer que l’employeur ne donne pas suite (votre demande)",
        "Diagnostic",
    )
    assert both["Motif"] == (" ".join(typed.split()), "Accord reçu")
    assert both["Date d’effet"] == ("20/11/2026", "24/11/2026")
    assert address in page.links()
    assert (world.case("Tilleuls").state, events(world.case("Tilleuls"))) == (State.DIAGNOSTIC, 1)


def test_a_form_without_a_version_is_out_of_date(world: World, browse: Browse, subtests: pytest.Subtests) -> None:
    address, preventeur = home(world), browse("preventeur")
    shown = {**preventeur.get(f"{address}/etapes/start_diagnostic").fields(""), **AGREED}
    for version in ("", "-1", "0", "99999999999999999999", "²", "1; DROP TABLE cases"):
        with subtests.test(version):
            assert preventeur.send(f"{address}/etapes/start_diagnostic", {**shown, "version": version}).status == 409
    assert world.case("Tilleuls").state is State.CONTACTED


def test_the_author_corrects_a_step_and_the_thread_keeps_both(world: World, browse: Browse) -> None:
    address, preventeur = home(world), browse("preventeur")
    preventeur.fill(f"{address}/etapes/start_diagnostic", **AGREED)
    page = preventeur.fill(f"{address}/etapes/correct")
    assert (page.status, page.errors()) == (422, ["Indiquez le motif."])
    page = browse("departement").get(f"{address}/etapes/correct")
    assert "La correction revient à l’auteur de l’étape dans les 7 jours" in page.text
    assert not page.tree.xpath("//main//form[@method='post']")
    page = preventeur.fill(f"{address}/etapes/correct", motive="Erreur de dossier")
    assert page.location == address
    text = preventeur.get(address).text
    assert "Correction : Contacté" in text
    assert "Erreur de dossier" in text
    assert (world.case("Tilleuls").state, events(world.case("Tilleuls"))) == (State.CONTACTED, 2)


def test_who_may_not_take_a_step_is_told_whose_it_is(world: World, browse: Browse) -> None:
    page = browse("referent").get(f"{home(world)}/etapes/start_diagnostic")
    assert "Cette étape revient à l’organisme chef de file : Carsat Poitou." in page.text
    assert not page.tree.xpath("//main//form[@method='post']")
    sent: dict[str, Any] = {"effective_on": "2026-11-24", "version": "1", **AGREED}
    page = browse("referent").send(f"{home(world)}/etapes/start_diagnostic", sent)
    assert (page.status, world.case("Tilleuls").state) == (403, State.CONTACTED)
    assert "Cette étape revient à l’organisme chef de file : Carsat Poitou." in page.text
