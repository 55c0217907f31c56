"""Signing in with ProConnect, against a provider that speaks the protocol over HTTP."""

import base64
import hmac
import json
import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import func, select

from app.actions import magic_links
from app.actions.openid import unlink
from app.extensions import db
from app.models import LinkPurpose, MagicLink, User, UserIdentity
from tests.conftest import NOW
from tests.factories import make_user
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, FakeProvider, running_provider
from tests.pages import Page
from tests.world import World

SIRET, OTHER_SIRET = "13000000000015", "13000000000023"
BACK = "/connexion/proconnect/retour"


@pytest.fixture
def provider(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    """The provider where the préventeur is signed in; the Carsat and the ARS have their SIRET."""
    world.organisation("Carsat Poitou").siret = SIRET
    world.organisation("ARS Poitou").siret = OTHER_SIRET
    db.session.commit()
    with running_provider() as running:
        running.person |= {"email": "Preventeur@test.example", "siret": SIRET}
        settings = {"ISSUER": running.issuer, "CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET, "TIMEOUT": 3.0}
        for name, value in settings.items():
            monkeypatch.setitem(app.config, f"OIDC_{name}", value)
        yield running
    app.extensions.pop("openid", None)


def go(client: FlaskClient, suite: str = "") -> str:
    """Leave for the provider; return the address the browser is sent to."""
    answer = client.get("/connexion/proconnect" + (f"?suite={suite}" if suite else ""))
    assert answer.status_code == 302, Page(answer).text
    return str(answer.headers["Location"])


def come_and_go(client: FlaskClient, provider: FakeProvider, suite: str = "", **changes: str) -> Page:
    return Page(client.get(provider.authorise(go(client, suite), **changes)))


def who(client: FlaskClient) -> str:
    """The person signed in, as the page shows her."""
    found = Page(client.get("/aide")).tree.xpath("string(//*[contains(@class, 'jalon-account__summary')])")
    return " ".join(found.split())


def identities() -> list[tuple[str, str]]:
    """The ties there are, as (address of the account, sub)."""
    ties = select(User.email, UserIdentity.sub).join(User, User.id == UserIdentity.user_id).order_by(UserIdentity.id)
    return [(email, sub) for email, sub in db.session.execute(ties)]


def stopped(page: Page, status: int, title: str) -> None:
    """A page of ours, in French, with the way back; and nobody is signed in."""
    assert (page.status, page.title) == (status, title)
    assert page.tree.get("lang") == "fr" and "/connexion" in page.links()


REFUSED = (400, "Cette connexion n’a pas pu être vérifiée")
DOWN = (503, "ProConnect ne répond pas pour l’instant")

# --- The ordinary way ------------------------------------------------------------------------------------


def test_without_a_provider_there_is_neither_button_nor_page(client: FlaskClient) -> None:
    assert "ProConnect" not in Page(client.get("/connexion")).text
    assert [client.get(address).status_code for address in ("/connexion/proconnect", BACK)] == [404, 404]


def test_the_request_says_what_it_must(client: FlaskClient, provider: FakeProvider) -> None:
    button = Page(client.get("/connexion?suite=/dossiers")).links("/connexion/proconnect")
    assert button == ["/connexion/proconnect?suite=/dossiers"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(go(client)).query).items()}
    assert asked["scope"].split() == ["openid", "given_name", "usual_name", "email", "siret"]
    assert asked["redirect_uri"] == "http://127.0.0.1:8000" + BACK
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["acr_values"] == "eidas1 eidas2 eidas3"
    again = {name: values[0] for name, values in parse_qs(urlsplit(go(client)).query).items()}
    assert all(asked[name] != again[name] and len(again[name]) > 40 for name in ("state", "nonce", "code_challenge"))


def test_a_person_enters_is_tied_and_known_the_next_time(client: FlaskClient, provider: FakeProvider) -> None:
    assert come_and_go(client, provider).location == "/"
    assert who(client).endswith("Preventeur Testeur Carsat Poitou")
    assert identities() == [("preventeur@test.example", "sub-1")]
    provider.person["email"] = "nom-de-mariage@test.example"  # the address changed there, the person did not
    assert come_and_go(client, provider, suite="/dossiers").location == "/dossiers"
    assert identities() == [("preventeur@test.example", "sub-1")]


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_one_is_never_sent_elsewhere(client: FlaskClient, provider: FakeProvider, target: str) -> None:
    assert come_and_go(client, provider, suite=target).location == "/"


def test_one_enters_in_the_capacity_of_the_organisation_named(
    client: FlaskClient, provider: FakeProvider, world: World
) -> None:
    user = world.user("preventeur")
    user.capacities = [*user.capacities, *make_user("double", world.organisation("ARS Poitou")).capacities]
    provider.person["siret"] = f" {OTHER_SIRET[:9]} {OTHER_SIRET[9:]}"
    assert come_and_go(client, provider).location == "/"
    assert "ARS Poitou" in who(client)


def test_a_provider_without_pkce_is_served(client: FlaskClient, provider: FakeProvider) -> None:
    provider.description = {"code_challenge_methods_supported": None, "token_endpoint_auth_methods_supported": None}
    address = go(client)
    assert "code_challenge" not in address
    assert client.get(provider.authorise(address)).headers["Location"] == "/"  # its secret in a header, this time


def test_entering_voids_the_invitation(client: FlaskClient, app: Flask, provider: FakeProvider, world: World) -> None:
    user = world.user("preventeur")
    magic_links.send(user.email, LinkPurpose.INVITATION, user=user, secret_key=app.config["SECRET_KEY"], now=NOW)
    come_and_go(client, provider)
    link = db.session.scalars(select(MagicLink)).one()
    assert link.expires_at < NOW + timedelta(minutes=5) and link.used_at is None


def test_signing_out_ends_the_session_at_the_provider_too(client: FlaskClient, provider: FakeProvider) -> None:
    come_and_go(client, provider)
    fields = Page(client.get("/fonctions")).fields()
    answer = client.post("/deconnexion", data={"csrf_token": fields["csrf_token"]})
    parts = urlsplit(answer.headers["Location"])
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{provider.issuer}/end"
    assert asked["id_token_hint"] in provider.secrets_given
    assert asked["post_logout_redirect_uri"] == "http://127.0.0.1:8000/connexion"
    assert who(client) == ""
    assert f"form-action 'self' {provider.issuer}" in answer.headers["Content-Security-Policy"]


def test_signing_out_works_while_the_provider_is_down(client: FlaskClient, app: Flask, provider: FakeProvider) -> None:
    come_and_go(client, provider)
    app.extensions.pop("openid")
    provider.broken = {"/.well-known/openid-configuration"}
    fields = Page(client.get("/fonctions")).fields()
    assert client.post("/deconnexion", data={"csrf_token": fields["csrf_token"]}).headers["Location"] == "/connexion"
    assert who(client) == ""


# --- Tokens that prove nothing ------------------------------------------------------------------------------


def _part(value: dict[str, Any] | bytes) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _hs256(provider: FakeProvider, claims: dict[str, Any]) -> str:
    """Signed with the public key as if it were a shared secret; by hand, as joserfc refuses to."""
    signed = f"{_part({'alg': 'HS256', 'kid': 'k1'})}.{_part(claims)}"
    return f"{signed}.{_part(hmac.digest(provider.key.as_pem(private=False), signed.encode(), 'sha256'))}"


def _unsigned(provider: FakeProvider, claims: dict[str, Any]) -> str:
    return f"{_part({'alg': 'none', 'kid': 'k1'})}.{_part(claims)}."


def _another_key(provider: FakeProvider, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, RSAKey.generate_key(2048))


def _edited(provider: FakeProvider, claims: dict[str, Any]) -> str:
    head, _, signature = provider.sign(claims).split(".")
    body = _part({**claims, "sub": "sub-2"})
    return f"{head}.{body}.{signature}"


FORGERIES: dict[str, Callable[[FakeProvider, dict[str, Any]], str]] = {
    "alg none": _unsigned,
    "HS256 with the public key": _hs256,
    "another key of the same name": _another_key,
    "edited": _edited,
    "no token": lambda provider, claims: "",
    "no JWT": lambda provider, claims: "a.b.c",
}
WRONG: dict[str, dict[str, Any]] = {
    "audience": {"aud": "un-autre-service"},
    "several audiences": {"aud": [CLIENT_ID, "un-autre-service"]},
    "issuer": {"iss": "https://ailleurs.example"},
    "expired": {"exp": int(NOW.timestamp()) - 120},
    "from the future": {"iat": int(NOW.timestamp()) + 7200},
    "nonce of another request": {"nonce": "deja-vu"},
    "no nonce": {"nonce": None},
    "no expiry": {"exp": None},
    "no person": {"sub": None},
    "a list for a person": {"sub": ["sub-1"]},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_is_refused(client: FlaskClient, provider: FakeProvider, forgery: str) -> None:
    provider.forge = lambda claims: FORGERIES[forgery](provider, claims)
    stopped(come_and_go(client, provider), *REFUSED)
    assert identities() == [] and who(client) == ""


@pytest.mark.parametrize("wrong", WRONG)
def test_a_token_that_says_anything_else_is_refused(client: FlaskClient, provider: FakeProvider, wrong: str) -> None:
    provider.id_token |= WRONG[wrong]
    stopped(come_and_go(client, provider), *REFUSED)
    assert identities() == [] and who(client) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"sub": "sub-2"},
        {"aud": "un-autre-service"},
        {"iss": "https://ailleurs.example"},
        {"exp": 1},
        {"email_verified": False},
    ],
    ids=str,
)
def test_userinfo_about_somebody_else_is_refused(
    client: FlaskClient, provider: FakeProvider, wrong: dict[str, Any]
) -> None:
    provider.userinfo = wrong
    stopped(come_and_go(client, provider), *REFUSED)
    assert identities() == [] and who(client) == ""


