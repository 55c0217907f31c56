"""One's own account in a real browser, on a phone: second factor, recovery codes, the lock, sessions."""

import re
import time
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, overflow, violations
from tests.e2e.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("site", ["sqlite"], indirect=True)]
SOMEBODY = "preventeur@carsat.demo.example"
TYPED = "Une phrase que personne ne veut écrire deux fois."


def check(page: Page) -> None:
    assert violations(page) == []
    assert overflow(page) == 0


def password_of(site: Site) -> str:
    return (site.folder / "demo-password").read_text().strip()


def enter(page: Page, site: Site) -> None:
    """Sign in with the address and the password, as outside the demonstration."""
    page.goto(f"{site.address}/connexion")
    page.get_by_label("Adresse électronique").fill(SOMEBODY)
    page.get_by_label("Mot de passe", exact=True).fill(password_of(site))
    page.get_by_role("button", name="Se connecter").click()


def leave_aside(site: Site) -> None:
    """Make every session one that nobody has used for a while."""
    site.query("UPDATE user_sessions SET seen_at = datetime(seen_at, '-40 minutes')")


def a_note(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/dossiers")
    page.locator("main table a").first.click()
    page.goto(f"{page.url}/notes/nouvelle")
    page.locator("textarea").first.fill(TYPED)


def test_enrol_sign_in_with_a_code_unlock_and_leave(site: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in(SOMEBODY, PHONE)
    page.context.clear_cookies()
    enter(page, site)
    page.goto(f"{site.address}/compte")
    check(page)
    page.get_by_role("link", name=re.compile("Ajouter")).click()
    check(page)
    page.get_by_role("button", name="Commencer").click()
    check(page)
    page.get_by_text("Impossible de le scanner").click()
    totp = pyotp.TOTP(page.locator(".jalon-key").inner_text().replace(" ", ""))
    page.get_by_label("Code", exact=True).fill(totp.now())
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos codes de secours")
    check(page)
    recovery = page.locator(".jalon-codes li").all_inner_texts()
    page.get_by_role("button", name="C’est noté, continuer").click()

    page.get_by_role("button", name="Se déconnecter").last.click()
    enter(page, site)
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre second facteur")
    check(page)
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Vérifier").click()
    check(page)
    page.get_by_label("Code", exact=True).fill(totp.at(int(time.time()) + 30))
    page.get_by_role("button", name="Vérifier").click()
    page.wait_for_url(f"{site.address}/")

    a_note(page, site)
    leave_aside(site)
    page.get_by_role("button", name=re.compile("^(Garder|Enregistrer|Noter)")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Session verrouillée")
    check(page)
    page.get_by_label("Mot de passe", exact=True).fill(password_of(site))
    page.get_by_role("button", name="Déverrouiller").click()
    expect(page.get_by_text(TYPED).first).to_be_visible()

    page.goto(f"{site.address}/compte/second-facteur/suppression")
    check(page)
    page.get_by_label("Votre mot de passe").fill(password_of(site))
    page.get_by_role("button", name="Retirer").click()
    page.goto(f"{site.address}/compte/mot-de-passe")
    check(page)
    page.goto(f"{site.address}/aide/securite")
    check(page)
    assert len(recovery) == 10


def test_the_page_of_who_went_away_is_covered_and_unlocked_in_place(site: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in(SOMEBODY, PHONE)
    page.context.clear_cookies()
    page.clock.install()
    enter(page, site)
    page.wait_for_url(f"{site.address}/")
    a_note(page, site)
    leave_aside(site)
    page.clock.fast_forward("31:00")
    cover = page.get_by_role("dialog")
    expect(cover.get_by_role("heading")).to_have_text("Page verrouillée")
    page.keyboard.press("Escape")
    expect(cover).to_be_visible()
    check(page)
    cover.get_by_label("Mot de passe").fill("à côté")
    cover.get_by_role("button", name="Déverrouiller").click()
    expect(cover.get_by_role("alert")).to_contain_text("reste verrouillée")
    cover.get_by_label("Mot de passe").fill(password_of(site))
    page.keyboard.press("Enter")
    expect(cover).to_have_count(0)
    assert page.locator("textarea").first.input_value() == TYPED
    page.get_by_role("button", name=re.compile("^(Garder|Enregistrer|Noter)")).click()
    expect(page.get_by_text(TYPED).first).to_be_visible()


def test_a_download_in_the_demonstration_says_what_it_skips(site: Site, sign_in: Callable[..., Page]) -> None:
    page = sign_in("coordinatrice@ars.demo.example", PHONE)
    page.goto(f"{site.address}/dossiers?sector=public")
    page.get_by_role("link", name="Télécharger (XLSX)").or_(page.get_by_role("button", name="Télécharger")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre second facteur")
    check(page)
    page.get_by_role("button", name="Continuer sans code").click()
    page.wait_for_url(f"{site.address}/dossiers?sector=public")
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger (XLSX)").or_(page.get_by_role("button", name="Télécharger")).click()
    assert download.value.suggested_filename.startswith("dossiers-")
