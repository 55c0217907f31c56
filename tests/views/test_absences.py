"""Absences: noted, said beside the officer, ended by themselves; who is reminded meanwhile."""

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from types import SimpleNamespace as Someone

import pytest
import time_machine
from sqlalchemy import Connection, event, select

from app.actions import outbox
from app.actions.absences import sweep_absences
from app.actions.outbox import Claimed
from app.extensions import db
from app.jobs import letters
from app.models import Absence, OutboxMail
from app.second_wall.rules import SCHEDULER
from tests.conftest import NOW, TODAY
from tests.factories import make_user
from tests.outbox import make_deadline, recipients
from tests.pages import Browser
from tests.views.together import at_once
from tests.world import World

Browse = Callable[[str], Browser]
NEW = "/compte/absences/nouvelle"
DAYS = {"starts_on": "2026-11-23", "ends_on": "2026-12-04"}


@pytest.fixture
def carsat(world: World) -> Someone:
    """The Carsat of the Poitou: its préventeur, a colleague as wide, another of one département, an administrator."""
    organisation = world.organisation("Carsat Poitou")
    colleague = make_user("collegue", organisation)
    narrow = make_user("etroite", organisation, own_departements="79")
    boss = make_user("gestionnaire", organisation, is_administrator=True)
    db.session.commit()
    return Someone(
        id=organisation.id,
        colleague=colleague.id,
        narrow=narrow.id,
        boss=boss.id,
        officer=world.user("preventeur").id,
        person=world.user("preventeur").capacities[0].id,
    )


def absences() -> list[Absence]:
    db.session.expire_all()
    return list(db.session.scalars(select(Absence).order_by(Absence.id)))


def mails(prefix: str) -> list[OutboxMail]:
    return list(db.session.scalars(select(OutboxMail).where(OutboxMail.rule.startswith(prefix))))


def words(mail: OutboxMail) -> str:
    claimed = Claimed(**{known.name: getattr(mail, known.name) for known in fields(Claimed)})
    return letters.write(claimed, now=NOW).letter.text.replace("\u00a0", " ")


def test_an_absence_is_noted_said_where_the_officer_is_named_and_ends_by_itself(
    world: World, carsat: Someone, browse: Browse
) -> None:
    officer, case = browse("preventeur"), world.case("Tilleuls").id
    assert officer.fill(NEW, **DAYS, stand_in=carsat.colleague).location == "/compte#absences"
    beside = "bsence jusqu’au 04/12/2026, suppléance : Collegue Testeur"
    for name in ("preventeur", "gestionnaire", "referent", "aract"):
        page = browse(name)
        assert beside in page.get(f"/dossiers/{case}").main, name
        assert beside in page.get("/dossiers").main, name
    employer = browse("directrice").get(f"/dossiers/{case}").main
    assert "En ce moment : Collegue Testeur" in employer
    assert "bsence" not in employer and "04/12" not in employer
    assert "bsence" not in browse("federation").get(f"/dossiers/{case}").main
    assert "Vous êtes en absence jusqu’au 4 décembre 2026. Suppléance : Collegue Testeur." in _plain(officer.get("/"))
    stand_in = browse("collegue")
    assert "Vous suppléez Preventeur Testeur jusqu’au 4 décembre 2026." in _plain(stand_in.get("/"))
    (his_cases,) = stand_in.get("/").links(r"officer=")
    assert "EHPAD Les Tilleuls" in stand_in.get(his_cases).main
    with time_machine.travel(NOW + timedelta(days=11)):
        assert "bsence" not in browse("referent").get(f"/dossiers/{case}").main
        assert "bsence" not in browse("preventeur").get("/").main


