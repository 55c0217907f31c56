"""The letters to the employers whose case a list opened: prepared in pieces, gone on with, made again, printed."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
from sqlalchemy import select

from app.actions import targeting_openings as actions
from app.extensions import db
from app.models import Case, CaseOfficer, ConventionFamily, Document, DocumentKind, TargetingCampaign, TargetingOpening
from app.permissions import Kind
from app.queries import employer_letters as queries
from app.queries.settings import get_deadlines
from app.views import batches
from tests.factories import make_employer, make_figure, make_import, make_structure
from tests.pages import Browser
from tests.targeting import NOW, TODAY, signed, targeted
from tests.world import World
from workflows.import_run import ImportKind
from workflows.support_case import WORKFLOW, State

Browse = Callable[[str], Browser]
WHEN: dict[str, Any] = {"today": TODAY, "now": NOW}
SAID = (
    "Association Libre",
    "3 rue du Port",
    "11,4 %",
    "2025",
    "Tableau de bord",
    "FINESS",
    "Vous pouvez refuser",
    "12 mois",
    "Referent Testeur",
    "referent@test.example",
    "ARS Poitou",
    "/donnees-personnelles",
)
BLAME = ("à risque", "rang", "score", "classe", "prioritaire", "accidents du travail de")


@pytest.fixture
def campaign(world: World) -> TargetingCampaign:
    """A list whose cases are open: the ARS leads three of them, the caisse one; figures of two organisations."""
    for name in ("Libre", "Calme", "Douce"):
        make_structure(make_employer(f"Association {name}", address="3 rue du Port"), f"EHPAD {name}")
    db.session.flush()
    site = world.employer("Libre").structures[0]
    make_figure(site, "abs_total", 2025, 114_000, make_import(world.organisation("ARS Poitou")))
    make_figure(
        site, "at_first_payment", 2025, 7_000_000, make_import(world.organisation("Carsat Poitou"), ImportKind.ATMP)
    )
    names = ("Association Libre", "Association Calme", "Association Douce", "Mutuelle du Clain")
    campaign = signed(world, "coordinatrice", *names)
    actor = world.actor("coordinatrice")
    actions.prepare(campaign, actor=actor, **WHEN)
    ars, carsat = world.organisation("ARS Poitou"), world.organisation("Carsat Poitou")
    for opening in db.session.scalars(select(TargetingOpening).where(TargetingOpening.campaign_id == campaign.id)):
        mine = "Clain" not in opening.employer.name
        opening.lead_organisation_id = ars.id if mine else carsat.id
        opening.officer_id = world.user("referent" if mine else "preventeur").id
    db.session.flush()
    actions.open_cases(campaign, actor=actor, settings=get_deadlines(WORKFLOW), **WHEN)
    db.session.commit()
    return campaign


@pytest.fixture
def here(campaign: TargetingCampaign) -> str:
    return f"/ciblage/{campaign.id}/courriers"


def kept() -> list[Document]:
    db.session.rollback()
    return db.session.query(Document).filter_by(kind=DocumentKind.EMPLOYER_LETTER).order_by(Document.id).all()


def letter(world: World, name: str) -> Document:
    case = world.case(name)
    return next(one for one in kept() if one.case_id == case.id)


def words_of(data: bytes) -> str:
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    return " ".join(text.split())


def test_letters_are_prepared_piece_by_piece_and_gone_on_with(
    world: World, browse: Browse, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browse("referent")
    assert browser.get(here.removesuffix("/courriers")).links("/courriers$")
    page = browser.get(here)
    assert "Courriers prêts : 0 sur 3" in page.main and "Association Libre" in page.main and "Clain" not in page.main
    monkeypatch.setattr(batches, "SECONDS", 0)  # one at a time
    token = {"csrf_token": browser.token(), "apres": "0"}
    piece = browser.client.post(f"{here}/suite", data=token, headers={"HX-Request": "true"}).text
    assert "1 sur 3" in piece and "load delay" in piece and "<html" not in piece and len(kept()) == 1
    monkeypatch.setattr(batches, "SECONDS", 60)
    assert browser.fill(here, action="/suite").status == 302  # the page was closed: another begins from the start
    assert "Courriers prêts : 3 sur 3" in browser.get(here).main and len(kept()) == 3
    browser.send(f"{here}/suite", {"apres": "0"})
    assert len(kept()) == 3
    assert {one.employer.name for one in kept()} == {"Association Libre", "Association Calme", "Association Douce"}
    found = browser.get(f"{here}?q=libre&standing=ready").main
    assert "Association Libre" in found and "Association Calme" not in found


def test_what_the_letter_says(world: World, browse: Browse, here: str) -> None:
    browser = browse("referent")
    browser.send(f"{here}/suite", {"apres": "0"})
    answer = browser.client.get(f"/documents/{letter(world, 'Libre').id}")
    told = words_of(answer.data)
    for said in SAID:
        assert said in told, said
    assert "7 accidents" not in told and [word for word in BLAME if word in told.lower()] == []
    silent = words_of(browser.client.get(f"/documents/{letter(world, 'Calme').id}").data)
    assert "aucun chiffre que vous auriez déclaré" in silent
    assert len(pypdf.PdfReader(io.BytesIO(answer.data)).pages) == 1


def test_figures_that_the_lead_does_not_read_are_left_out(world: World, browse: Browse, here: str) -> None:
    site = world.employer("Clain").structures[0]
    make_figure(site, "abs_total", 2025, 114_000, make_import(world.organisation("ARS Poitou")))
    db.session.commit()
    preventeur = browse("preventeur")
    preventeur.send(f"{here}/suite", {"apres": "0"})
    assert "11,4 %" in words_of(preventeur.client.get(f"/documents/{letter(world, 'Clain').id}").data)
    # The convention no longer opens that family: the caisse reads the list, its case, and not that figure.
    db.session.query(ConventionFamily).filter_by(family=Kind.INDICATOR.value).delete()
    db.session.commit()
    case = world.case("Clain")
    preventeur.send(f"{here}/{case.id}/nouveau")
    assert "11,4 %" not in words_of(preventeur.client.get(f"/documents/{letter(world, 'Clain').id}").data)


def test_a_letter_is_read_by_its_lead_and_by_the_employer_once_told(world: World, browse: Browse, here: str) -> None:
    browse("referent").send(f"{here}/suite", {"apres": "0"})
    one = letter(world, "Libre")
    address, case = f"/documents/{one.id}", world.case("Libre")
    assert (
        "ARS Poitou, et l’employeur une fois informé du dossier"
        in browse("coordinatrice").get(f"/dossiers/{case.id}").main
    )
    for name in ("preventeur", "departement", "aract", "federation", "prestataire", "ailleurs", "admin", "dreets"):
        assert browse(name).client.get(address).status_code in (403, 404), name
        assert "Libre" not in browse(name).get(here).text
    assert browse("referent").client.get(address).status_code == 200


def test_a_letter_is_made_again_until_the_employer_was_contacted(world: World, browse: Browse, here: str) -> None:
    browser = browse("referent")
    browser.send(f"{here}/suite", {"apres": "0"})
    case = world.case("Libre")
    first = letter(world, "Libre").id
    officer = db.session.scalars(select(CaseOfficer).where(CaseOfficer.case_id == case.id)).one()
    db.session.delete(officer)
    db.session.add(CaseOfficer(case_id=case.id, user_id=world.user("coordinatrice").id, since=TODAY))
    db.session.commit()
    address = f"{here}/{case.id}/nouveau"
    assert browser.send(address).status == 302
    again = letter(world, "Libre")
    assert "Coordinatrice Testeur" in words_of(browser.client.get(f"/documents/{again.id}").data)
    assert len(kept()) == 3 and (again.id != first or again.sha256)
    db.session.query(CaseOfficer).filter_by(case_id=case.id).delete()
    db.session.commit()
    browser.send(address)
    assert "Désignez d’abord un référent" in browser.get(here).text
    db.session.add(CaseOfficer(case_id=case.id, user_id=world.user("referent").id, since=TODAY))
    db.session.query(Case).filter_by(id=case.id).update({"state": State.CONTACTED, "employer_informed_on": TODAY})
    db.session.commit()
    kept_before = letter(world, "Libre").sha256
    browser.send(address)
    assert "Le contact est déjà pris" in browser.get(here).text and letter(world, "Libre").sha256 == kept_before
    elsewhere = world.case("Clain").id
    assert browser.send(f"{here}/{elsewhere}/nouveau").status == 404


def test_who_is_in_charge_comes_first(world: World, browse: Browse, here: str) -> None:
    case = world.case("Calme")
    db.session.query(CaseOfficer).filter_by(case_id=case.id).delete()
    db.session.commit()
    browser = browse("referent")
    browser.send(f"{here}/suite", {"apres": "0"})
    page = browser.get(f"{here}?standing=no_officer")
    assert "Référent à désigner" in page.main and page.links(f"/dossiers/{case.id}/equipe")
    assert "Courriers prêts : 2 sur 2" in page.main and len(kept()) == 2


def test_letters_are_printed_by_lots(world: World, browse: Browse, here: str, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = browse("referent")
    assert browser.get(f"{here}/lot-1.zip").location == here
    browser.send(f"{here}/suite", {"apres": "0"})
    monkeypatch.setattr(queries, "LOT", 2)
    assert browser.get(here).links("lot-2.zip")
    found = [zipfile.ZipFile(io.BytesIO(browser.client.get(f"{here}/lot-{lot}.zip").data)) for lot in (1, 2)]
    names = [name for archive in found for name in archive.namelist()]
    assert [name.split("-D-")[0] for name in names] == [
        "001-association-calme",
        "002-association-douce",
        "001-association-libre",
    ]
    assert found[1].read(names[2]) == browser.client.get(f"/documents/{letter(world, 'Libre').id}").data
    assert {browser.get(f"{here}/lot-{lot}.zip").status for lot in (0, 3, 5_000)} == {302}
    assert browse("preventeur").get(f"{here}/lot-1.zip").status == 302


def test_a_list_that_is_not_signed_has_no_letter(world: World, browse: Browse) -> None:
    campaign = targeted(world, "coordinatrice", "Clain")
    db.session.commit()
    assert browse("coordinatrice").get(f"/ciblage/{campaign.id}/courriers").status == 404
