"""Accounts: signing in gives nothing away; passwords are strong, and changing one closes what it opened."""

from collections.abc import Callable
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

CHEAP: dict[str, Any] = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
NOW = morning(TODAY)
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


def sign_in(hasher: PasswordHasher, password: str = PASSWORD, email: str = EMAIL) -> User | None:
    return check_credentials(email, password, hasher)


def test_the_right_password_opens_whatever_the_letters_of_the_address(world: World, hasher: PasswordHasher) -> None:
    for email in (EMAIL, " Preventeur@TEST.example "):
        user = sign_in(hasher, email=email)
        assert user and user.email == EMAIL


def test_nothing_tells_an_unknown_address_from_a_wrong_password(
    world: World, hasher: PasswordHasher, work: list[str], statements: list[str]
) -> None:
    world.user("departement").is_enabled = False
    world.user("aract").password_hash = None
    db.session.commit()
    sign_in(hasher, email="un-premier-inconnu@test.example")
    spent = {}
    for name, password in (
        ("personne", PASSWORD),
        ("departement", PASSWORD),
        ("aract", PASSWORD),
        ("preventeur", "faux"),
    ):
        db.session.rollback()
        work.clear()
        statements.clear()
        assert sign_in(hasher, password, f"{name}@test.example") is None
        spent[name] = (work[:], len(statements))
    assert set(map(repr, spent.values())) == {"(['verify'], 1)"}, spent


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


def test_a_password_has_twelve_characters_and_is_no_common_one(world: World, hasher: PasswordHasher) -> None:
    user = world.user("preventeur")
    for password, why in (("onze lettre", "au moins 12 caractères"), ("Preventeur-2026", "se devine trop vite")):
        with pytest.raises(Unacceptable, match=why) as error:
            set_password(user, password, hasher, now=NOW)
        assert error.value.field == "password"
    set_password(user, "douze lettre", hasher, now=NOW)
    assert user.password_hash and user.password_hash.startswith("$argon2id$")
    assert "douze" not in user.password_hash
    assert sign_in(hasher, "douze lettre") and sign_in(hasher) is None


def test_an_organisation_has_a_name_of_its_own_and_a_territory(world: World) -> None:
    carsat = create_organisation(Role.CARSAT, "Carsat Corse", "Carsat 2A-2B", ["2B", "2A", "2B"], now=NOW)
    db.session.commit()
    assert carsat.territory == {"2A", "2B"}
    with pytest.raises(Unacceptable, match="s’appelle déjà « Carsat Poitou »"):
        create_organisation(Role.CARSAT, "Carsat Poitou", "Carsat", [], now=NOW)
