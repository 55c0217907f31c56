"""Leaving one's signature to somebody without an account: who may, what is typed, what time and mails do of it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, select, update

from app import clock
from app.actions.targeting_signatures import SignatoryTerms, name_signatory
from app.extensions import db
from app.jobs.targeting_dates import pursue_lists
from app.models import (
    OutboxMail,
    TargetingCampaign,
    TargetingDelegate,
)
from app.queries import targeting_signatures as queries
from app.queries.personal_data import export_person
from app.second_wall.rules import SCHEDULER
from tests.delegates import (
    WHO,
    Browse,
    address,
    answered,
    code_on,
    delegated,
    entered,
    make_called,
    refrozen,
    secret,
    written,
)
from tests.views.test_targeting_signatures import AFTER
from tests.world import World


@pytest.fixture
def called(world: World) -> int:
    """A list to be signed; for the federation, by « federation »."""
    return make_called(world)


# --- Who delegates ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"given_name": " "}, "« Prénom » : à remplir."),
        ({"function": ""}, "« Qualité » : à remplir."),
        ({"email": "pas une adresse"}, "n’est pas une adresse électronique"),
        ({"email": "federation@test.example"}, "Cette personne a un compte dans votre organisme"),
        ({"family_name": "x" * 81}, "80 caractères au plus."),
    ],
)
def test_wrong_input_about_a_delegate_keeps_what_was_typed(
    browse: Browse, called: int, typed: dict[str, str], said: str
) -> None:
    page = browse("federation").fill(f"/ciblage/{called}/delegation", **{**WHO, **typed})
    assert page.status == 422 and any(said in error for error in page.errors()), page.errors()
    assert page.fields()["family_name"] == {**WHO, **typed}["family_name"]
    assert db.session.scalars(select(TargetingDelegate)).all() == []


def test_the_same_form_twice_is_one_delegate_with_the_last_code(app: Flask, browse: Browse, called: int) -> None:
    browser, home = browse("federation"), f"/ciblage/{called}/delegation"
    shown = {**browser.get(home).fields(), **WHO}
    first, second = code_on(browser.send(home, shown)), code_on(browser.send(home, shown))
    assert len(db.session.scalars(select(TargetingDelegate)).all()) == 1
    assert entered(app, second) and first
    page = browser.send(home, {**shown, "submission": "0b6f2f1c-7f5e-4c58-9d1f-1d2c3b4a5f60"})
    assert page.status == 409 and "Odile Renard signe déjà par délégation" in page.main


def test_two_tabs_on_a_delegation_are_told(browse: Browse, called: int) -> None:
    browser, home = browse("federation"), f"/ciblage/{called}/delegation"
    delegated(browser, called)
    shown = browser.get(home).fields("retrait")
    browser.fill(home, "nouveau-code")
    assert browser.send(f"{home}/retrait", shown).status == 409
    assert browser.fill(home, "retrait").status == 302
    assert browser.send(f"{home}/retrait", shown).status == 409


@pytest.mark.parametrize("who", ["referent", "coordinatrice_86", "aract", "ailleurs", "directrice"])
def test_nobody_else_delegates(world: World, browse: Browse, called: int, who: str) -> None:
    if who == "coordinatrice_86":
        who = "coordinatrice"  # who runs the list delegates for its own body only
        delegated(browse(who), called)
        assert (
            db.session.scalars(select(TargetingDelegate)).one().organisation_id == world.organisation("ARS Poitou").id
        )
        return
    browser, home = browse(who), f"/ciblage/{called}/delegation"
    assert {browser.get(home).status, browser.send(home, WHO).status} <= {403, 404}
    assert {browser.send(f"{home}/{one}", version="1").status for one in ("nouveau-code", "retrait")} <= {403, 404}


def test_naming_somebody_else_ends_the_delegation(app: Flask, world: World, browse: Browse, called: int) -> None:
    browser = entered(app, delegated(browse("federation"), called))
    listed, seat_of = db.session.get_one(TargetingCampaign, called), world.organisation("Fédération A").id
    seats = queries.list_seats(listed, today=AFTER)
    seat = next(one for one in seats if one.signatory.organisation_id == seat_of)
    assert seat.delegate and seat.delegate.full_name == "Odile Renard"
    db.session.execute(update(TargetingDelegate).values(appointed_by_id=world.user("coordinatrice").id))
    db.session.expire_all()
    seats = queries.list_seats(listed, today=AFTER)
    seat = next(one for one in seats if one.signatory.organisation_id == seat_of)
    terms = SignatoryTerms(world.user("federation").id, "Présidente", "")
    facts: dict[str, Any] = {"version": seat.signatory.version, "today": AFTER, "now": clock.now()}
    name_signatory(listed, seat, terms, actor=world.actor("coordinatrice"), **facts)
    db.session.commit()
    assert browser.get(f"{address()}/liste").status == 410


# --- Time, mails, one's data --------------------------------------------------------------------------------


def test_a_delegate_is_reminded_with_the_same_link_while_it_opens_something(
    app: Flask, browse: Browse, called: int
) -> None:
    code, start = delegated(browse("federation"), called), clock.now()
    counts = {}
    for days in (6, 7, 7, 14, 20):
        at = start + timedelta(days=days, minutes=1)
        pursue_lists(now=lambda at=at: at)  # type: ignore[misc]
        held = OutboxMail.template == "link_signature"
        counts[days] = len(db.session.scalars(select(OutboxMail).where(held)).all())
    assert counts == {6: 1, 7: 2, 14: 3, 20: 3}
    told = {rule: text[WHO["email"]] for rule in ("remind 7", "remind 14") if (text := written(rule))}
    assert set(told) == {"remind 7", "remind 14"}
    assert all(secret() in text and "toujours attendue" in text and code not in text for text in told.values())
    answered(entered(app, code))
    assert WHO["email"] not in written("remind ")


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_the_role_of_the_scheduler_writes_these_mails(world: World, browse: Browse, called: int, app: Flask) -> None:
    delegated(browse("federation"), called)
    expected = written("signature")
    answered(entered(app, code_on(browse("federation").fill(f"/ciblage/{called}/delegation", "nouveau-code"))))
    refrozen(world, called, "Association 028")
    voids = written("voided")
    db.session.commit()

    def as_scheduler(connection: Connection) -> None:
        connection.exec_driver_sql(f"SET ROLE {SCHEDULER}")

    as_scheduler(db.session.connection())
    assert WHO["email"] in expected and WHO["email"] in voids and written("voided") == voids
    db.session.rollback()


def test_a_delegate_has_its_data(app: Flask, browse: Browse, called: int) -> None:
    answered(entered(app, delegated(browse("federation"), called)), answer="refused", reason="Trop tôt.")
    found = export_person(WHO["email"])
    assert found
    tables = {section.table for section in found.sections}
    assert tables == {"magic_links", "targeting_delegates", "targeting_answers"}
    giver = export_person("federation@test.example")
    assert giver and "Délégations de signature que j’ai données" in {one.title for one in giver.sections}
