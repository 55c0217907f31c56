"""The reminders of a self-diagnostic: around its date, one a week for each person in all, until ended or refused."""

from datetime import UTC, date, datetime
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from app.actions import wishes
from app.actions.barometer import ask_reminder
from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.nudges import MAILS
from app.actions.outbox import Claimed
from app.actions.self_diagnostic_dates import ABOUT, propose_date, set_date, stop
from app.extensions import db
from app.jobs import letters
from app.jobs.mails import queue_due_reminders
from app.models import Case, OutboxMail, SelfDiagnostic
from app.queries.cases import get_case
from app.queries.self_diagnostic_dates import get_date
from tests.factories import NOW
from tests.self_diagnostics import also_manages, begin, make_manager
from tests.world import World
from workflows.employer_wish import WishKind
from workflows.support_case import State

SET, DUE = date(2026, 11, 24), date(2027, 1, 20)
FIFTEEN_BEFORE, THREE_BEFORE, WEEK_AFTER = date(2027, 1, 5), date(2027, 1, 17), date(2027, 1, 27)


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def sweep(*days: date) -> None:
    for day in days:
        queue_due_reminders(now=partial(morning, day))


def told(world: World, who: str = "directrice") -> list[tuple[str, date]]:
    """The reminders that somebody was sent, and when."""
    mine = select(OutboxMail).where(OutboxMail.user_id == world.user(who).id, OutboxMail.template.in_(MAILS))
    return [(one.rule, one.created_at.date()) for one in db.session.scalars(mine.order_by(OutboxMail.id))]


def choose(world: World, due_on: date = DUE, of: str = "Tilleuls", version: int = 0) -> None:
    house, actor = world.employer(of), world.actor("directrice")
    set_date(house, due_on, version=version, actor=actor, today=SET, now=morning(SET))
    db.session.commit()


def seen(world: World, who: str) -> Case:
    """The case of the house as somebody loads it."""
    found = get_case(world.actor(who), world.case("Tilleuls").id)
    assert found
    return found


def propose(world: World, due_on: date = DUE) -> None:
    actor = world.actor("preventeur")
    propose_date(seen(world, "preventeur"), due_on, version=0, actor=actor, today=SET, now=morning(SET))
    db.session.commit()


def test_fifteen_days_before_three_days_before_and_a_week_after(world: World) -> None:
    choose(world)
    sweep(SET, FIFTEEN_BEFORE, FIFTEEN_BEFORE, date(2027, 1, 6), THREE_BEFORE, DUE, WEEK_AFTER, date(2027, 2, 10))
    assert told(world) == [("due-15", FIFTEEN_BEFORE), ("due-3", THREE_BEFORE), ("due+7", WEEK_AFTER)]


def test_a_date_that_is_proposed_is_told_and_every_manager_in_post_is_reminded(world: World) -> None:
    make_manager(world, "responsable")
    gone = make_manager(world, "partie")
    gone.capacities[0].ends_on = date(2026, 12, 31)
    propose(world)
    sweep(SET, FIFTEEN_BEFORE)
    assert told(world) == told(world, "responsable") == [("proposed", SET), ("due-15", FIFTEEN_BEFORE)]
    assert told(world, "partie") == [("proposed", SET)]


def test_one_mail_a_week_whatever_it_is_about_and_for_whichever_house(world: World) -> None:
    """What is held back leaves when the week is over, if it still has a reason."""
    director, other = world.user("directrice"), world.employer("Clain")
    also_manages(director, other)
    choose(world)
    known = get_date(world.employer("Tilleuls").id)
    assert known
    db.session.add(type(known)(employer_id=other.id, due_on=DUE, set_at=morning(SET), set_by_id=director.id))
    ask_reminder(world.employer("Tilleuls"), True, actor=world.actor("directrice"), now=NOW)
    db.session.commit()
    sweep(*(date(2027, 1, day) for day in range(4, 32)))
    sent = [day for _, day in told(world)]
    assert len(sent) >= 3
    assert all((later - earlier).days >= 7 for earlier, later in pairwise(sent))
    assert told(world)[0] == ("barometer_reminder", date(2027, 1, 4))