def test_a_way_back_that_no_way_out_began_is_refused(client: FlaskClient, app: Flask, provider: FakeProvider) -> None:
    address = provider.authorise(go(client))
    stopped(Page(app.test_client().get(address)), *REFUSED)  # somebody else's browser
    for state in ("", "invente", "é"):
        stopped(Page(client.get(f"{BACK}?code=code-0&state={state}")), *REFUSED)
    assert "/token" not in provider.asked


def test_a_way_back_serves_once_and_not_for_long(client: FlaskClient, app: Flask, provider: FakeProvider) -> None:
    address = provider.authorise(go(client))
    trip = client.get_cookie("jalon_openid", path="/connexion/proconnect")
    assert trip and trip.http_only and trip.same_site == "Lax"
    assert client.get(address).status_code == 302
    stopped(Page(client.get(address)), *REFUSED)
    thief = app.test_client()  # who kept the cookie and the address has a code that has served
    thief.set_cookie("jalon_openid", trip.value, path="/connexion/proconnect")
    stopped(Page(thief.get(address)), *REFUSED)
    late = provider.authorise(go(client))
    with time_machine.travel(NOW + timedelta(minutes=11)):
        stopped(Page(client.get(late)), *REFUSED)


def test_a_code_taken_from_another_request_is_refused(client: FlaskClient, app: Flask, provider: FakeProvider) -> None:
    """The code of one person's trip, slipped in the way back of another: PKCE and nonce both hold."""
    other = app.test_client()
    stolen = parse_qs(urlsplit(provider.authorise(go(other))).query)["code"][0]
    own = parse_qs(urlsplit(go(client)).query)["state"][0]
    stopped(Page(client.get(f"{BACK}?code={stolen}&state={own}")), *REFUSED)


