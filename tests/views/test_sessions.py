"""Sessions: worth nothing once ended, locked when left aside, never losing what was typed."""

from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text, update

from app.extensions import db
from app.models import Capacity, Exchange, OutboxMail, UserSession
from config import Production
from tests.conftest import NOW
from tests.factories import PASSWORD
from tests.pages import Browser, Page
from tests.views.scene import furnish
from tests.world import World

COOKIE = "jalon"
IDLE = timedelta(minutes=31)
NEW_PASSWORD = "quatre mots que personne ne lie"


def cookie(browser: Browser, name: str = COOKIE) -> str:
    found = browser.client.get_cookie(name)
    return found.value if found else ""


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/compte").status == 200


def with_cookie(app: Flask, value: str) -> Browser:
    """Somebody else, who holds a copy of the cookie."""
    thief = Browser(app, None)
    thief.client.set_cookie(COOKIE, value)
    return thief


def give_second_function(world: World) -> str:
    """Let the préventeur act for the ARS too; return the number of that function."""
    user = world.user("preventeur")
    user.capacities.append(Capacity(organisation=world.organisation("ARS Poitou")))
    db.session.commit()
    return str(user.capacities[1].id)


def last_session() -> UserSession:
    db.session.rollback()
    return db.session.scalars(select(UserSession).order_by(UserSession.id.desc()).limit(1)).one()


# --- The cookie ------------------------------------------------------------------------------------------


def test_the_database_never_holds_what_the_cookie_holds(browse: Callable[[str], Browser]) -> None:
    token = cookie(browse("preventeur"))
    assert len(token) > 40
    row = db.session.execute(text("SELECT * FROM user_sessions")).mappings().one()
    assert token not in map(str, row.values())


def test_a_stolen_cookie_is_worth_nothing_after_sign_out(app: Flask, browse: Callable[[str], Browser]) -> None:
    browser = browse("preventeur")
    thief = with_cookie(app, cookie(browser))
    assert is_signed_in(thief)
    answer = browser.send("/deconnexion")
    assert answer.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie(browser) == "" and cookie(browser, "jalon-appareil"), "the device is still known"
    assert not is_signed_in(thief)


def test_a_cookie_laid_in_advance_is_not_taken_over(app: Flask) -> None:
    browser = Browser(app, None)
    browser.client.set_cookie(COOKIE, "chosen-by-somebody-else-" + "0" * 30)
    browser.sign_in("preventeur")
    assert cookie(browser) != "chosen-by-somebody-else-" + "0" * 30
    assert not is_signed_in(with_cookie(app, "chosen-by-somebody-else-" + "0" * 30))


def test_signing_in_changing_function_and_showing_a_factor_each_change_the_token(app: Flask, world: World) -> None:
    second = give_second_function(world)
    browser = Browser(app, "preventeur")
    tokens = [cookie(browser)]
    assert browser.fill("/fonctions", capacity=second).status == 302
    tokens.append(cookie(browser))
    assert browser.send("/verification").status == 302
    tokens.append(cookie(browser))
    browser.client.post("/connexion", data=credentials(browser, "preventeur"))
    tokens.append(cookie(browser))
    assert len(set(tokens)) == 4
    assert [is_signed_in(with_cookie(app, token)) for token in tokens] == [False, False, False, True]


def credentials(browser: Browser, name: str) -> dict[str, str]:
    return {"csrf_token": browser.token(), "email": f"{name}@test.example", "password": PASSWORD}


def test_under_https_cookies_belong_to_this_host_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "SECRET_KEY": "s" * 40, "DATABASE_URL": "sqlite://", "PUBLIC_URL": "https://jalon.example",
        "SMTP_URL": "smtp://localhost", "MAIL_FROM": "a@b.example",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"JALON_{name}", value)
    config = Production()
    assert (config.SESSION_COOKIE_SECURE, config.SESSION_COOKIE_NAME) == (True, "__Host-jalon-page")


def test_every_cookie_has_its_attributes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    monkeypatch.setitem(app.config, "WTF_CSRF_SSL_STRICT", False)
    client, address = app.test_client(), {"base_url": "https://localhost"}
    fields = Page(client.get("/connexion", **address)).fields()
    answer = client.post(
        "/connexion", data={**fields, "email": "preventeur@test.example", "password": PASSWORD}, **address
    )
    laid = [header for name, header in answer.headers if name == "Set-Cookie"]
    names = {header.partition("=")[0] for header in laid}
    assert {"__Host-jalon", "__Host-jalon-appareil"} <= names and answer.status_code == 302
    for header in laid:
        assert "HttpOnly" in header and "SameSite=Lax" in header and "Path=/" in header and "Domain" not in header
        assert "Secure" in header


# --- Its end ---------------------------------------------------------------------------------------------


