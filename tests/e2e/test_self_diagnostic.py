"""A house answers its self-diagnostic: two managers, an adviser who holds the pen, a partner who reads what is shared.

On a phone, by the keyboard, through a cut network and a server that stops, on two devices at once.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Response, expect

from tests.e2e.conftest import DESKTOP, PHONE, Enter, overflow, violations
from tests.e2e.site import Site

pytestmark = pytest.mark.browser
DIRECTOR, ADVISER, OFFICER = (
    "directrice@employeur.demo.example",
    "conseiller@aract.demo.example",
    "referent@ars.demo.example",
)
COLLEAGUE = "cheffe.de.service@employeur.demo.example"
HOUSE = "Association Les Tilleuls"
THEMES, STATEMENTS = 8, 32
SAVED = "Vos réponses sont enregistrées."
FOCUSED = "(at => [at.type ?? at.tagName, at.name ?? '', at.innerText])(document.activeElement)"
NOT_YET, FOLLOWED = "0", "3"


@pytest.fixture
def colleague(site: Site) -> Iterator[None]:
    """A second manager of the house has an account."""
    known = f"(SELECT password_hash FROM users WHERE email = '{DIRECTOR}')"
    site.query(
        "INSERT INTO users (email, given_name, family_name, password_hash, is_enabled) "
        f"VALUES (:who, 'Line', 'Servant', {known}, :enabled)",
        who=COLLEAGUE,
        enabled=True,
    )
    house = f"(SELECT min(employer_id) FROM capacities c JOIN users u ON u.id = c.user_id WHERE u.email = '{DIRECTOR}')"
    site.query(
        "INSERT INTO capacities (user_id, employer_id, manager_function, job_title, is_coordinator, is_administrator, "
        f"own_departements, version) SELECT id, {house}, 'direction', 'Cheffe de service', :no, :no, '', 1 "
        "FROM users WHERE email = :who",
        who=COLLEAGUE,
        no=False,
    )
    yield


# --- What they do -------------------------------------------------------------------------------------------


def choose(page: Page, statement: str, reply: str) -> None:
    """Tick a reply of a statement, as a finger does."""
    radio = page.locator(f"input[name='reply_{statement}'][value='{reply}']")
    page.locator(f"label[for='{radio.get_attribute('id')}']").click()


def chosen(page: Page, statement: str) -> str | None:
    return page.locator(f"input[name='reply_{statement}']:checked").get_attribute("value")


def start(page: Page, site: Site) -> str:
    """Begin a round on the house; return the address of the first theme."""
    page.goto(f"{site.address}/auto-diagnostic")
    page.get_by_role("button", name="Commencer", exact=True).click()
    if not page.locator("[data-answers]").count():
        page.get_by_role("link", name="Rituels d’équipe").click()
    page.wait_for_selector("[data-answers]")
    return page.url


def answer_by_keyboard(page: Page, steps: int) -> None:
    """Answer a whole theme with Tab, arrows and Enter alone; `steps`: how many arrows from the first reply."""
    page.locator("h1").first.evaluate("one => { one.tabIndex = -1; one.focus() }")
    answered = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        kind, name, text = page.evaluate(FOCUSED)
        if kind == "radio" and name not in answered:
            page.keyboard.press("Space")
            for _ in range(steps):
                page.keyboard.press("ArrowRight")
            answered.add(name)
        if kind == "submit" and text.strip() in ("Continuer", "Terminer ce tour de questions"):
            break
    assert len(answered) == STATEMENTS // THEMES
    expect(page.get_by_text(SAVED)).to_be_visible()
    before = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)


def answer_all(page: Page, first: str, steps: int = 2) -> None:
    page.goto(first)
    for _ in range(THEMES):
        assert overflow(page) == 0
        answer_by_keyboard(page, steps)


def share_summary_with(page: Page, organisation: str) -> None:
    page.get_by_label(organisation).check()
    page.get_by_label("Une synthèse par thème").check()
    page.get_by_role("button", name=re.compile("^(Terminer|Partager)$")).click()
    expect(page.get_by_text("C’est partagé avec les organismes que vous avez choisis")).to_be_visible()


def told_to(page: Page, site: Site, case: str) -> str:
    """What this reader's pages say of the house: its case, their list of self-diagnostics, what a search finds."""
    texts = []
    for path in (case, "/auto-diagnostic", "/employeurs?q=Tilleuls"):
        page.goto(f"{site.address}{path}")
        texts.append(page.locator("main").inner_text())
    return "\n".join(texts)


