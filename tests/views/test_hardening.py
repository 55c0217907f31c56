"""Small protections that no page shows: what is told of a proxy, of a host, of a type, of a refusal."""

import io
import logging
from collections.abc import Iterator

import pytest
from flask import Flask, request
from sqlalchemy import func, select

import config
from app import auth, create_app
from app.actions.accounts import check_credentials, create_user
from app.extensions import db
from app.models import UserSession
from app.views.accounts import hasher
from config import ConfigurationError, Testing
from tests.conftest import NOW
from tests.engines import on_sqlite
from tests.pages import Browser, Page
from tests.test_routes import rows
from tests.views.scene import furnish
from tests.world import World

NEAR = {"REMOTE_ADDR": "10.0.0.9"}


@pytest.mark.parametrize(
    ("proxies", "told", "seen"),
    [
        (0, "203.0.113.7", "10.0.0.9"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # what the person wrote comes first, and is not believed
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.8", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.9"),
    ],
)
def test_as_many_proxies_are_believed_as_are_declared(
    monkeypatch: pytest.MonkeyPatch, proxies: int, told: str, seen: str
) -> None:
    monkeypatch.setenv("JALON_PROXIES", str(proxies))
    settings = Testing()
    app = create_app(settings)

    @auth.public
    def whence() -> str:
        return f"{request.remote_addr} {request.host} {request.scheme}"

    app.add_url_rule("/d-ou", view_func=whence)
    headers = {"X-Forwarded-For": told, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "ftp"}
    answer = app.test_client().get("/d-ou", headers=headers, environ_overrides=NEAR)
    assert answer.text == f"{seen} localhost http"