def test_a_level_below_what_is_asked_is_refused(
    client: FlaskClient, app: Flask, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "OIDC_ACR", "eidas2 eidas3")
    stopped(come_and_go(client, provider), 403, "Un moyen de connexion plus sûr est demandé")
    provider.id_token["acr"] = "eidas2"
    assert come_and_go(client, provider).location == "/"


@pytest.mark.parametrize("error", ["access_denied", "<script>", "x" * 5000])
def test_a_refusal_of_the_provider_is_told_calmly(client: FlaskClient, provider: FakeProvider, error: str) -> None:
    state = parse_qs(urlsplit(go(client)).query)["state"][0]
    page = Page(client.get(BACK, query_string={"error": error, "error_description": "secret", "state": state}))
    stopped(page, 403, "La connexion n’est pas allée à son terme")
    assert "<script>" not in page.response.text and "secret" not in page.response.text


# --- People who have no account here -------------------------------------------------------------------------


def test_an_unknown_person_is_told_whom_to_ask_and_nothing_is_created(
    client: FlaskClient, provider: FakeProvider
) -> None:
    people = db.session.scalar(select(func.count()).select_from(User))
    provider.person["email"] = "inconnue@test.example"
    page = come_and_go(client, provider)
    stopped(page, 403, "Aucun compte n’est ouvert à votre nom")
    assert "inconnue@test.example" in page.main and "la personne qui gère les accès" in page.main
    assert page.links("/end")  # to come back as somebody else
    assert identities() == [] and db.session.scalar(select(func.count()).select_from(User)) == people


@pytest.mark.parametrize("siret", [OTHER_SIRET, "", None])
def test_a_person_of_another_organisation_is_refused(
    client: FlaskClient, provider: FakeProvider, siret: str | None
) -> None:
    provider.person["siret"] = siret
    stopped(come_and_go(client, provider), 403, "Votre compte n’est pas ouvert pour cet organisme")
    assert identities() == [] and who(client) == ""


