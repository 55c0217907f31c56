"""A real browser on a running demonstration."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import postgresql
from tests.e2e.site import ROOT, Site, running_site

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = ROOT / "node_modules" / "axe-core"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
Enter = Callable[..., Page]
"""Signing in as somebody, on a screen of some size: a page of their own browser."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium, the one of the system."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield found
        found.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration on each engine in turn."""
    engine = request.param
    url = None
    if engine == "postgresql":
        server = request.getfixturevalue("postgresql_server")
        postgresql.drop_database(server, "demonstration")  # pytest comes back to an engine it had left
        url = postgresql.create_database(server, "demonstration")
    base = tmp_path_factory.getbasetemp()
    seeded = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "seeded"  # for all processes of this run
    with running_site(tmp_path_factory.mktemp(f"demo-{engine}"), engine, url, seeded) as running:
        yield running


@pytest.fixture
def sign_in(browser: Browser, site: Site) -> Iterator[Enter]:
    """Open the demonstration as somebody: `sign_in("preventeur@carsat.demo.example", PHONE)`."""
    contexts: list[BrowserContext] = []

    def open_as(email: str, viewport: dict[str, int] = DESKTOP) -> Page:
        context = browser.new_context(viewport=viewport, locale="fr-FR", bypass_csp=False)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(f"{site.address}/connexion")
        page.locator(f"form:has(input[value='{email}']) button").click()
        page.wait_for_url(site.home)
        return page

    yield open_as
    for context in contexts:
        context.close()


@pytest.fixture
def enter(browser: Browser, site: Site) -> Iterator[Enter]:
    """Sign in by the password, as anybody who has an account."""
    contexts: list[BrowserContext] = []
    password = (site.folder / "demo-password").read_text().strip()

    def open_as(email: str, viewport: dict[str, int] = DESKTOP) -> Page:
        context = browser.new_context(viewport=viewport, locale="fr-FR")  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{site.address}/connexion")
        page.get_by_label("Adresse électronique").fill(email)
        page.get_by_label("Mot de passe", exact=True).fill(password)
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url(site.home)
        return page

    yield open_as
    for context in contexts:
        context.close()
    for table in ("recovery_codes", "second_factors"):  # the other stories of this site begin without
        site.query(f"DELETE FROM {table}")


@pytest.fixture(scope="session")
def pictures(request: pytest.FixtureRequest) -> Path:
    """Where screenshots go: `--pictures docs/images` renews those of the README."""
    folder = Path(request.config.getoption("--pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page under the French reference of accessibility (RGAA)."""
    page.wait_for_load_state("load")
    page.evaluate((AXE / "axe.min.js").read_text())
    page.evaluate(f"axe.configure({{locale: {(AXE / 'locales' / 'fr.json').read_text()}}})")
    found = page.evaluate("axe.run(document, {runOnly: ['RGAAv4']})")
    return [
        f"{page.url} : {violation['id']} : {node['html'][:120]} {node['failureSummary'][:300]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the screen."""
    page.wait_for_load_state("load")
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