@pytest.mark.parametrize("value", ["-1", "10", "un", "²", " "])
def test_the_number_of_proxies_is_a_small_number(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("JALON_PROXIES", value)
    with pytest.raises(ConfigurationError, match="de 0 à 9"):
        Testing()


def test_no_address_is_made_from_the_host_of_a_request(app: Flask, world: World) -> None:
    """The name that a request gives itself goes nowhere; mails are written apart, from the public address."""
    client, evil = app.test_client(), {"base_url": "http://evil.example"}
    for address in ("/connexion", "/dossiers", "/aide", "/nulle-part", "/.well-known/security.txt"):
        answer = client.get(address, **evil)
        assert "evil.example" not in answer.text + answer.headers.get("Location", ""), address
    fields = Page(client.get("/mot-de-passe-oublie", **evil)).fields()
    sent = client.post("/mot-de-passe-oublie", data={**fields, "email": "preventeur@test.example"}, **evil)
    assert sent.status_code in (200, 302) and "evil.example" not in sent.text + sent.headers.get("Location", "")


@on_sqlite
def test_every_text_says_its_type_and_its_letters(app: Flask, world: World) -> None:
    scene, browser = furnish(world), Browser(app, "coordinatrice")
    seen = set()
    for row in rows():
        if row.method == "GET":
            answer = browser.client.get(scene.address(row.template))
            seen.add(answer.mimetype)
            if answer.data:
                assert answer.mimetype, row.template
            if answer.data and str(answer.mimetype).startswith("text/"):
                assert "charset=utf-8" in answer.headers["Content-Type"].lower(), row.template
            if answer.mimetype == "text/html" and answer.data:
                assert answer.data.lstrip().lower().startswith((b"<!doctype html", b"<")), row.template
    assert {"text/html", "application/pdf"} <= seen


@on_sqlite
def test_folders_and_files_of_the_machine_are_not_served(app: Flask, world: World) -> None:
    client = Browser(app, "preventeur").client
    for address in (
        "/static/",
        "/static/build/",
        "/static/build",
        "/.git/config",
        "/.git/HEAD",
        "/config.py",
        "/static/../config.py",
    ):
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize("environment", ["production", "demo"])
def test_nothing_is_debugged_in_service(monkeypatch: pytest.MonkeyPatch, environment: str, tmp_path: object) -> None:
    from tests.test_config import COMPLETE, set_up

    monkeypatch.setattr(config, "INSTANCE", tmp_path)
    set_up(monkeypatch, ENV=environment, **COMPLETE)
    app = create_app(config.config_from_environment())
    assert (app.debug, app.testing, app.config.get("EXPLAIN_TEMPLATE_LOADING")) == (False, False, False)
    assert not {rule.rule for rule in app.url_map.iter_rules()} & {"/console", "/debug", "/metrics"}


LONG = "  Été — « ẞ » 🙂\tquatorze mots que personne ne devine, et une fin bien au delà de soixante-quatre caractères  "


def test_a_password_is_taken_as_typed_and_whole(app: Flask, world: World) -> None:
    """Any character, any length up to two hundred: nothing is trimmed, cut or changed in case."""
    with app.test_request_context():
        create_user("longue@test.example", "A", "B", LONG, hasher(), now=NOW)
        db.session.commit()
        for typed, is_right in ((LONG, True), (LONG.strip(), False), (LONG[:64], False), (LONG.lower(), False)):
            assert (check_credentials("longue@test.example", typed, hasher()) is not None) is is_right
    nobody = Browser(app, None)
    page = nobody.get("/connexion")
    sent = {**page.fields(), "email": "longue@test.example", "password": LONG}
    assert nobody.client.post("/connexion", data=sent).status_code == 302


@on_sqlite
def test_secrets_are_typed_in_masked_fields_that_may_be_pasted_into(app: Flask, world: World) -> None:
    nobody, browser = Browser(app, None), Browser(app, "preventeur")
    found = []
    for page in (nobody.get("/connexion"), browser.get("/compte/mot-de-passe")):
        found += page.tree.xpath("//input[contains(@name, 'password') or @name='present']")
        assert not page.tree.xpath("//input/@onpaste|//input/@readonly")
    assert [(one.get("type"), one.get("autocomplete"), one.get("value")) for one in found] == [
        ("password", "current-password", None),
        ("password", "current-password", None),
        ("password", "new-password", None),
    ]


@pytest.fixture
def heard(app: Flask) -> Iterator[io.StringIO]:
    """What the application's log says."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    app.logger.addHandler(handler)
    yield said
    app.logger.removeHandler(handler)


def test_a_refused_proof_is_told_to_the_log_without_what_was_typed(
    app: Flask, world: World, heard: io.StringIO
) -> None:
    nobody, number = Browser(app, None), world.user("preventeur").id
    fields = nobody.get("/connexion").fields()
    for email, known in (("preventeur@test.example", number), ("inconnue\n2026 ERREUR feinte@test.example", "inconnu")):
        nobody.client.post("/connexion", data={**fields, "email": email, "password": "à côté de la vraie"})
        assert heard.getvalue().splitlines()[-1] == f"connexion refusée : compte {known}, depuis 127.0.0.x"
    for _ in range(6):
        nobody.client.post("/connexion", data={**fields, "email": "x@test.example", "password": "à côté"})
    assert "trop d’essais (sign_in) : compte inconnu" in heard.getvalue()
    nobody.client.post("/connexion", data={"email": "x@test.example"})
    assert "formulaire sans jeton valable refusé : /connexion" in heard.getvalue()
    assert "à côté" not in heard.getvalue() and "test.example" not in heard.getvalue()


def test_an_operator_ends_the_sessions_of_one_or_of_all(app: Flask, world: World) -> None:
    run = app.test_cli_runner().invoke
    first, second = Browser(app, "preventeur"), Browser(app, "referent")
    done = run(args=["user", "end-sessions", "Preventeur@test.example"])
    assert (done.exit_code, done.output) == (0, "Sessions terminées : 1.\n")
    assert (first.get("/compte").status, second.get("/compte").status) == (302, 200)
    assert run(args=["user", "end-sessions", "--everybody"]).exit_code == 0
    assert second.get("/compte").status == 302
    assert db.session.scalar(select(func.count()).where(UserSession.ended_at.is_(None))) == 0
    assert run(args=["user", "end-sessions"]).exit_code == 2
    assert run(args=["user", "end-sessions", "x@y.fr"]).exit_code == 1


def test_a_form_writes_its_own_fields_and_no_other(app: Flask, world: World) -> None:
    tilleuls = world.case("Tilleuls")
    employer, browser = tilleuls.employer, Browser(app, "preventeur")
    kept = (employer.id, employer.name, employer.siren, tilleuls.state)
    extra = {"id": "1", "name": "Autre", "siren": "000000000", "state": "closed", "employer_id": "2", "is_enabled": "1"}
    page = browser.get(f"/employeurs/{employer.id}/modifier")
    sent = browser.send(
        f"/employeurs/{employer.id}/modifier?headcount=7", {**page.fields(), "headcount": "41", **extra}
    )
    assert sent.status == 302
    db.session.expire_all()
    assert (employer.id, employer.name, employer.siren, tilleuls.state) == kept
    assert employer.headcount == 41  # of one name given twice, the address is not read
