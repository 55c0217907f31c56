"""What protects every answer: its headers, its forms, the addresses it leads to."""

import re
from pathlib import Path

import pytest
from flask import Flask, abort
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from app import auth, create_app
from app.demo.mail_folder import keep_mail
from app.interruptions import local_address
from app.views.headers import ALWAYS, MAIL_POLICY
from config import Testing
from tests.answers import faults, inline
from tests.conftest import NOW
from tests.engines import on_sqlite
from tests.pages import Browser
from tests.test_routes import Demonstration, rows
from tests.views.scene import furnish
from tests.world import World


@on_sqlite
def test_refusals_breakdowns_and_files_carry_them_too(app: Flask, world: World) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = Browser(app, "preventeur").client
    token = Browser(app, None)
    answers = {
        "404": client.get("/nulle-part"),
        "405": client.put("/dossiers"),
        "sans jeton": client.post("/deconnexion"),
        "413": client.post("/deconnexion", data={"x": "a" * (3 * 1024 * 1024)}),
        "fichier": client.get("/static/build/jalon.css?v=1"),
        "fichier absent": client.get("/static/build/rien.css"),
        "sorti du dossier": client.get("/static/%2e%2e/auth.py"),
        "identifiants": token.client.post("/connexion", data={"csrf_token": token.token()}),
        "HEAD": client.head("/dossiers"),
        "OPTIONS": client.options("/dossiers"),
    }
    assert {name: faults(answer) + inline(answer) for name, answer in answers.items() if faults(answer)} == {}
    assert answers["fichier"].headers["Cache-Control"] == "public, max-age=31536000, immutable" or (
        answers["fichier"].cache_control.max_age == 31_536_000
    )
    assert "max-age" not in answers["fichier absent"].headers.get("Cache-Control", "")


def test_a_breakdown_carries_them(app: Flask) -> None:
    config = Testing()
    config.SQLALCHEMY_DATABASE_URI = "sqlite://"
    broken = create_app(config)
    broken.config["PROPAGATE_EXCEPTIONS"] = False

    @auth.public
    def fail() -> str:
        raise RuntimeError("mot de passe : hunter2")

    @auth.public
    def refuse() -> str:
        abort(429)

    broken.add_url_rule("/panne", view_func=fail)
    broken.add_url_rule("/doucement", view_func=refuse)
    for address, status in (("/panne", 500), ("/doucement", 429)):
        answer = broken.test_client().get(address)
        assert (answer.status_code, faults(answer), inline(answer)) == (status, [], [])
        assert "hunter2" not in answer.text


def test_the_mails_of_the_demonstration_run_nothing(tmp_path: Path, world: World) -> None:
    config = Demonstration()
    config.MAIL_FOLDER = str(tmp_path)
    demo = create_app(config).test_client()
    mail = b"Subject: a\r\nContent-Type: text/html\r\n\r\n<style>p{}</style><script>alert(1)</script><p>a"
    name = keep_mail(tmp_path, mail, key="0" * 8, now=NOW).name
    for address in ("/demo/courriels", f"/demo/courriels/{name}", "/demo/courriels/inconnu"):
        answer = demo.get(address)
        assert (faults(answer), inline(answer)) == ([], []), address
    shown = demo.get(f"/demo/courriels/{name}/mise-en-forme")
    assert shown.headers["Content-Security-Policy"] == MAIL_POLICY
    assert "script-src" not in MAIL_POLICY and "default-src 'none'" in MAIL_POLICY
    assert {key: shown.headers[key] for key in ALWAYS} == ALWAYS


@pytest.mark.parametrize(("address", "is_told"), [("https://jalon.example.fr", True), ("http://127.0.0.1:8000", False)])
def test_https_only_is_said_when_the_site_is_under_https(address: str, is_told: bool) -> None:
    config = Testing()
    config.PUBLIC_URL = address
    answer = create_app(config).test_client().get("/robots.txt")
    assert answer.headers.get("Strict-Transport-Security", "").startswith("max-age=63072000") is is_told


@on_sqlite
def test_no_form_is_taken_without_its_token_nor_from_another_site(app: Flask, world: World) -> None:
    """From a page, from htmx, with somebody else's token, under https without a referrer."""
    scene, browser = furnish(world), Browser(app, "preventeur")
    other, own = Browser(app, "referent").token(), browser.token()
    posts = [scene.address(row.template) for row in rows() if row.method == "POST"]
    for address in posts:
        for data, headers in (
            ({}, {}),
            ({}, {"HX-Request": "true"}),
            ({"csrf_token": ""}, {}),
            ({"csrf_token": other}, {}),
            ({"csrf_token": other}, {"HX-Request": "true"}),
            ({"csrf_token": own}, {"Sec-Fetch-Site": "cross-site"}),
            ({"csrf_token": own}, {"Sec-Fetch-Site": "same-site"}),
        ):
            answer = browser.client.post(address, data=data, headers=headers)
            assert (answer.status_code, "text/html" in answer.content_type) == (400, True), (address, data, headers)
    secure = Browser(app, None).client
    page = html.fromstring(secure.get("/connexion", base_url="https://localhost").data)
    token = page.xpath("string(//input[@name='csrf_token']/@value)")
    sent = secure.post("/connexion", base_url="https://localhost", data={"csrf_token": token})
    assert sent.status_code == 422  # taken, and incomplete: a browser that sends no referrer is no stranger


ADDRESSES = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="/\\.:@?#%ajx \t\r\n\0-", max_size=30),
    st.builds(
        "{}{}".format,
        st.sampled_from(
            ["//", "/\\", "\\\\", "https://", "http:", "javascript:", "/%2f", "/\t/", "/ /", "///", "/.//"]
        ),
        st.text(max_size=20),
    ),
)


@given(ADDRESSES)
def test_after_signing_in_one_stays_here(target: str) -> None:
    """What a browser makes of the address: it drops tabs and line breaks, and takes \\ for /."""
    kept = local_address(target)
    if kept is None:
        return
    seen = re.sub(r"[\t\r\n]", "", kept).strip("\0\x20").replace("\\", "/")
    assert seen.startswith("/") and not seen.startswith("//")
    assert not re.search(r"[\r\n]", kept)


@on_sqlite
@pytest.mark.parametrize(
    "target",
    ["//ailleurs.example", "/\\ailleurs.example", "https://ailleurs.example", "/\t/ailleurs.example", "/\n/a.b"],
)
def test_signing_in_leads_to_no_other_site(app: Flask, world: World, target: str) -> None:
    from tests.factories import PASSWORD

    nobody = Browser(app, None)
    given = {"email": "preventeur@test.example", "password": PASSWORD, "csrf_token": nobody.token()}
    answer = nobody.client.post("/connexion", query_string={"suite": target}, data=given)
    assert (answer.status_code, answer.location) == (302, "/")


def test_whom_to_tell_of_a_flaw(app: Flask) -> None:
    answer = app.test_client().get("/.well-known/security.txt")
    assert answer.mimetype == "text/plain"
    assert answer.text.splitlines()[:2] == [
        "Contact: mailto:securite@jalon.example",
        "Expires: 2027-06-30T00:00:00Z",
    ]
    app.config["SECURITY_CONTACT"], kept = "", app.config["SECURITY_CONTACT"]
    assert app.test_client().get("/.well-known/security.txt").status_code == 404
    app.config["SECURITY_CONTACT"] = kept
    assert app.test_client().get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