@pytest.mark.parametrize("ending", ["ended", "stopped", "no follow-up", "moved"])
def test_they_stop_when_it_is_ended_or_refused(world: World, ending: str) -> None:
    choose(world)
    sweep(FIFTEEN_BEFORE)
    house, actor = world.employer("Tilleuls"), world.actor("directrice")
    match ending:
        case "ended":
            found, _ = begin(house, actor)
            found.submitted_at = morning(date(2027, 1, 10))
            assert db.session.scalars(select(SelfDiagnostic)).one().is_submitted
        case "stopped":
            stop(house, actor=actor, now=morning(date(2027, 1, 10)))
        case "no follow-up":
            quiet = wishes.Wish(WishKind.NO_FOLLOW_UP)
            wishes.ask(house, [], quiet, actor=actor, today=date(2027, 1, 10), now=NOW)
        case "moved":
            set_date(house, date(2027, 6, 1), version=1, actor=actor, today=SET, now=morning(SET))
    db.session.commit()
    sweep(THREE_BEFORE, WEEK_AFTER)
    assert told(world) == [("due-15", FIFTEEN_BEFORE)]
    claimed = Claimed(
        1, world.user("directrice").id, "self_diagnostic_reminder", ABOUT, house.id, "due-3", DUE.toordinal(), 1, NOW
    )
    with pytest.raises(letters.NoReason):
        letters.write(claimed, now=morning(THREE_BEFORE))


def test_a_proposal_falls_with_the_support_that_made_it(world: World) -> None:
    propose(world)
    world.case("Tilleuls").state = State.ACCOMPANIMENT
    db.session.commit()
    sweep(FIFTEEN_BEFORE)
    assert told(world) == []


def test_the_mail_helps_and_tells_no_answer(world: World) -> None:
    propose(world)
    user, house = world.user("directrice"), world.employer("Tilleuls")
    for rule, day, words in (
        ("proposed", SET, "Carsat Poitou vous propose"),
        ("due-15", FIFTEEN_BEFORE, "le 20 janvier 2027"),
        ("due+7", WEEK_AFTER, "ce n’est pas grave"),
    ):
        claimed = Claimed(
            1, user.id, "self_diagnostic_reminder", ABOUT, house.id, rule, DUE.toordinal(), 1, morning(day)
        )
        letter = letters.write(claimed, now=morning(day)).letter
        for said in (letter.text, letter.html):
            assert words in said.replace("&nbsp;", " ").replace("\xa0", " "), rule
        assert "/auto-diagnostic/date" in letter.text


def test_who_may_set_it_and_when(world: World) -> None:
    house = world.employer("Tilleuls")
    who: dict[str, Any] = {"today": SET, "now": morning(SET)}
    with pytest.raises(Forbidden):
        set_date(house, DUE, version=0, actor=world.actor("preventeur"), **who)
    for name in ("referent", "aract", "directrice", "federation"):
        with pytest.raises(Forbidden):
            propose_date(seen(world, name), DUE, version=0, actor=world.actor(name), **who)
    for wrong in (SET, date(2026, 1, 1), date(2028, 1, 1)):
        with pytest.raises(Unacceptable):
            set_date(house, wrong, version=0, actor=world.actor("directrice"), **who)
    choose(world)
    with pytest.raises(Stale):
        propose_date(seen(world, "preventeur"), DUE, version=0, actor=world.actor("preventeur"), **who)
    world.case("Tilleuls").state = State.ACCOMPANIMENT
    db.session.commit()
    with pytest.raises(Unacceptable):
        propose_date(seen(world, "preventeur"), DUE, version=1, actor=world.actor("preventeur"), **who)
