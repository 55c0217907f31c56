"""Every page of the story, for every role: nothing for axe to find, nothing wider than the screen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import DESKTOP, PHONE, overflow, violations
from tests.e2e.site import Site

# The same pages come out of both engines: once is enough for axe.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("site", ["sqlite"], indirect=True)]
EVERYBODY = (
    "preventeur@carsat.demo.example",
    "referent@ars.demo.example",
    "coordinatrice@ars.demo.example",
    "charge@departement.demo.example",
    "conseiller@aract.demo.example",
    "charge-prst@dreets.demo.example",
    "delegue@federation.demo.example",
    "directrice@employeur.demo.example",
    "consultant@prestataire.demo.example",
    "observateur@national.demo.example",
    "admin@demo.example",
)
ON_A_PHONE = EVERYBODY[0], EVERYBODY[2], EVERYBODY[6], EVERYBODY[7]
"""A préventeur, the coordinator, a federation and a director: between them, every page."""
WALK = ("/", "/dossiers", "/employeurs", "/aide", "/aide/procedure", "/aide/droits", "/aide/accessibilite")
FROM_A_CASE = (
    "/notes/nouvelle",
    "/visites/nouvelle",
    "/documents/nouveau",
    "/equipe",
    "/partenaires",
    "/etapes/suspend",
    "/etapes/sign_contract",
    "/etapes/close",
)
FROM_AN_EMPLOYER = ("", "/modifier", "/contacts/nouveau", "/dossiers/nouveau", "/notes/nouvelle", "/visites/nouvelle")


@pytest.mark.parametrize(
    ("email", "viewport"),
    [*((email, DESKTOP) for email in EVERYBODY), *((email, PHONE) for email in ON_A_PHONE)],
    ids=[*EVERYBODY, *(f"{email}-phone" for email in ON_A_PHONE)],
)
def test_axe_finds_nothing_for_anybody(
    site: Site, sign_in: Callable[..., Page], email: str, viewport: dict[str, int]
) -> None:
    page = sign_in(email, viewport)
    found = check(page)
    for address in WALK:
        answer = page.goto(site.address + address)
        assert answer and answer.status in (200, 403), f"{address} : {answer and answer.status}"
        found += check(page)
    found += check_first(page, site, "/dossiers", "main table a", FROM_A_CASE if "carsat" in email else ())
    found += check_first(page, site, "/employeurs", "main table a", FROM_AN_EMPLOYER if "carsat" in email else ())
    assert found == []


def check_first(page: Page, site: Site, listing: str, link: str, below: tuple[str, ...]) -> list[str]:
    """Check the page of the first record of a list, and those that hang below it."""
    page.goto(site.address + listing)
    if not page.locator(link).count():
        return []
    page.locator(link).first.click()
    found, home = check(page), page.url
    for address in below:
        page.goto(home + address)
        found += check(page)
    return found


def check(page: Page) -> list[str]:
    """Return what is wrong with the page as it is shown."""
    wider = overflow(page)
    return violations(page) + ([f"{page.url} dépasse de {wider} pixels"] if wider else [])


def test_sign_in_and_forgotten_password_pages(site: Site, browser: object, sign_in: Callable[..., Page]) -> None:
    page = sign_in(EVERYBODY[0])
    page.context.clear_cookies()
    found = []
    signing_in = ("/connexion", "/connexion/lien", "/mot-de-passe-oublie", "/lien/perime")
    for address in (*signing_in, "/nulle-part", "/demo/courriels"):
        page.goto(site.address + address)
        found += check(page)
    assert found == []


def test_what_is_downloaded_is_what_live_filtering_shows(site: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in("coordinatrice@ars.demo.example")
    page.goto(f"{site.address}/dossiers")
    export = page.get_by_role("link", name="Télécharger (XLSX)").or_(page.get_by_role("button", name="Télécharger"))
    assert export.get_attribute("href") == "/dossiers.xlsx"
    page.get_by_text("Filtrer", exact=True).click()
    page.get_by_label("Secteur").select_option("public")
    page.get_by_role("link", name="Retirer le filtre : Secteur").wait_for()
    assert export.get_attribute("href") == "/dossiers.xlsx?sector=public"
    live = page.locator("#resultats").inner_text()
    assert page.get_by_label("Périmètre").input_value() == ""
    page.reload()
    assert page.locator("#resultats").inner_text() == live
    assert export.get_attribute("href") == "/dossiers.xlsx?sector=public"


def test_a_long_list_can_be_read_to_its_end(site: Site, sign_in: Callable[..., Page], tmp_path: Path) -> None:
    page = sign_in("coordinatrice@ars.demo.example")
    page.goto(f"{site.address}/dossiers")
    seen: list[str] = []
    while True:
        seen += [link.get_attribute("href") or "" for link in page.locator("main table th a").all()]
        following = page.get_by_role("link", name="Page suivante")
        if not following.count():
            break
        following.click()
    assert len(seen) == len(set(seen)) > 100
