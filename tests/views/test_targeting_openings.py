"""From a signed list to its cases through the pages: prepared, filtered, changed, opened once."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.extensions import db
from app.jobs.mails import Fate, send_waiting_mails
from app.models import Case, CaseOfficer, OutboxMail, TargetingCampaign, TargetingLine, TargetingOpening
from figures.targeting import TargetClass
from tests.actions.invariants import faults
from tests.factories import make_employer, make_organisation, make_structure, make_user
from tests.mail_server import mail_server
from tests.pages import Browser, Page
from tests.targeting import add_lines, make_public, signed
from tests.world import World
from workflows.roles import Role
from workflows.targeting_list import ListState

Browse = Callable[[str], Browser]


@pytest.fixture
def here(world: World) -> str:
    """The page of a signed list of three employers, one of which is followed."""
    free = make_employer("Association Libre")
    make_structure(free, "EHPAD Libre")
    make_user("cdg", make_organisation(Role.PUBLIC_PREVENTION, "CDG 79", "79"))
    db.session.flush()
    campaign = signed(world, "coordinatrice", "Tilleuls", "Clain", "Association Libre")
    db.session.commit()
    return f"/ciblage/{campaign.id}/dossiers"


def shown(page: Page) -> list[str]:
    found = page.tree.xpath("//*[@id='resultats']//th//a/text() | //*[@id='resultats']//*[@role='rowheader']//a/text()")
    return list(dict.fromkeys(str(name) for name in found))


def count_opened() -> int:
    return db.session.scalar(select(func.count()).where(Case.submission.like("ciblage-%"))) or 0


def test_from_the_signed_list_to_the_cases_and_the_mails(
    app: Flask, world: World, browse: Browse, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browse("coordinatrice")
    assert "Voir les dossiers à ouvrir" in browser.get(here.removesuffix("/dossiers")).main
    page = browser.get(here)
    assert "Prochaine étape : préparer l’ouverture" in page.main and shown(page) == []
    browser.fill(here, action="/preparation")
    page = browser.get(here)
    assert shown(page) == ["Association Les Tilleuls", "Association Libre", "Mutuelle du Clain"]
    assert (
        "Propositions faites pour 3 employeurs" in page.text and "prendre contact avant le 23 janvier 2027" in page.text
    )
    assert "Ouvrir 2 dossiers" in page.main and "Déjà suivi" in page.main and count_opened() == 0
    assert shown(browser.get(f"{here}?standing=followed")) == ["Association Les Tilleuls"]
    assert shown(browser.get(f"{here}?departement=86")) == ["Mutuelle du Clain"]
    assert shown(browser.get(f"{here}?q=libre")) == ["Association Libre"]
    browser.fill(here, action="/ouverture")
    page = browser.get(here)
    assert "2 dossiers sont ouverts" in page.text and "Voir le dossier" in page.main
    browser.send(f"{here}/ouverture")
    assert "tous ceux qui étaient prêts le sont déjà" in browser.get(here).text
    assert count_opened() == 2 and faults() == []
    case = db.session.scalars(select(Case).join(TargetingOpening, TargetingOpening.case_id == Case.id)).first()
    assert case
    thread = browser.get(f"/dossiers/{case.id}")
    assert "Liste de ciblage, chef de file :" in thread.main and "EHPAD du Poitou, 2027" in thread.main
    db.session.rollback()
    with mail_server() as post:
        monkeypatch.setitem(app.config, "SMTP_URL", post.url)
        assert set(send_waiting_mails().fates) == {Fate.SENT}
    mails = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "cases_opened")).all()
    assert mails and all(mail.sent_at for mail in mails) and len({mail.user_id for mail in mails}) == len(mails)
    for mail in mails:
        assert mail.body and "Libre" not in mail.body and "Clain" not in mail.body


def test_one_line_is_changed_and_a_stale_one_is_refused(world: World, browse: Browse, here: str) -> None:
    browser = browse("coordinatrice")
    browser.fill(here, action="/preparation")
    address = f"{here}/{world.employer('Clain').id}"
    carsat, dept = (str(world.organisation(name).id) for name in ("Carsat Poitou", "Département 79"))
    page = browser.get(address)
    assert "Carsat Poitou : 1 dossier ouvert pour 1 personne" in page.main and "Département 79" not in page.main
    stale = page.fields()
    answer = browser.fill(address, lead=carsat, officer=str(world.user("referent").id))
    assert answer.status == 422 and "Cette personne n’appartient pas à l’organisme" in " ".join(answer.errors())
    assert browser.fill(address, lead=dept, officer="").status == 422
    assert browser.fill(address, lead=carsat, officer=str(world.user("preventeur").id), choice="leave").status == 302
    assert "Laissé de côté" in browser.get(f"{here}?q=clain").main
    assert browser.send(address, stale).status == 409
    browser.fill(address, choice="open")
    browser.fill(here, action="/ouverture")
    officers = select(CaseOfficer.user_id).join(Case).join(TargetingOpening, TargetingOpening.case_id == Case.id)
    assert world.user("preventeur").id in db.session.scalars(officers).all()
    assert "Son dossier est ouvert" in browser.get(address).main
    assert browser.send(address, stale).status in (409, 422)


def test_a_departement_is_given_in_one_go(world: World, browse: Browse, here: str) -> None:
    browser = browse("coordinatrice")
    browser.fill(here, action="/preparation")
    answer = browser.fill(here, action="/departement", place="", body="")
    assert answer.status == 422 and "Choisissez un département." in " ".join(answer.errors())
    carsat = str(world.organisation("Carsat Poitou").id)
    assert browser.fill(here, action="/departement", place="79", body=carsat).status == 302
    assert "Carsat Poitou conduira 2 dossiers de ce département." in browser.get(here).text
    assert shown(browser.get(f"{here}?lead={carsat}&departement=79")) == [
        "Association Les Tilleuls",
        "Association Libre",
    ]


def test_a_public_employer_is_followed_with_the_prevention_of_its_sector(
    world: World, browse: Browse, here: str
) -> None:
    make_public(world.employer("Association Libre"))
    db.session.commit()
    browser = browse("coordinatrice")
    browser.fill(here, action="/preparation")
    assert "Carsat" not in browser.get(f"{here}/{world.employer('Association Libre').id}").main
    browser.fill(here, action="/ouverture")
    case = db.session.scalars(select(Case).where(Case.employer_id == world.employer("Association Libre").id)).one()
    assert [one.organisation.name for one in case.partners] == ["CDG 79"]
    assert "Association Libre" in browse("cdg").get("/dossiers").main


@pytest.mark.parametrize("who", ["preventeur", "referent", "departement", "federation", "aract", "directrice", "admin"])
def test_nobody_else_sees_or_opens(browse: Browse, here: str, who: str) -> None:
    browser = browse(who)
    assert browser.get(here).status == 403
    for address in (f"{here}/preparation", f"{here}/ouverture", f"{here}/departement"):
        assert browser.send(address).status == 403
    assert count_opened() == 0


def test_a_list_that_is_not_signed_opens_nothing(world: World, browse: Browse, here: str) -> None:
    campaign = db.session.get(TargetingCampaign, int(here.split("/")[2]))
    assert campaign
    browser = browse("coordinatrice")
    for state in (ListState.CONSULTATION, ListState.FROZEN, ListState.SIGNING):
        campaign.state = state
        db.session.commit()
        assert "La liste n’est pas encore signée" in browser.get(here).main
        browser.send(f"{here}/ouverture")
        assert "à partir d’une liste signée" in browser.get(here).text
    campaign.state = ListState.EXPIRED
    db.session.commit()
    assert "Cette liste ne vaut plus" in browser.get(here).main and count_opened() == 0


def test_five_thousand_employers_take_as_many_statements_as_three(
    world: World, browse: Browse, here: str, statements: list[str]
) -> None:
    campaign = db.session.get(TargetingCampaign, int(here.split("/")[2]))
    assert campaign
    browser, few = browse("coordinatrice"), 0
    for size in (0, 5_000):
        add_lines(campaign, size)
        db.session.execute(update(TargetingLine).values(computed=TargetClass.FIRST))
        db.session.commit()
        browser.send(f"{here}/preparation")
        statements.clear()
        page = browser.get(f"{here}?q=association")
        few = few or len(statements)
        assert len(statements) == few and len(shown(page)) == (50 if size else 2)
    following = page.tree.xpath("string(//a[@rel='next']/@href)")
    assert following and set(shown(browser.get(following))).isdisjoint(shown(page))


def test_the_command_opens_as_the_page_does(app: Flask, world: World, here: str) -> None:
    number = here.split("/")[2]
    run = app.test_cli_runner().invoke
    said = run(args=["targeting", "open", number, "--person", "referent@test.example"])
    assert said.exit_code and "ne coordonne le territoire" in said.output
    said = run(args=["targeting", "open", number, "--person", "coordinatrice@test.example"])
    assert (said.exit_code, said.output.strip()) == (0, "2\u00a0dossiers ouverts.")
    again = run(args=["targeting", "open", number, "--person", "Coordinatrice@test.example"])
    assert again.output.strip() == "0\u00a0dossier ouvert." and count_opened() == 2
