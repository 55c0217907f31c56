"""The second factor in the pages: enrolled, asked for at sign-in and before sensitive acts, never in anybody's way."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pyotp
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app import clock, create_app
from app.actions.sessions import KEPT
from app.demo.accounts import demo_accounts
from app.extensions import db
from app.jobs.identity import sweep_identity
from app.models import OutboxMail, UserSession
from tests.conftest import NOW, Databases
from tests.factories import PASSWORD, make_organisation, make_user
from tests.pages import Browser, Page
from tests.views.test_accounts import Demonstration
from tests.world import World
from workflows.roles import Role

LATER = timedelta(minutes=61)


class Phone:
    """The application on somebody's phone."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret.replace(" ", ""))

    def code(self, *, steps: int = 0) -> str:
        return self.totp.at(clock.now() + timedelta(seconds=30 * steps))


def enrol(browser: Browser, suite: str = "") -> tuple[Phone, list[str]]:
    """Add a second factor as a person does; return the phone and the recovery codes."""
    confirmation = browser.send(f"/compte/second-facteur{suite}").location or ""
    page = browser.get(confirmation)
    phone = Phone(page.tree.xpath("string(//*[contains(@class, 'jalon-key')])"))
    shown = browser.fill(confirmation, second_factor_code=phone.code(steps=-1))
    assert shown.status == 200 and shown.title == "Vos codes de secours", shown.text
    return phone, [item.text_content() for item in shown.tree.xpath("//ol[contains(@class, 'jalon-codes')]/li")]


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A préventeur who has given a password and nothing else."""
    return Browser(app, "preventeur", second_factor=False)


def path_of(page: Page) -> str:
    return urlsplit(page.location or "").path


def answer(page: Page, browser: Browser, code: str) -> Page:
    form = page.form("/verification")
    return browser._post(form.action, {**page.fields("/verification"), "second_factor_code": code})


# --- Enrolling -------------------------------------------------------------------------------------------


def test_one_scans_confirms_and_keeps_ten_codes(browser: Browser, world: World) -> None:
    confirmation = browser.send("/compte/second-facteur").location or ""
    page = browser.get(confirmation)
    assert page.tree.xpath("//svg") and not page.tree.xpath("//*[@style]")
    wrong = browser.fill(confirmation, second_factor_code="000000")
    assert wrong.status == 422 and "n’est pas le bon" in wrong.text
    assert not world.user("preventeur").has_second_factor
    phone, codes = enrol(browser)
    assert len(set(codes)) == 10
    assert browser.get(confirmation).status == 302, "the secret is shown no more"
    account = browser.get("/compte")
    assert "Actif, 10" in account.main and phone.totp.secret not in account.response.text
    told = db.session.scalars(select(OutboxMail.rule).where(OutboxMail.template == "account_notice")).all()
    assert [rule.partition(" ")[0] for rule in told] == ["second_factor_added"]


def test_a_session_opened_before_is_asked_at_once(app: Flask, browser: Browser) -> None:
    other = Browser(app, "preventeur", second_factor=False)
    enrol(browser)
    assert browser.get("/dossiers").status == 200
    assert path_of(other.get("/dossiers")) == "/verification"


# --- Signing in ------------------------------------------------------------------------------------------


def test_a_password_alone_shows_nothing_and_does_nothing(browser: Browser) -> None:
    phone, _ = enrol(browser)
    browser.send("/deconnexion")
    browser.client.post("/connexion?suite=/dossiers", data=credentials(browser))
    asked = browser.get("/dossiers")
    assert path_of(asked) == "/verification"
    for address in ("/", "/compte", "/fonctions", "/compte/mot-de-passe", "/presence", "/dossiers.xlsx"):
        assert path_of(browser.get(address)) == "/verification", address
    assert browser.send("/compte/sessions/fin").status == 401
    assert "Preventeur" not in browser.get("/aide").text
    page = browser.get(asked.location or "")
    assert answer(page, browser, "000000").status == 422
    assert answer(page, browser, phone.code()).location == "/dossiers"
    assert browser.get("/dossiers").status == 200
    assert browser.get("/dossiers.xlsx").status == 200, "what has just been shown is not asked again"


def credentials(browser: Browser) -> dict[str, str]:
    return {"csrf_token": browser.token(), "email": "preventeur@test.example", "password": PASSWORD}


def test_a_code_is_taken_once_across_sessions(app: Flask, browser: Browser) -> None:
    phone, codes = enrol(browser)
    first, second = (Browser(app, "preventeur", second_factor=False) for _ in range(2))
    for code in (phone.code(), codes[0]):
        assert first.send("/verification", second_factor_code=code).status == 302
        assert second.send("/verification", second_factor_code=code).status == 422
        first.send("/deconnexion")
        first.sign_in("preventeur")


def test_codes_are_not_guessed(app: Flask, browser: Browser) -> None:
    phone, _ = enrol(browser)
    guesser = Browser(app, "preventeur", second_factor=False)
    for _ in range(5):
        assert guesser.send("/verification", second_factor_code="000000").status == 422
    assert "Trop d’essais" in guesser.send("/verification", second_factor_code=phone.code()).text
    with time_machine.travel(NOW + timedelta(minutes=1)):
        assert guesser.send("/verification", second_factor_code=phone.code()).status == 302


# --- Before a sensitive act ------------------------------------------------------------------------------


ADMINISTRATION = {
    *(f"conventions.{act}" for act in ("confirm", "edit", "end", "new")),
    "habilitations.first_administrator",
    "habilitations.review",
    *(f"absences.{act}_for" for act in ("note", "edit", "end")),
    *(f"delegations.{act}" for act in ("end", "end_for", "give_for")),
    *(f"exceptional_accesses.{act}" for act in ("close", "see")),
    *(f"people.{act}" for act in ("edit", "invite", "leave", "resend", "restore", "withdraw")),
    "privacy.treat",
}
"""Asked of those who administer: `test_people.py`, `test_conventions_pages.py` and `test_privacy.py`, beside this."""


EXPORTS = {
    "conventions.export",
    "data.export_rates",
    "desk.export_figures",
    "desk.export_organisations",
    "exceptional_accesses.export",
    "imports.export",
    "journal.export",
    "journal.export_accesses",
    "people.export",
    "privacy.export",
    "returns.export",
}
"""Lists that leave as a workbook, asked of whoever reads them: `test_exports.py`."""
LISTS = {
    "employer_letters.download",
    *(f"targeting_delegates.{act}" for act in ("show", "renew", "withdraw")),
    *(f"targeting_documents.{act}" for act in ("sealed", "copy")),
    "targeting_signatures.sign",
}
"""A list that is signed, or leaves: `test_targeting_*.py` and `test_employer_letters.py`."""
IMPORTS = {f"imports.{act}" for act in ("confirm", "undo", "rejects", "rejects_workbook")}
"""Asked of whoever brings files in: `test_imports.py`."""


def test_every_route_that_asks_for_a_second_factor_does(app: Flask, browser: Browser, world: World) -> None:
    asking = {
        rule.endpoint: rule
        for rule in app.url_map.iter_rules()
        if hasattr(app.view_functions[rule.endpoint], "second_factor")
    }
    own = {"cases.export", "data.export", "employers.export", "second_factors.renew_codes", "delegations.give"}
    elsewhere = ADMINISTRATION | IMPORTS | EXPORTS | LISTS
    assert asking.keys() == own | {"exceptional_accesses.ask"} | elsewhere
    for rule in (asking[name] for name in asking.keys() - elsewhere):
        if "GET" in (rule.methods or ()):
            assert path_of(browser.get(rule.rule)) == "/verification", rule
        else:
            assert browser.send(rule.rule).status == 401, rule


def test_without_a_factor_one_is_led_to_add_it_and_comes_back(browser: Browser) -> None:
    asked = browser.get("/dossiers.xlsx?departement=79")
    led = browser.get(asked.location or "")
    assert path_of(led) == "/compte/second-facteur"
    page = browser.get(led.location or "")
    assert "Ce que vous alliez faire" in page.text
    enrol(browser, f"?{urlsplit(led.location or '').query}")
    assert browser.get("/dossiers.xlsx?departement=79").status == 200


def test_after_an_hour_it_is_asked_again_and_the_page_of_the_list_comes_back(browser: Browser) -> None:
    phone, _ = enrol(browser)
    for minutes in (20, 40):
        with time_machine.travel(NOW + timedelta(minutes=minutes)):
            assert browser.get("/dossiers.xlsx").status == 200
    with time_machine.travel(NOW + LATER):
        asked = browser.get("/dossiers.xlsx?departement=79")
        page = browser.get(asked.location or "")
        back = answer(page, browser, phone.code())
        assert back.location == "/dossiers?departement=79"
        assert "vous pouvez télécharger" in browser.get(back.location or "").text
        assert browser.get("/dossiers.xlsx?departement=79").status == 200


def test_a_form_that_was_interrupted_goes_on(browser: Browser) -> None:
    phone, codes = enrol(browser)
    with time_machine.travel(NOW + timedelta(minutes=25)):
        browser.get("/aide")
    with time_machine.travel(NOW + timedelta(minutes=50)):
        browser.get("/compte")
    with time_machine.travel(NOW + LATER):
        interrupted = browser.send("/compte/second-facteur/codes", note="gardée")
        assert interrupted.status == 401 and interrupted.fields("/verification")["note"] == "gardée"
        renewed = answer(interrupted, browser, phone.code())
        assert renewed.status == 200 and renewed.title == "Vos codes de secours"
        assert codes[0] not in renewed.text


@pytest.mark.parametrize(("since", "status"), [("2026-11-25", 200), ("2026-11-24", 302), ("", 302)])
def test_a_day_from_which_it_is_needed_may_be_set(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch, since: str, status: int
) -> None:
    monkeypatch.setitem(app.config, "SECOND_FACTOR_FROM", since)
    assert browser.get("/dossiers.xlsx").status == status


# --- Removing it -----------------------------------------------------------------------------------------


def test_removing_it_asks_for_the_password(browser: Browser, world: World) -> None:
    enrol(browser)
    assert browser.fill("/compte/second-facteur/suppression", present="à côté").status == 422
    assert browser.fill("/compte/second-facteur/suppression", present=PASSWORD).location == "/compte"
    assert not world.user("preventeur").has_second_factor


def test_an_operator_resets_it(app: Flask, browser: Browser, world: World) -> None:
    enrol(browser)
    run = app.test_cli_runner().invoke
    done = run(args=["user", "reset-second-factor", "Preventeur@test.example"])
    assert done.exit_code == 0 and "sessions terminées : 1" in done.output
    assert browser.get("/compte").status == 302
    for email, why in (("preventeur@test.example", "n’a pas de second facteur"), ("x@y.fr", "Aucun compte")):
        again = run(args=["user", "reset-second-factor", email])
        assert again.exit_code == 1 and why in again.output


def test_old_sessions_are_forgotten(browser: Browser) -> None:
    with time_machine.travel(NOW + KEPT - timedelta(hours=1)):
        sweep_identity()
        assert db.session.scalars(select(UserSession)).all()
    with time_machine.travel(NOW + KEPT + timedelta(hours=1)):
        sweep_identity()
        assert not db.session.scalars(select(UserSession)).all()


# --- The demonstration -----------------------------------------------------------------------------------


@pytest.fixture
def shown(app: Flask, databases: Databases) -> Iterator[Browser]:
    """Somebody who has just clicked on a person of the demonstration."""
    settings = Demonstration()
    settings.SQLALCHEMY_DATABASE_URI = databases.url
    demo = create_app(settings)
    demo.test_client_class = app.test_client_class
    with demo.app_context():
        make_user("personne", make_organisation(Role.CARSAT, "Carsat de démonstration")).email = demo_accounts(demo)[
            0
        ].email
        db.session.commit()
        browser = Browser(demo, None)
        fields = browser.get("/connexion").fields("/demo/connexion")
        assert browser.client.post("/demo/connexion", data=fields).status_code == 302
        yield browser
        db.session.remove()
        db.engine.dispose()


def test_the_demonstration_says_what_it_skips(shown: Browser) -> None:
    asked = shown.get("/dossiers.xlsx")
    page = shown.get(asked.location or "")
    assert "Dans la démonstration, aucun code n’est demandé" in page.text
    assert answer(page, shown, "").location == "/dossiers"
    assert shown.get("/dossiers.xlsx").status == 200
    with time_machine.travel(NOW + timedelta(minutes=31)):
        locked = shown.get(shown.get("/compte").location or "")
        assert "aucun mot de passe n’est demandé" in locked.text
        form = locked.form("/deverrouiller")
        assert shown._post(form.action, locked.fields("/deverrouiller")).location == "/compte"


def test_a_factor_added_in_the_demonstration_is_really_asked_before_a_download(
    shown: Browser, browse: Callable[[str], Browser]
) -> None:
    phone, _ = enrol(shown)
    with time_machine.travel(NOW + timedelta(minutes=29)):
        assert shown.get("/compte").status == 200
    with time_machine.travel(NOW + timedelta(minutes=58)):
        assert shown.get("/compte").status == 200
    with time_machine.travel(NOW + LATER):
        page = shown.get(shown.get("/dossiers.xlsx").location or "")
        assert answer(page, shown, "000000").status == 422
        assert answer(page, shown, phone.code()).status == 302
