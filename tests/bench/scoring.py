"""A targeting list computed end to end, beside numpy on the same columns and COPY both ways."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from flask import Flask
from sqlalchemy import select

from app import auth, clock
from app.actions.targeting import method_of
from app.actions.targeting_ground import read_ground, read_values
from app.actions.targeting_run import compute, find
from app.extensions import db
from app.models import TargetingCampaign, User
from app.permissions import Actor, figure_owners
from tests.bench.bodies import PLACES, make_bodies
from tests.bench.engines import Engine
from tests.bench.pairs import YEARS, fill, made_by, read_bare, write_bare
from tests.bench.report import Finding, compared, counted, thousands
from tests.bench.timing import counted_statements, in_turn, ratio
from workflows.targeting_scope import criteria_of

AIM, STATEMENTS = 2.0, 24
COORDINATOR = "coordination.ars@test.example"
MADE = ("targeting_scores", "targeting_lines")


def measure(engine: Engine, structures: int, rounds: int) -> Iterator[Finding]:
    """Compute a list of that many EHPAD; then copy the same values out, compute, copy as many rows in."""
    app = engine.database(f"scoring_{structures}")
    with app.app_context():
        make_bodies()
    fill(engine, app, structures, PLACES, ("500",))
    engine.settle(app)
    _prepare(app)

    def ours() -> None:
        with app.app_context():
            compute(_list(), actor=_coordinator(), now=clock.now())
            db.session.commit()

    with counted_statements(app) as statements:
        ours()
    made = [made_by(engine, app, table) for table in MADE]
    with closing(engine.connect(app)) as connection:
        spent, bare = in_turn(rounds, ours, _floor(engine, app, connection, made), warm_up=0 if rounds == 1 else 1)
    yield compared(
        f"une liste de {thousands(structures)} EHPAD (lecture, calcul, ce que chaque critère y change, écriture) "
        f"contre les mêmes calculs de numpy et {engine.bulk} à l’aller et au retour",
        ratio(spent, bare),
        at_most=AIM if engine.driver == "psycopg" else None,
    )
    yield counted("ordres SQL de ce calcul", len(statements), at_most=STATEMENTS)


def _prepare(app: Flask) -> None:
    from tests.targeting import make_campaign

    with app.app_context():
        made = {"departements": frozenset(PLACES), "first_year": YEARS[0], "last_year": YEARS[-1]}
        make_campaign(_coordinator(), **made)
        db.session.commit()


def _list() -> TargetingCampaign:
    return db.session.scalars(select(TargetingCampaign)).one()


def _coordinator() -> Actor:
    user = db.session.scalars(select(User).where(User.email == COORDINATOR)).one()
    return auth.actor_of(user, user.capacities[0])


def _floor(engine: Engine, app: Flask, connection: Any, made: Any) -> Callable[[], None]:
    with app.app_context():
        campaign = _list()
        ground = read_ground(campaign)
        criteria = tuple(one for one in criteria_of(campaign.field) if one.code in campaign.weights)
        values = read_values(ground, criteria, YEARS, figure_owners(_coordinator(), campaign.codes))
        method = method_of(campaign.field, campaign.weights, campaign.first, campaign.following, campaign.coverage)
        codes = ", ".join(f"'{code}'" for one in criteria for code in (*one.plus, *one.minus))
        db.session.rollback()
    question = f"SELECT structure_id, indicator, year, value FROM observations WHERE indicator IN ({codes})"

    def run() -> None:
        read_bare(engine, connection, question)
        find(ground, criteria, YEARS, values, method)
        write_bare(engine, app, connection, made)

    return run