# --- The story ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("site", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True)
def test_a_house_answers_and_shares_what_it_wants(site: Site, sign_in: Enter, enter: Enter, colleague: None) -> None:
    phone, officer = sign_in(DIRECTOR, PHONE), sign_in(OFFICER, DESKTOP)
    case = "/dossiers/" + str(site.query("SELECT min(id) FROM cases")[0][0])
    first = start(phone, site)
    assert violations(phone) == []

    through_a_cut_network(phone)
    with site.stopped():
        choose(phone, "T1b", FOLLOWED)
        expect(phone.get_by_text("gardée dans ce navigateur")).to_be_visible()
    expect(phone.get_by_text(SAVED)).to_be_visible(timeout=20_000)
    phone.reload()
    assert (chosen(phone, "T1a"), chosen(phone, "T1b")) == (NOT_YET, FOLLOWED)
    on_two_devices(phone, sign_in(DIRECTOR, DESKTOP), first)

    answer_all(phone, first)
    assert "non partagé" in told_to(officer, site, case)
    second = enter(COLLEAGUE, PHONE)
    second.goto(first.rsplit("/feuilles", 1)[0])
    second.get_by_role("link", name="Y participer").or_(second.get_by_role("button", name="Y participer")).click()
    second.get_by_role("button", name="Répondre").click()
    with_the_pen(second, sign_in(ADVISER, DESKTOP), site)

    phone.goto(f"{site.address}/auto-diagnostic")
    phone.get_by_role("link", name="Reprendre").or_(phone.get_by_role("button", name="Reprendre")).click()
    phone.get_by_role("button", name="Lire le résultat").or_(phone.get_by_role("link", name="Lire le résultat")).click()
    expect(phone.get_by_role("heading", name="Là où vous voyez les choses autrement")).to_be_visible()
    assert violations(phone) == [] and overflow(phone) == 0
    result = phone.url

    phone.goto(result.replace("/resultat", "/partage"))
    share_summary_with(phone, "ARS Nouvelle-Aquitaine")
    assert "partagé par l’employeur le" in told_to(officer, site, case)
    officer.goto(f"{site.address}/auto-diagnostic")
    officer.get_by_role("link", name=f"{HOUSE} : une synthèse par thème").click()
    shared = officer.url
    read = officer.locator("main").inner_text()
    assert "Rituels d’équipe" in read and "Énoncé par énoncé" not in read

    phone.goto(result.replace("/resultat", "/partage"))
    phone.get_by_role("button", name="Retirer").click()
    if phone.get_by_role("dialog").count():
        phone.get_by_role("dialog").get_by_role("button", name="Retirer").click()
    expect(phone.get_by_text("C’est retiré")).to_be_visible()
    assert "partagé par l’employeur le" not in told_to(officer, site, case)
    officer.goto(shared)
    assert officer.get_by_role("heading", level=1).inner_text() != HOUSE and "Rituels d’équipe" not in officer.content()


def through_a_cut_network(phone: Page) -> None:
    """An answer given without a network waits, the page says so and stays; it leaves when the network is back."""
    phone.context.set_offline(True)
    choose(phone, "T1a", NOT_YET)
    expect(phone.get_by_text("gardée dans ce navigateur")).to_be_visible()
    phone.get_by_role("button", name="Continuer").click()
    expect(phone.get_by_text("rien n’est perdu")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.get_by_text(SAVED)).to_be_visible(timeout=20_000)


def on_two_devices(phone: Page, desk: Page, theme: str) -> None:
    """What was given last stands, whichever device was heard last; the other is told."""
    for page in (phone, desk):
        page.goto(theme)
    phone.context.set_offline(True)
    choose(phone, "T1c", NOT_YET)
    expect(phone.get_by_text("gardée dans ce navigateur")).to_be_visible()
    choose(desk, "T1c", FOLLOWED)
    expect(desk.get_by_text(SAVED)).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.get_by_text("Une réponse plus récente a été donnée ailleurs")).to_be_visible(timeout=20_000)
    desk.reload()
    assert (chosen(phone, "T1c"), chosen(desk, "T1c")) == (FOLLOWED, FOLLOWED)


