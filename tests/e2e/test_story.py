"""The main job, done by people in a real browser, on both engines."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PHONE, overflow, violations
from tests.e2e.site import Site

pytestmark = pytest.mark.browser
PREVENTEUR = "preventeur@carsat.demo.example"
SignIn = Callable[..., Page]


def open_the_story_case(page: Page) -> None:
    """Find the EHPAD that came in through the FINESS importer, as one does: by its name."""
    page.get_by_label("Trouver un dossier").fill("tilleuls niort")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name=re.compile("EHPAD LES TILLEULS", re.I)).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("tilleuls", re.I))


def log_a_visit(page: Page) -> None:
    page.get_by_role("button", name="Enregistrer une visite").click()
    page.get_by_label("Objet de la visite").fill("Transferts à l’unité Glycines")
    page.get_by_text("Direction", exact=True).click()
    page.get_by_text("Aides-soignants", exact=True).click()
    first = page.get_by_role("group", name="Observation").first
    first.get_by_label("Ce que j’ai vu").fill("Transferts sans aide technique, chambres 12 à 18")
    page.get_by_role("group", name="Suite").first.get_by_label("Ce qui est convenu").fill("Essai d’un lève-personne")
    page.get_by_role("button", name="Garder la visite").click()
    expect(page.get_by_text("brouillon").first).to_be_visible()


def finalise(page: Page) -> None:
    page.get_by_role("button", name="Finaliser le compte rendu").click()
    confirmation = page.get_by_role("dialog").get_by_role("button").first
    if confirmation.is_visible():
        confirmation.click()
    expect(page.get_by_text("Il ne changera plus")).to_be_visible()


def download_report(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger le compte rendu").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_preventeur_visits_reports_and_moves_the_case_forward(
    site: Site, sign_in: SignIn, pictures: Path, tmp_path: Path
) -> None:
    page = sign_in(PREVENTEUR)
    page.screenshot(path=pictures / "bureau-1280.png", full_page=True)
    open_the_story_case(page)
    page.screenshot(path=pictures / "dossier-1280.png", full_page=True)
    case = page.url

    log_a_visit(page)
    finalise(page)
    first = download_report(page, tmp_path)
    content = first.read_bytes()
    assert download_report(page, tmp_path).read_bytes() == content
    text = subprocess.run(["pdftotext", first, "-"], capture_output=True, text=True, check=True).stdout
    assert "Transferts sans aide technique" in text
    assert "Claire Morin" in text

    page.goto(case)
    page.get_by_role("button", name="Signer le contrat de prévention").first.click()
    page.get_by_role("button", name="Signer le contrat de prévention").click()
    expect(page.get_by_role("alert")).to_contain_text("CSE")
    for legend in ("Avis du CSE rendu le", "Document unique (DUERP) mis à jour le"):
        page.get_by_role("radiogroup", name=legend).get_by_text("Aujourd’hui").click()
    page.get_by_role("button", name="Signer le contrat de prévention").click()
    page.wait_for_url(case)
    expect(page.locator("[aria-current=step]")).to_contain_text("Contrat de prévention")
    expect(page.get_by_text("Transferts à l’unité Glycines")).to_be_visible()


def test_the_reminder_arrives_in_the_mail_sink(site: Site, sign_in: SignIn, browser: object) -> None:
    page = sign_in(PREVENTEUR)
    for _ in range(40):
        page.goto(f"{site.address}/demo/courriels")
        if page.get_by_text(re.compile("tilleuls", re.I)).count():
            break
        page.wait_for_timeout(500)
    page.get_by_role("link", name=re.compile("tilleuls", re.I)).first.click()
    expect(page.locator("main")).to_contain_text(PREVENTEUR)
    expect(page.locator("main")).to_contain_text(re.compile(re.escape(site.address) + r"/dossiers/\d+"))


def test_the_same_on_a_phone(site: Site, sign_in: SignIn, pictures: Path) -> None:
    page = sign_in(PREVENTEUR, PHONE)
    page.screenshot(path=pictures / "bureau-390.png", full_page=True)
    open_the_story_case(page)
    assert overflow(page) == 0
    page.screenshot(path=pictures / "dossier-390.png", full_page=True)
    page.get_by_role("button", name="Enregistrer une visite").click()
    assert overflow(page) == 0
    page.screenshot(path=pictures / "visite-390.png", full_page=True)
    page.go_back()
    page.get_by_role("button", name="Note de terrain").click()
    page.get_by_text("Appel", exact=True).click()
    page.get_by_label("Note", exact=True).fill("La directrice confirme le rendez-vous.")
    page.get_by_role("button", name="Garder la note").click()
    expect(page.get_by_text("La directrice confirme le rendez-vous.")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_in_a_field_keeps_the_visit_and_its_rows(site: Site, browser: Browser, scripts: bool) -> None:
    context = browser.new_context(java_script_enabled=scripts, locale="fr-FR")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{site.address}/connexion")
    page.locator(f"form:has(input[value='{PREVENTEUR}']) button").click()
    open_the_story_case(page)
    page.get_by_role("button", name="Enregistrer une visite").click()
    page.get_by_role("group", name="Observation").first.get_by_label("Ce que j’ai vu").fill("Rail absent\nchambre 12")
    page.get_by_label("Objet de la visite").fill("Touche Entrée")
    page.get_by_label("Objet de la visite").press("Enter")
    page.wait_for_url(re.compile(r"/visites/\d+$"))
    expect(page.get_by_text("Rail absent")).to_be_visible()
    context.close()


def test_finalising_from_the_form_asks_first(site: Site, sign_in: SignIn) -> None:
    page = sign_in(PREVENTEUR)
    open_the_story_case(page)
    page.get_by_role("button", name="Enregistrer une visite").click()
    assert page.get_by_role("radiogroup", name="Prochain rendez-vous").get_by_label("Aucun").is_checked()
    typed = page.get_by_label("Ce que j’ai vu").first
    before = typed.bounding_box()
    typed.fill("Une ligne de plus\n" * 12)
    after = typed.bounding_box()
    assert before and after and after["height"] > before["height"] + 100
    page.get_by_label("Objet de la visite").fill("Finalisé depuis le formulaire")
    page.get_by_role("button", name="Finaliser le compte rendu").click()
    page.get_by_role("dialog").get_by_role("button", name="Annuler").click()
    assert page.url.endswith("/visites/nouvelle")
    finalise(page)


def test_the_story_by_keyboard_alone(site: Site, sign_in: SignIn) -> None:
    page = sign_in(PREVENTEUR)
    press_to(page, "Trouver un dossier")
    page.keyboard.type("tilleuls niort")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dossiers?**")
    press_to(page, "EHPAD LES TILLEULS")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/dossiers/\d+$"))
    press_to(page, "Enregistrer une visite")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/visites/nouvelle"))
    press_to(page, "Objet de la visite")
    page.keyboard.type("Visite au clavier")
    press_to(page, "Direction")
    page.keyboard.press("Space")
    press_to(page, "Ce que j’ai vu")
    page.keyboard.type("Couloir encombré")
    press_to(page, "Garder la visite")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/visites/\d+$"))
    expect(page.get_by_text("Couloir encombré")).to_be_visible()


def press_to(page: Page, name: str, most: int = 120) -> None:
    """Press Tab until what has this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => { const e = document.activeElement; const l = e.labels && e.labels[0];
                return (l ? l.innerText : e.innerText || e.getAttribute('aria-label') || '').trim() }"""
        )
        if focused.lower().startswith(name.lower()):
            return
    raise AssertionError(f"« {name} » is out of reach of the keyboard on {page.url}")
