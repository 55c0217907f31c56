"""The monthly reminder: asked for, once a month, for who still manages the house and has not noted the month."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.actions.barometer import Noted, ask_reminder, note_month
from app.actions.barometer_reminders import ABOUT
from app.actions.nudges import BAROMETER as MAIL
from app.actions.outbox import Claimed
from app.extensions import db
from app.jobs import letters
from app.jobs.mails import queue_due_reminders
from app.models import OutboxMail
from tests.factories import NOW
from tests.world import World


def at(day: date) -> Callable[[], datetime]:
    return lambda: datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def mails(world: World) -> list[int]:
    """The months of which the manager was reminded."""
    mine = select(OutboxMail.cycle).where(
        OutboxMail.template == MAIL, OutboxMail.user_id == world.user("directrice").id
    )
    return list(db.session.scalars(mine.order_by(OutboxMail.id)))


def turn(world: World, wanted: bool) -> None:
    ask_reminder(world.employer("Tilleuls"), wanted, actor=world.actor("directrice"), now=NOW)
    db.session.commit()


def note(world: World, month: date) -> None:
    actor, house = world.actor("directrice"), world.employer("Tilleuls")
    noted = Noted(month, {"headcount": 40})
    note_month(house, None, noted, version=0, actor=actor, now=NOW, today=date(2027, 6, 1))
    db.session.commit()


def test_nobody_is_reminded_who_did_not_ask(world: World) -> None:
    queue_due_reminders(now=at(date(2026, 12, 5)))
    assert mails(world) == []


def test_once_a_month_until_it_is_noted_or_no_longer_asked_for(world: World) -> None:
    turn(world, True)
    turn(world, True)  # a second click
    for day in (date(2026, 12, 2), date(2026, 12, 3), date(2026, 12, 4), date(2026, 12, 20)):
        queue_due_reminders(now=at(day))
    assert mails(world) == [date(2026, 11, 1).toordinal()]
    note(world, date(2026, 12, 1))
    queue_due_reminders(now=at(date(2027, 1, 5)))
    assert len(mails(world)) == 1
    queue_due_reminders(now=at(date(2027, 2, 5)))
    assert len(mails(world)) == 2
    turn(world, False)
    queue_due_reminders(now=at(date(2027, 3, 5)))
    assert len(mails(world)) == 2


def test_it_says_which_month_and_stays_silent_once_noted(world: World) -> None:
    turn(world, True)
    month, user = date(2026, 11, 1), world.user("directrice")
    now = at(date(2026, 12, 5))()
    employer = world.employer("Tilleuls")
    claimed = Claimed(1, user.id, MAIL, ABOUT, employer.id, MAIL, month.toordinal(), 1, now)
    written = letters.write(claimed, now=now)
    assert "novembre 2026" in written.letter.subject and employer.name in written.letter.text
    assert "/mon-etablissement/barometre/2026-11" in written.letter.text
    note(world, month)
    with pytest.raises(letters.NoReason):
        letters.write(claimed, now=now)


def test_whoever_left_is_told_nothing(world: World) -> None:
    turn(world, True)
    world.user("directrice").capacities[0].ends_on = date(2026, 11, 30)
    db.session.commit()
    queue_due_reminders(now=at(date(2026, 12, 5)))
    assert mails(world) == []