def with_the_pen(manager: Page, adviser: Page, site: Site) -> None:
    """The adviser enters the answers of a manager who lent the pen, and each keeps the adviser's name."""
    manager.goto(f"{site.address}/auto-diagnostic")
    manager.get_by_role("button", name="Reprendre").or_(manager.get_by_role("link", name="Reprendre")).click()
    manager.get_by_text("Confier la plume").first.click()
    manager.get_by_label("Organisme").select_option(label="Aract Nouvelle-Aquitaine")
    manager.get_by_role("button", name="Confier la plume").click()
    adviser.goto(f"{site.address}/auto-diagnostic")
    adviser.get_by_role("link", name="pour Line Servant").click()
    expect(adviser.get_by_text("Vous tenez la plume pour Line Servant")).to_be_visible()
    answer_all(adviser, adviser.url, steps=0)
    names = site.query(
        "SELECT DISTINCT u.email FROM self_diagnostic_answers a JOIN users u ON u.id = a.entered_by_id "
        "JOIN self_diagnostic_sheets s ON s.id = a.sheet_id JOIN users m ON m.id = s.user_id WHERE m.email = :who",
        who=COLLEAGUE,
    )
    assert [one[0] for one in names] == [ADVISER]


# --- Leaving ------------------------------------------------------------------------------------------------

KEPT = "Object.keys(localStorage).filter(name => name.startsWith('jalon-feuille-')).length"
SIGNED_OUT = "Vous êtes déconnecté."


def cut(page: Page) -> None:
    """The answers do not get through any more; the pages do."""
    page.route("**/reponses", lambda route: route.abort())


def press_sign_out(page: Page) -> None:
    if page.locator("[data-menu-toggle]").is_visible():
        page.locator("[data-menu-toggle]").click()
    page.locator(".jalon-account__summary").click()
    page.locator(".jalon-account__panel").get_by_role("button", name="Se déconnecter").click()


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_what_could_not_leave_is_asked_about_then_erased(site: Site, sign_in: Enter) -> None:
    page = sign_in(DIRECTOR, PHONE)
    address = start(page, site)
    cut(page)
    choose(page, "T1a", NOT_YET)
    expect(page.locator("[data-answers-state]")).to_contain_text("Une réponse est gardée")

    page.goto(f"{site.address}/compte")  # the question comes on every page, whatever the button
    page.get_by_role("main").get_by_role("button", name="Se déconnecter").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Une réponse n’est pas encore enregistrée")
    assert violations(page) == []
    dialog.get_by_role("button", name="Annuler").click()
    page.goto(address)
    choose(page, "T1b", NOT_YET)
    expect(page.locator("[data-answers-state]")).to_contain_text("2 réponses sont gardées")

    press_sign_out(page)
    expect(page.get_by_role("dialog")).to_contain_text("2 réponses ne sont pas encore enregistrées")
    assert page.evaluate(KEPT) == 1
    page.get_by_role("dialog").get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text(SIGNED_OUT)).to_be_visible()
    assert page.evaluate(KEPT) == 0


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_what_can_leave_leaves_first_and_nothing_is_asked(site: Site, sign_in: Enter) -> None:
    page = sign_in(DIRECTOR)
    start(page, site)
    saved: list[Response] = []
    page.on("response", lambda one: saved.append(one) if one.url.endswith("/reponses") else None)
    page.locator("[data-statement] summary").first.click()
    page.locator("[data-statement] textarea").first.fill("Écrit juste avant de partir.")
    press_sign_out(page)  # before the pause after which a text is sent by itself
    expect(page.get_by_text(SIGNED_OUT)).to_be_visible()
    assert [one.status for one in saved] == [200]


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_a_way_out_that_the_network_cuts_keeps_what_waits(site: Site, sign_in: Enter) -> None:
    page = sign_in(DIRECTOR)
    address = start(page, site)
    cut(page)
    choose(page, "T1a", NOT_YET)
    expect(page.locator("[data-answers-state]")).to_contain_text("Une réponse est gardée")
    page.route("**/deconnexion", lambda route: route.abort())
    press_sign_out(page)
    page.get_by_role("dialog").get_by_role("button", name="Se déconnecter").click()
    page.wait_for_timeout(500)
    page.goto(address)
    assert page.evaluate(KEPT) == 1
