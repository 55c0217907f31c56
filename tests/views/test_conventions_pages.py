"""Conventions as people write, confirm, amend and end them, and what a page then shows."""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from app.actions.outbox import Claimed
from app.extensions import db
from app.jobs import letters
from app.models import Convention, ConventionParty, ObjectKind, OutboxMail, Visibility
from app.models.journal import ACCOUNTS
from tests.conftest import NOW
from tests.factories import make_exchange, make_user
from tests.journal import entries
from tests.pages import Browser, Page
from tests.world import POITOU, World

Browse = Callable[[str], Browser]
NEW = "/conventions/nouvelle"
LATE, AFTER_MIDNIGHT = datetime(2026, 11, 24, 22, 55, tzinfo=UTC), datetime(2026, 11, 24, 23, 5, tzinfo=UTC)
"""Five minutes before and after midnight in Paris."""


def typed(world: World, **values: Any) -> dict[str, Any]:
    return {
        "reference": "79-2026-2",
        "title": "Échanges du département",
        "legal_basis": "Code de la sécurité sociale, L. 215-1",
        "parties": [str(world.organisation("Carsat Poitou").id)],
        "families": ["case", "exchange"],
        "departements": ["79"],
        "valid_from": "2026-11-01",
        "valid_until": "2028-10-31",
        **values,
    }


def close_poitou() -> None:
    db.session.delete(db.session.scalars(select(Convention).where(Convention.reference == POITOU)).one())
    db.session.commit()


def number_of(page: Page) -> int:
    assert page.location and page.status == 302, page.errors()
    return int(page.location.rsplit("/", 1)[1])


def test_written_down_confirmed_read_then_ended(world: World, browse: Browse) -> None:
    close_poitou()
    case = world.case("Tilleuls")
    note = make_exchange(case.employer, world.user("preventeur"), case, visibility=Visibility.PARTNERS, summary="Rail")
    make_user("adminca", world.organisation("Carsat Poitou"), is_administrator=True)
    db.session.commit()
    coordinator, referent, carsat = browse("coordinatrice"), browse("referent"), browse("adminca")
    assert referent.get(f"/dossiers/{case.id}").status == 404
    number = number_of(coordinator.fill(NEW, **typed(world)))
    assert "attend la confirmation" in coordinator.get("/conventions").main
    assert referent.get(f"/dossiers/{case.id}").status == 404, "one party only"
    page = carsat.get(f"/conventions/{number}")
    assert "à confirmer par votre organisme" in page.main and "Échanges du département" in page.main
    assert carsat.send(f"/conventions/{number}/confirmer", page.fields("/confirmer")).status == 302
    _reads_by_it(referent, case.id, note.id, number)
    assert "visible par : Carsat Poitou, ARS Poitou" in browse("preventeur").get(f"/dossiers/{case.id}").main
    page = carsat.fill(f"/conventions/{number}/fin", motive="")
    assert (page.status, page.errors()) == (422, ["Indiquez le motif."])
    assert carsat.fill(f"/conventions/{number}/fin", motive="Reprise en interne").status == 302
    assert referent.get(f"/dossiers/{case.id}").status == 404
    assert referent.get(f"/notes/{note.id}").status == 404
    assert "a quitté la convention le 24/11/2026 : Reprise en interne" in _folded(
        coordinator.get(f"/conventions/{number}")
    )
    told = [(one.action.value, one.object_id) for one in entries(ACCOUNTS) if one.object_kind is ObjectKind.CONVENTION]
    assert told == [(f"convention_{deed}", number) for deed in ("recorded", "confirmed", "ended")]


def _folded(page: Page) -> str:
    return " ".join(page.main.split())


def _reads_by_it(referent: Browser, case_id: int, note_id: int, number: int) -> None:
    """Each page that shows another organisation’s data names the convention, and leads to it."""
    for address in ("/", "/dossiers", f"/dossiers/{case_id}", f"/notes/{note_id}"):
        page = referent.get(address)
        assert page.status == 200, address
        assert page.links(f"^/conventions/{number}$"), address
    assert "Rail" in referent.get(f"/dossiers/{case_id}").main


