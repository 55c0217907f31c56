"""A regional list from the first figures to the cases, by five people in a real browser."""

import re
import subprocess
import time
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Enter, overflow, violations
from tests.e2e.site import Site

pytestmark = pytest.mark.browser
PATIENCE = 60_000
COORDINATOR = "coordinatrice@ars.demo.example"
OTHER_FEDERATION = "valerie.aubin@federation.demo.example"
SIGNERS = {
    "ARS Nouvelle-Aquitaine": (COORDINATOR, "Nadia Belkacem"),
    "Carsat Centre-Ouest": ("preventeur@carsat.demo.example", "Claire Morin"),
    "Département des Deux-Sèvres": ("charge@departement.demo.example", "Hugo Renaud"),
    "FEHAP": ("delegue@federation.demo.example", "Marc Vasseur"),
    "SYNERPA": (OTHER_FEDERATION, "Valérie Aubin"),
}
TITLE = "EHPAD des Deux-Sèvres, l’année prochaine"


@pytest.fixture
def other_federation(site: Site) -> None:
    """Somebody of a second federation signs in."""
    known = "(SELECT password_hash FROM users WHERE email = 'delegue@federation.demo.example')"
    site.query(f"UPDATE users SET password_hash = {known} WHERE email = :who", who=OTHER_FEDERATION)


# --- What they do -------------------------------------------------------------------------------------------


def prepare(page: Page, site: Site) -> str:
    """Write the method down and compute: return the address of the list."""
    page.goto(f"{site.address}/ciblage")
    page.get_by_role("link", name="Préparer une liste").or_(
        page.get_by_role("button", name="Préparer une liste")
    ).click()
    page.get_by_label("Titre").fill(TITLE)
    page.get_by_label("EHPAD", exact=True).check()
    for box in page.get_by_role("group", name="Territoire").get_by_role("checkbox").all():
        box.set_checked(box.get_attribute("value") == "79")
    page.get_by_label("À examiner en premier").fill("40")
    page.get_by_label("Fédérations consultées jusqu’au").fill(time.strftime("%Y-%m-%d"))
    page.get_by_label("Composition de la réunion").fill("ARS, Carsat, département des Deux-Sèvres")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url(re.compile(r"/ciblage/\d+$"))
    address = page.url
    page.get_by_role("button", name="Lancer le calcul").click()
    page.get_by_role("button", name="Ouvrir la consultation").click(timeout=PATIENCE)
    expect(page.get_by_text("Prochaine étape : figer la liste")).to_be_visible()
    return address


def retained(page: Page, address: str) -> list[str]:
    """The employers to be examined first, by name, as this person reads them."""
    page.goto(f"{address}?standing=first")
    return page.locator("#resultats tbody th a").all_inner_texts()


def the_consultation_is_over(site: Site) -> None:
    site.query(
        "UPDATE targeting_campaigns SET consulted_until = :day WHERE title = :title", day="2020-01-02", title=TITLE
    )


