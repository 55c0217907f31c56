"""The fast lane through the pages: opened on an alert, shown, filtered, exported, to those who read calendars."""

from collections.abc import Callable

import pytest

from app.extensions import db
from app.models import Alert, Case
from tests.pages import Browser
from tests.views.test_exports import workbook
from tests.world import World

Browse = Callable[[str], Browser]
WHY = "Fermeture d’un site annoncée au comité."


@pytest.fixture
def case(world: World, browse: Browse) -> Case:
    """A case of the caisse on a member of the federation, invited partners included, as the page opens it."""
    clain = world.employer("Clain")
    browser = browse("preventeur")
    told = {"source": "restructuring", "alerted_on": "2026-11-16", "motive": WHY}
    answer = browser.fill(f"/employeurs/{clain.id}/dossiers/nouveau", **told, structures=str(clain.structures[0].id))
    assert answer.status == 302, answer.errors()
    return world.case("Clain")


def test_the_case_says_what_made_it_open(browse: Browse, case: Case) -> None:
    assert (case.alert, case.is_fast) == (Alert.RESTRUCTURING, True)
    page = browse("preventeur").get(f"/dossiers/{case.id}")
    for said in ("Voie rapide", "Restructuration", "16 novembre 2026", WHY, "Prendre contact après l’alerte"):
        assert said in page.main, said
    assert "Restructuration, signalée le 16/11/2026" in page.main


def test_it_is_filtered_exported_and_apart_for_the_coordination(world: World, browse: Browse, case: Case) -> None:
    browser = browse("coordinatrice")
    for query, found in (
        ("alert=toutes", True),
        ("alert=restructuring", True),
        ("alert=request", False),
        ("alert=x", True),
    ):
        assert ("EHPAD du Clain" in browser.get(f"/dossiers?{query}").main) is found, query
    assert "Les Tilleuls" not in browser.get("/dossiers?alert=toutes").main
    head, row = workbook(browser, "/dossiers.xlsx?alert=toutes")["Liste"]
    told = dict(zip(head, row, strict=True))
    assert told["Voie rapide"] == "Restructuration" and str(told["Signalé le"]).startswith("2026-11-16")
    assert browser.get("/").links("alert=toutes") and not browse("preventeur").get("/").links("alert=toutes")


@pytest.mark.parametrize("name", ["federation", "directrice"])
def test_neither_the_employer_nor_its_federation_learns_of_it(world: World, browse: Browse, name: str) -> None:
    here = world.case("Tilleuls")
    here.alert, here.alerted_on = Alert.RESTRUCTURING, here.entered_on
    db.session.commit()
    browser = browse(name)
    for path in (f"/dossiers/{here.id}", "/dossiers", "/dossiers?alert=toutes", "/dossiers?alert=request", "/"):
        page = browser.get(path)
        assert "Restructuration" not in page.text and "Voie rapide" not in page.text, path
    assert "Tilleuls" in browser.get("/dossiers?alert=request").main, "a filter that is not offered is ignored"
    assert "Voie rapide" not in workbook(browser, "/dossiers.xlsx?alert=toutes")["Liste"][0]


def test_the_caisse_does_not_learn_it_of_a_public_employer(world: World, browse: Browse) -> None:
    public = world.case("CCAS")
    public.alert, public.alerted_on = Alert.MOBILE_TEAM, public.entered_on
    db.session.commit()
    browser = browse("preventeur")
    assert "Équipe mobile QVT" not in browser.get(f"/dossiers/{public.id}").main
    assert "municipal" not in browser.get("/dossiers?alert=toutes").main
    assert "Équipe mobile QVT" in browse("referent").get(f"/dossiers/{public.id}").main


def test_an_alert_has_a_day_and_what_was_typed_stays(world: World, browse: Browse) -> None:
    clain = world.employer("Clain")
    address = f"/employeurs/{clain.id}/dossiers/nouveau"
    browser = browse("preventeur")
    page = browser.get(address)
    assert page.fields("")["alerted_on"] == "2026-11-24" and "premiers délais sont plus courts" in page.main
    told = {"source": "mobile_team", "motive": WHY, "structures": str(clain.structures[0].id)}
    for day in ("", "2027-01-05"):
        page = browser.fill(address, **told, alerted_on=day)
        assert (page.status, page.links("^#alerted_on$") != []) == (422, True), day
        assert page.fields("")["motive"].strip() == WHY
    page = browser.fill(address, **{**told, "source": "list"}, alerted_on="")
    assert page.status == 302 and world.case("Clain").alert is None
