"""Following a link: the page first, the button next, once; asking for one never says who has an account."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.actions.magic_links import make_secret, send
from app.extensions import db
from app.models import LinkPurpose, MagicLink, OutboxMail, SecondFactor, User
from tests.conftest import NOW
from tests.factories import PASSWORD
from tests.pages import Browser, Page
from tests.world import World

NEW_PASSWORD = "quatre mots que personne ne lie"
DEAD = (404, "Ce lien ne sert plus")

Make = Callable[..., tuple[str, str]]


@pytest.fixture
def make(app: Flask, world: World) -> Make:
    """Send a link to somebody and return its address and its secret, as the mail would hold them."""

    def made(purpose: LinkPurpose, name: str = "directrice", **values: object) -> tuple[str, str]:
        user, key = world.user(name), app.config["SECRET_KEY"]
        sent = send(user.email, purpose, user=user, secret_key=key, now=NOW, **values)  # type: ignore[arg-type]
        db.session.commit()
        reference = sent.link.reference
        return f"/lien/{reference}", make_secret(reference, key) + (f" {sent.code}" if sent.code else "")

    return made


def press(client: FlaskClient, address: str, secret: str, **values: str) -> Page:
    """Open the page and press its button."""
    fields = Page(client.get(address)).fields("/lien/")
    return Page(client.post(address, data={**fields, "secret": secret, **values}))


def who(client: FlaskClient) -> str:
    shown = Page(client.get("/aide")).tree.xpath("string(//*[contains(@class, 'jalon-account__summary')])")
    return " ".join(shown.split())


def sign_in(client: FlaskClient, name: str, password: str) -> int:
    fields = Page(client.get("/connexion")).fields("")
    data = {**fields, "email": f"{name}@test.example", "password": password}
    return client.post("/connexion", data=data).status_code


def test_a_link_does_not_stand_for_the_second_factor(client: FlaskClient, world: World, make: Make) -> None:
    """Neither the one that signs in, nor the one that changes a forgotten password."""
    person = world.user("directrice")
    person.second_factor = SecondFactor(user_id=person.id, secret="x", created_at=NOW, confirmed_at=NOW)
    assert press(client, *make(LinkPurpose.SIGN_IN)).status == 302
    assert (client.get("/").location or "").startswith("/verification")
    other = client.application.test_client()
    assert press(other, *make(LinkPurpose.PASSWORD), password=NEW_PASSWORD).location == "/connexion"
    assert sign_in(other, "directrice", NEW_PASSWORD) == 302
    assert (other.get("/").location or "").startswith("/verification")


# --- Asking ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/connexion/lien", "/mot-de-passe-oublie"])
def test_asking_never_says_whether_the_account_exists(client: FlaskClient, world: World, address: str) -> None:
    world.user("admin").is_enabled = False
    db.session.commit()
    pages = {}
    for name in ("directrice", "inconnue", "admin"):
        fields = Page(client.get(address)).fields()
        pages[name] = Page(client.post(address, data={**fields, "email": f"{name}@test.example"}))
    assert {page.status for page in pages.values()} == {200}
    assert len({page.text.replace(f"{name}@", "x@") for name, page in pages.items()}) == 1
    assert db.session.scalars(select(OutboxMail.user_id)).all() == [world.user("directrice").id]


def test_asking_keeps_what_was_typed_when_something_is_missing(client: FlaskClient) -> None:
    page = Page(client.post("/connexion/lien", data=Page(client.get("/connexion/lien")).fields()))
    assert page.status == 422 and page.tree.xpath("//a[@href='#email']")


def test_one_comes_back_to_the_page_that_was_asked(client: FlaskClient, app: Flask, world: World) -> None:
    [address] = Page(client.get("/connexion?suite=/dossiers")).links("/connexion/lien")
    fields = Page(client.get(address)).fields()
    client.post(address, data={**fields, "email": "directrice@test.example"})
    link = db.session.scalars(select(MagicLink)).one()
    secret = make_secret(link.reference, app.config["SECRET_KEY"])
    assert press(client, f"/lien/{link.reference}", secret).location == "/dossiers"


# --- Following ------------------------------------------------------------------------------------------------


def test_looking_at_a_link_changes_nothing(app: Flask, client: FlaskClient, make: Make) -> None:
    address, secret = make(LinkPurpose.SIGN_IN)
    for _ in range(3):  # a scanner, with no cookie of its own
        scanner = app.test_client()
        assert (scanner.get(address).status_code, scanner.head(address).status_code) == (200, 200)
        assert scanner.get(f"{address}?secret={secret}").status_code == 200
        assert who(scanner) == ""
    assert press(client, address, secret).location == "/"
    assert "Directrice Testeur" in who(client)


def test_the_page_says_what_will_happen_and_to_whom_it_does_not_say(client: FlaskClient, make: Make) -> None:
    address, secret = make(LinkPurpose.SIGN_IN)
    page = Page(client.get(address))
    assert page.title == "Vous connecter à Jalon" and "ne servira plus ensuite" in page.main
    assert len(page.tree.xpath("//main//form//button")) == 1
    assert "directrice" not in page.text and secret not in page.response.text
    assert page.form("/lien/").action == address  # without the « # », which a redirection would carry along


def test_a_link_signs_in_once(app: Flask, client: FlaskClient, make: Make) -> None:
    address, secret = make(LinkPurpose.SIGN_IN)
    fields = Page(client.get(address)).fields("/lien/")
    other = app.test_client()
    others_fields = Page(other.get(address)).fields("/lien/")
    assert client.post(address, data={**fields, "secret": secret}).status_code == 302
    second = Page(other.post(address, data={**others_fields, "secret": secret}))
    assert (second.status, second.title) == DEAD and who(other) == ""
    again = Page(client.get(address))
    assert (again.status, again.title) == DEAD


def test_a_second_click_by_the_same_person_goes_on(client: FlaskClient, make: Make) -> None:
    address, secret = make(LinkPurpose.SIGN_IN)
    assert press(client, address, secret).location == "/"
    fields = Page(client.get("/fonctions")).fields()
    again = client.post(address, data={"csrf_token": fields["csrf_token"], "secret": secret})
    assert again.headers["Location"] == "/"


def test_wrong_old_used_and_unknown_are_one_page(app: Flask, client: FlaskClient, make: Make) -> None:
    address, secret = make(LinkPurpose.SIGN_IN)
    wrong = press(client, address, "A" * 28)
    fields = Page(client.get(address)).fields("/lien/")
    with time_machine.travel(NOW + timedelta(minutes=31)):
        old = Page(client.post(address, data={**fields, "secret": secret}))
    unknown = Page(client.get("/lien/" + "x" * 22))
    foreign = Page(client.get(make(LinkPurpose.STATUS_REPLY)[0]))  # followed elsewhere
    press(client, address, secret)
    used = Page(app.test_client().get(address))
    pages = (wrong, old, unknown, foreign)
    assert {(page.status, page.title) for page in (*pages, used)} == {DEAD}
    assert len({page.main for page in (*pages, used)}) == 1
    assert {"/connexion/lien", "/mot-de-passe-oublie"} <= set(used.links())


def test_without_the_secret_the_page_asks_for_it(client: FlaskClient, make: Make) -> None:
    address, _ = make(LinkPurpose.SIGN_IN)
    page = press(client, address, "")
    assert page.status == 422 and page.tree.xpath("//a[@href='#secret']")


def test_a_refused_form_does_not_repeat_the_secret(client: FlaskClient, make: Make) -> None:
    address, secret = make(LinkPurpose.SIGN_IN)
    page = Page(client.post(address, data={"secret": secret}))
    assert page.status == 400 and secret not in page.response.text


# --- A forgotten password ---------------------------------------------------------------------------------------


def test_a_link_changes_the_password_once(client: FlaskClient, make: Make) -> None:
    address, secret = make(LinkPurpose.PASSWORD)
    pending, _ = make(LinkPurpose.SIGN_IN)
    assert press(client, address, secret, password=NEW_PASSWORD).location == "/connexion"
    assert who(client) == ""
    assert Page(client.get(address)).status == Page(client.get(pending)).status == 404
    assert sign_in(client, "directrice", PASSWORD) == 422
    assert sign_in(client, "directrice", NEW_PASSWORD) == 302


def test_a_short_password_is_refused_and_the_link_still_good(client: FlaskClient, make: Make) -> None:
    address, secret = make(LinkPurpose.PASSWORD)
    page = press(client, address, secret, password="court")
    assert page.status == 422 and "au moins 12 caractères" in page.text and page.tree.xpath("//a[@href='#password']")
    assert page.fields("/lien/")["secret"] == secret
    assert press(client, address, secret, password=NEW_PASSWORD).location == "/connexion"


def test_a_new_password_closes_the_sessions_opened_with_the_former(app: Flask, client: FlaskClient, make: Make) -> None:
    elsewhere = Browser(app, "directrice")
    address, secret = make(LinkPurpose.PASSWORD)
    press(client, address, secret, password=NEW_PASSWORD)
    assert (elsewhere.get("/dossiers").location or "").startswith("/connexion")


# --- An invitation ------------------------------------------------------------------------------------------------


@pytest.fixture
def invited(world: World) -> User:
    """An account that an administrator has opened, and nobody has entered."""
    user = world.user("directrice")
    user.password_hash = None
    db.session.commit()
    return user


@pytest.mark.usefixtures("invited")
def test_an_invitation_sets_a_password_and_lets_in(client: FlaskClient, make: Make) -> None:
    address, secret = make(LinkPurpose.INVITATION)
    page = Page(client.get(address))
    assert page.title == "Ouvrir votre compte" and "ProConnect" not in page.main
    assert press(client, address, secret, password=NEW_PASSWORD).location == "/"
    assert "Directrice Testeur" in who(client)
    assert sign_in(client, "directrice", NEW_PASSWORD) == 302


@pytest.mark.usefixtures("invited")
def test_an_invitation_offers_proconnect_where_there_is_one(
    app: Flask, client: FlaskClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "OIDC_ISSUER", "https://fournisseur.example")
    page = Page(client.get(make(LinkPurpose.INVITATION)[0]))
    assert page.links("/connexion/proconnect")


def test_an_invitation_with_a_code_said_aloud(client: FlaskClient, make: Make) -> None:
    address, both = make(LinkPurpose.INVITATION, needs_second_factor=True)
    secret, code = both.split()
    wrong = press(client, address, secret, password=NEW_PASSWORD, code="12")
    assert wrong.status == 422 and wrong.tree.xpath("//a[@href='#code']")
    assert db.session.scalars(select(MagicLink.code_tries)).all() == [1]
    assert press(client, address, secret, password=NEW_PASSWORD, code=code).location == "/"


def test_five_wrong_codes_end_the_link(client: FlaskClient, make: Make) -> None:
    address, both = make(LinkPurpose.INVITATION, needs_second_factor=True)
    secret, code = both.split()
    statuses = [press(client, address, secret, password=NEW_PASSWORD, code="12").status for _ in range(5)]
    assert statuses == [422] * 5
    page = press(client, address, secret, password=NEW_PASSWORD, code=code)
    assert (page.status, page.title) == DEAD
