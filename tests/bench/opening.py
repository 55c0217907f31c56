"""The cases of a signed list opened at once, against one INSERT … SELECT of the same rows for each table."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from flask import Flask
from sqlalchemy import select

from app import auth, clock
from app.actions.targeting_openings import open_cases, prepare
from app.demo.finess_profiles import DEPARTEMENTS
from app.extensions import db
from app.models import TargetingCampaign, User
from app.permissions import Actor
from tests.bench.bodies import PLACES, make_bodies
from tests.bench.engines import Engine, load
from tests.bench.report import Finding, compared, thousands
from tests.bench.timing import counted_statements, each_of, in_turn, ratio
from workflows.targeting_list import ListState

AIM = 3
COORDINATOR = "coordination.ars@test.example"
LISTED = "SELECT case_id FROM targeting_openings WHERE campaign_id = %s"
TABLES = {
    "cases": f"id IN ({LISTED})",
    "case_structures": f"case_id IN ({LISTED})",
    "case_officers": f"case_id IN ({LISTED})",
    "case_events": f"case_id IN ({LISTED})",
    "case_deadlines": f"case_id IN ({LISTED})",
    "case_reminders": f"deadline_id IN (SELECT id FROM case_deadlines WHERE case_id IN ({LISTED}))",
    "journal_entries": f"chain IN ({LISTED})",
}
"""What opening writes, and which rows are those of one list."""


def measure(engine: Engine, cases: int, rounds: int) -> Iterator[Finding]:
    """Open `cases` cases of another list at each round; then write the same rows again, bare."""
    app = engine.database(f"openings_{cases}")
    _fill(engine, app, cases, rounds + 2)
    for table in TABLES:
        engine.copy_table(app, table, f"bare_{table}")
    engine.settle(app)
    with closing(engine.connect(app)) as connection:

        def press(number: int) -> None:
            with app.app_context():
                assert _press(number) == cases
                db.session.commit()

        def copy(number: int) -> None:
            connection.execute(engine.native("BEGIN"))
            for table, ours in TABLES.items():
                sql = f"INSERT INTO bare_{table} SELECT * FROM {table} WHERE {ours}"
                connection.execute(engine.native(sql), (number,))
            connection.execute("COMMIT")

        with counted_statements(app) as statements:
            press(1)
        numbers = range(2, rounds + 3)
        spent = in_turn(
            rounds, each_of(numbers, press), each_of(numbers, copy), before=lambda: engine.settle(app), warm_up=1
        )
    yield compared(
        f"l’ouverture de {thousands(cases)} dossiers d’une liste signée ({len(statements)} ordres et COMMIT ; règles, "
        "collisions, journal chaîné, échéances, courriels) contre un INSERT … SELECT par table des mêmes lignes, dans "
        "des tables de mêmes index et clés étrangères",
        ratio(spent[0], spent[1]),
        at_most=AIM,
    )


def _press(number: int) -> int:
    campaign = db.session.get(TargetingCampaign, number, with_for_update=True)
    assert campaign
    return open_cases(campaign, actor=_coordinator(), today=clock.today(), now=clock.now(), settings={})


def _coordinator() -> Actor:
    user = db.session.scalars(select(User).where(User.email == COORDINATOR)).one()
    return auth.actor_of(user, user.capacities[0])


def _fill(engine: Engine, app: Flask, cases: int, lists: int) -> None:
    """Write employers of one structure each, as many for each list as it opens cases, and prepare all the lists."""
    with app.app_context():
        make_bodies()
    employers = range(1, cases * lists + 1)
    places = tuple(DEPARTEMENTS)
    load(engine, app, "employers", (_employer(n, places[n % len(places)]) for n in employers))
    load(engine, app, "structures", (_structure(n, places[n % len(places)]) for n in employers))
    with app.app_context():
        for number in range(1, lists + 1):
            _list(number)
        db.session.commit()
    lines = ({**LINE, "campaign_id": 1 + (n - 1) // cases, "employer_id": n} for n in employers)
    load(engine, app, "targeting_lines", lines)
    with app.app_context():
        for number in range(1, lists + 1):
            campaign = db.session.get(TargetingCampaign, number)
            assert campaign
            prepare(campaign, actor=_coordinator(), today=clock.today(), now=clock.now())
            db.session.commit()


LINE: dict[str, Any] = {
    "structures": 1, "first_count": 1, "next_count": 0, "computed": "first", "is_steady": True, "motives": "",
}  # fmt: skip


def _list(number: int) -> None:
    from tests.targeting import make_campaign

    made = make_campaign(
        _coordinator(), title=f"Liste {number}", departements=frozenset(PLACES), state=ListState.SIGNED
    )
    assert made.id == number


def _employer(number: int, departement: str) -> dict[str, Any]:
    return {
        "id": number, "finess": f"9{number:08d}", "siren": f"{number:09d}", "name": f"Association {number}",
        "sector": ("private", "private", "public")[number % 3], "scheme": "general", "departement": departement,
        "search_key": f"association {number}",
    }  # fmt: skip


def _structure(number: int, departement: str) -> dict[str, Any]:
    return {
        "id": number, "finess": f"8{number:08d}", "employer_id": number, "name": f"EHPAD {number}", "category": "500",
        "departement": departement, "search_key": f"ehpad {number}",
    }  # fmt: skip
