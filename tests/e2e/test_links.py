"""A link by mail in a real browser: from the form to the mail, from the mail to the button, scripts or not."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.demo.mail_folder import KeptMail, get_mail, list_mails
from tests.e2e.conftest import DESKTOP, PHONE, overflow, violations
from tests.e2e.site import Site

pytestmark = pytest.mark.browser

WHO = "directrice@employeur.demo.example"
PATIENCE = 30


def links_received(site: Site) -> list[KeptMail]:
    """The mails with a link to sign in that the person has received, newest first."""
    received = list_mails(site.folder / "demo-mails")
    return [mail for mail in received if WHO in mail.recipient and mail.subject == "Votre lien de connexion"]


def wait_for_a_link(site: Site, before: int) -> str:
    """Wait for one more mail and return the link it holds."""
    deadline = time.monotonic() + PATIENCE
    while len(found := links_received(site)) <= before:
        assert time.monotonic() < deadline, "no mail"
        time.sleep(0.2)
    mail = get_mail(site.folder / "demo-mails", found[0].name)
    assert mail
    [link] = re.findall(r"http\S+/lien/\S+", mail.text)
    return str(link)


@pytest.mark.parametrize("site", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True)
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_link_from_the_mail_to_the_desk(site: Site, browser: Browser, pictures: Path, scripts: bool) -> None:
    viewport = DESKTOP if scripts else PHONE
    context = browser.new_context(viewport=viewport, locale="fr-FR", java_script_enabled=scripts)  # type: ignore[arg-type]
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(f"{request.url} {request.headers.get('referer', '')}"))
    before = len(links_received(site))
    page.goto(f"{site.address}/connexion")
    page.get_by_role("link", name="Recevoir un lien de connexion").click()
    page.get_by_label("Adresse électronique").fill(WHO)
    page.get_by_role("button", name="Recevoir le lien").click()
    page.get_by_role("heading", name="Regardez vos courriels").wait_for()

    link = wait_for_a_link(site, before)
    secret = link.partition("#")[2]
    page.goto(link)
    page.get_by_role("heading", name="Vous connecter à Jalon").wait_for()
    field = page.get_by_label("Code du lien")
    if scripts:
        assert not field.is_visible() and field.input_value() == secret
        assert violations(page) == [] and overflow(page) == 0
        page.screenshot(path=pictures / f"lien-{site.engine}.png", full_page=True)
    else:
        page.screenshot(path=pictures / f"lien-sans-script-{site.engine}.png", full_page=True)
        field.fill(secret)
    page.get_by_role("button", name="Me connecter").click()
    page.wait_for_url(site.home)  # and no « # » carried along
    assert page.get_by_role("heading", level=1).is_visible()
    assert [one for one in asked if secret in one.partition("#")[0] or secret in one.rpartition(" ")[2]] == []
    assert secret not in (site.folder / "log").read_text()

    page.goto(link)
    page.get_by_role("heading", name="Ce lien ne sert plus").wait_for()
    context.close()