def freeze_and_call(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Figer la liste").click()
    page.goto(f"{address}/signataires")
    for organisation, (_, name) in SIGNERS.items():
        seat = page.get_by_role("link", name=f"Désigner le signataire de {organisation}")
        if not seat.count():
            continue
        seat.click()
        page.get_by_label("Personne").select_option(page.locator("option", has_text=name).get_attribute("value"))
        page.get_by_label("Qualité").fill("Par délégation de la direction")
        page.get_by_role("button", name="Désigner").click()
    page.get_by_role("button", name="Appeler à signer").click()
    expect(page.get_by_text("Signatures attendues")).to_be_visible()


def enrol(page: Page) -> None:
    """Add the second factor that signing asks for, and come back."""
    page.get_by_role("button", name="Commencer").click()
    page.get_by_text("Impossible de le scanner").click()
    totp = pyotp.TOTP(page.locator(".jalon-key").inner_text().replace(" ", ""))
    page.get_by_label("Code", exact=True).fill(totp.now())
    page.get_by_role("button", name="Confirmer").click()
    page.get_by_role("button", name="C’est noté, continuer").click()
    page.wait_for_url("**/signature")


def sign(page: Page, address: str, answer: str = "Je signe", reason: str = "") -> str:
    """Read one's part and answer; return what the page said."""
    page.goto(f"{address}/signataires")
    page.get_by_role("button", name="Lire ma part et répondre").click()
    if page.get_by_role("button", name="Commencer").is_visible():
        enrol(page)
    read = page.locator("main").inner_text()
    page.get_by_label(answer, exact=True).check()
    page.get_by_label("Raison").fill(reason)
    page.get_by_label("J’ai lu ma part").check()
    page.get_by_role("button", name="Enregistrer ma réponse").click()
    expect(page.get_by_text("Votre réponse est enregistrée.")).to_be_visible()
    return read


def amend(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_text("Rouvrir pour modifier").first.click()
    page.get_by_label("Motif").fill("Une fermeture est annoncée")
    page.get_by_role("button", name="Rouvrir pour modifier").click()


def withdraw(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}?standing=first")
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_text("Faire une proposition").click()
    page.get_by_label("Retirer", exact=True).check()
    page.get_by_label("Raison").select_option(label="Fermeture ou changement d’activité")
    page.get_by_label("En quelques mots").fill("L’établissement ferme au printemps.")
    page.get_by_role("button", name="Proposer").click()
    page.get_by_role("button", name="Retenir", exact=True).click()


def download(page: Page, address: str, folder: Path) -> Path:
    """The sealed document of this person, once the scheduler has sealed it."""
    page.goto(f"{address}/versions/2/documents")
    link = page.get_by_role("button", name="Télécharger le document scellé")
    link.wait_for(timeout=PATIENCE)
    with page.expect_download() as found:
        link.click()
    path = folder / found.value.suggested_filename
    found.value.save_as(path)
    return path


def verdict(page: Page, site: Site, path: Path) -> str:
    page.goto(f"{site.address}/verifier")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Vérifier", exact=True).click()
    return page.get_by_role("status").first.inner_text()


def open_at_once(first: Page, second: Page, address: str) -> None:
    """Two windows show the same button; both press it, neither waits for the other."""
    first.goto(f"{address}/dossiers")
    first.get_by_role("button", name="Préparer l’ouverture").click()
    name = re.compile(r"^Ouvrir \d+ dossiers?$")
    for page in (first, second):
        page.goto(f"{address}/dossiers")
        page.get_by_role("button", name=name).wait_for()
    with first.expect_navigation(), second.expect_navigation():
        for page in (first, second):
            page.evaluate("setTimeout(() => document.querySelector('form[action$=\"/ouverture\"]').submit(), 0)")


def count(site: Site, table: str) -> int:
    return int(site.query(f"SELECT count(*) FROM {table}")[0][0])


# --- The story ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("site", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True)
def test_a_list_is_decided_signed_and_opened(
    site: Site, enter: Enter, other_federation: None, tmp_path: Path, pictures: Path
) -> None:
    people = {name: enter(email, PHONE if "charge" in email else DESKTOP) for name, (email, _) in SIGNERS.items()}
    coordinator, caisse, funder, fehap, synerpa = people.values()
    address = prepare(coordinator, site)
    withdrawn, kept = "Association La Marelle du Marais", "Association La Roseraie du Puits"
    assert {withdrawn, kept, "SA Les Capucines de l'Ecluse"} <= set(retained(coordinator, address))
    the_consultation_is_over(site)

    freeze_and_call(coordinator, address)
    sign(caisse, address)
    assert kept in sign(funder, address) and overflow(funder) == 0
    reserved = ("Je signe avec une réserve", "Le calendrier est court pour nos adhérents.")
    read = sign(fehap, address, *reserved)
    assert withdrawn in read and "Capucines" not in read and "CCAS" not in read
    read = sign(synerpa, address)
    assert "Capucines" in read and "Association" not in read
    assert violations(funder) == []
    coordinator.goto(f"{address}/signataires")
    expect(coordinator.get_by_text("Le calendrier est court")).to_be_visible()
    coordinator.screenshot(path=pictures / f"signatures-{site.engine}.png", full_page=True)

    amend(coordinator, address)
    withdraw(coordinator, address, withdrawn)
    freeze_and_call(coordinator, address)
    for page, holds in ((synerpa, True), (fehap, False), (caisse, False)):
        page.goto(f"{address}/signataires")
        assert page.get_by_text("Votre signature est attendue").is_visible() is not holds
    assert withdrawn not in sign(fehap, address, *reserved)
    for page in (caisse, funder, coordinator):
        assert withdrawn not in sign(page, address)
    coordinator.get_by_role("button", name="Constater les signatures").click()
    expect(coordinator.get_by_text("Signée", exact=True).first).to_be_visible()

    path = download(fehap, address, tmp_path)
    told = subprocess.run(["pdfsig", path], capture_output=True, text=True).stdout
    assert "Signature is Valid" in told
    words = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    assert kept in words and "Le calendrier est court" in words and "Capucines" not in words
    assert "intact" in verdict(synerpa, site, path)
    path.write_bytes(path.read_bytes().replace(b"%PDF-1.7", b"%PDF-1.6", 1))
    assert "n’est plus celui" in verdict(synerpa, site, path)

    before = count(site, "cases")
    open_at_once(coordinator, coordinator.context.new_page(), address)
    coordinator.goto(f"{address}/dossiers")
    expect(coordinator.get_by_role("link", name="Voir le dossier").first).to_be_visible()
    coordinator.screenshot(path=pictures / f"dossiers-ouverts-{site.engine}.png", full_page=True)
    after = count(site, "cases")
    assert after - before == count(site, "targeting_openings WHERE case_id IS NOT NULL") > 0
    again = site.command("targeting", "open", address.rpartition("/")[2], "--person", COORDINATOR)
    assert again.split()[0] == "0" and count(site, "cases") == after
