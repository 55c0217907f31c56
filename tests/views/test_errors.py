"""Every refusal is a page of ours that says what to do, and no request is answered by a breakdown of ours."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.extensions import db
from tests.factories import PASSWORD
from tests.pages import Browser, Page
from tests.views.scene import furnish
from tests.world import World

NUL = "a\x00b"


def is_ours(page: Page) -> bool:
    """A page of the application, with its title, the way home, and nothing of the machinery behind it."""
    leaks = ("Traceback", "sqlalchemy", "psycopg", "sqlite", "SELECT", "werkzeug", "jinja")
    return bool(page.title and page.links("^/$") and not [word for word in leaks if word in page.text])


def test_who_is_not_signed_in_is_sent_to_sign_in_and_comes_back(app: Flask, world: World) -> None:
    nobody, address = Browser(app, None), f"/dossiers/{world.case('Tilleuls').id}?a=1"
    page = nobody.get(address)
    assert page.status == 302
    assert page.location
    assert page.location.startswith("/connexion?suite=/dossiers/")
    given = {**nobody.get(page.location).fields(""), "email": "preventeur@test.example", "password": PASSWORD}
    assert Browser(app, None).send(page.location, given).location == address
    page = nobody.send("/dossiers/1/notes/nouvelle")
    assert (page.status, page.title) == (401, "Connectez-vous pour voir cette page")
    assert is_ours(page)
    assert nobody.client.get("/dossiers", headers={"HX-Request": "true"}).status_code == 401


def test_each_refusal_has_its_page(app: Flask, world: World, subtests: pytest.Subtests) -> None:
    preventeur, tilleuls = Browser(app, "preventeur"), world.case("Tilleuls").id
    expected = {
        "/nulle-part": 404,
        "/dossiers/0": 404,
        "/dossiers/-1": 404,
        "/dossiers/abc": 404,
        "/dossiers/99999999999999999999": 404,
        "/dossiers/2147483648": 404,
        "/dossiers/2147483647": 404,
        f"/dossiers/{tilleuls}/": 404,
        f"/dossiers/{tilleuls}/etapes/inconnue": 404,
        "/dossiers/%00": 404,
        "/etablissements/%00": 404,
        "/lien/%00": 404,
        f"/dossiers/{tilleuls}/invitations": 404,
        "/visites/1/finaliser": 404,
        f"/dossiers/{world.case('CCAS').id}/notes/nouvelle": 403,
        "/visites/%E9": 404,
    }
    for address, status in expected.items():
        with subtests.test(address):
            page = preventeur.get(address)
            assert page.status == status
            assert is_ours(page)
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        with subtests.test(method):
            page = Page(preventeur.client.open("/dossiers", method=method))
            assert page.status in (400, 404)
            assert is_ours(page)


def test_a_form_without_its_token_is_refused_clearly(app: Flask, world: World, subtests: pytest.Subtests) -> None:
    preventeur = Browser(app, "preventeur")
    token = preventeur.token()
    stranger = Browser(app, "referent").token()
    address = f"/dossiers/{world.case('Tilleuls').id}/notes/nouvelle"
    for sent in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": stranger}, {"csrf_token": token[:-2]}):
        with subtests.test(f"{sent}"[:30]):
            page = Page(preventeur.client.post(address, data={"summary": "Une note", **sent}))
            assert page.status == 400
            assert "rechargez la page, puis recommencez" in page.text
            assert is_ours(page)


def test_the_null_character_is_refused_wherever_it_is_typed(
    app: Flask, world: World, subtests: pytest.Subtests
) -> None:
    scene, preventeur = furnish(world), Browser(app, "preventeur")
    fields = {
        "/dossiers/{case}/notes/nouvelle": ("summary", "kind", "held_on", "submission", "visibility", "version"),
        "/dossiers/{case}/visites/nouvelle": ("subject", "observations-0-wording", "other_people", "people_met"),
        "/dossiers/{case}/documents/nouveau": ("title",),
        "/dossiers/{case}/etapes/start_diagnostic": ("motive", "employer_agreed_on"),
        "/dossiers/{case}/partenaires": ("comment",),
        "/employeurs/{employer}/contacts/nouveau": ("family_name", "email"),
        "/employeurs/{employer}/modifier": ("headcount", "scheme"),
    }
    for template, names in fields.items():
        for name in names:
            with subtests.test(f"{template} {name}"):
                page = preventeur.fill(scene.address(template), **{name: NUL})
                assert page.status == 400
                assert is_ours(page)
    nobody = Browser(app, None)
    for address in ("/connexion", "/connexion/lien", "/mot-de-passe-oublie"):
        with subtests.test(address):
            assert nobody.fill(address, email=NUL, password=NUL).status == 400


def test_too_much_text_has_its_page(app: Flask, world: World) -> None:
    preventeur, address = Browser(app, "preventeur"), f"/dossiers/{world.case('Tilleuls').id}/notes/nouvelle"
    page = preventeur.fill(address, summary="é" * 3_000_000)
    assert (page.status, page.title) == (413, "Ce fichier est trop lourd")
    assert is_ours(page)
    many = {f"champ-{number}": "x" for number in range(3000)}
    answer = Page(preventeur.client.post(address, data=many, content_type="multipart/form-data"))
    assert answer.status in (400, 413)


@pytest.fixture
def broken_thread(world: World) -> Iterator[None]:
    """A database that has lost a table, for as long as one test."""
    db.session.execute(text("ALTER TABLE case_events RENAME TO somewhere_else"))
    db.session.commit()
    yield
    db.session.rollback()
    db.session.execute(text("ALTER TABLE somewhere_else RENAME TO case_events"))
    db.session.commit()


@pytest.mark.usefixtures("broken_thread")
def test_a_breakdown_has_a_page_that_says_nothing_of_the_machinery(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    preventeur, tilleuls = Browser(app, "preventeur"), world.case("Tilleuls").id
    page = preventeur.get(f"/dossiers/{tilleuls}")
    assert page.status in (500, 503)
    assert page.title == "Jalon a rencontré une panne"
    assert is_ours(page)
    assert preventeur.get("/dossiers").status == 200


def test_every_answer_carries_its_protections(app: Flask, world: World) -> None:
    preventeur = Browser(app, "preventeur")
    for address in ("/dossiers", "/nulle-part", f"/dossiers/{world.case('Garonne').id}", "/dossiers.xlsx", "/sante"):
        answer = preventeur.client.get(address)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], address
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
    assert _cookie(app.test_client().get("/connexion")).issuperset({"HttpOnly", "SameSite=Lax"})


def _cookie(answer: TestResponse) -> set[str]:
    return set(answer.headers["Set-Cookie"].split("; "))
