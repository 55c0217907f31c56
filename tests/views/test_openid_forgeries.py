"""What is forged, replayed or meant for somebody else opens nothing."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.conftest import NOW
from tests.openid_provider import CLIENT_ID, FakeProvider
from tests.pages import Page
from tests.views.proconnect import (
    BACK,
    REFUSED,
    come_and_go,
    go,
    identities,
    stopped,
    who,
)

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
    name = "jalon_openid_" + parse_qs(urlsplit(address).query)["state"][0][:12]
    trip = client.get_cookie(name, path="/connexion/proconnect")
    assert trip and trip.http_only and trip.same_site == "Lax"
    assert client.get(address).status_code == 302
    stopped(Page(client.get(address)), *REFUSED)
    thief = app.test_client()  # who kept the cookie and the address has a code that has served
    thief.set_cookie(name, trip.value, path="/connexion/proconnect")
    stopped(Page(thief.get(address)), *REFUSED)
    late = provider.authorise(go(client))
    with time_machine.travel(NOW + timedelta(minutes=11)):
        stopped(Page(client.get(late)), *REFUSED)


def test_under_https_the_trip_keeps_to_a_secure_cookie(
    client: FlaskClient, app: Flask, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    there = client.get("/connexion/proconnect", base_url="https://localhost")
    back = client.get(provider.authorise(there.headers["Location"]), base_url="https://localhost")
    assert (back.status_code, back.location) == (302, "/")
    laid, dropped = [
        [one for one in answer.headers.getlist("Set-Cookie") if "jalon_openid_" in one] for answer in (there, back)
    ]
    assert len(laid) == len(dropped) == 1 and "Max-Age=0" in dropped[0]
    for cookie in (*laid, *dropped):
        assert cookie.startswith("__Secure-jalon_openid_") and "; Secure" in cookie
    assert "HttpOnly" in laid[0] and "SameSite=Lax" in laid[0] and "Path=/connexion/proconnect" in laid[0]


def test_a_code_taken_from_another_request_is_refused(client: FlaskClient, app: Flask, provider: FakeProvider) -> None:
    """The code of one person's trip, slipped in the way back of another: PKCE and nonce both hold."""
    other = app.test_client()
    stolen = parse_qs(urlsplit(provider.authorise(go(other))).query)["code"][0]
    own = parse_qs(urlsplit(go(client)).query)["state"][0]
    stopped(Page(client.get(f"{BACK}?code={stolen}&state={own}")), *REFUSED)