def test_eight_hours_are_the_most_even_in_use(browse: Callable[[str], Browser]) -> None:
    browser = browse("preventeur")
    for minutes in range(20, 8 * 60, 20):
        with time_machine.travel(NOW + timedelta(minutes=minutes)):
            assert is_signed_in(browser), minutes
    with time_machine.travel(NOW + timedelta(hours=8, minutes=1)):
        assert not is_signed_in(browser)


def test_a_closed_account_is_out_at_the_next_request(browse: Callable[[str], Browser], world: World) -> None:
    browser = browse("preventeur")
    user = world.user("preventeur")
    user.is_enabled = False
    assert not is_signed_in(browser)


def test_a_function_that_ends_closes_at_the_next_request_and_another_is_chosen(
    browse: Callable[[str], Browser], world: World
) -> None:
    browser = browse("preventeur")
    former = world.user("preventeur").capacities[0]
    former.ends_on = date(2026, 11, 23)
    page = browser.get("/dossiers")
    assert page.status == 403 and page.title == "Aucune fonction n’est ouverte à votre nom"
    second = give_second_function(world)
    page = browser.get("/dossiers")
    assert page.status == 403 and page.title == "Cette fonction a pris fin", "nobody slips into another function"
    assert browser.fill("/fonctions", capacity=second).status == 302
    assert browser.get("/dossiers").status == 200


def test_one_ends_a_session_elsewhere_and_never_somebody_else_s(app: Flask, browse: Callable[[str], Browser]) -> None:
    here, there, other = browse("preventeur"), browse("preventeur"), browse("referent")
    page = here.get("/compte")
    assert page.main.count("Mettre fin") > 1 and page.main.count("Cette session") == 1
    [end] = {form.action for form in page.tree.forms if (form.action or "").endswith("/fin")} - {"/compte/sessions/fin"}
    assert other.send(end).status == 404 and is_signed_in(there)
    assert here.send(end).location == "/compte"
    assert not is_signed_in(there) and is_signed_in(here)
    third = browse("preventeur")
    assert here.send("/compte/sessions/fin").location == "/compte"
    assert not is_signed_in(third) and is_signed_in(here) and is_signed_in(other)


def test_a_new_password_ends_the_other_sessions_and_is_told(browse: Callable[[str], Browser]) -> None:
    here, there = browse("preventeur"), browse("preventeur")
    wrong = here.fill("/compte/mot-de-passe", present="à côté", password=NEW_PASSWORD)
    assert wrong.errors() == ["Ce n’est pas votre mot de passe actuel."] and is_signed_in(there)
    weak = here.fill("/compte/mot-de-passe", present=PASSWORD, password="motdepasse2026")
    assert weak.status == 422 and "se devine trop vite" in weak.text
    assert here.fill("/compte/mot-de-passe", present=PASSWORD, password=NEW_PASSWORD).location == "/compte"
    assert is_signed_in(here) and not is_signed_in(there)
    told = db.session.scalars(select(OutboxMail.rule).where(OutboxMail.template == "account_notice")).all()
    assert sum(rule.startswith("password_changed") for rule in told) == 1


def test_a_device_never_seen_is_told_once(app: Flask, browse: Callable[[str], Browser]) -> None:
    def told() -> int:
        rules = db.session.scalars(select(OutboxMail.rule).where(OutboxMail.object_kind == "user_session"))
        return sum(rule.startswith("new_device") for rule in rules)

    first = browse("preventeur")
    assert told() == 0, "the very first one is no news"
    second = browse("preventeur")
    assert told() == 1
    for browser in (first, second):
        browser.send("/deconnexion")
        browser.sign_in("preventeur")
    assert told() == 1


# --- The lock --------------------------------------------------------------------------------------------


def note_address(world: World) -> str:
    return furnish(world).address("/dossiers/{case}/notes/nouvelle")


def lines(text: str) -> list[str]:
    """The lines of a text, however they end."""
    return text.splitlines()


TYPED = {"summary": "Trente minutes d’écriture,\r\nsur deux lignes, avec <b>des signes</b>."}


def test_a_form_sent_after_the_lock_goes_on_once_unlocked(browse: Callable[[str], Browser], world: World) -> None:
    address, browser = note_address(world), browse("preventeur")
    fields = browser.get(address).fields()
    with time_machine.travel(NOW + IDLE):
        locked = Page(browser.client.post(address, data={**fields, **TYPED}))
        assert (locked.status, locked.title) == (401, "Session verrouillée")
        kept = locked.fields("/deverrouiller")
        assert lines(kept["summary"]) == lines(TYPED["summary"])
        wrong = Page(browser.client.post("/deverrouiller", data={**kept, "unlock_password": "à côté"}))
        assert wrong.status == 422 and "pas le mot de passe" in wrong.text and "à côté" not in wrong.response.text
        kept = wrong.fields("/deverrouiller")
        saved = browser._post("/deverrouiller", {**kept, "unlock_password": PASSWORD})
        assert saved.status == 302 and browser.get(saved.location or "").status == 200
    summaries = db.session.scalars(select(Exchange.summary).where(Exchange.summary.startswith("Trente"))).all()
    assert [lines(one) for one in summaries] == [lines(TYPED["summary"])]


