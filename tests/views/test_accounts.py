"""Signing in and out, the choice of a capacity, the accounts of the demonstration."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

import config
from app import create_app
from app.demo.accounts import demo_accounts
from app.extensions import db
from app.models import Capacity, User
from tests.conftest import NOW, Databases
from tests.factories import PASSWORD, make_organisation, make_user
from tests.pages import Browser, Page
from tests.world import World
from workflows.roles import Role


class Demonstration(config.Testing):
    """The demonstration, on the database of the tests."""

    DEMO = True


@pytest.fixture
def demo(app: Flask, databases: Databases) -> Iterator[FlaskClient]:
    """A client of the demonstration, where somebody has the address of its first account."""
    settings = Demonstration()
    settings.SQLALCHEMY_DATABASE_URI = databases.url
    shown = create_app(settings)
    shown.test_client_class = app.test_client_class
    with shown.app_context():
        user = make_user("personne", make_organisation(Role.CARSAT, "Carsat de démonstration"))
        user.email = demo_accounts(shown)[0].email
        db.session.commit()
        yield shown.test_client()
        db.session.remove()
        db.engine.dispose()


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, suite: str = "") -> Page:
    address = f"/connexion?suite={suite}" if suite else "/connexion"
    fields = Page(client.get(address)).fields("")
    return Page(client.post(address, data={**fields, "email": f"{name}@test.example", "password": password}))


def test_the_sign_in_page_has_no_menu_and_asks_for_two_things(client: FlaskClient) -> None:
    page = Page(client.get("/connexion"))
    assert page.title == "Connexion" and not page.tree.xpath("//nav")
    assert set(page.form().fields) == {"csrf_token", "email", "password"}
    assert page.links("/mot-de-passe-oublie") and page.links("/connexion/lien")


def test_an_empty_form_says_what_is_missing(client: FlaskClient) -> None:
    fields = Page(client.get("/connexion")).fields()
    page = Page(client.post("/connexion", data=fields))
    assert page.status == 422
    assert page.tree.xpath("//a[@href='#email']") and page.tree.xpath("//a[@href='#password']")


@pytest.mark.parametrize("target", ["/aide/droits", "/dossiers?state=ouverts"])
def test_one_comes_back_to_the_page_that_was_asked(client: FlaskClient, target: str) -> None:
    assert sign_in(client, "preventeur", suite=target).location == target


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "evil.example"]
)
def test_one_is_never_sent_elsewhere(client: FlaskClient, target: str) -> None:
    assert sign_in(client, "preventeur", suite=target).location == "/"


def test_a_page_that_asks_to_sign_in_says_so(client: FlaskClient) -> None:
    answer = client.get("/dossiers", follow_redirects=True)
    assert "Connectez-vous pour ouvrir cette page." in Page(answer).text


def test_a_wrong_password_an_unknown_address_and_a_closed_account_read_the_same(
    client: FlaskClient, world: World, statements: list[str]
) -> None:
    world.user("aract").is_enabled = False
    db.session.commit()
    told = []
    for name, password in (("preventeur", "à côté"), ("inconnu", "à côté"), ("aract", PASSWORD)):
        statements.clear()
        page = sign_in(client, name, password)
        assert page.status == 422 and "ne correspond pas" in page.text
        told.append((page.text, len(statements)))
    assert told[0] == told[1] == told[2]


@pytest.mark.parametrize("name", ["preventeur", "inconnu"])
def test_after_five_guesses_one_waits_longer_and_longer(client: FlaskClient, name: str) -> None:
    for _ in range(5):
        assert sign_in(client, name, "à côté").status == 422
    refused = sign_in(client, name)
    assert refused.status == 429 and "suspendues pendant 30\xa0secondes" in refused.response.text
    assert refused.response.headers["Retry-After"] in ("29", "30")
    with time_machine.travel(NOW + timedelta(seconds=31)):
        assert sign_in(client, name, "à côté").status == 422
        assert "1\xa0minute" in sign_in(client, name).response.text
    with time_machine.travel(NOW + timedelta(minutes=20)):
        assert sign_in(client, name).status == (302 if name == "preventeur" else 422)


def test_guesses_made_elsewhere_keep_nobody_out_of_a_device_already_used(app: Flask, client: FlaskClient) -> None:
    assert sign_in(client, "preventeur").status == 302
    somebody_else = app.test_client()
    for _ in range(6):
        last = sign_in(somebody_else, "preventeur", "à côté")
    assert last.status == 429
    assert sign_in(client, "preventeur").status == 302


def test_a_success_forgets_the_guesses_before_it(client: FlaskClient) -> None:
    for _ in range(3):
        for _ in range(4):
            assert sign_in(client, "preventeur", "à côté").status == 422
        assert sign_in(client, "preventeur").status == 302
        client.delete_cookie("jalon-appareil")


@pytest.mark.parametrize("address", ["/mot-de-passe-oublie", "/connexion/lien"])
def test_links_that_are_asked_for_are_counted_too(client: FlaskClient, address: str) -> None:
    fields = Page(client.get(address)).fields()
    asked = [
        client.post(address, data={**fields, "email": f"{one}@test.example"}) for one in ("Inconnu", "inconnu") * 3
    ]
    free = 3 if "oublie" in address else 5
    assert [answer.status_code for answer in asked] == [200] * free + [429] * (6 - free)


def test_what_was_typed_is_never_sent_back(client: FlaskClient) -> None:
    page = sign_in(client, "preventeur", "un-secret-tapé")
    assert "un-secret-tapé" not in page.response.text


def test_signing_out_closes_every_page(browse: Callable[[str], Browser]) -> None:
    browser = browse("preventeur")
    assert browser.send("/deconnexion").location == "/connexion"
    assert urlsplit(browser.get("/dossiers").location or "").path == "/connexion"


@pytest.mark.parametrize("address", ["/connexion", "/connexion/lien", "/mot-de-passe-oublie", "/demo/connexion"])
def test_a_form_without_its_token_is_refused_in_french(client: FlaskClient, address: str) -> None:
    page = Page(client.post(address, data={"email": "preventeur@test.example", "password": PASSWORD}))
    assert page.status == 400
    assert "rechargez-la, puis recommencez" in page.text


# --- The demonstration -----------------------------------------------------------------------------------


def test_outside_the_demonstration_there_is_nobody_to_choose(client: FlaskClient) -> None:
    page = Page(client.get("/connexion"))
    assert not page.tree.xpath("//form[contains(@action, '/demo/')]")
    answer = client.post("/demo/connexion", data={**page.fields(), "email": "preventeur@test.example"})
    assert answer.status_code == 404


def test_the_demonstration_offers_one_button_for_each_account(demo: FlaskClient) -> None:
    page = Page(demo.get("/connexion"))
    buttons = page.tree.xpath("//form[contains(@action, '/demo/connexion')]//button")
    accounts = demo_accounts(demo.application)
    assert page.title == "Qui voulez-vous être ?"
    assert len(buttons) == len(accounts) > 5
    for button, account in zip(buttons, accounts, strict=True):
        words = " ".join(button.text_content().split())
        assert account.name in words and account.role in words and account.organisation in words


def test_a_button_signs_in_and_keeps_the_page_that_was_asked(demo: FlaskClient) -> None:
    page = Page(demo.get("/connexion?suite=/aide/droits"))
    form = page.form("/demo/connexion")
    answer = demo.post(form.action, data=page.fields("/demo/connexion"))
    assert answer.headers["Location"] == "/aide/droits"
    assert "Personne Testeur" in organisation_shown(Page(demo.get("/aide")))


def test_the_demonstration_opens_its_own_accounts_only(demo: FlaskClient) -> None:
    fields = Page(demo.get("/connexion")).fields("/demo/connexion")
    answer = demo.post("/demo/connexion", data={**fields, "email": "preventeur@test.example"})
    assert answer.status_code == 404


# --- Several capacities ------------------------------------------------------------------------------------


@pytest.fixture
def twofold(world: World) -> User:
    """The préventeur, who is also the ARS's agent for the same territory."""
    user = world.user("preventeur")
    user.capacities.append(Capacity(organisation=world.organisation("ARS Poitou")))
    db.session.commit()
    return user


