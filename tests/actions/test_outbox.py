"""Reminders become mails once, for whoever is in charge; a mail is claimed by one sender."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from app.actions import outbox
from app.extensions import db
from app.models import Capacity, CaseOfficer, CaseReminder
from tests.conftest import NOW, TODAY
from tests.factories import make_case, make_employer, make_structure, make_user
from tests.outbox import list_mails, make_deadline, make_mails, recipients
from tests.world import World

DUE = TODAY + timedelta(days=15)
LATER = NOW + timedelta(minutes=5)
STALE = NOW - timedelta(minutes=10)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def sweep(on: date = TODAY) -> int:
    return outbox.queue_reminders(today=on, now=NOW + (on - TODAY))


def test_officers_are_reminded_once(world: World) -> None:
    deadline = make_deadline(world.case("Tilleuls"), DUE, (-15, TODAY), (0, DUE))
    assert sweep() == 1
    assert sweep() == 0
    (mail,) = list_mails()
    assert (mail.object_kind, mail.object_id, mail.rule) == ("case_deadline", deadline.id, "reply-15")
    assert (mail.cycle, mail.user_id, mail.attempts) == (1, world.user("preventeur").id, 0)
    assert (mail.send_after, mail.sent_at, mail.claimed_at) == (NOW, None, None)
    assert sweep(DUE) == 1
    assert recipients() == [("reply+0", "Preventeur"), ("reply-15", "Preventeur")]


def test_a_reminder_whose_day_has_not_come_waits(world: World) -> None:
    make_deadline(world.case("Tilleuls"), DUE, (-15, day(1)))
    assert sweep() == 0


def test_passed_reminders_merge_into_the_latest(world: World) -> None:
    make_deadline(world.case("Tilleuls"), day(-2), (-15, day(-17)), (0, day(-2)), (5, day(3)))
    assert sweep() == 1
    assert recipients() == [("reply+0", "Preventeur")]
    queued = db.session.execute(select(CaseReminder.offset, CaseReminder.queued_on).order_by(CaseReminder.offset))
    assert [tuple(row) for row in queued] == [(-15, TODAY), (0, TODAY), (5, None)]


@pytest.mark.parametrize("column", ["ended_on", "paused_on"])
def test_a_deadline_that_no_longer_runs_reminds_nobody(world: World, column: str) -> None:
    deadline = make_deadline(world.case("Tilleuls"), DUE, (-15, TODAY))
    setattr(deadline, column, TODAY)
    db.session.flush()
    assert sweep() == 0


def test_reminders_of_an_ended_deadline_are_forgotten_when_their_day_comes(world: World) -> None:
    deadline = make_deadline(world.case("Tilleuls"), DUE, (-15, TODAY), (0, DUE))
    deadline.ended_on = TODAY
    db.session.flush()
    sweep()
    assert list(db.session.scalars(select(CaseReminder.offset))) == [0]


def test_reminders_of_a_paused_deadline_are_kept(world: World) -> None:
    make_deadline(world.case("Tilleuls"), DUE, (-15, TODAY)).paused_on = TODAY
    db.session.flush()
    sweep()
    assert list(db.session.scalars(select(CaseReminder.offset))) == [-15]


def test_each_officer_of_the_lead_gets_a_mail(world: World) -> None:
    case, carsat = world.case("Tilleuls"), world.organisation("Carsat Poitou")
    colleague = make_user("colleague", carsat, is_coordinator=True)
    db.session.flush()
    db.session.add(CaseOfficer(case_id=case.id, user_id=colleague.id, since=TODAY))
    make_deadline(case, DUE, (-15, TODAY))
    assert sweep() == 2
    assert recipients() == [("reply-15", "Colleague"), ("reply-15", "Preventeur")]


def _disable(world: World) -> None:
    world.user("preventeur").is_enabled = False


def _end_capacity(world: World) -> None:
    world.user("preventeur").capacities[0].ends_on = day(-1)


def _unname(world: World) -> None:
    world.case("Tilleuls").officers = []


@pytest.mark.parametrize("leaves", [_disable, _end_capacity, _unname])
def test_without_an_officer_the_coordinators_are_told(world: World, leaves: object) -> None:
    assert callable(leaves)
    leaves(world)
    make_deadline(world.case("Tilleuls"), DUE, (-15, TODAY))
    sweep()
    assert recipients() == [("reply-15", "Coordinatrice")]


def test_the_lead_has_its_own_coordinator(world: World) -> None:
    _unname(world)
    make_user("cheffe", world.organisation("Carsat Poitou"), is_coordinator=True)
    make_deadline(world.case("Tilleuls"), DUE, (-15, TODAY))
    sweep()
    assert recipients() == [("reply-15", "Cheffe")]


def test_without_a_lead_the_territory_is_told(world: World) -> None:
    case = make_case(world.employer("Clain"), lead=None)
    make_user("loin", world.organisation("Carsat Gironde"), is_coordinator=True)
    make_deadline(case, DUE, (-15, TODAY))
    sweep()
    assert recipients() == [("reply-15", "Coordinatrice")]


def test_an_officer_until_today_still_acts(world: World) -> None:
    world.user("preventeur").capacities[0].ends_on = TODAY
    make_deadline(world.case("Tilleuls"), DUE, (-15, TODAY))
    sweep()
    assert recipients() == [("reply-15", "Preventeur")]


def test_a_reminder_that_nobody_can_receive_stays_due(world: World) -> None:
    world.user("ailleurs").is_enabled = False
    make_deadline(world.case("Garonne"), DUE, (-15, TODAY))
    assert sweep() == 0
    make_user("relais", world.organisation("Carsat Gironde"), is_coordinator=True)
    db.session.flush()
    assert sweep(day(1)) == 1
    assert recipients() == [("reply-15", "Relais")]


@pytest.mark.parametrize("count", [1, 60])
def test_the_sweep_costs_three_statements(world: World, statements: list[str], count: int) -> None:
    lead, officer = world.organisation("Carsat Poitou"), world.user("preventeur")
    for number in range(count):
        employer = make_employer(f"Association {number}")
        make_structure(employer, f"EHPAD {number}")
        case = make_case(employer, lead=lead, officers=(officer,) if number % 2 else ())
        make_deadline(case, DUE, (-15, TODAY))
    db.session.commit()
    statements.clear()
    assert sweep() == count
    assert len(statements) == 3


def test_a_mail_is_queued_once(world: World) -> None:
    user = world.user("referent")

    def queue(cycle: int = 1) -> bool:
        return outbox.queue_mail(user.id, "link_password", "magic_link", user.id, "once", cycle, now=NOW)

    assert [queue(), queue(), queue(2)] == [True, False, True]
    assert len(list_mails()) == 2


def test_a_mail_is_claimed_by_one(world: World) -> None:
    make_mails(1, world.user("preventeur"), world.case("Tilleuls"), DUE)
    claimed = outbox.claim_mail(now=NOW, stale_before=STALE)
    assert claimed and claimed.attempts == 1
    assert outbox.claim_mail(now=NOW, stale_before=STALE) is None


def test_the_claim_of_a_dead_process_is_taken_over(world: World) -> None:
    make_mails(1, world.user("preventeur"), world.case("Tilleuls"), DUE)
    first = outbox.claim_mail(now=NOW, stale_before=STALE)
    second = outbox.claim_mail(now=LATER, stale_before=NOW + timedelta(seconds=1))
    assert first and second and second.attempts == 2
    outbox.put_off(first, "trop tard", now=LATER)  # the first was only slow: it must not undo the second's claim
    (mail,) = list_mails()
    assert (mail.claimed_at, mail.last_error) == (LATER, None)


def test_the_oldest_mail_leaves_first(world: World) -> None:
    newer, older = make_mails(2, world.user("preventeur"), world.case("Tilleuls"), DUE)
    newer.send_after = NOW
    db.session.flush()
    order = [outbox.claim_mail(now=NOW, stale_before=STALE) for _ in range(2)]
    assert [claimed.id for claimed in order if claimed] == [older.id, newer.id]


def test_a_mail_put_off_waits_longer_each_time(world: World) -> None:
    (mail,) = make_mails(1, world.user("preventeur"), world.case("Tilleuls"), DUE)
    waits = []
    at = NOW
    for _ in range(11):
        claimed = outbox.claim_mail(now=at, stale_before=at)
        assert claimed
        outbox.put_off(claimed, "451 plus tard", now=at)
        assert outbox.claim_mail(now=at, stale_before=at) is None
        db.session.refresh(mail)
        waits.append(int((mail.send_after - at).total_seconds()) // 60)
        at = mail.send_after
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    assert mail.last_error == "451 plus tard"


def test_a_cancelled_reminder_goes_to_whoever_is_in_charge_now(world: World) -> None:
    make_deadline(world.case("Tilleuls"), DUE, (-15, TODAY))
    sweep()
    claimed = outbox.claim_mail(now=NOW, stale_before=STALE)
    assert claimed
    _disable(world)
    outbox.cancel(claimed, "compte désactivé", now=NOW)
    outbox.redirect_reminder(claimed)
    assert sweep(day(1)) == 1
    assert recipients() == [("reply-15", "Coordinatrice"), ("reply-15", "Preventeur")]


def test_a_cancelled_reminder_that_a_colleague_has_is_not_repeated(world: World) -> None:
    case, colleague = world.case("Tilleuls"), make_user("colleague", world.organisation("Carsat Poitou"))
    db.session.flush()
    db.session.add(CaseOfficer(case_id=case.id, user_id=colleague.id, since=TODAY))
    make_deadline(case, DUE, (-15, TODAY))
    sweep()
    claimed = outbox.claim_mail(now=NOW, stale_before=STALE)
    assert claimed
    outbox.cancel(claimed, "compte désactivé", now=NOW)
    outbox.redirect_reminder(claimed)
    assert db.session.scalar(select(CaseReminder.queued_on)) == TODAY


def test_a_resumed_case_is_reminded_anew(world: World) -> None:
    deadline = make_deadline(world.case("Tilleuls"), DUE, (-15, TODAY))
    sweep()
    deadline.cycle = 2
    db.session.add(CaseReminder(deadline=deadline, offset=-15, cycle=2, remind_on=day(1)))
    db.session.flush()
    assert sweep(day(1)) == 1
    assert [(mail.rule, mail.cycle) for mail in list_mails()] == [("reply-15", 1), ("reply-15", 2)]


def test_an_inactive_lead_tells_nobody_of_its_own(world: World) -> None:
    world.organisation("Carsat Poitou").is_active = False
    make_deadline(world.case("Tilleuls"), DUE, (-15, TODAY))
    sweep()
    assert recipients() == [("reply-15", "Coordinatrice")]


def test_the_queue_survives_a_case_without_lead_nor_territory(world: World) -> None:
    db.session.execute(update(Capacity).values(is_coordinator=False).execution_options(synchronize_session=False))
    case = make_case(world.employer("Clain"), lead=None)
    make_deadline(case, DUE, (-15, TODAY))
    make_deadline(world.case("Tilleuls"), DUE, (-15, TODAY))
    assert sweep() == 1