def test_it_expires_during_a_session(world: World, browse: Browse) -> None:
    case = world.case("Tilleuls")
    convention = db.session.scalars(select(Convention).where(Convention.reference == POITOU)).one()
    convention.valid_until = LATE.date()
    db.session.commit()
    with time_machine.travel(LATE, tick=False):
        referent = browse("referent")
        assert referent.get(f"/dossiers/{case.id}").status == 200
        assert "EHPAD Les Tilleuls" in referent.get("/dossiers").main
    with time_machine.travel(AFTER_MIDNIGHT, tick=False):
        assert referent.get(f"/dossiers/{case.id}").status == 404
        assert "EHPAD Les Tilleuls" not in referent.get("/dossiers").main
        assert "échue le 24/11/2026" in referent.get("/conventions").main


def test_a_wrong_form_keeps_what_was_typed_and_says_where(world: World, browse: Browse) -> None:
    coordinator = browse("coordinatrice")
    for change, why in (
        ({"parties": []}, "Choisissez au moins un autre organisme."),
        ({"families": []}, "Choisissez au moins une famille de données."),
        ({"departements": []}, "Choisissez au moins un département."),
        ({"legal_basis": " "}, "Indiquez le texte qui permet ces échanges."),
        ({"valid_until": "2026-10-01"}, "La fin précède le début."),
        ({"valid_until": "2090-10-01"}, "Une convention dure au plus 10 ans."),
        ({"reference": POITOU.lower()}, "Une convention porte déjà cette référence."),
    ):
        page = coordinator.send(NEW, typed(world, **change))
        assert (page.status, page.errors()) == (422, [why])
        assert page.fields("")["title"] == "Échanges du département"
    far = str(world.organisation("Carsat Gironde").id)
    assert coordinator.send(NEW, typed(world, parties=[far])).status == 422
    assert coordinator.send(NEW, typed(world, departements=["33"])).status == 422
    assert coordinator.send(NEW, typed(world, families=["carsat_block"])).status == 422
    assert db.session.scalar(select(func.count()).select_from(Convention)) == 1


def test_two_clicks_write_one_convention(world: World, browse: Browse) -> None:
    coordinator = browse("coordinatrice")
    shown = {**coordinator.get(NEW).fields(""), **typed(world)}
    assert len({coordinator.send(NEW, shown).location for _ in range(2)}) == 1


def test_it_changes_until_another_has_confirmed_then_by_a_new_one(world: World, browse: Browse) -> None:
    coordinator = browse("coordinatrice")
    number = number_of(coordinator.fill(NEW, **typed(world)))
    edit = f"/conventions/{number}/modifier"
    stale = coordinator.get(edit).fields("")
    aract = str(world.organisation("Aract Poitou").id)
    assert coordinator.fill(edit, parties=[stale["parties"], aract], title="Autre objet").status == 302
    page = coordinator.send(edit, {**stale, "title": "Le mien"})
    assert page.status == 409 and "Le mien" in page.main and "Autre objet" in page.main
    parties = select(ConventionParty).where(ConventionParty.convention_id == number)
    found = {party.organisation.short_name: party for party in db.session.scalars(parties)}
    assert set(found) == {"ARS Poitou", "Carsat Poitou", "Aract Poitou"}
    found["Carsat Poitou"].confirmed_on = found["ARS Poitou"].confirmed_on
    db.session.commit()
    assert coordinator.get(edit).status == 403
    page = coordinator.get(f"{NEW}?avenant={number}")
    assert page.fields("")["title"] == "Autre objet"
    assert coordinator.send(f"{NEW}?avenant={number}", {**page.fields(""), "reference": "79-2026-3"}).status == 302
    amended = db.session.scalars(select(Convention).where(Convention.reference == "79-2026-3")).one()
    assert amended.amends_id == number


def test_nobody_confirms_a_text_that_has_just_changed(world: World, browse: Browse) -> None:
    make_user("adminca", world.organisation("Carsat Poitou"), is_administrator=True)
    db.session.commit()
    coordinator, carsat = browse("coordinatrice"), browse("adminca")
    number = number_of(coordinator.fill(NEW, **typed(world)))
    shown = carsat.get(f"/conventions/{number}").fields("/confirmer")
    assert coordinator.fill(f"/conventions/{number}/modifier", families=["case", "exchange", "visit"]).status == 302
    assert carsat.send(f"/conventions/{number}/confirmer", shown).status == 409
    waiting = select(func.count()).where(
        ConventionParty.convention_id == number, ConventionParty.confirmed_on.is_(None)
    )
    assert db.session.scalar(waiting) == 1


