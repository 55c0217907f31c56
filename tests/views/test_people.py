"""The people of an organisation: invited, changed, leaving, confirmed; what each may do at the next request."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace as Someone

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.actions.magic_links import make_secret
from app.extensions import db
from app.models import Capacity, CaseEvent, EventKind, JournalAction, JournalEntry, MagicLink, OutboxMail, User
from tests.conftest import NOW, TODAY
from tests.factories import make_case, make_employer, make_structure, make_user
from tests.pages import Browser, Page
from tests.views.together import at_once
from tests.world import World

Browse = Callable[[str], Browser]
PEOPLE = "/organisme/personnes"
SOMEBODY = {"email": "Lou.Martin@carsat.example", "given_name": "Lou", "family_name": "Martin"}


@pytest.fixture
def carsat(world: World) -> Someone:
    """The Carsat of the Poitou, its administrator, and its préventeur."""
    organisation = world.organisation("Carsat Poitou")
    make_user("gestionnaire", organisation, is_administrator=True)
    db.session.commit()
    return Someone(id=organisation.id, preventeur=capacity_of("preventeur"), gestionnaire=capacity_of("gestionnaire"))


def capacity_of(name: str) -> Capacity:
    address = name if "@" in name else f"{name}@test.example"
    found = select(Capacity).join(User, User.id == Capacity.user_id).where(User.email == address)
    db.session.expire_all()
    return db.session.scalars(found.order_by(Capacity.id.desc())).first()  # type: ignore[return-value]


def links() -> list[MagicLink]:
    return list(db.session.scalars(select(MagicLink).order_by(MagicLink.id)))


def mails(rule: str) -> list[OutboxMail]:
    return list(db.session.scalars(select(OutboxMail).where(OutboxMail.rule.startswith(rule))))


def done(action: JournalAction) -> int:
    return len(db.session.scalars(select(JournalEntry).where(JournalEntry.action == action)).all())


def rows(page: Page) -> dict[str, str]:
    return {row.xpath("string(th)").strip(): row.text_content() for row in page.tree.xpath("//tbody/tr")}


def test_an_invitation_opens_an_account_once_however_often_it_is_sent(carsat: Someone, browse: Browse) -> None:
    boss = browse("gestionnaire")
    missing = boss.fill(f"{PEOPLE}/inviter")
    assert (missing.status, len(missing.errors())) == (422, 3)
    for _ in range(2):
        assert boss.fill(f"{PEOPLE}/inviter", **SOMEBODY, job_title="préventeur").location == PEOPLE
    invited = capacity_of("lou.martin@carsat.example")
    assert (invited.organisation_id, invited.job_title) == (carsat.id, "préventeur")
    assert (len(links()), done(JournalAction.CAPACITY_GIVEN)) == (1, 1)
    assert "invitation envoyée" in rows(boss.get(PEOPLE))["lou.martin@carsat.example"]
    wrong = boss.fill(f"{PEOPLE}/inviter", **{**SOMEBODY, "email": "lou.martin"})
    assert (wrong.status, wrong.fields("")["given_name"]) == (422, "Lou"), "what was typed stays"


def test_the_link_of_an_invitation_opens_the_function_that_it_is_for(
    app: Flask, carsat: Someone, browse: Browse
) -> None:
    browse("gestionnaire").fill(f"{PEOPLE}/inviter", **SOMEBODY)
    link, guest = links()[0], Browser(app, None)
    secret = make_secret(link.reference, app.config["SECRET_KEY"])
    page = guest.fill(f"/lien/{link.reference}", secret=secret, password="trois cailloux blancs")
    assert page.location == "/" and "Carsat Poitou" in guest.get("/").text
    assert "Lou Martin" in rows(browse("gestionnaire").get(PEOPLE))
    assert capacity_of("lou.martin@carsat.example").invited_at is None


def test_two_invitations_at_the_same_instant_make_one_person(carsat: Someone, browse: Browse) -> None:
    tabs = [browse("gestionnaire"), browse("gestionnaire")]
    answers = at_once(tabs, f"{PEOPLE}/inviter", SOMEBODY)
    assert [answer.location for answer in answers] == [PEOPLE, PEOPLE]
    found = db.session.scalars(select(User).where(User.email == "lou.martin@carsat.example")).all()
    assert (len(found), len(found[0].capacities), len(links())) == (1, 1, 1)


def test_an_account_of_another_organisation_gets_a_function_and_nothing_of_it_is_told(
    carsat: Someone, browse: Browse
) -> None:
    boss = browse("gestionnaire")
    assert boss.fill(f"{PEOPLE}/inviter", **{**SOMEBODY, "email": "referent@test.example"}).status == 302
    assert (len(links()), len(mails("invited"))) == (0, 1)
    person = capacity_of("referent")
    for page in (boss.get(PEOPLE), boss.get(f"{PEOPLE}/{person.id}"), boss.get(f"{PEOPLE}?q=referent@test")):
        assert "referent@test.example" in page.main
        assert "Referent Testeur" not in page.main and "ARS" not in page.main
    assert boss.get(f"{PEOPLE}?q=Testeur").main.count("referent@test.example") == 0
    referent = browse("referent")
    referent.send("/fonctions", capacity=person.id)
    assert capacity_of("referent").invited_at is None
    assert "Referent Testeur" in boss.get(PEOPLE).main


def test_an_invitation_is_sent_again_or_taken_back_and_does_not_outlive_its_use(
    carsat: Someone, browse: Browse
) -> None:
    boss = browse("gestionnaire")
    boss.fill(f"{PEOPLE}/inviter", **SOMEBODY)
    home = f"{PEOPLE}/{capacity_of('lou.martin@carsat.example').id}"
    boss.send(f"{home}/invitation")
    assert len(links()) == 1, "a second click"
    with time_machine.travel(NOW + timedelta(minutes=10)):
        boss.send(f"{home}/invitation")
        assert boss.fill(f"{PEOPLE}/inviter", **SOMEBODY).location == PEOPLE
        assert len(links()) == 2, "sent again a moment ago"
        assert boss.send(f"{home}/retrait").location == PEOPLE
        assert boss.send(f"{home}/retrait").location == PEOPLE
    assert all(link.expires_at <= NOW + timedelta(minutes=11) for link in links()[1:])
    assert "lou.martin" not in boss.get(PEOPLE).main
    assert "lou.martin" in boss.get(f"{PEOPLE}?anciens=oui").main
    assert boss.send(f"{PEOPLE}/{carsat.preventeur.id}/retrait").status == 400
    assert boss.fill(f"{PEOPLE}/inviter", **SOMEBODY).location == PEOPLE, "and may come back"
    assert "lou.martin" in boss.get(PEOPLE).main


def test_people_of_another_organisation_do_not_exist(carsat: Someone, browse: Browse) -> None:
    boss, stranger = browse("gestionnaire"), capacity_of("referent").id
    for page in ("", "/modifier", "/depart"):
        assert boss.get(f"{PEOPLE}/{stranger}{page}").status == boss.get(f"{PEOPLE}/999999{page}").status == 404
    for act in ("modifier", "depart", "invitation", "retrait", "retablissement"):
        assert boss.send(f"{PEOPLE}/{stranger}/{act}").status == 404
    assert boss.get(f"/organismes/{carsat.id}/administration").status == 403
    assert "Referent" not in boss.get(PEOPLE).main
    assert boss.get(f"{PEOPLE}?q=introuvable").main.count("Personne ne correspond") == 1


def test_a_narrower_territory_and_rights_hold_at_the_next_request(
    world: World, carsat: Someone, browse: Browse
) -> None:
    quiet = make_case(world.employer("Clain"), lead=None, opened_by=world.organisation("ARS Poitou"))
    db.session.commit()
    boss, preventeur = browse("gestionnaire"), browse("preventeur")
    assert preventeur.get(f"/dossiers/{quiet.id}").status == 200
    home = f"{PEOPLE}/{carsat.preventeur.id}"
    assert boss.fill(f"{home}/modifier", departements=["79"], job_title="ergonome").location == home
    assert preventeur.get(f"/dossiers/{quiet.id}").status == 404
    assert preventeur.get(f"/dossiers/{world.case('Tilleuls').id}").status == 200
    assert boss.fill(f"{home}/modifier", departements=["33"]).status == 422
    assert preventeur.get(PEOPLE).status == 403
    boss.fill(f"{home}/modifier", is_administrator="y")
    assert preventeur.get(PEOPLE).status == 200
    assert (len(mails("changed")), done(JournalAction.CAPACITY_CHANGED)) == (2, 2)
    assert boss.fill(f"{home}/modifier").location == home
    assert len(mails("changed")) == 2, "nothing changed, nobody is told"


def test_two_tabs_do_not_undo_each_other(carsat: Someone, browse: Browse) -> None:
    boss, home = browse("gestionnaire"), f"{PEOPLE}/{carsat.preventeur.id}/modifier"
    kept = boss.get(home).fields("")
    boss.fill(home, job_title="ergonome")
    stale = boss.send(home, {**kept, "job_title": "psychologue"})
    assert stale.status == 409 and "psychologue" in stale.main and "ergonome" in stale.main


def test_the_last_administrator_stays(carsat: Someone, browse: Browse) -> None:
    boss, home = browse("gestionnaire"), f"{PEOPLE}/{carsat.gestionnaire.id}"
    alone = "Personne d’autre ne gère les accès de l’organisme : confiez-les d’abord à quelqu’un."
    values = {name: value for name, value in boss.get(f"{home}/modifier").fields("").items()}
    values.pop("is_administrator")
    assert boss.send(f"{home}/modifier", values).errors() == [alone]
    assert alone in boss.fill(f"{home}/depart", departs_on="2026-12-01").main
    boss.fill(f"{PEOPLE}/{carsat.preventeur.id}/modifier", is_administrator="y")
    other = browse("preventeur")
    other.fill(f"{PEOPLE}/{carsat.gestionnaire.id}/depart", departs_on="2026-12-01")
    mine = other.get(f"{PEOPLE}/{carsat.preventeur.id}/modifier").fields("")
    mine.pop("is_administrator")
    assert alone in other.send(f"{PEOPLE}/{carsat.preventeur.id}/modifier", mine).main, "who is leaving does not count"


def test_a_departure_hands_the_cases_over_in_one_gesture_then_leaves_thirty_days_of_reading(
    world: World, carsat: Someone, browse: Browse
) -> None:
    make_user("collegue", world.organisation("Carsat Poitou"))
    employer = make_employer("Association Deux")
    make_structure(employer, "EHPAD Deux")
    db.session.flush()
    second = make_case(
        employer, lead=world.organisation("Carsat Poitou"), officers=(world.user("preventeur"), world.user("collegue"))
    )
    first = world.case("Tilleuls")
    db.session.commit()
    boss, home = browse("gestionnaire"), f"{PEOPLE}/{carsat.preventeur.id}"
    page = boss.get(f"{home}/depart")
    assert "2 dossiers à reprendre" in page.main and page.main.count("sans autre référent") >= 1
    refused = boss.fill(f"{home}/depart", successor="0")
    assert refused.errors() == ["Des dossiers n’ont pas d’autre référent : choisissez qui les reprend."]
    preventeur = browse("preventeur")
    note = f"/dossiers/{first.id}/notes/nouvelle"
    step = f"/dossiers/{first.id}/etapes/start_diagnostic"
    assert preventeur.get(note).status == preventeur.get(step).status == 200
    assert boss.fill(f"{home}/depart", successor=str(capacity_of("collegue").id)).location == home
    db.session.expire_all()
    for case in (first, second):
        assert [officer.user.full_name for officer in case.officers] == ["Collegue Testeur"]
        told = select(CaseEvent.summary).where(CaseEvent.case_id == case.id, CaseEvent.kind == EventKind.OFFICERS)
        assert list(db.session.scalars(told)) == ["Collegue Testeur"]
    assert (done(JournalAction.DEPARTURE_RECORDED), done(JournalAction.CASE_OFFICERS), len(mails("departure"))) == (
        1,
        2,
        1,
    )
    assert preventeur.get(f"/dossiers/{first.id}").status == 200
    for refused in (preventeur.get(note), preventeur.send(note), preventeur.get(step), preventeur.send(step)):
        assert refused.status == 403 and "Votre départ est enregistré" in refused.main
    assert "vous lisez encore" in preventeur.get("/").main
    assert preventeur.send(f"/dossiers/{first.id}/partenaires", status="acting").status == 403
    with time_machine.travel(NOW + timedelta(days=30)):
        assert browse("preventeur").get(f"/dossiers/{first.id}").status == 200
    with time_machine.travel(NOW + timedelta(days=31)):
        late = browse("preventeur").get(f"/dossiers/{first.id}")
        assert late.status == 403 and "Aucune fonction" in late.title


def test_a_departure_to_come_changes_nothing_until_its_day_and_can_be_called_off(
    world: World, carsat: Someone, browse: Browse
) -> None:
    boss, home = browse("gestionnaire"), f"{PEOPLE}/{carsat.preventeur.id}"
    heir = str(carsat.gestionnaire.id)
    assert boss.fill(f"{home}/depart", departs_on="2026-11-23", successor=heir).errors() == [
        "Indiquez aujourd’hui ou un jour à venir."
    ]
    boss.fill(f"{home}/depart", departs_on="2026-12-01", successor=heir)
    note = f"/dossiers/{world.case('Tilleuls').id}/notes/nouvelle"
    assert browse("preventeur").get(note).status == 200
    assert "départ prévu" in boss.get(home).main
    assert boss.send(f"{home}/retablissement").location == home
    assert boss.send(f"{home}/retablissement").location == home, "twice"
    person = capacity_of("preventeur")
    assert (person.departs_on, person.ends_on, done(JournalAction.DEPARTURE_CANCELLED)) == (None, None, 1)


def test_a_review_is_answered_at_once_for_everybody(carsat: Someone, browse: Browse) -> None:
    boss = browse("gestionnaire")
    page = boss.get("/organisme/habilitations")
    names = [f"personne_{one.id}" for one in (carsat.preventeur, carsat.gestionnaire)]
    assert boss.fill("/organisme/habilitations", **{names[0]: "reste"}).status == 422
    assert all(name in str(page.response.data) for name in names)
    left = boss.fill("/organisme/habilitations", **{names[0]: "depart", names[1]: "reste"})
    assert left.status == 422 and "choisissez qui les reprend" in left.main, "cases first"
    assert capacity_of("gestionnaire").confirmed_on is None, "all or nothing"
    assert boss.fill("/organisme/habilitations", **dict.fromkeys(names, "reste")).location == PEOPLE
    assert {capacity_of(name).confirmed_on for name in ("preventeur", "gestionnaire")} == {TODAY}
    assert carsat.preventeur.organisation.review_due_on == date(2027, 5, 24)
    assert done(JournalAction.HABILITATIONS_REVIEWED) == 1


def test_whoever_is_suspended_is_told_whom_to_ask_and_comes_back_in_a_click(carsat: Someone, browse: Browse) -> None:
    preventeur, boss = browse("preventeur"), browse("gestionnaire")
    person = capacity_of("preventeur")
    person.suspended_on = TODAY
    db.session.commit()
    page = preventeur.get("/dossiers")
    assert (page.status, page.title) == (403, "Votre accès est suspendu")
    assert "gestionnaire@test.example" in page.main
    boss.send(f"{PEOPLE}/{person.id}/retablissement")
    assert preventeur.get("/dossiers").status == 200
    assert (done(JournalAction.ACCESS_RESTORED), len(mails("restored"))) == (1, 1)


def test_the_platform_gives_an_organisation_its_first_administrator_and_reads_nothing(
    world: World, browse: Browse
) -> None:
    admin, body = browse("admin"), world.organisation("Département 79")
    address = f"/organismes/{body.id}/administration"
    assert address in admin.get("/").links()
    assert admin.fill(address, **SOMEBODY).location == "/"
    person = capacity_of("lou.martin@carsat.example")
    assert (person.organisation_id, person.is_administrator) == (body.id, True)
    admin.get("/")
    assert "lou.martin" not in admin.get(PEOPLE).main
    assert admin.get("/organismes/999999/administration").status == 404


def test_every_act_asks_for_the_second_factor(app: Flask, carsat: Someone) -> None:
    boss = Browser(app, "gestionnaire", second_factor=False)
    home = f"{PEOPLE}/{carsat.preventeur.id}"
    assert boss.get(PEOPLE).status == 200
    for page in (f"{PEOPLE}/inviter", f"{home}/modifier", f"{home}/depart", "/organisme/habilitations"):
        assert boss.get(page).status != 200
    for act in ("invitation", "retrait", "retablissement", "depart", "modifier"):
        assert boss.send(f"{home}/{act}").status != 200
    assert capacity_of("preventeur").departs_on is None
