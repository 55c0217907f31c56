"""One case outside one's own départements, for a few hours: what opens, what never does, who learns of it."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from types import SimpleNamespace as Someone
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Connection, event, select

from app.actions.erasure import erase_cases
from app.actions.outbox import Claimed
from app.extensions import db
from app.jobs import letters
from app.models import (
    AccessEntry,
    Convention,
    ExceptionalAccess,
    JournalAction,
    JournalEntry,
    OutboxMail,
    Visibility,
)
from app.queries.exceptional_accesses import exact_number
from app.queries.journal_check import check_journal
from app.second_wall.rules import SCHEDULER
from tests.conftest import NOW, TODAY
from tests.factories import make_case, make_employer, make_exchange, make_structure, make_user
from tests.pages import Browser, Page
from tests.test_routes import bare
from tests.views.together import at_once
from tests.world import World

Browse = Callable[[str], Browser]
ASK, SEEN_BY_ALL = "/acces-exceptionnel", "/organisme/acces-exceptionnels"
PLEA: dict[str, Any] = {"reason": "call", "explanation": "La direction attend une réponse avant midi."}


@pytest.fixture
def clain(world: World) -> Someone:
    """A case of the ARS in the Vienne, open to the Carsat by convention; a préventeur of the Deux-Sèvres alone."""
    ars, carsat = world.organisation("ARS Poitou"), world.organisation("Carsat Poitou")
    narrow = make_user("etroite", carsat, own_departements="79")
    boss = make_user("gestionnaire", carsat, is_administrator=True)
    employer = world.employer("Clain")
    case = make_case(employer, lead=ars, officers=(world.user("referent"),))
    note = make_exchange(
        employer, world.user("referent"), case, summary="Note partagée.", visibility=Visibility.PARTNERS
    )
    db.session.commit()
    return Someone(
        case=case.id,
        reference=f"D-{case.id:05d}",
        note=note.id,
        employer=employer.id,
        siren=employer.siren,
        finess=employer.structures[0].finess,
        narrow=narrow.id,
        boss=boss.id,
        officer=world.user("referent").id,
    )


def accesses() -> list[ExceptionalAccess]:
    db.session.expire_all()
    return list(db.session.scalars(select(ExceptionalAccess).order_by(ExceptionalAccess.id)))


def done(case_id: int) -> list[str]:
    entries = select(JournalEntry).where(JournalEntry.chain == case_id).order_by(JournalEntry.number)
    return [entry.action.value for entry in db.session.scalars(entries)]


def mails() -> list[OutboxMail]:
    return list(db.session.scalars(select(OutboxMail).where(OutboxMail.object_kind == "exceptional_access")))


def words(mail: OutboxMail) -> str:
    claimed = Claimed(**{known.name: getattr(mail, known.name) for known in fields(Claimed)})
    return letters.write(claimed, now=NOW).letter.text.replace("\u00a0", " ").replace("\n", " ")


def plain(page: Page) -> str:
    return page.main.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("D-00012", "D12"),
        ("d12", "D12"),
        ("79 000 012 3", "790000123"),
        ("000 000 001", "000000001"),
        ("2a0000123", "2A0000123"),
        ("12", None),
        ("Les Tilleuls", None),
        ("79000012", None),
        ("79000012345678", None),
        ("%", None),
    ],
)
def test_only_an_exact_number_names_a_case(typed: str, number: str | None) -> None:
    assert exact_number(typed) == number


@pytest.mark.parametrize("by", ["reference", "siren", "finess"])
def test_a_case_out_of_one_s_departements_opens_for_four_hours(clain: Someone, browse: Browse, by: str) -> None:
    person = browse("etroite")
    pages = (f"/dossiers/{clain.case}", f"/employeurs/{clain.employer}", f"/notes/{clain.note}")
    assert [person.get(page).status for page in pages] == [404, 404, 404]
    assert ASK in person.get("/dossiers").links(ASK)
    answer = person.fill(ASK, number=getattr(clain, by), **PLEA)
    assert answer.location == f"/dossiers/{clain.case}"
    case = person.get(f"/dossiers/{clain.case}")
    assert f"Accès exceptionnel au dossier {clain.reference} Encore 3 h 59, jusqu’à 14 h 00" in plain(case)
    assert [person.get(page).status for page in pages] == [200, 200, 200]
    assert "ne permet" not in case.main and "Un accès exceptionnel permet de lire ce dossier" in case.main
    with time_machine.travel(NOW + timedelta(hours=3, minutes=59, seconds=30)):
        assert "Encore 1 minute" in plain(browse("etroite").get(f"/dossiers/{clain.case}"))
    with time_machine.travel(NOW + timedelta(hours=4, minutes=1)):
        late = browse("etroite")
        assert [late.get(page).status for page in pages] == [404, 404, 404]
        assert "Accès exceptionnel au dossier" not in late.get("/").main


def test_it_reads_and_leaves_a_note_and_does_nothing_else(clain: Someone, browse: Browse) -> None:
    person, home = browse("etroite"), f"/dossiers/{clain.case}"
    person.fill(ASK, number=clain.reference, **PLEA)
    fields = dict(person.get(f"{home}/notes/nouvelle").tree.forms[-1].form_values())
    note = person.send(f"{home}/notes/nouvelle", fields, summary="Rappelé la direction, rien d’urgent.")
    assert note.status == 302 and "Rappelé la direction" in person.get(home).main
    closed = ("etapes/contact", "equipe", "partenaires", "visites/nouvelle", "documents/nouveau", "comme/employeur")
    assert {page: person.get(f"{home}/{page}").status for page in closed} == dict.fromkeys(closed, 403)
    employer = f"/employeurs/{clain.employer}"
    others = ("modifier", "dossiers/nouveau", "contacts/nouveau", "empechement")
    assert {page: person.get(f"{employer}/{page}").status for page in others} == dict.fromkeys(others, 403)


def _ended_convention(world: World, clain: Someone) -> str:
    for convention in db.session.scalars(select(Convention)):
        convention.closed_on = TODAY
    return str(clain.reference)


def _another_region(world: World, clain: Someone) -> str:
    return f"D-{world.case('Garonne').id:05d}"


def _nothing(world: World, clain: Someone) -> str:
    return "D-99999"


def _nobody_follows(world: World, clain: Someone) -> str:
    employer = make_employer("Sans dossier", departement="86")
    make_structure(employer, "EHPAD sans dossier")
    return str(employer.siren)


@pytest.mark.parametrize("hidden", [_ended_convention, _another_region, _nobody_follows])
def test_what_may_not_be_opened_is_like_what_does_not_exist(
    world: World, clain: Someone, browse: Browse, statements: list[str], hidden: Callable[..., str]
) -> None:
    number = hidden(world, clain)
    db.session.commit()
    person = browse("etroite")
    page = person.get(ASK)
    asked = []
    for typed in (number, _nothing(world, clain)):
        sent = {**page.fields(), **PLEA, "number": typed}
        statements.clear()
        answer = person.client.post(ASK, data=sent)
        text = bare(answer)[0].replace(typed.encode(), b"?")
        asked.append((answer.status_code, text, len(statements)))
    assert asked[0] == asked[1] and asked[0][0] == 422
    assert accesses() == []


def test_a_convention_that_ends_closes_it_at_the_next_request(world: World, clain: Someone, browse: Browse) -> None:
    person = browse("etroite")
    person.fill(ASK, number=clain.reference, **PLEA)
    assert person.get(f"/dossiers/{clain.case}").status == 200
    _ended_convention(world, clain)
    db.session.commit()
    assert person.get(f"/dossiers/{clain.case}").status == 404


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"number": ""}, "Numéro exact"),
        ({"number": "Les Tilleuls"}, "en entier"),
        ({"reason": ""}, "Choisissez un motif."),
        ({"reason": "curiosity"}, "choix"),
        ({"explanation": "urgent"}, "Entre 20 et 1"),
        ({"explanation": " " * 30}, "Expliquez"),
    ],
)
def test_what_lacks_is_said_and_what_was_typed_stays(
    clain: Someone, browse: Browse, sent: dict[str, str], error: str
) -> None:
    page = browse("etroite").fill(ASK, **{"number": clain.reference, **PLEA, **sent})
    assert page.status == 422 and any(error in line for line in page.errors()), page.errors()
    kept = page.fields()
    assert all(kept[name].strip() == value for name, value in PLEA.items() if name not in sent)


def test_two_clicks_open_once_and_tell_once(clain: Someone, browse: Browse) -> None:
    tabs = [browse("etroite"), browse("etroite")]
    answers = at_once(tabs, ASK, {"number": clain.reference, **PLEA})
    assert [answer.location for answer in answers] == [f"/dossiers/{clain.case}"] * 2
    assert tabs[0].send(ASK, number=clain.finess, **PLEA).location == f"/dossiers/{clain.case}"
    told = sorted(mail.user_id or 0 for mail in mails())
    assert len(accesses()) == 1 and told == sorted([clain.boss, clain.officer])
    assert done(clain.case) == ["exception_opened"]


def test_the_organisation_and_the_officer_are_told_without_the_reason(clain: Someone, browse: Browse) -> None:
    browse("etroite").fill(ASK, number=clain.reference, **PLEA)
    found = {mail.user_id: words(mail) for mail in mails()}
    for text in found.values():
        assert f"Etroite Testeur (Carsat Poitou) a ouvert le dossier {clain.reference}" in text
        assert "14 h 00" in text and "midi" not in text and "employeur appelle" not in text and "Clain" not in text
    assert f"/dossiers/{clain.case}" in found[clain.officer]
    assert "/organisme/acces-exceptionnels" in found[clain.boss]


def test_nobody_else_to_tell_means_no_access(world: World, clain: Someone, browse: Browse) -> None:
    boss = world.user("gestionnaire").capacities[0]
    boss.is_administrator = False
    db.session.commit()
    page = browse("etroite").fill(ASK, number=clain.reference, **PLEA)
    assert page.status == 422 and "Personne d’autre ne gère les accès" in page.errors()[0]
    boss.is_coordinator = True
    db.session.commit()
    assert browse("etroite").fill(ASK, number=clain.reference, **PLEA).status == 302


def test_whoever_manages_the_access_reads_why_closes_and_says_it_was_seen(
    app: Flask, clain: Someone, browse: Browse
) -> None:
    boss, person = browse("gestionnaire"), browse("etroite")
    assert "Aucun accès exceptionnel" in boss.get(SEEN_BY_ALL).main
    person.fill(ASK, number=clain.reference, **PLEA)
    assert "1 accès exceptionnel à lire" in plain(boss.get("/organisme/personnes"))
    page = boss.get(SEEN_BY_ALL)
    for said in ("Etroite Testeur", clain.reference, "avant midi", "L’employeur appelle", "en cours", "à lire"):
        assert said in page.main, said
    assert "Clain" not in page.main
    (access,) = accesses()
    for act in ("vu", "vu", "fermeture", "fermeture"):
        assert boss.send(f"{SEEN_BY_ALL}/{access.id}/{act}").location == SEEN_BY_ALL
    assert person.get(f"/dossiers/{clain.case}").status == 404
    closed = boss.get(SEEN_BY_ALL).main
    assert "terminé" in closed and "par Gestionnaire Testeur" in closed and "Vu par gestionnaire" in closed
    assert "à lire" not in boss.get("/organisme/personnes").main
    assert done(clain.case) == ["exception_opened", "exception_seen", "exception_closed"]
    assert check_journal().findings == []


def test_one_closes_one_s_own_and_nobody_looks_at_its_own(world: World, clain: Someone, browse: Browse) -> None:
    person = browse("etroite")
    person.fill(ASK, number=clain.reference, **PLEA)
    (access,) = accesses()
    assert browse("ailleurs").send(f"{ASK}/{access.id}/fin").status == 404
    assert browse("preventeur").send(f"{ASK}/{access.id}/fin").status == 404
    world.user("etroite").capacities[0].is_administrator = True
    db.session.commit()
    assert person.send(f"{SEEN_BY_ALL}/{access.id}/vu").status == 403
    assert person.send(f"{ASK}/{access.id}/fin").location == "/"
    assert person.send(f"{ASK}/{access.id}/fin").location == "/"
    assert person.get(f"/dossiers/{clain.case}").status == 404
    assert done(clain.case) == ["exception_opened", "exception_closed"]


def test_what_is_in_sight_already_needs_nothing(world: World, clain: Someone, browse: Browse) -> None:
    own = f"D-{world.case('Tilleuls').id:05d}"
    for name, number in (("etroite", own), ("preventeur", clain.reference)):
        person = browse(name)
        assert person.fill(ASK, number=number, **PLEA).status == 302
        assert "déjà ouvert" in person.get("/").main
    assert accesses() == [] and not browse("preventeur").get("/dossiers").links(ASK)


def test_it_belongs_to_one_person_in_one_function_and_ends_with_it(
    world: World, clain: Someone, browse: Browse
) -> None:
    person = browse("etroite")
    person.fill(ASK, number=clain.reference, **PLEA)
    make_user("voisine", world.organisation("Carsat Poitou"), own_departements="79")
    db.session.commit()
    assert browse("voisine").get(f"/dossiers/{clain.case}").status == 404
    world.user("etroite").capacities[0].suspended_on = TODAY
    db.session.commit()
    assert person.get(f"/dossiers/{clain.case}").status == 403
    world.user("etroite").capacities[0].suspended_on = None
    world.user("etroite").capacities[0].departs_on = TODAY
    db.session.commit()
    assert person.get(f"/dossiers/{clain.case}").status == 404


def test_reading_it_is_logged_as_out_of_territory(clain: Someone, browse: Browse) -> None:
    person = browse("etroite")
    person.fill(ASK, number=clain.reference, **PLEA)
    person.get(f"/dossiers/{clain.case}")
    read = select(AccessEntry).where(AccessEntry.user_id == clain.narrow, AccessEntry.object_id == str(clain.case))
    assert [row.is_out_of_territory for row in db.session.scalars(read)] == [True]


def test_it_goes_with_its_case_when_its_time_has_come(clain: Someone, browse: Browse) -> None:
    browse("etroite").fill(ASK, number=clain.reference, **PLEA)
    erase_cases([clain.case])
    db.session.commit()
    assert accesses() == []
    with pytest.raises(letters.NoReason):
        words(mails()[0])


def test_guesses_are_slowed_down(clain: Someone, browse: Browse) -> None:
    person = browse("etroite")
    found = [person.fill(ASK, number=f"D-{number}", **PLEA).status for number in range(90_000, 90_008)]
    assert found[:5] == [422] * 5 and found[-1] == 429


def test_a_second_factor_is_asked(app: Flask, clain: Someone) -> None:
    person = Browser(app, "etroite", second_factor=False)
    assert (person.get(ASK).location or "").startswith("/verification")
    assert person.send(ASK, number=clain.reference, **PLEA).location != f"/dossiers/{clain.case}"
    assert accesses() == []


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_the_role_of_the_scheduler_writes_the_mails_and_reads_no_reason(clain: Someone, browse: Browse) -> None:
    browse("etroite").fill(ASK, number=clain.reference, **PLEA)
    told = mails()
    db.session.commit()

    def as_scheduler(connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT set_config('role', '{SCHEDULER}', true)")

    event.listen(db.engine, "begin", as_scheduler)
    try:
        assert all(clain.reference in words(mail) for mail in told)
        with pytest.raises(Exception, match="permission denied"):
            db.session.scalar(select(ExceptionalAccess.explanation))
        db.session.rollback()
    finally:
        event.remove(db.engine, "begin", as_scheduler)


def test_whole_territories_ask_nothing_more(
    world: World, clain: Someone, browse: Browse, statements: list[str]
) -> None:
    def cost(name: str) -> int:
        person = browse(name)
        statements.clear()
        person.get("/aide")
        return len(statements)

    assert cost("etroite") == cost("preventeur") + 1
    actor: Any = world.actor("etroite")
    assert actor.openings == () and replace(actor, territory=actor.whole_territory).territory == {"79", "86"}
    assert JournalAction.EXCEPTION_OPENED.value == "exception_opened"