def organisation_shown(page: Page) -> str:
    return " ".join(page.tree.xpath("string(//*[contains(@class, 'jalon-account__summary')])").split())


@pytest.mark.usefixtures("twofold")
def test_a_person_with_two_capacities_changes_from_one_to_the_other(browse: Callable[[str], Browser]) -> None:
    browser = browse("preventeur")
    home = browser.get("/aide")
    assert "Carsat Poitou" in organisation_shown(home) and "/fonctions" in home.links()
    page = browser.get("/fonctions")
    [chosen] = page.tree.xpath("//input[@id = //label[normalize-space() = 'ARS Poitou']/@for]/@value")
    answer = browser.fill("/fonctions", capacity=chosen)
    assert answer.location == "/"
    assert "ARS Poitou" in organisation_shown(browser.get("/aide"))


@pytest.mark.usefixtures("twofold")
def test_nobody_takes_the_capacity_of_another(browse: Callable[[str], Browser], world: World) -> None:
    browser = browse("preventeur")
    answer = browser.fill("/fonctions", capacity=str(world.actor("admin").capacity_id))
    assert answer.status == 422
    assert "Carsat Poitou" in organisation_shown(browser.get("/aide"))


def test_with_one_capacity_there_is_nothing_to_change(browse: Callable[[str], Browser]) -> None:
    assert "/fonctions" not in browse("preventeur").get("/aide").links()