def test_every_act_asks_for_the_second_factor(app: Flask, world: World, browse: Browse) -> None:
    number = number_of(browse("coordinatrice").fill(NEW, **typed(world)))
    home, coordinator = f"/conventions/{number}", Browser(app, "coordinatrice", second_factor=False)
    assert coordinator.get("/conventions").status == coordinator.get(home).status == 200
    for page in (NEW, f"{home}/modifier", f"{home}/fin"):
        assert (coordinator.get(page).location or "").startswith("/verification?"), page
    for page in (NEW, f"{home}/modifier", f"{home}/confirmer", f"{home}/fin"):
        asked = coordinator.send(page, typed(world, reference="79-2026-9", motive="Renégociée"))
        assert (asked.status, asked.fields("/verification")["motive"]) == (401, "Renégociée"), page
    found = db.session.scalars(select(Convention).order_by(Convention.id)).all()
    assert [(one.reference, one.closed_on) for one in found] == [(POITOU, None), ("79-2026-2", None)]


def test_who_writes_confirms_and_ends(world: World, browse: Browse) -> None:
    """Not any agent; not an administrator of an invited body, who only confirms and leaves for it."""
    make_user("adminaract", world.organisation("Aract Poitou"), is_administrator=True)
    db.session.commit()
    assert browse("referent").get(NEW).status == 403
    aract = browse("adminaract")
    assert aract.get(NEW).status == 403
    convention = db.session.scalars(select(Convention).where(Convention.reference == POITOU)).one()
    assert aract.get(f"/conventions/{convention.id}/modifier").status == 403
    assert aract.fill(f"/conventions/{convention.id}/fin", motive="Départ").status == 302
    db.session.expire_all()
    assert convention.closed_on is None
    assert [p.organisation.short_name for p in convention.parties if p.left_on] == ["Aract Poitou"]
    assert browse("coordinatrice").fill(f"/conventions/{convention.id}/fin", motive="Renégociée").status == 302
    db.session.expire_all()
    assert (f"{convention.closed_on}", convention.closing_motive) == ("2026-11-24", "Renégociée")


def test_the_other_parties_are_told_by_mail_once_each_and_nothing_of_what_it_opens(
    world: World, browse: Browse
) -> None:
    carsat, dept = world.organisation("Carsat Poitou"), world.organisation("Département 79")
    boss = make_user("adminca", carsat, is_administrator=True)
    make_user("secondca", carsat, is_administrator=True)
    make_user("coorda", carsat, is_coordinator=True)
    make_user("coordd", dept, is_coordinator=True)
    db.session.commit()
    boss_id, coordinator, carsat_side = boss.id, browse("coordinatrice"), browse("adminca")
    number = number_of(coordinator.fill(NEW, **typed(world, parties=[str(carsat.id), str(dept.id)])))
    assert told("recorded") == ["adminca", "coordd", "secondca"]
    coordinator.fill(f"/conventions/{number}/modifier", title="Échanges, précisés")
    assert told("changed") == ["adminca", "coordd", "secondca"]
    for _ in range(2):
        page = carsat_side.get(f"/conventions/{number}")
        carsat_side.send(
            f"/conventions/{number}/confirmer", version=page.tree.xpath("string(//input[@name='version']/@value)")
        )
    assert told("confirmed") == ["coordd", "coordinatrice"]
    assert carsat_side.fill(f"/conventions/{number}/fin", motive="Reprise en interne").status == 302
    assert told("ended") == ["coordd", "coordinatrice"]
    coordinator.fill(f"/conventions/{number}/fin", motive="Plus utile")
    assert told("ended") == ["coordd", "coordd", "coordinatrice"], "who has left is told nothing more"
    mails = list(db.session.scalars(select(OutboxMail).where(OutboxMail.object_kind == "convention")))
    ended = [words(mail) for mail in mails if mail.rule.startswith("convention_ended")]
    for text in ended:
        assert "79-2026-2" in text and f"/conventions/{number}" in text
        assert "Reprise" not in text and "précisés" not in text and "Notes de terrain" not in text
    assert any("Carsat Poitou a mis fin" in text for text in ended)
    first = next(mail for mail in mails if mail.user_id == boss_id)
    with pytest.raises(letters.NoReason):
        words(first)


def told(deed: str) -> list[str]:
    rule = OutboxMail.rule.startswith(f"convention_{deed}")
    found = db.session.scalars(select(OutboxMail).where(rule))
    return sorted(mail.user.email.partition("@")[0] for mail in found if mail.user)


def words(mail: OutboxMail) -> str:
    claimed = Claimed(**{known.name: getattr(mail, known.name) for known in fields(Claimed)})
    return letters.write(claimed, now=NOW).letter.text