def _plain(page: object) -> str:
    return str(page.main).replace("\u00a0", " ")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"starts_on": "2026-12-04", "ends_on": "2026-11-23"}, "La fin précède le début."),
        ({"starts_on": "2026-11-02", "ends_on": "2026-11-06"}, "déjà passée"),
        ({"starts_on": "2026-11-24", "ends_on": "2028-01-01"}, "Un an au plus"),
        ({"starts_on": "le 31 juin", "ends_on": "2026-12-04"}, "Cette date n’existe pas"),
        ({"starts_on": "", "ends_on": ""}, "Indiquez la date."),
        ({"starts_on": "2027-01-10", "ends_on": "2027-02-01"}, "déjà notée du 01/01/2027 au 15/01/2027"),
        ({**DAYS, "stand_in": "narrow"}, "choix"),
        ({**DAYS, "stand_in": "officer"}, "choix"),
    ],
)
def test_what_cannot_be_is_said_and_stays_typed(
    carsat: Someone, browse: Browse, sent: dict[str, str], error: str
) -> None:
    officer = browse("preventeur")
    officer.fill(NEW, starts_on="2027-01-01", ends_on="2027-01-15")
    values = {name: str(getattr(carsat, value, value)) for name, value in sent.items()}
    page = officer.fill(NEW, **values)
    assert page.status == 422 and any(error in line for line in page.errors()), page.errors()
    if "stand_in" not in sent:
        assert page.fields()["ends_on"] == sent["ends_on"] or not sent["ends_on"]
    assert len(absences()) == 1


def test_it_is_changed_and_ended_once_whatever_the_tab(carsat: Someone, browse: Browse) -> None:
    officer = browse("preventeur")
    page = officer.get(NEW)
    sent = {**page.fields(), **DAYS, "stand_in": carsat.colleague}
    assert [officer.send(NEW, sent).status for _ in range(2)] == [302, 302]
    (absence,) = absences()
    assert [mail.user_id for mail in mails("stands_in")] == [carsat.colleague]
    old = officer.get(f"/compte/absences/{absence.id}").fields()
    assert officer.fill(f"/compte/absences/{absence.id}", stand_in=carsat.boss).status == 302
    assert [mail.user_id for mail in mails("stands_down")] == [carsat.colleague]
    assert [mail.user_id for mail in mails("stands_in")] == [carsat.colleague, carsat.boss]
    late = officer.send(f"/compte/absences/{absence.id}", old, ends_on="2026-12-11")
    assert late.status == 409 and "Gestionnaire Testeur" in late.main
    assert officer.fill("/compte", "/fin", **{}).location == "/compte#absences"
    assert officer.send(f"/compte/absences/{absence.id}/fin", version=1).status == 302, "over already"
    (absence,) = absences()
    assert absence.withdrawn_on == TODAY and "Aucune absence notée" in officer.get("/compte").main
    assert officer.send(f"/compte/absences/{absence.id}", old).status in (409, 422)
    assert "ne suppléez plus Preventeur Testeur" in words(mails("stands_down")[-1]).replace("\n", " ")


def test_two_tabs_at_the_same_instant_note_one_absence(carsat: Someone, browse: Browse) -> None:
    tabs = [browse("preventeur"), browse("preventeur")]
    assert sorted(answer.status for answer in at_once(tabs, NEW, {**DAYS, "stand_in": "0"})) == [302, 422]
    assert len(absences()) == 1


def test_whoever_manages_the_access_notes_it_too_and_the_person_is_told(
    world: World, carsat: Someone, browse: Browse
) -> None:
    boss, home = browse("gestionnaire"), f"/organisme/personnes/{carsat.person}"
    assert boss.fill(f"{home}/absences/nouvelle", **DAYS, stand_in=carsat.colleague).location == home
    assert "Du 23 novembre 2026 au 4 décembre 2026" in _plain(boss.get(home))
    assert [mail.user_id for mail in mails("absence_noted")] == [carsat.officer]
    told = words(mails("absence_noted")[0]).replace("\n", " ")
    assert "du 23 novembre 2026 au 4 décembre 2026" in told and "/compte" in told
    (absence,) = absences()
    assert boss.send(f"{home}/absences/{absence.id}/fin", version=absence.version).location == home
    elsewhere = world.user("ailleurs").capacities[0].id
    assert boss.get(f"/organisme/personnes/{elsewhere}/absences/nouvelle").status == 404
    assert browse("collegue").get(f"/compte/absences/{absence.id}").status == 404


def test_a_stand_in_who_is_away_too_is_said(world: World, carsat: Someone, browse: Browse) -> None:
    browse("collegue").fill(NEW, starts_on="2026-11-24", ends_on="2026-11-27")
    officer = browse("preventeur")
    assert officer.fill(NEW, **DAYS, stand_in=carsat.colleague).status == 302
    assert "Collegue Testeur est aussi en absence du 24 novembre 2026 au 27 novembre 2026" in _plain(
        officer.get("/compte")
    )
    case = world.case("Tilleuls").id
    assert "Collegue Testeur (aussi en absence, jusqu’au 27/11/2026)" in officer.get(f"/dossiers/{case}").main
    assert "En ce moment" not in browse("directrice").get(f"/dossiers/{case}").main