def test_unlocked_in_another_tab_the_form_underneath_is_simply_sent(
    browse: Callable[[str], Browser], world: World
) -> None:
    address, browser = note_address(world), browse("preventeur")
    fields = browser.get(address).fields()
    with time_machine.travel(NOW + IDLE):
        asked = browser.get("/dossiers?state=ouverts")
        assert urlsplit(asked.location or "").path == "/deverrouiller"
        locked = browser.get(asked.location or "")
        answer = browser._post(
            locked.form("/deverrouiller").action, {**locked.fields("/deverrouiller"), "unlock_password": PASSWORD}
        )
        assert answer.location == "/dossiers?state=ouverts"
        assert Page(browser.client.post(address, data={**fields, **TYPED})).status == 302
        assert browser.get("/deverrouiller?suite=/aide").location == "/aide", "already done"


def test_while_locked_nothing_is_shown_and_one_may_leave(browse: Callable[[str], Browser], world: World) -> None:
    scene, browser = furnish(world), browse("preventeur")
    with time_machine.travel(NOW + IDLE):
        for address in (scene.address("/dossiers/{case}"), "/compte", "/dossiers.xlsx", "/presence"):
            assert urlsplit(browser.get(address).location or "").path == "/deverrouiller"
        assert browser.client.get("/dossiers", headers={"HX-Request": "true"}).status_code == 401
        assert "Preventeur" not in browser.get("/aide").text
        page = browser.get("/deverrouiller")
        leave = page.form("/deverrouiller")
        assert leave is not None and browser.send("/deconnexion").location == "/connexion"
    assert last_session().ended_at


def test_guessing_at_a_locked_page_is_slowed_down_and_keeps_what_was_typed(browse: Callable[[str], Browser]) -> None:
    browser = browse("preventeur")
    with time_machine.travel(NOW + IDLE):
        for _ in range(6):
            page = browser.send("/deverrouiller", {"unlock_password": "à côté", "summary": "gardé"})
        assert "Trop d’essais" in page.text and page.fields("/deverrouiller")["summary"] == "gardé"


@pytest.mark.parametrize("resume", ["/visites/1/supprimer", "IlwvdmlzaXRlcy8xIg.xxxx", "//evil.example"])
def test_nobody_slips_in_where_a_form_goes_on(browse: Callable[[str], Browser], resume: str) -> None:
    browser = browse("preventeur")
    assert browser.send("/deverrouiller", resume=resume).status == 400
    with time_machine.travel(NOW + IDLE):
        assert browser.send("/deverrouiller", resume=resume, unlock_password=PASSWORD).status == 400
        assert browser.send("/deverrouiller?suite=//evil.example", unlock_password=PASSWORD).location == "/"


def test_signing_in_again_unlocks_and_the_form_underneath_is_still_good(
    browse: Callable[[str], Browser], world: World
) -> None:
    address, browser = note_address(world), browse("preventeur")
    fields = browser.get(address).fields()
    with time_machine.travel(NOW + IDLE):
        assert browser.client.post("/connexion", data=credentials(browser, "preventeur")).status_code == 302
        assert Page(browser.client.post(address, data={**fields, **TYPED})).status == 302
    assert db.session.query(UserSession).count() == 1


def test_an_employer_is_not_locked(browse: Callable[[str], Browser]) -> None:
    browser = browse("directrice")
    with time_machine.travel(NOW + timedelta(hours=3)):
        assert is_signed_in(browser)


# --- The time of last use ----------------------------------------------------------------------------------


def test_use_is_noted_once_a_minute_and_keeps_the_session_open(
    browse: Callable[[str], Browser], statements: list[str]
) -> None:
    browser = browse("preventeur")

    def noted() -> list[str]:
        return [one for one in statements if one.startswith("UPDATE user_sessions SET seen_at")]

    browser.get("/aide")
    assert noted() == []
    with time_machine.travel(NOW + timedelta(minutes=20), tick=False):
        for address in ("/compte", "/presence", "/compte"):
            browser.get(address)
        assert len(noted()) == 1 and last_session().seen_at == NOW + timedelta(minutes=20)
    with time_machine.travel(NOW + timedelta(minutes=45)):
        assert is_signed_in(browser)


def test_a_busy_database_makes_nobody_wait_for_it(app: Flask, browse: Callable[[str], Browser]) -> None:
    browser = browse("preventeur")
    session_id = last_session().id
    db.session.commit()
    with db.engine.begin() as connection:
        held = update(UserSession).where(UserSession.id == session_id).values(browser="tenu")
        connection.execute(held)
        with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
            assert is_signed_in(browser)
    assert last_session().seen_at < NOW + timedelta(minutes=1)
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        assert is_signed_in(browser)
    assert last_session().seen_at == NOW + timedelta(minutes=6)
