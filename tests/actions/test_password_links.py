"""The link of a forgotten password works once, for an hour, for one person."""

from datetime import timedelta

import pytest
import time_machine

from app.actions.password_links import VALID_SECONDS, make_token, read_token
from app.extensions import db
from tests.conftest import NOW
from tests.world import World

KEY = "k" * 32


def test_the_link_leads_to_its_person(world: World) -> None:
    user = world.user("referent")
    assert read_token(make_token(user, KEY), KEY, VALID_SECONDS) == user


def test_the_link_works_once(world: World) -> None:
    user = world.user("referent")
    token = make_token(user, KEY)
    user.password_hash = "another"
    db.session.flush()
    assert read_token(token, KEY) is None


def test_the_link_grows_old(world: World) -> None:
    token = make_token(world.user("referent"), KEY)
    with time_machine.travel(NOW + timedelta(seconds=VALID_SECONDS - 60)):
        assert read_token(token, KEY)
    with time_machine.travel(NOW + timedelta(seconds=VALID_SECONDS + 60)):
        assert read_token(token, KEY) is None


def test_a_disabled_account_has_no_link(world: World) -> None:
    user = world.user("referent")
    token = make_token(user, KEY)
    user.is_enabled = False
    db.session.flush()
    assert read_token(token, KEY) is None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "W10.abc.def", "." * 500, "\x00"])
def test_a_forged_link_is_refused(world: World, token: str) -> None:
    assert read_token(token, KEY) is None


def test_a_link_of_another_place_is_refused(world: World) -> None:
    assert read_token(make_token(world.user("referent"), "z" * 32), KEY) is None
