"""Accounts: signing in gives nothing away, and gives up after five failures."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher

from app.actions.accounts import (
    check_credentials,
    create_organisation,
    create_user,
    give_capacity,
    set_password,
)
from app.actions.errors import Unacceptable
from app.extensions import db
from app.models import User
from tests.actions.moves import TODAY, morning
from tests.factories import PASSWORD
from tests.world import World
from workflows.roles import Role

NOW = morning(TODAY)
MINUTE = timedelta(minutes=1)
CHEAP: dict[str, Any] = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
EMAIL = "preventeur@test.example"


@pytest.fixture
def hasher() -> PasswordHasher:
    return PasswordHasher(**CHEAP)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes the costly work that any hasher is asked for, and does it."""
    asked: list[str] = []

    def noting(name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*words: Any, **named: Any) -> Any:
            asked.append(name)
            return do(*words, **named)

        return noted

    for name in ("hash", "verify"):
        monkeypatch.setattr(PasswordHasher, name, noting(name, getattr(PasswordHasher, name)))
    return asked


def sign_in(
    hasher: PasswordHasher, password: str = PASSWORD, email: str = EMAIL, at: timedelta = 0 * MINUTE
) -> User | None:
    user = check_credentials(email, password, hasher, now=NOW + at)
    db.session.commit()
    return user


def test_the_right_password_opens_whatever_the_letters_of_the_address(world: World, hasher: PasswordHasher) -> None:
    for email in (EMAIL, " Preventeur@TEST.example "):
        user = sign_in(hasher, email=email)
        assert user and user.email == EMAIL


def test_nothing_tells_an_unknown_address_from_a_wrong_password(
    world: World, hasher: PasswordHasher, work: list[str], statements: list[str]
) -> None:
    world.user("departement").is_enabled = False
    world.user("aract").password_hash = None
    world.user("referent").locked_until = NOW + MINUTE
    db.session.commit()
    sign_in(hasher, email="un-premier-inconnu@test.example")
    spent = {}
    for name in ("personne", "departement", "aract", "referent"):
        work.clear()
        statements.clear()
        assert sign_in(hasher, email=f"{name}@test.example") is None
        spent[name] = (work[:], len(statements))
    work.clear()
    assert sign_in(hasher, "faux") is None
    assert work == ["verify"]
    assert all(done == ["verify"] for done, _ in spent.values()), spent
    assert len({count for _, count in spent.values()}) == 1, spent


def test_five_failures_close_the_account_for_a_quarter_of_an_hour(world: World, hasher: PasswordHasher) -> None:
    for attempt in range(5):
        assert world.user("preventeur").locked_until is None, attempt
        assert sign_in(hasher, "faux") is None
    assert sign_in(hasher) is None, "even the right password"
    assert sign_in(hasher, at=15 * MINUTE - timedelta(seconds=1)) is None
    assert sign_in(hasher, at=15 * MINUTE)
    assert (world.user("preventeur").failed_sign_ins, world.user("preventeur").locked_until) == (0, None)


def test_failing_while_closed_does_not_close_longer(world: World, hasher: PasswordHasher) -> None:
    for _ in range(5):
        sign_in(hasher, "faux")
    until = world.user("preventeur").locked_until
    for _ in range(5):
        sign_in(hasher, "faux", at=5 * MINUTE)
    assert world.user("preventeur").locked_until == until


def test_a_success_forgets_the_failures_before_it(world: World, hasher: PasswordHasher) -> None:
    for _ in range(3):
        for _ in range(4):
            sign_in(hasher, "faux")
        assert sign_in(hasher)


def test_the_failures_of_one_do_not_close_the_others(world: World, hasher: PasswordHasher) -> None:
    for _ in range(5):
        sign_in(hasher, "faux")
    assert sign_in(hasher, email="referent@test.example")


def test_an_account_is_made_for_an_address_that_is_free(world: World, hasher: PasswordHasher) -> None:
    user = create_user(" Anne.Petit@Exemple.fr ", " Anne ", "Petit ", "une phrase assez longue", hasher, now=NOW)
    give_capacity(user, world.organisation("ARS Poitou"), now=NOW, is_coordinator=True, job_title="coordinatrice")
    db.session.commit()
    assert (user.email, user.full_name) == ("anne.petit@exemple.fr", "Anne Petit")
    assert [capacity.label for capacity in user.capacities] == ["ARS Poitou"]
    assert sign_in(hasher, "une phrase assez longue", "ANNE.PETIT@exemple.fr")
    for email, why in (
        ("Anne.Petit@exemple.FR", "Un compte existe déjà pour anne.petit@exemple.fr"),
        ("anne.petit", "« anne.petit » n’est pas une adresse électronique"),
        ("", "n’est pas une adresse électronique"),
    ):
        with pytest.raises(Unacceptable, match=why) as error:
            create_user(email, "Anne", "Petit", "une phrase assez longue", hasher, now=NOW)
        assert error.value.field == "email"


def test_a_password_has_twelve_characters(world: World, hasher: PasswordHasher) -> None:
    user = world.user("preventeur")
    user.failed_sign_ins, user.locked_until = 3, NOW + MINUTE
    with pytest.raises(Unacceptable, match="au moins 12 caractères") as error:
        set_password(user, "onze lettre", hasher, now=NOW)
    assert error.value.field == "password"
    assert (user.failed_sign_ins, user.locked_until) == (3, NOW + MINUTE)
    set_password(user, "douze lettre", hasher, now=NOW)
    assert [user.failed_sign_ins, user.locked_until] == [0, None]
    assert user.password_hash and user.password_hash.startswith("$argon2id$")
    assert "douze" not in user.password_hash
    assert sign_in(hasher, "douze lettre") and sign_in(hasher) is None


def test_an_organisation_has_a_name_of_its_own_and_a_territory(world: World) -> None:
    carsat = create_organisation(Role.CARSAT, "Carsat Corse", "Carsat 2A-2B", ["2B", "2A", "2B"], now=NOW)
    db.session.commit()
    assert carsat.territory == {"2A", "2B"}
    with pytest.raises(Unacceptable, match="s’appelle déjà « Carsat Poitou »"):
        create_organisation(Role.CARSAT, "Carsat Poitou", "Carsat", [], now=NOW)
