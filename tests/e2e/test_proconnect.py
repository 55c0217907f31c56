"""ProConnect in a real browser: out, back, and out again, under the policy that our pages set for it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from app.extensions import db
from tests.e2e.conftest import DESKTOP, PHONE, overflow, violations
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, FakeProvider, running_provider
from tests.world import World

pytestmark = pytest.mark.browser

SIRET = "13000000000015"


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with running_provider() as running:
        running.person |= {"email": "preventeur@test.example", "siret": SIRET}
        yield running


@pytest.fixture
def address(app: Flask, world: World, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The application served, with its provider."""
    world.organisation("Carsat Poitou").siret = SIRET
    db.session.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    public = f"http://127.0.0.1:{server.server_port}"
    settings = {"OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": CLIENT_ID, "OIDC_CLIENT_SECRET": CLIENT_SECRET}
    for name, value in {**settings, "PUBLIC_URL": public}.items():
        monkeypatch.setitem(app.config, name, value)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield public
    server.shutdown()
    server.server_close()
    app.extensions.pop("openid", None)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_in_and_out(
    browser: Browser, address: str, provider: FakeProvider, pictures: Path, viewport: dict[str, int]
) -> None:
    context = browser.new_context(viewport=viewport, locale="fr-FR")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/connexion?suite=/aide/droits")
    assert violations(page) == [] and overflow(page) == 0
    page.screenshot(path=pictures / f"proconnect-{viewport['width']}.png", full_page=True)
    page.get_by_role("button", name="Se connecter avec ProConnect").click()
    page.wait_for_url(f"{address}/aide/droits")
    if viewport is PHONE:
        page.get_by_role("button", name="Menu").click()
    page.get_by_text("Preventeur Testeur").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{address}/connexion")
    page.get_by_text("Vous êtes déconnecté.").wait_for()
    assert provider.asked[-1] == "/end"  # the browser did go there, and came back
    provider.person |= {"sub": "sub-2", "email": "inconnue@test.example"}
    page.get_by_role("button", name="Se connecter avec ProConnect").click()
    page.get_by_role("heading", name="Aucun compte n’est ouvert à votre nom").wait_for()
    assert violations(page) == [] and overflow(page) == 0
    page.screenshot(path=pictures / f"proconnect-inconnu-{viewport['width']}.png", full_page=True)
    context.close()
