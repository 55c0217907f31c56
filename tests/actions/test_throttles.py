"""Attempts counted by the database: exact side by side, a wait that grows and ends, nobody shut out for good."""

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select

from app.actions.throttles import LONGEST_MEMORY, Limit, forgive, give_back, sweep_throttles, throttle
from app.extensions import db
from app.models import Throttle
from config import Config
from tests.actions.moves import TODAY, morning
from tests.actions.test_concurrency import at_once

LIMIT = Limit(free=3, first=30, longest=100, forgotten_after=3600)
NOW = morning(TODAY)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def wait(at: datetime = NOW, key: str = "preventeur@test.example", kind: str = "sign_in") -> float:
    seconds = throttle(kind, key, LIMIT, now=at).total_seconds()
    db.session.commit()
    return seconds


def test_the_wait_doubles_up_to_the_longest_then_all_is_forgotten(app: Flask) -> None:
    assert [wait() for _ in range(3)] == [0, 0, 0]
    assert [wait(), wait(after(10)), wait(after(29.5))] == [30, 20, 1], "insisting changes nothing"
    assert [wait(after(30)), wait(after(31))] == [0, 59]
    assert [wait(after(90)), wait(after(91))] == [0, 99]
    assert [wait(after(190)), wait(after(191))] == [0, 99], "never longer than the longest"
    assert [wait(after(190 + 3600)) for _ in range(4)] == [0, 0, 0, 30]


def test_a_key_or_a_kind_says_nothing_of_another_and_is_kept_as_a_digest(app: Flask) -> None:
    for _ in range(4):
        last = wait()
    assert last == 30
    assert wait(key="referent@test.example") == wait(kind="second_factor") == 0
    kept = db.session.execute(select(Throttle.digest)).scalars().all()
    assert len(kept) == 3 and all(len(digest) == 64 and "@" not in digest for digest in kept)


def test_of_attempts_side_by_side_exactly_the_free_ones_go_through(app: Flask) -> None:
    assert sorted(at_once(app, *[wait] * 12)) == [0] * 3 + [30] * 9
    assert wait(after(30)) == 0
    assert sorted(at_once(app, *[lambda: wait(after(95))] * 6)) == [0] + [100] * 5


def test_the_right_answer_forgives_or_gives_one_back(app: Flask) -> None:
    for _ in range(3):
        wait()
    forgive("sign_in", "preventeur@test.example")
    assert wait() == 0
    wait()
    give_back("sign_in", "preventeur@test.example")
    assert [wait(), wait()] == [0, 0]
    assert wait() == 30


def test_only_what_no_limit_remembers_is_swept(app: Flask) -> None:
    assert all(limit[3] < LONGEST_MEMORY.total_seconds() for limit in Config.THROTTLES.values())
    wait()
    wait(after(3600), key="referent@test.example")
    sweep_throttles(now=after(1) + LONGEST_MEMORY)
    db.session.commit()
    assert len(db.session.scalars(select(Throttle)).all()) == 1
