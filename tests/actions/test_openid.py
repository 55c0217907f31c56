"""Ties between accounts and a provider, made by two windows at the same instant."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from app.actions.openid import LinkedElsewhere, recognise
from app.extensions import db
from app.models import UserIdentity
from app.sessions import valid_capacities
from tests.actions.test_concurrency import at_once
from tests.conftest import NOW
from tests.world import World

ISSUER, SIRET = "https://fournisseur.example", "13000000000015"


def entering(sub: str) -> Callable[[], str]:
    def act() -> str:
        capacity = recognise(
            ISSUER, sub, email="preventeur@test.example", siret=SIRET, open_capacities=valid_capacities, now=NOW
        )
        address = capacity.user.email
        db.session.commit()
        return address

    return act


def open_the_carsat(world: World) -> None:
    world.organisation("Carsat Poitou").siret = SIRET
    db.session.commit()


def test_one_person_in_two_windows_at_once(app: Flask, world: World) -> None:
    open_the_carsat(world)
    assert at_once(app, *[entering("sub-1")] * 3) == ["preventeur@test.example"] * 3
    assert db.session.scalars(select(UserIdentity.sub)).all() == ["sub-1"]


def test_two_people_of_one_address_at_once(app: Flask, world: World) -> None:
    open_the_carsat(world)
    came = at_once(app, entering("sub-1"), entering("sub-2"))
    assert came.count("preventeur@test.example") == 1
    assert sum(isinstance(one, LinkedElsewhere) for one in came) == 1, came
    assert len(db.session.scalars(select(UserIdentity.sub)).all()) == 1