def test_who_moved_to_another_organisation_no_longer_enters(client: FlaskClient, provider: FakeProvider) -> None:
    come_and_go(client, provider)
    client.delete_cookie("session")
    provider.person["siret"] = OTHER_SIRET
    stopped(come_and_go(client, provider), 403, "Votre compte n’est pas ouvert pour cet organisme")


@pytest.mark.parametrize("closing", ["account", "capacity", "organisation"])
def test_what_is_closed_opens_to_nobody(
    client: FlaskClient, provider: FakeProvider, world: World, closing: str
) -> None:
    come_and_go(client, provider)
    client.delete_cookie("session")
    user = world.user("preventeur")
    if closing == "account":
        user.is_enabled = False
    elif closing == "capacity":
        user.capacities[0].ends_on = NOW.date() - timedelta(days=1)
    else:
        world.organisation("Carsat Poitou").is_active = False
    page = come_and_go(client, provider)
    assert page.status == 403 and who(client) == ""


def test_an_address_that_changed_hands_does_not_open_the_account(
    client: FlaskClient, provider: FakeProvider, world: World
) -> None:
    come_and_go(client, provider)
    client.delete_cookie("session")
    provider.person["sub"] = "sub-2"
    stopped(come_and_go(client, provider), 403, "Ce compte répond à une autre identité ProConnect")
    assert identities() == [("preventeur@test.example", "sub-1")]
    unlink(world.user("preventeur"))
    assert come_and_go(client, provider).location == "/"
    assert identities() == [("preventeur@test.example", "sub-2")]


# --- A provider in trouble --------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"])
def test_a_provider_that_breaks_down_leaves_the_local_way(
    client: FlaskClient, provider: FakeProvider, place: str
) -> None:
    provider.broken = {place}
    departure = Page(client.get("/connexion/proconnect"))
    page = departure if departure.status != 302 else Page(client.get(provider.authorise(departure.location or "")))
    stopped(page, *DOWN)
    assert client.get("/connexion").status_code == 200
    provider.broken = set()
    assert come_and_go(client, provider).location == "/"


def test_a_provider_that_is_gone_or_slow_is_not_waited_for(
    client: FlaskClient, app: Flask, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "OIDC_TIMEOUT", 0.2)
    provider.delay_seconds = 1.5
    began = time.perf_counter()
    stopped(Page(client.get("/connexion/proconnect")), *DOWN)
    assert time.perf_counter() - began < 1.2
    monkeypatch.setitem(app.config, "OIDC_ISSUER", "http://127.0.0.1:1")
    stopped(Page(client.get("/connexion/proconnect")), *DOWN)


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://ailleurs.example"},
        {"authorization_endpoint": "https://ailleurs.example/authorize"},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
    ids=str,
)
def test_a_description_that_leads_elsewhere_is_not_followed(
    client: FlaskClient, provider: FakeProvider, description: dict[str, Any]
) -> None:
    provider.description = description
    stopped(Page(client.get("/connexion/proconnect")), *DOWN)


@pytest.mark.parametrize("name", ["token_endpoint", "userinfo_endpoint", "jwks_uri"])
@pytest.mark.parametrize("elsewhere", ["http://169.254.169.254/token", "http://127.0.0.1:1/x", "file:///etc/passwd"])
def test_nothing_is_asked_of_another_server(
    client: FlaskClient, provider: FakeProvider, name: str, elsewhere: str
) -> None:
    provider.description = {name: elsewhere}
    stopped(come_and_go(client, provider), *DOWN)
    assert identities() == []


def test_a_new_key_is_fetched_once_and_a_stream_of_unknown_ones_is_not(
    client: FlaskClient, provider: FakeProvider
) -> None:
    come_and_go(client, provider)
    provider.rotate("k2")
    assert come_and_go(client, provider).location == "/"
    assert provider.asked.count("/jwks") == 2
    provider.published = []  # the next keys are never published
    for name in ("k3", "k4", "k5"):
        provider.key = RSAKey.generate_key(2048, parameters={"kid": name})
        stopped(come_and_go(client, provider), *REFUSED)
    assert provider.asked.count("/jwks") == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1


def test_no_token_reaches_the_log(
    client: FlaskClient, provider: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        come_and_go(client, provider)
        provider.userinfo = {"sub": "sub-2"}
        come_and_go(client, provider)
        provider.id_token["aud"] = "autre"
        come_and_go(client, provider)
    assert "ProConnect : les informations sont celles d’une autre personne" in caplog.text
    secret = [*provider.secrets_given, CLIENT_SECRET, "preventeur@test.example", *provider.codes]
    assert len(provider.secrets_given) > 7
    assert [word for word in secret if word.lower() in caplog.text.lower()] == []
