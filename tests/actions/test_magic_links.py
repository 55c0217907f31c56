"""A link works once, for a time, for one address and one purpose; with a code where somebody signs."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.actions.magic_links import (
    MOST_PER_HOUR,
    VALIDITY,
    LinkDead,
    Sent,
    WrongCode,
    ask,
    make_secret,
    redeem,
    send,
    void,
)
from app.extensions import db
from app.models import LinkPurpose, MagicLink, OutboxMail
from tests.actions.test_concurrency import at_once
from tests.conftest import NOW
from tests.world import World

KEY = "k" * 32
SIGN_IN, PASSWORD, SIGNATURE = LinkPurpose.SIGN_IN, LinkPurpose.PASSWORD, LinkPurpose.SIGNATURE


def sent(world: World, purpose: LinkPurpose = SIGN_IN, name: str = "referent", **values: object) -> Sent:
    user = world.user(name)
    made = send(user.email, purpose, user=user, secret_key=KEY, now=NOW, **values)  # type: ignore[arg-type]
    db.session.commit()
    return made


def use(made: Sent, secret: str | None = None, *, now: datetime = NOW, **values: object) -> MagicLink:
    reference = made.link.reference
    proof = make_secret(reference, KEY) if secret is None else secret
    return redeem(reference, proof, secret_key=KEY, now=now, **values)  # type: ignore[arg-type]


def test_a_link_works_once(world: World) -> None:
    made = sent(world)
    link = use(made)
    assert (link.user, link.purpose) == (world.user("referent"), SIGN_IN)
    db.session.commit()
    with pytest.raises(LinkDead):
        use(made)


@pytest.mark.parametrize("purpose", [one for one in LinkPurpose if one is not SIGNATURE])
def test_a_link_lives_as_long_as_its_purpose_says(world: World, purpose: LinkPurpose) -> None:
    made = sent(world, purpose)
    with pytest.raises(LinkDead):
        use(made, now=NOW + VALIDITY[purpose])
    assert use(made, now=NOW + VALIDITY[purpose] - timedelta(seconds=1))


def test_the_secret_may_be_copied_in_any_way(world: World) -> None:
    made = sent(world)
    assert use(made, f"  {make_secret(made.link.reference, KEY).lower().replace('-', ' ')}\u00a0")


@pytest.mark.parametrize("secret", ["", "-", "x", "é" * 28, "\x00", "A" * 5000])
def test_a_wrong_secret_opens_nothing_and_spoils_nothing(world: World, secret: str) -> None:
    made = sent(world)
    with pytest.raises(LinkDead):
        use(made, secret)
    with pytest.raises(LinkDead):
        use(made, make_secret(sent(world, name="admin").link.reference, KEY))
    with pytest.raises(LinkDead):
        use(made, make_secret(made.link.reference, "another key, that of who holds the database alone"))
    assert use(made)


def test_a_later_link_of_the_same_kind_replaces_the_earlier(world: World) -> None:
    first, other_purpose, other_person = sent(world), sent(world, PASSWORD), sent(world, name="admin")
    about = [sent(world, LinkPurpose.STATUS_REPLY, object_kind="case", object_id=number) for number in (1, 2)]
    second = sent(world)
    with pytest.raises(LinkDead):
        use(first)
    for made in (second, other_purpose, other_person, *about):
        assert use(made)


def test_a_link_dies_with_the_account_and_with_its_address(world: World) -> None:
    disabled, moved = sent(world), sent(world, name="admin")
    world.user("referent").is_enabled = False
    world.user("admin").email = "ailleurs.encore@test.example"
    db.session.commit()
    for made in (disabled, moved):
        with pytest.raises(LinkDead):
            use(made)


def test_links_can_be_withdrawn(world: World) -> None:
    withdrawn, kept = sent(world), sent(world, PASSWORD)
    void(world.user("referent").email, SIGN_IN, now=NOW)
    with pytest.raises(LinkDead):
        use(withdrawn)
    assert use(kept)


def test_nothing_is_sent_to_nobody_nor_without_end(world: World) -> None:
    world.user("admin").is_enabled = False
    db.session.commit()
    for email in ("inconnue@test.example", "admin@test.example", "", "%", "x" * 300):
        ask(email, SIGN_IN, secret_key=KEY, now=NOW)
    assert count(MagicLink) == count(OutboxMail) == 0
    for second in range(MOST_PER_HOUR + 3):
        ask(" REFERENT@test.example", SIGN_IN, secret_key=KEY, now=NOW + timedelta(seconds=second))
    assert count(MagicLink) == count(OutboxMail) == MOST_PER_HOUR
    last = db.session.scalars(select(MagicLink).order_by(MagicLink.id.desc()).limit(1)).one()
    assert use(Sent(last, None))  # who asks too often does not lose the last one
    ask("referent@test.example", SIGN_IN, secret_key=KEY, now=NOW + timedelta(hours=2))
    assert count(MagicLink) == MOST_PER_HOUR + 1


def count(model: type[MagicLink] | type[OutboxMail]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


# --- Where somebody signs ------------------------------------------------------------------------------------


def test_a_signature_asks_for_the_code_given_by_another_channel(world: World) -> None:
    made = sent(world, SIGNATURE)
    assert made.code and len(made.code) == 6 and made.code.isdecimal()
    assert made.code not in str(made.link.code_digest)
    for code in ("", "x", f"{(int(made.code) + 1) % 10**6:06d}"):
        with pytest.raises(WrongCode):
            use(made, code=code)
    assert use(made, code=f"{made.code[:3]} {made.code[3:]}")


def test_an_open_session_of_that_very_person_stands_for_the_code(world: World) -> None:
    made = sent(world, SIGNATURE)
    with pytest.raises(WrongCode):
        use(made, signed_in_id=world.user("admin").id)
    assert use(made, signed_in_id=world.user("referent").id)


def test_a_code_is_not_guessed(world: World) -> None:
    made = sent(world, SIGNATURE)
    for _ in range(5):
        with pytest.raises(WrongCode):
            use(made, code="faux")
        db.session.commit()
    with pytest.raises(LinkDead):
        use(made, code=made.code)


def test_a_wrong_secret_spends_no_try(world: World) -> None:
    made = sent(world, SIGNATURE)
    for _ in range(6):
        with pytest.raises(LinkDead):
            use(made, "faux", code="faux")
    assert use(made, code=made.code)


# --- At the same instant -------------------------------------------------------------------------------------


def using(reference: str, **values: str) -> Callable[[], str]:
    def act() -> str:
        redeem(reference, make_secret(reference, KEY), secret_key=KEY, now=NOW, **values)  # type: ignore[arg-type]
        db.session.commit()
        return "done"

    return act


def test_two_people_on_one_link_at_once(app: Flask, world: World) -> None:
    act = using(sent(world).link.reference)
    came = at_once(app, act, act, act, act)
    assert came.count("done") == 1, came
    assert sum(isinstance(one, LinkDead) for one in came) == 3, came


def test_guesses_sent_side_by_side_each_count(app: Flask, world: World) -> None:
    made = sent(world, SIGNATURE)
    reference = made.link.reference

    def guess() -> None:
        try:
            redeem(reference, make_secret(reference, KEY), secret_key=KEY, now=NOW, code="faux")
        except WrongCode:
            db.session.commit()
            raise

    came = at_once(app, *[guess] * 8)
    assert sorted(type(one).__name__ for one in came) == ["LinkDead"] * 3 + ["WrongCode"] * 5
    assert db.session.scalar(select(MagicLink.code_tries)) == 5


def test_a_link_asked_for_while_an_earlier_one_is_used(app: Flask, world: World) -> None:
    made = sent(world)
    reference = made.link.reference

    def ask_again() -> str:
        ask("referent@test.example", SIGN_IN, secret_key=KEY, now=NOW)
        db.session.commit()
        return "asked"

    came = at_once(app, using(reference), ask_again)
    assert came[1] == "asked" and (came[0] == "done" or isinstance(came[0], LinkDead))
    db.session.rollback()
    with pytest.raises(LinkDead):
        use(made)
