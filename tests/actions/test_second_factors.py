"""The second factor: each code once, whatever the number of requests that carry it."""

from datetime import datetime, timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, update

from app.actions import second_factors as actions
from app.extensions import db
from app.models import OutboxMail, RecoveryCode, SecondFactor, User
from tests.actions.moves import TODAY, morning
from tests.actions.test_concurrency import at_once
from tests.world import World

KEY, OTHER_KEY = "k" * 40, "o" * 40
NOW = morning(TODAY)
STEP = timedelta(seconds=30)


@pytest.fixture
def enrolled(world: World) -> tuple[User, pyotp.TOTP, list[str]]:
    """A préventeur with a second factor since an hour ago."""
    return enrol(world.user("preventeur"), NOW - timedelta(hours=1))


def enrol(user: User, at: datetime) -> tuple[User, pyotp.TOTP, list[str]]:
    actions.begin_enrolment(user, KEY, now=at)
    enrolment = actions.enrolment_of(user, KEY)
    assert enrolment
    totp = pyotp.TOTP(enrolment.secret)
    codes = actions.confirm_enrolment(user, totp.at(at), KEY, now=at)
    db.session.commit()
    return user, totp, codes


def is_confirmed(user_id: int) -> bool:
    db.session.commit()
    return db.session.get_one(SecondFactor, user_id).confirmed_at is not None


def check(user: User, code: str, at: datetime = NOW) -> bool:
    taken = actions.check_second_factor(user, code, KEY, now=at)
    db.session.commit()
    return taken


def test_it_counts_only_once_a_first_code_has_confirmed_it(world: World) -> None:
    user = world.user("preventeur")
    actions.begin_enrolment(user, KEY, now=NOW)
    first = actions.enrolment_of(user, KEY)
    actions.begin_enrolment(user, KEY, now=NOW)
    second = actions.enrolment_of(user, KEY)
    assert first and second and first.secret != second.secret and "issuer=Jalon" in second.address
    assert not user.has_second_factor and not check(user, pyotp.TOTP(second.secret).at(NOW))
    assert actions.confirm_enrolment(user, pyotp.TOTP(first.secret).at(NOW), KEY, now=NOW) == []
    codes = actions.confirm_enrolment(user, pyotp.TOTP(second.secret).at(NOW), KEY, now=NOW)
    assert len(set(codes)) == 10 and is_confirmed(user.id)
    assert actions.enrolment_of(user, KEY) is None, "a secret in use is never shown again"
    actions.begin_enrolment(user, KEY, now=NOW)
    assert is_confirmed(user.id), "nor replaced without being removed"


def test_a_code_serves_once_and_those_before_it_no_more(enrolled: tuple[User, pyotp.TOTP, list[str]]) -> None:
    user, totp, _ = enrolled
    early, present, late = (totp.at(NOW + count * STEP) for count in (-1, 0, 1))
    assert check(user, present) and not check(user, present), "replayed"
    assert not check(user, early), "older than the last one taken"
    assert check(user, f" {late[:3]} {late[3:]} ") and not check(user, late, NOW + STEP)
    assert not check(user, totp.at(NOW + 5 * STEP), NOW + 3 * STEP), "two steps ahead"
    assert not check(user, totp.at(NOW + 5 * STEP), NOW + 7 * STEP), "two steps late"
    assert check(user, totp.at(NOW + 7 * STEP), NOW + 8 * STEP), "one step late"


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdefghjkmn", "٠٠٠٠٠٠", "1" * 400, "' OR 1=1"])
def test_anything_else_is_no_code(enrolled: tuple[User, pyotp.TOTP, list[str]], code: str) -> None:
    assert not check(enrolled[0], code)


def test_a_recovery_code_serves_once_however_it_is_typed(enrolled: tuple[User, pyotp.TOTP, list[str]]) -> None:
    user, _, codes = enrolled
    assert check(user, codes[0].upper().replace("-", " ")) and not check(user, codes[0])
    assert actions.count_recovery_codes(user.id) == 9
    fresh = actions.renew_recovery_codes(user, KEY, now=NOW)
    db.session.commit()
    assert not check(user, codes[1]) and check(user, fresh[1])


def at_once_with(app: Flask, user_id: int, code: str) -> list[bool]:
    def act() -> bool:
        return check(db.session.get_one(User, user_id), code)

    return at_once(app, *[act] * 4)


def test_of_requests_side_by_side_one_takes_the_code(app: Flask, enrolled: tuple[User, pyotp.TOTP, list[str]]) -> None:
    user, totp, codes = enrolled
    user_id = user.id
    db.session.commit()
    for code in (codes[0], totp.at(NOW)):
        assert sorted(at_once_with(app, user_id, code)) == [False, False, False, True], code


def test_nothing_in_the_database_opens_anything(enrolled: tuple[User, pyotp.TOTP, list[str]], world: World) -> None:
    user, totp, codes = enrolled
    stored = db.session.execute(select(SecondFactor.secret)).scalar_one()
    digests = db.session.scalars(select(RecoveryCode.digest)).all()
    assert totp.secret not in stored
    assert not any(code.replace("-", "") in digest for code in codes for digest in digests)
    assert not actions.check_second_factor(user, totp.at(NOW), OTHER_KEY, now=NOW), "another key of the application"
    other, _, _ = enrol(world.user("referent"), NOW - timedelta(hours=1))
    moved = update(RecoveryCode).where(RecoveryCode.digest == digests[0]).values(user_id=other.id)
    db.session.execute(moved)
    assert not any(check(other, code) for code in codes), "a row moved to somebody else is worth nothing"


def test_removed_it_leaves_nothing_and_the_person_is_told(enrolled: tuple[User, pyotp.TOTP, list[str]]) -> None:
    user, totp, codes = enrolled
    assert actions.remove_second_factor(user, now=NOW, by=user.id)
    assert not actions.remove_second_factor(user, now=NOW, by=user.id)
    db.session.commit()
    assert not check(user, totp.at(NOW)) and not check(user, codes[0])
    assert not db.session.scalars(select(RecoveryCode)).all() and not db.session.scalars(select(SecondFactor)).all()
    told = db.session.scalars(select(OutboxMail.rule).order_by(OutboxMail.id)).all()
    assert [rule.partition(" ")[0] for rule in told] == ["second_factor_added", "second_factor_removed"]