OFFICER, STAND_IN = "Preventeur", "Collegue"


@pytest.mark.parametrize(
    ("away", "stand_in", "told"),
    [
        (None, None, [OFFICER]),
        ((0, 5), "collegue", [STAND_IN, OFFICER]),
        ((-5, 0), "collegue", [STAND_IN, OFFICER]),
        ((-5, -1), "collegue", [OFFICER]),
        ((1, 5), "collegue", [OFFICER]),
        ((0, 5), None, ["Cheffe", OFFICER]),
        ((0, 5), "absente", ["Cheffe", OFFICER]),
        ((0, 5), "partie", ["Cheffe", OFFICER]),
    ],
)
def test_reminders_go_to_who_stands_in_as_well(
    world: World, carsat: Someone, away: tuple[int, int] | None, stand_in: str | None, told: list[str]
) -> None:
    organisation = world.organisation("Carsat Poitou")
    make_user("cheffe", organisation, is_coordinator=True)
    gone = make_user("partie", organisation, departs_on=TODAY, ends_on=TODAY + timedelta(30))
    absent = make_user("absente", organisation)
    db.session.flush()
    people = {"collegue": carsat.colleague, "absente": absent.id, "partie": gone.id, None: None}
    _note(carsat, absent.id, (-1, 1), None)
    if away:
        _note(carsat, carsat.officer, away, people[stand_in])
    make_deadline(world.case("Tilleuls"), TODAY + timedelta(15), (-15, TODAY))
    outbox.queue_reminders(today=TODAY, now=NOW)
    assert [name for _, name in recipients()] == told


def _note(carsat: Someone, user_id: int, days: tuple[int, int], stand_in_id: int | None) -> None:
    first, last = (TODAY + timedelta(offset) for offset in days)
    db.session.add(
        Absence(user_id=user_id, organisation_id=carsat.id, starts_on=first, ends_on=last, stand_in_id=stand_in_id)
    )
    db.session.flush()


def test_the_reminder_says_why_it_comes(world: World, carsat: Someone) -> None:
    make_user("cheffe", world.organisation("Carsat Poitou"), is_coordinator=True)
    make_deadline(world.case("Tilleuls"), TODAY + timedelta(15), (-15, TODAY))
    _note(carsat, carsat.officer, (0, 5), carsat.colleague)
    outbox.queue_reminders(today=TODAY, now=NOW)
    found = {mail.user_id: words(mail).replace("\n", " ") for mail in mails("reply")}
    assert "parce que vous suppléez Preventeur Testeur dans Jalon" in found[carsat.colleague]
    assert "parce que vous suivez ce dossier" in found[carsat.officer]
    for one in absences():
        one.stand_in_id = None
    db.session.flush()
    with pytest.raises(letters.NotTheirs):
        words(next(mail for mail in mails("reply") if mail.user_id == carsat.colleague))


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_the_role_of_the_scheduler_is_enough(world: World, carsat: Someone) -> None:
    make_deadline(world.case("Tilleuls"), TODAY + timedelta(15), (-15, TODAY))
    _note(carsat, carsat.officer, (0, 5), carsat.colleague)
    _note(carsat, carsat.boss, (-60, -40), None)
    db.session.commit()

    def as_scheduler(connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT set_config('role', '{SCHEDULER}', true)")

    event.listen(db.engine, "begin", as_scheduler)
    try:
        outbox.queue_reminders(today=TODAY, now=NOW)
        told = [words(mail) for mail in mails("reply") if mail.user_id == carsat.colleague]
        sweep_absences(today=TODAY)
        db.session.commit()
    finally:
        event.remove(db.engine, "begin", as_scheduler)
    assert len(told) == 1 and "EHPAD Les Tilleuls" in told[0]
    assert [one.user_id for one in absences()] == [carsat.officer]


@pytest.mark.parametrize(("days", "kept"), [((-40, -31), 0), ((-40, -30), 1), ((0, 5), 1)])
def test_an_absence_is_forgotten_a_month_after_it_ended(carsat: Someone, days: tuple[int, int], kept: int) -> None:
    _note(carsat, carsat.officer, days, None)
    sweep_absences(today=TODAY)
    assert len(absences()) == kept
