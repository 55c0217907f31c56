"""Every page of the story, for every role: nothing for axe to find, nothing wider than the screen."""

import hashlib
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import DESKTOP, PHONE, overflow, violations
from tests.e2e.site import Site
from tests.test_routes import rows

SignIn = Callable[..., Page]
Check = Callable[[Page], list[str]]
# The same pages come out of both engines: once is enough for axe.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("site", ["sqlite"], indirect=True)]
EVERYBODY = {
    "preventeur@carsat.demo.example": "car",
    "referent@ars.demo.example": "ars",
    "coordinatrice@ars.demo.example": "coo",
    "charge@departement.demo.example": "dep",
    "conseiller@aract.demo.example": "ara",
    "charge-prst@dreets.demo.example": "dre",
    "delegue@federation.demo.example": "fed",
    "directrice@employeur.demo.example": "emp",
    "consultant@prestataire.demo.example": "pro",
    "observateur@national.demo.example": "nat",
    "admin@demo.example": "adm",
}
"""Everybody, and the column of the table of routes that says what each may open."""

NO_PAGES = re.compile(
    r"[{]|\.(xlsx|pdf|json|txt|scss)$|^/(sante|presence|deverrouiller|verification|fonctions)$|/inconnue?$"
)
"""Addresses that name a record, files, and what answers without showing a page."""

CHANGING = re.compile(r"<input[^>]*type=.hidden.[^>]*>")
"""What differs at each showing: tokens."""

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


def addresses(column: str) -> list[str]:
    """Every page that a column of the table of routes opens without naming a record; for « - », what is open to all."""
    shown = [row for row in rows() if row.method == "GET" and row.expected[column] == 200]
    own = [row.template for row in shown if column == "-" or row.expected["-"] != 200]
    return [template for template in own if not NO_PAGES.search(template)]


LOOKED_AT = ("preventeur@carsat", "coordinatrice@ars", "delegue@federation", "directrice@employeur", "admin@demo")
"""Between them, nearly every page."""


@pytest.mark.parametrize(
    "email",
    [pytest.param(email, marks=() if email.startswith(LOOKED_AT) else pytest.mark.long) for email in EVERYBODY],
)
def test_axe_finds_nothing_for_anybody(site: Site, sign_in: SignIn, seen: set[bytes], email: str) -> None:
    assert walk(site, sign_in(email, DESKTOP), email, partial(violations_unseen, seen)) == []


@pytest.mark.long
@pytest.mark.parametrize("email", [email for email in EVERYBODY if email.startswith(LOOKED_AT)])
def test_axe_finds_nothing_on_a_phone(site: Site, sign_in: SignIn, seen: set[bytes], email: str) -> None:
    assert walk(site, sign_in(email, PHONE), email, partial(violations_unseen, seen)) == []


@pytest.mark.parametrize("email", [email for email in EVERYBODY if email.startswith(LOOKED_AT)])
def test_no_page_is_wider_than_a_phone(site: Site, sign_in: SignIn, email: str) -> None:
    assert walk(site, sign_in(email, PHONE), email, wider) == []


def walk(site: Site, page: Page, email: str, check: Check) -> list[str]:
    """Open every page that somebody may, and return what is wrong with them."""
    found = check(page)
    for address in addresses(EVERYBODY[email]):
        answer = page.goto(site.address + address)
        assert answer and answer.status == 200, f"{address} : {answer and answer.status}"
        found += check(page)
    is_carsat = EVERYBODY[email] == "car"
    found += walk_records(page, site, "/dossiers", FROM_A_CASE if is_carsat else (), check)
    return found + walk_records(page, site, "/employeurs", FROM_AN_EMPLOYER if is_carsat else (), check)


@pytest.fixture(scope="module")
def seen() -> set[bytes]:
    """The contents that axe has looked at already, at one width: some pages are the same for several roles."""
    return set()


def walk_records(page: Page, site: Site, listing: str, below: tuple[str, ...], check: Check) -> list[str]:
    """Check the page of the first record of a list, those that hang below it, and that of its first establishment."""
    page.goto(site.address + listing)
    records = page.locator("main table a")
    if not records.count():
        return []
    records.first.click()
    found, home = check(page), page.url
    for address in below:
        page.goto(home + address)
        found += check(page)
    if below:
        page.goto(home)
    structures = page.locator("main a[href^='/etablissements/']")
    if structures.count():
        structures.first.click()
        found += check(page)
    return found


def wider(page: Page) -> list[str]:
    """Say by how many pixels the page is wider than the screen, if it is."""
    return [f"{page.url} dépasse de {pixels} pixels"] if (pixels := overflow(page)) else []


def violations_unseen(seen: set[bytes], page: Page) -> list[str]:
    """Return what is wrong with the page as it is shown; axe looks once at what was shown before at this width."""
    content = CHANGING.sub("", page.locator("main").inner_html())
    key = hashlib.sha256(f"{page.viewport_size} {content}".encode()).digest()
    if key in seen:
        return wider(page)
    seen.add(key)
    return violations(page) + wider(page)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_where_nobody_is_signed_in(
    site: Site, seen: set[bytes], sign_in: SignIn, viewport: dict[str, int]
) -> None:
    page = sign_in("preventeur@carsat.demo.example", viewport)
    page.context.clear_cookies()
    found = []
    for address in (*addresses("-"), "/lien/perime", "/nulle-part", "/demo/courriels"):
        page.goto(site.address + address)
        found += violations_unseen(seen, page)
    assert found == []


def test_what_is_downloaded_is_what_live_filtering_shows(site: Site, sign_in: SignIn) -> None:
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


def test_a_long_list_can_be_read_to_its_end(site: Site, sign_in: SignIn, tmp_path: Path) -> None:
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


def test_table_and_pictures_open_on_the_case_itself(site: Site, sign_in: SignIn) -> None:
    page = sign_in("preventeur@carsat.demo.example")
    page.goto(f"{site.address}/dossiers?q=tilleuls")
    page.locator("main table th a").first.click()
    assert page.locator("#chiffres-montres svg").count() == 0
    page.get_by_role("link", name="Tableau et courbes").first.click()
    page.locator("#chiffres-montres svg").first.wait_for()
    assert page.locator("#chiffres-montres").get_by_role("table").first.is_visible()
    assert violations(page) == [] and overflow(page) == 0
