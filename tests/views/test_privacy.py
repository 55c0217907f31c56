"""Personal data: what is said to people, their own data, their requests and how they are treated."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.actions import data_requests
from app.extensions import db
from app.models import Contact, DataRequest, OutboxMail
from tests.conftest import NOW, TODAY
from tests.pages import Browser
from tests.views.scene import add_contact
from tests.world import World
from workflows.data_request import RequestKind, RequestState, due_on
from workflows.retention import RULES

Browse = Callable[[str], Browser]
ASK = "/donnees-personnelles/demande"
MAIL = "claire.moreau@tilleuls.example"


def ask(browser: Browser, kind: RequestKind = RequestKind.OBJECTION, **values: str) -> str | None:
    values = {"full_name": "Claire Moreau", "email": MAIL, "organisation": "0", **values}
    return browser.fill(ASK, kind=kind.value, **values).location


def requests() -> list[DataRequest]:
    return list(db.session.scalars(select(DataRequest).order_by(DataRequest.id)))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 11, 24), date(2026, 12, 24)),
        (date(2027, 12, 31), date(2028, 1, 31)),
    ],
)
def test_there_is_a_month_to_answer(received: date, due: date) -> None:
    assert due_on(received) == due


def test_anybody_reads_the_register(app: Flask) -> None:
    page = Browser(app, None).get("/donnees-personnelles")
    for anchor in ("agent", "employeur", "contact", "signataire", "droits", "registre", "conservation"):
        assert page.tree.xpath(f"//h2[@id='{anchor}']"), anchor
    assert all(rule.what in page.text for rule in RULES)
    assert "/donnees-personnelles" in Browser(app, None).get("/connexion").links()


@pytest.mark.parametrize("form", ["notes/nouvelle", "visites/nouvelle", "contacts/nouveau"])
def test_the_forms_say_that_the_person_may_read(world: World, browse: Browse, form: str) -> None:
    page = browse("preventeur").get(f"/employeurs/{world.employer('Tilleuls').id}/{form}")
    assert "peut être communiqué à la personne" in page.main


def test_one_reads_and_takes_away_ones_own_data(world: World, browse: Browse) -> None:
    preventeur = browse("preventeur")
    page = preventeur.get("/donnees-personnelles/mes-donnees")
    assert "preventeur@test.example" in page.main and "referent@test.example" not in page.main
    answer = preventeur.client.get("/donnees-personnelles/mes-donnees.json")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="mes-donnees.json"')
    assert answer.json and answer.json["adresse"] == "preventeur@test.example"
    assert "argon2" not in answer.text


def test_a_contact_objects_and_disappears_from_the_pages(world: World, browse: Browse, app: Flask) -> None:
    employer = world.employer("Tilleuls")
    add_contact(world, employer, "preventeur").email = "Claire.Moreau@tilleuls.example"
    db.session.commit()
    assert "Claire Moreau" in browse("preventeur").get(f"/employeurs/{employer.id}").main
    assert ask(Browser(app, None)) == f"{ASK}/recue"
    asked = requests()[0]
    assert (asked.received_on, asked.due_on, asked.user_id) == (TODAY, date(2026, 12, 24), None)
    admin = browse("admin")
    assert asked.reference in admin.get("/donnees-personnelles/demandes").main
    address = f"/donnees-personnelles/demandes/{asked.id}"
    assert "Fiches de contact à cette adresse : 1" in admin.get(address).main
    page = admin.fill(address, state="accepted", answer="")
    assert page.status == 422 and page.errors()
    assert admin.fill(address, state="accepted", answer="Votre fiche n’est plus montrée.").status == 302
    assert "Claire Moreau" not in browse("preventeur").get(f"/employeurs/{employer.id}").main
    contact = db.session.scalars(select(Contact)).one()
    assert contact.objected_on == TODAY
    assert browse("preventeur").get(f"/employeurs/{employer.id}/contacts/{contact.id}").status == 404
    again = admin.send(address, state="refused", answer="Non", version="1")
    assert again.status == 409 and requests()[0].state is RequestState.ACCEPTED


@pytest.mark.parametrize(
    ("kind", "state", "left"),
    [
        (RequestKind.ERASURE, "accepted", 0),
        (RequestKind.ERASURE, "refused", 1),
        (RequestKind.OBJECTION, "refused", 1),
        (RequestKind.ACCESS, "accepted", 1),
    ],
)
def test_what_an_answer_does_to_the_contacts(
    world: World, browse: Browse, app: Flask, kind: RequestKind, state: str, left: int
) -> None:
    add_contact(world, world.employer("Tilleuls"), "preventeur").email = MAIL
    add_contact(world, world.employer("Clain"), "preventeur").email = "autre@clain.example"
    ask(Browser(app, None), kind)
    browse("admin").fill(f"/donnees-personnelles/demandes/{requests()[0].id}", state=state, answer="Fait.")
    shown = db.session.scalars(select(Contact.email).where(Contact.objected_on.is_(None))).all()
    assert sorted(shown) == sorted([*[MAIL] * left, "autre@clain.example"])


def test_a_request_goes_to_the_organisation_it_names(world: World, browse: Browse, app: Flask) -> None:
    ars = world.organisation("ARS Poitou")
    world.user("referent").capacities[0].is_administrator = True
    db.session.commit()
    ask(browse("preventeur"), organisation=str(ars.id), email="preventeur@test.example")
    asked = requests()[0]
    assert (asked.organisation_id, asked.user_id) == (ars.id, world.user("preventeur").id)
    referent = browse("referent")
    assert asked.reference in referent.get("/donnees-personnelles/demandes").main
    assert browse("admin").get(f"/donnees-personnelles/demandes/{asked.id}").status == 404
    assert browse("coordinatrice").get("/donnees-personnelles/demandes").status == 403


def test_to_answer_asks_for_the_second_factor(world: World, app: Flask) -> None:
    ask(Browser(app, None))
    admin = Browser(app, "admin", second_factor=False)
    assert admin.get("/donnees-personnelles/demandes").status == 200
    address = f"/donnees-personnelles/demandes/{requests()[0].id}"
    assert (admin.get(address).location or "").startswith("/verification?")
    asked = admin.send(address, state="accepted", answer="Fait.", version="1")
    assert (asked.status, asked.fields("/verification")["answer"]) == (401, "Fait.")
    assert requests()[0].state is RequestState.RECEIVED


def test_wrong_input_keeps_what_was_typed_and_two_clicks_make_one(app: Flask, world: World) -> None:
    nobody = Browser(app, None)
    page = nobody.fill(ASK, full_name="Claire", email="pas une adresse", message="Mon numéro a changé.")
    assert page.status == 422 and page.fields()["message"].strip() == "Mon numéro a changé."
    given = {**nobody.get(ASK).fields(), "kind": "access", "full_name": "Claire", "email": MAIL, "organisation": "0"}
    assert [nobody.send(ASK, given).location for _ in range(2)] == [f"{ASK}/recue"] * 2
    assert len(requests()) == 1
    for _ in range(9):
        assert ask(nobody) == f"{ASK}/recue"
    assert len(requests()) == data_requests.MOST_WAITING


def test_administrators_are_told_then_reminded_once(world: World, app: Flask) -> None:
    ask(Browser(app, None))

    def mails() -> list[str]:
        found = (
            select(OutboxMail.rule).where(OutboxMail.template == data_requests.REMINDER_MAIL).order_by(OutboxMail.id)
        )
        return list(db.session.scalars(found))

    assert mails() == ["received"]
    due = requests()[0].due_on
    for offset, expected in ((-8, 1), (-7, 2), (-6, 2), (0, 3), (5, 3)):
        for _ in range(2):
            data_requests.queue_reminders(today=due + timedelta(days=offset), now=NOW)
        assert len(mails()) == expected, offset
    assert mails() == ["received", "due-7", "due+0"]
