"""Reviews of access: reminded once, again once, then enforced, however many schedulers run."""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, event, select

from app.actions.outbox import Claimed
from app.extensions import db
from app.jobs import letters
from app.jobs.habilitations import pursue_reviews
from app.models import Capacity, JournalAction, JournalEntry, OutboxMail
from app.second_wall.rules import SCHEDULER
from tests.factories import make_user
from tests.world import World
from workflows.habilitations import last_day_of_reading, next_review, reminders_due, suspends

DUE = date(2027, 5, 24)


def at(day: date) -> Callable[[], datetime]:
    return lambda: datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def kept(world: World) -> tuple[list[str], list[str]]:
    """The rules of the mails to the Carsat's administrator, and who of the Carsat is suspended."""
    own = select(OutboxMail.rule).where(OutboxMail.user_id == world.user("gestionnaire").id).order_by(OutboxMail.id)
    carsat = world.organisation("Carsat Poitou")
    gone = select(Capacity).where(Capacity.organisation_id == carsat.id, Capacity.suspended_on.is_not(None))
    return list(db.session.scalars(own)), [one.user.given_name for one in db.session.scalars(gone)]


@pytest.mark.parametrize(
    ("days", "reminders", "is_over"),
    [
        (-1, [], False),
        (0, ["review_due"], False),
        (13, ["review_due"], False),
        (14, ["review_due", "review_again"], False),
        (29, ["review_due", "review_again"], False),
        (30, ["review_due", "review_again"], True),
    ],
)
def test_the_rules(days: int, reminders: list[str], is_over: bool) -> None:
    today = DUE + timedelta(days)
    assert (reminders_due(DUE, today), suspends(DUE, today)) == (reminders, is_over)
    assert next_review(date(2026, 8, 31)) == date(2027, 2, 28)
    assert last_day_of_reading(date(2026, 11, 24)) == date(2026, 12, 24)


def test_two_reminders_then_the_suspension_each_exactly_once(world: World) -> None:
    carsat = world.organisation("Carsat Poitou")
    make_user("gestionnaire", carsat, is_administrator=True)
    make_user("confirmee", carsat, confirmed_on=DUE)
    make_user("partante", carsat, departs_on=DUE, ends_on=last_day_of_reading(DUE))
    db.session.commit()
    pursue_reviews(now=at(date(2026, 11, 24)))
    assert carsat.review_due_on == DUE
    told: dict[int, tuple[list[str], list[str]]] = {}
    for days in (-1, 0, 1, 14, 20, 30, 31):
        for _ in range(2):
            pursue_reviews(now=at(DUE + timedelta(days)))
        told[days] = kept(world)
    once, twice = ["review_due"], ["review_due", "review_again"]
    assert told == {
        -1: ([], []),
        0: (once, []),
        1: (once, []),
        14: (twice, []),
        20: (twice, []),
        30: (twice, ["Preventeur"]),
        31: (twice, ["Preventeur"]),
    }
    entries = select(JournalEntry).where(JournalEntry.action == JournalAction.ACCESS_SUSPENDED)
    own = [one for one in db.session.scalars(entries) if one.object_id == world.user("preventeur").capacities[0].id]
    assert len(own) == 1


def test_what_the_mails_say_and_when_there_is_nothing_left_to_say(world: World) -> None:
    carsat = world.organisation("Carsat Poitou")
    make_user("gestionnaire", carsat, is_administrator=True)
    carsat.review_due_on = DUE
    db.session.commit()
    late = DUE + timedelta(30)
    pursue_reviews(now=at(late))
    written = {}
    for mail in db.session.scalars(select(OutboxMail)):
        if mail.user_id in (world.user("gestionnaire").id, world.user("preventeur").id):
            written[mail.rule.partition(" ")[0]] = _words(mail, late)
    assert "23 juin 2027" in written["review_again"] and "/organisme/habilitations" in written["review_again"]
    assert "votre accès" in written["suspended"]
    carsat.review_due_on = next_review(late)
    db.session.flush()
    reminder = db.session.scalars(select(OutboxMail).where(OutboxMail.rule == "review_again")).first()
    assert reminder
    with pytest.raises(letters.NoReason):
        letters.write(_claimed(reminder), now=at(late)())


def _words(mail: OutboxMail, day: date) -> str:
    return letters.write(_claimed(mail), now=at(day)()).letter.text.replace("\u00a0", " ")


def _claimed(mail: OutboxMail) -> Claimed:
    return Claimed(**{known.name: getattr(mail, known.name) for known in fields(Claimed)})


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_the_role_of_the_scheduler_is_enough(world: World) -> None:
    make_user("gestionnaire", world.organisation("Carsat Poitou"), is_administrator=True)
    db.session.commit()

    def as_scheduler(connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT set_config('role', '{SCHEDULER}', true)")

    event.listen(db.engine, "begin", as_scheduler)
    try:
        pursue_reviews(now=at(date(2026, 11, 24)))
        pursue_reviews(now=at(DUE + timedelta(30)))
    finally:
        event.remove(db.engine, "begin", as_scheduler)
        db.session.rollback()
    assert kept(world) == (["review_again"], ["Preventeur"])
