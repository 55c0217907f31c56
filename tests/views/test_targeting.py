"""Targeting lists through the pages: made, computed, consulted on; what each reads; wrong input, two tabs, refusals."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.extensions import db
from app.jobs.targeting import compute_lists
from app.models import Convention, FederationMember, TargetingCampaign, TargetingLine, TargetingNote, TargetingProposal
from tests.factories import make_case
from tests.pages import Browser, Page
from tests.targeting import NOW, add_lines, compute, make_campaign, make_public, make_region
from tests.world import World
from workflows.support_case import State
from workflows.targeting_list import ListState
from workflows.targeting_proposals import ProposalState
from workflows.targeting_scope import ListRun

Browse = Callable[[str], Browser]
FIGURES = re.compile(r"\d+,\d\s%|centile|% de ses pairs")
FORM = {"title": "EHPAD du Poitou, 2027", "field": "ehpad", "consulted_until": "2026-12-15", "meeting": "ARS, Carsat"}


@pytest.fixture
def campaign(world: World) -> int:
    """A list of thirty employers, computed and open to consultation; « Association 002 » is of the federation."""
    make_region(world, 30)
    actor = world.actor("coordinatrice")
    campaign = compute(make_campaign(actor), actor)
    campaign.state = ListState.CONSULTATION
    db.session.commit()
    return campaign.id


def line_of(world: World, campaign: int, name: str) -> str:
    return f"/ciblage/{campaign}/employeurs/{world.employer(name).id}"


def rows(page: Page) -> list[str]:
    """The names of the employers that a page of lines shows."""
    found = page.tree.xpath("//*[@id='resultats']//th//a/text() | //*[@id='resultats']//*[@role='rowheader']//a/text()")
    return list(dict.fromkeys(str(name) for name in found))


# --- From the form to the consultation ----------------------------------------------------------------------


def test_a_list_is_made_computed_and_opened_to_consultation(app: Flask, world: World, browse: Browse) -> None:
    make_region(world, 40)
    browser = browse("coordinatrice")
    assert "Aucune liste encore" in browser.get("/ciblage").main
    answer = browser.fill("/ciblage/nouvelle", **FORM)
    assert answer.status == 302 and answer.location
    page = browser.get(answer.location)
    assert "Prochaine étape : calculer la liste" in page.main and "EHPAD du Poitou, 2027" in page.title
    assert browser.fill(answer.location, "/calcul").status == 302
    waiting = browser.get(answer.location)
    assert "Le calcul va commencer" in waiting.main and not waiting.links("/modifier")
    headers = {"HX-Request": "true"}
    assert "Le calcul va commencer" in browser.client.get(f"{answer.location}/avancement", headers=headers).text
    assert compute_lists(now=lambda: NOW) == 1
    assert browser.client.get(f"{answer.location}/avancement", headers=headers).headers["HX-Refresh"] == "true"
    page = browser.get(answer.location)
    assert rows(page)[:4] == [f"Association {n:03d}" for n in range(36, 40)]
    assert (
        "Prochaine étape : ouvrir la consultation" in page.main
        and "des établissements à examiner en premier" in page.main
    )
    assert browser.fill(answer.location, "/etapes/consult").status == 302
    page = browser.get(answer.location)
    assert "En consultation" in page.main and "La liste est maintenant : en consultation" in page.main
    assert browser.fill(answer.location, "/etapes/resume", motive="").status == 302
    assert "Indiquez le motif" in browser.get(answer.location).main
    assert browser.fill(answer.location, "/etapes/resume", motive="Chiffres de 2025 à venir").status == 302
    assert "Chiffres de 2025 à venir" in browser.get(answer.location).main


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": " "}, "« Titre » : à remplir."),
        ({"field": ""}, "Choisissez le champ."),
        ({"departements": []}, "Choisissez au moins un département."),
        ({"weight_absence": "0", "weight_rotation": "0", "weight_vacance": "0"}, "Tous les poids sont à zéro"),
        ({"weight_absence": "beaucoup"}, "Écrivez un nombre entier."),
        ({"weight_absence": "101"}, "Un nombre entier entre 0 et 100."),
        ({"first_year": "2025"}, "Choisissez de 2 à 5 années."),
        ({"first": "0"}, "Un nombre entier entre 1 et 50."),
        ({"valid_until": "2027-01-01"}, "Une liste vaut 12 mois au moins."),
        ({"valid_until": "demain"}, "Cette date n’existe pas"),
    ],
)
def test_wrong_input_is_said_beside_its_field_and_keeps_what_was_typed(
    world: World, browse: Browse, typed: dict[str, Any], said: str
) -> None:
    page = browse("coordinatrice").fill("/ciblage/nouvelle", **{**FORM, "meeting": "Réunion du 12 novembre", **typed})
    assert page.status == 422 and any(said in error for error in page.errors()), page.errors()
    assert page.tree.xpath("string(//textarea[@name='meeting'])").strip() == "Réunion du 12 novembre"
    assert db.session.scalar(select(func.count()).select_from(TargetingCampaign)) == 0


def test_a_double_click_makes_one_list_and_a_stale_form_is_told(world: World, browse: Browse) -> None:
    browser = browse("coordinatrice")
    page = browser.get("/ciblage/nouvelle")
    data = {**page.fields(), **FORM}
    first, second = (Page(browser.client.post("/ciblage/nouvelle", data=data)) for _ in range(2))
    assert first.location == second.location and first.location
    edit = f"{first.location}/modifier"
    shown = browser.get(edit).fields()
    assert browser.fill(edit, title="Autre titre").status == 302
    stale = Page(browser.client.post(edit, data={**shown, "title": "Troisième titre"}))
    assert stale.status == 409 and "Autre titre" in stale.main and "Troisième titre" in stale.main


def test_a_failed_computation_says_why_and_lets_one_go_on(world: World, browse: Browse) -> None:
    actor = world.actor("coordinatrice")
    campaign = compute(make_campaign(actor), actor)
    assert campaign.run is ListRun.FAILED
    page = browse("coordinatrice").get(f"/ciblage/{campaign.id}")
    assert "Le calcul n’a pas abouti" in page.main and "Aucun chiffre que votre organisme puisse lire" in page.main
    assert page.form("/calcul") is not None and page.links("/modifier")


# --- What each reads ----------------------------------------------------------------------------------------


def test_whoever_reads_the_figures_is_told_in_figures(world: World, browse: Browse, campaign: int) -> None:
    page = browse("referent").get(line_of(world, campaign, "Association 029"))
    assert "2023 : 13,6 % ; 2024 : 13,8 % ; 2025 : 14,0 %" in page.main.replace("\xa0", " ")
    assert "Couverture : 100 % des poids" in page.main and "28 EHPAD" in page.main
    assert "Se distingue de ses pairs par : absences, rotation du personnel, postes vacants." in page.main


def test_a_federation_reads_its_members_in_words_and_counts_the_others(
    world: World, browse: Browse, campaign: int
) -> None:
    browser = browse("federation")
    assert "pour ses adhérents et eux seuls" in browser.get("/ciblage").main
    page = browser.get(f"/ciblage/{campaign}")
    assert set(rows(page)) == {"Association 002", "Association Les Tilleuls"}
    assert "Et 31 autres employeurs" in page.main and "Ce qui ferait changer la liste" not in page.main
    for address in (f"/ciblage/{campaign}", line_of(world, campaign, "Association 002")):
        page = browser.get(address)
        assert page.status == 200 and not FIGURES.search(page.main), address
    assert "Rien ne le distingue nettement" in page.main and "Tous ses chiffres" not in page.main


def test_few_others_are_not_counted(world: World, browse: Browse, campaign: int) -> None:
    found = db.session.get(TargetingCampaign, campaign)
    assert found
    found.summary = {**found.summary, "employers": 4}
    assert "Et moins de 3 autres employeurs" in browse("federation").get(f"/ciblage/{campaign}").main


def test_a_federation_learns_nothing_of_whoever_is_not_its_member(world: World, browse: Browse, campaign: int) -> None:
    browser, hidden = browse("federation"), world.employer("Association 029")
    never = browser.get(f"/ciblage/{campaign}/employeurs/999999")
    assert browser.get(line_of(world, campaign, "Association 029")).main == never.main and never.status == 404
    said = [
        browser.fill(f"/ciblage/{campaign}/ajouter", number=number).main.replace(number, "")
        for number in (hidden.siren or "", hidden.structures[0].finess, "999999999")
    ]
    assert said[0].replace(" ", "") == said[1].replace(" ", "") == said[2].replace(" ", "")
    found = [browser.get(f"/ciblage/{campaign}?q={word}").main for word in (hidden.siren, "999999999")]
    assert found[0] == found[1]
    counts = [
        re.findall(r"(\d+) employeurs?", browser.get(f"/ciblage/{campaign}?{query}").main)
        for query in ("standing=first", "standing=withdrawn")
    ]
    assert counts[0] == counts[1]
    for act in ("notes", "propositions"):
        assert browser.send(f"{line_of(world, campaign, 'Association 029')}/{act}").status == 404


def test_the_carsat_reads_that_a_public_employer_is_listed_and_no_more(
    world: World, browse: Browse, campaign: int
) -> None:
    make_public(world.employer("Association 029"))
    page = browse("preventeur").get(line_of(world, campaign, "Association 029"))
    assert page.status == 200 and "FNP de la CNRACL" in page.main and "Carsat possible" not in page.main
    assert not FIGURES.search(page.main) and "Les chiffres de cet employeur ne vous sont pas ouverts" in page.main
    assert not page.tree.xpath("//main//form")


def test_a_departement_reads_its_own_part(world: World, browse: Browse, campaign: int) -> None:
    page = browse("departement").get(f"/ciblage/{campaign}")
    assert "Seuls les employeurs de vos départements" in page.main and "Association 028" not in page.main
    assert browse("departement").get(line_of(world, campaign, "Association 028")).status == 404


def test_a_closed_convention_closes_the_list(world: World, browse: Browse, campaign: int) -> None:
    for convention in db.session.scalars(select(Convention)):
        convention.closed_on = NOW.date()
    assert [browse(who).get(f"/ciblage/{campaign}").status for who in ("referent", "preventeur", "federation")] == [
        200, 404, 404
    ]  # fmt: skip


# --- Lines ----------------------------------------------------------------------------------------------------


def test_lines_are_filtered_in_place_and_the_fragment_is_that_of_the_page(
    world: World, browse: Browse, campaign: int
) -> None:
    browser = browse("referent")
    whole = browser.get(f"/ciblage/{campaign}?standing=next")
    fragment = browser.client.get(f"/ciblage/{campaign}?standing=next", headers={"HX-Request": "true"}).text
    assert rows(whole) == [f"Association {n:03d}" for n in range(21, 27)]
    assert fragment.strip() in whole.response.text and "<h1" not in fragment
    assert "Place\xa0: À examiner ensuite" in fragment or "Place : À examiner ensuite" in fragment
    assert "Aucun employeur ici" in browser.get(f"/ciblage/{campaign}?standing=withdrawn").main
    for broken in ("standing=tout", "route=x", "apres=x", "apres=9~1", "apres=x~1", "departement=33", "q=%00"):
        assert browser.get(f"/ciblage/{campaign}?{broken}").status == 200, broken


@pytest.mark.parametrize("query", ["", "?q=association&departement=79&standing=next", "?origin=proposition"])
def test_five_thousand_lines_cost_no_more_statements_than_thirty(
    world: World, browse: Browse, campaign: int, statements: list[str], query: str
) -> None:
    counts, found = [], db.session.get(TargetingCampaign, campaign)
    assert found
    for more in (400, 5_000):
        add_lines(found, more)
        db.session.commit()
        for who in ("coordinatrice", "federation"):
            browser = browse(who)
            statements.clear()
            assert browser.get(f"/ciblage/{campaign}{query}").status == 200
            counts.append(len(statements))
    assert counts[:2] == counts[2:] and max(counts) <= 20


def test_what_is_under_way_is_told_beside_the_employer(world: World, browse: Browse, campaign: int) -> None:
    make_case(world.employer("Association 029"), state=State.CONTRACT, lead=world.organisation("Carsat Poitou"))
    said = "Contrat de prévention en cours, Carsat Poitou"
    assert said in browse("referent").get(f"/ciblage/{campaign}").main
    page = browse("referent").get(line_of(world, campaign, "Association 029"))
    assert said in page.main and page.links("^/dossiers/")
    assert said not in browse("federation").get(f"/ciblage/{campaign}").main


# --- Notes, proposals, decisions ------------------------------------------------------------------------------


def test_a_federation_proposes_the_coordination_decides_both_classes_stay(
    world: World, browse: Browse, campaign: int
) -> None:
    address = line_of(world, campaign, "Association 002")
    sent = {"proposition-kind": "raise", "proposition-reason": "unseen", "proposition-wording": "Direction vacante."}
    federation = browse("federation")
    assert federation.fill(address, "/propositions", **sent).status == 302
    assert "Examiner plus tôt : difficulté que les indicateurs ne montrent pas" in federation.get(address).main
    runner = browse("coordinatrice")
    assert "1 proposition à décider" in runner.get(f"/ciblage/{campaign}").main
    assert "Direction vacante." in runner.get(address).main
    assert runner.fill(address, "/retenue").status == 302
    page = federation.get(address)
    assert "À examiner ensuite" in page.main and "Pas en priorité" in page.main and "Coordinatrice" in page.main
    shown = runner.get(f"/ciblage/{campaign}?origin=terrain").main
    assert "Association 002" in shown and "décidé ; calcul : pas en priorité" in shown
    assert db.session.scalars(select(TargetingProposal.state)).all() == [ProposalState.ACCEPTED]


def test_a_proposal_set_aside_needs_a_reason(world: World, browse: Browse, campaign: int) -> None:
    address = line_of(world, campaign, "Association 029")
    sent = {"proposition-kind": "lower", "proposition-reason": "outdated", "proposition-wording": "Nouvelle équipe."}
    assert browse("departement").fill(address, "/propositions", **sent).status == 302
    runner = browse("coordinatrice")
    page = runner.get(address)
    data, form = page.fields("/retenue"), page.form("/retenue").action.replace("retenue", "ecartee")
    assert Page(runner.client.post(form, data=data)).status == 302
    assert "pourquoi la proposition n’est pas retenue" in runner.get(address).main
    data = {key: "Les chiffres de 2025 sont récents." if key.endswith("answer") else one for key, one in data.items()}
    assert Page(runner.client.post(form, data=data)).status == 302
    assert "Non retenue" in runner.get(address).main
    assert Page(runner.client.post(form, data=data)).status == 409


def test_wrong_proposals_and_notes_keep_what_was_typed(world: World, browse: Browse, campaign: int) -> None:
    address, browser = line_of(world, campaign, "Association 029"), browse("departement")
    page = browser.fill(address, "/propositions", **{"proposition-wording": "Fusion en cours."})
    assert page.status == 422 and "Choisissez une proposition." in page.errors() and "Fusion en cours." in page.main
    wrong = {"proposition-kind": "postpone", "proposition-reason": "crisis", "proposition-wording": "Fusion en cours."}
    page = browser.fill(address, "/propositions", **wrong)
    assert page.errors() == ["Indiquez à quelle date, à venir, reporter."] and "Fusion en cours." in page.main
    note = {
        "note-nature": "dialogue",
        "note-certainty": "fact",
        "note-wording": "CSE élu.",
        "note-noted_on": "2027-01-01",
    }
    page = browser.fill(address, "/notes", **note)
    assert page.errors() == ["Cette date est dans le futur."] and "CSE élu." in page.main
    assert db.session.scalar(select(func.count()).select_from(TargetingNote)) == 0


def test_a_double_click_writes_one_note_and_one_proposal(world: World, browse: Browse, campaign: int) -> None:
    address, browser = line_of(world, campaign, "Association 029"), browse("departement")
    page = browser.get(address)
    sent = {
        "/notes": {"note-nature": "staff", "note-certainty": "perception", "note-wording": "Départs cet automne."},
        "/propositions": {
            "proposition-kind": "lower", "proposition-reason": "outdated", "proposition-wording": "Stable.",
        },
    }  # fmt: skip
    for act, typed in sent.items():
        for _ in range(2):
            answer = browser.client.post(address + act, data={**page.fields(act), **typed})
            assert answer.status_code == 302
    for model in (TargetingNote, TargetingProposal):
        assert db.session.scalar(select(func.count()).select_from(model)) == 1
    assert "Départs cet automne." in browser.get(address).main and "Perception" in browser.get(address).main
    assert "Départs cet automne." in browse("preventeur").get(address).main


def test_an_employer_that_no_indicator_shows_is_added_by_its_number(
    world: World, browse: Browse, campaign: int
) -> None:
    marais = world.employer("GCSMS du Marais")
    browser = browse("departement")
    answer = browser.fill(f"/ciblage/{campaign}/ajouter", number=marais.structures[0].finess)
    assert answer.location == line_of(world, campaign, "GCSMS du Marais")
    page = browser.get(answer.location)
    assert "n’est pas sur la liste" in page.main and "À confirmer par une personne" in page.main
    sent = {"proposition-kind": "add", "proposition-reason": "unseen", "proposition-wording": "Trois départs."}
    assert browser.fill(answer.location, "/propositions", **sent).status == 302
    assert browse("coordinatrice").fill(answer.location, "/retenue").status == 302
    page = browse("coordinatrice").get(f"/ciblage/{campaign}?standing=first")
    assert "GCSMS du Marais" in rows(page) and "dont 1 par ce que l’on sait du terrain" in page.main
    assert "Sans orientation, faute d’un secteur confirmé" in page.main
    assert db.session.scalar(select(TargetingLine.computed).where(TargetingLine.employer_id == marais.id)) is None


def test_a_list_is_frozen_read_by_each_and_opened_again(world: World, browse: Browse, campaign: int) -> None:
    found = db.session.get(TargetingCampaign, campaign)
    assert found
    runner = browse("coordinatrice")
    page = runner.get(f"/ciblage/{campaign}")
    assert "Avant cette étape" in page.main and "La consultation est ouverte jusqu’au 15/12/2026" in page.main
    found.consulted_until = NOW.date() - timedelta(days=1)
    db.session.add(FederationMember(
        organisation_id=world.organisation("Fédération A").id, employer_id=world.employer("Association 028").id
    ))  # fmt: skip
    assert runner.fill(f"/ciblage/{campaign}", "/etapes/freeze").status == 302
    page = runner.get(f"/ciblage/{campaign}")
    assert "La liste est maintenant : figée" in page.main and page.links("/versions/1$")
    address = f"/ciblage/{campaign}/versions/1"
    whole, part = runner.get(address).main, browse("federation").get(address).main
    assert "Association 027" in whole and "Association 028" in whole and "sont ceux qui ont été figés" in whole
    assert "Association 028" in part and "Association 027" not in part and "Association 029" not in part
    assert "Association 028" not in browse("departement").get(address).main
    assert not FIGURES.search(part)
    assert runner.fill(f"/ciblage/{campaign}", "/etapes/amend", motive="Une fermeture").status == 302
    assert "Rouverte pour modifier" in runner.get(f"/ciblage/{campaign}").main
    assert runner.get(f"/ciblage/{campaign}/versions/2").status == 404


def test_a_frozen_list_is_read_and_no_longer_changed(world: World, browse: Browse, campaign: int) -> None:
    found = db.session.get(TargetingCampaign, campaign)
    assert found
    found.state = ListState.SIGNED
    for who in ("coordinatrice", "federation"):
        browser = browse(who)
        page = browser.get(line_of(world, campaign, "Association 002"))
        assert page.status == 200 and not page.tree.xpath("//main//form")
        assert browser.get(f"/ciblage/{campaign}").links("/ajouter|/modifier") == []
    answer = browse("coordinatrice").get(f"/ciblage/{campaign}/ajouter")
    assert "La liste est figée" in answer.main
    assert browse("coordinatrice").fill(f"/ciblage/{campaign}/modifier", title="Autre").errors() == [
        "La liste est figée : rouvrez-la pour la modifier."
    ]
