"""Signing in with ProConnect, against a provider that speaks the protocol over HTTP."""

import logging
import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from sqlalchemy import func, select

from app.actions import magic_links
from app.actions.openid import unlink
from app.extensions import db
from app.models import LinkPurpose, MagicLink, SignInWay, User, UserSession
from tests.conftest import NOW
from tests.factories import make_user
from tests.openid_provider import CLIENT_SECRET, FakeProvider
from tests.pages import Page
from tests.views.proconnect import (
    BACK,
    DOWN,
    OTHER_SIRET,
    REFUSED,
    come_and_go,
    go,
    identities,
    stopped,
    who,
)
from tests.world import World

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


def test_two_windows_may_be_on_their_way_at_once(client: FlaskClient, provider: FakeProvider) -> None:
    first, second = (provider.authorise(go(client, suite)) for suite in ("/dossiers", "/employeurs"))
    assert [client.get(address).headers["Location"] for address in (second, first)] == ["/employeurs", "/dossiers"]
    assert identities() == [("preventeur@test.example", "sub-1")]


@pytest.mark.parametrize(("acr", "shown"), [("eidas1", False), ("eidas2", True), ("eidas3", True)])
def test_the_level_says_whether_a_second_factor_was_shown(
    client: FlaskClient, provider: FakeProvider, acr: str, shown: bool
) -> None:
    provider.id_token["acr"] = acr
    come_and_go(client, provider)
    opened = db.session.scalars(select(UserSession)).one()
    assert (opened.how, opened.second_factor_at is not None) == (SignInWay.OPENID, shown)
    assert client.get("/dossiers.xlsx").status_code == (200 if shown else 302)


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


# --- Refusals ------------------------------------------------------------------------------------------


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
    client.delete_cookie("jalon")
    provider.person["siret"] = OTHER_SIRET
    stopped(come_and_go(client, provider), 403, "Votre compte n’est pas ouvert pour cet organisme")


@pytest.mark.parametrize("closing", ["account", "capacity", "organisation"])
def test_what_is_closed_opens_to_nobody(
    client: FlaskClient, provider: FakeProvider, world: World, closing: str
) -> None:
    come_and_go(client, provider)
    client.delete_cookie("jalon")
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
    client.delete_cookie("jalon")
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
