"""One step of a case, with all it does, against the four statements it could not do without."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from flask import Flask
from sqlalchemy import select

from app import clock
from app.actions.cases import StepTaken, advance
from app.auth import actor_of
from app.extensions import db
from app.models import Case
from app.permissions import Actor
from app.queries.cases import get_case, is_
from app.queries.settings import get_deadlines
from app.queries.users import get_user_by_email
from tests.bench.bodies import REGIONAL_READER
from tests.bench.engines import Engine
from tests.bench.report import Finding, compared, counted
from tests.bench.timing import counted_statements, each_of, in_turn, ratio
from tests.pages import Browser
from workflows.support_case import WORKFLOW, State

STEP = "contact"
AIM, STATEMENTS = 5, 8
WARM_UP = 10
"""psycopg prepares a statement on its sixth use."""
READ = "SELECT id, version, state, entered_on, lead_organisation_id FROM cases WHERE id = %s FOR UPDATE"
WRITE = (
    "UPDATE cases SET version = version + 1, state = 'contacted', entered_on = %s, last_step = 'contact', "
    "last_step_on = %s, last_step_by_id = %s WHERE id = %s"
)
KEEP = (
    "INSERT INTO case_events (case_id, episode, kind, step, from_state, to_state, effective_on, recorded_at, "
    "actor_id, organisation_id, summary, motive, facts, case_version) "
    "VALUES (%s, 1, 'step', 'contact', 'identified', 'contacted', %s, %s, %s, %s, '', '', '{}', 2)"
)


def measure(engine: Engine, app: Flask, rounds: int) -> Iterator[Finding]:
    """Take the step « prendre contact » in three ways, each time on another case of a full database."""
    browser = Browser(app, REGIONAL_READER)
    token, today, now = browser.token(), clock.today(), clock.now()
    with app.app_context():
        actor = _actor()
        cases = _cases_to_contact(actor, 3 * (rounds + WARM_UP) + 1)

    def step(case_id: int) -> None:
        with app.app_context():
            take_step(case_id, actor, today=today, now=now)

    with counted_statements(app) as statements:
        step(cases.pop())
    bare, full, page = in_turn(
        rounds,
        each_of(cases[0::3], _bare_step(engine, app, actor, today, now)),
        each_of(cases[1::3], step),
        each_of(cases[2::3], lambda case_id: _send_page(browser, case_id, token, today)),
        warm_up=WARM_UP,
    )
    words = f"SELECT FOR UPDATE, UPDATE, INSERT et COMMIT par {engine.driver} sur les mêmes tables"
    ours = "une étape par « advance » (lecture jugée, gardes, état, fil, échéances, rappels, COMMIT)"
    yield compared(f"{ours} contre {words}", ratio(full, bare), at_most=AIM)
    yield counted(f"ordres SQL d’{ours}", len(statements), at_most=STATEMENTS)
    yield compared(f"la même étape envoyée à la page du dossier contre {words}", ratio(page, bare))


def take_step(case_id: int, actor: Actor, *, today: date, now: datetime) -> None:
    """Take the step as the page does, from the reading of the case to the commit."""
    case = get_case(actor, case_id, lock=True)
    assert case, "out of sight"
    taken = StepTaken(today, "", {"employer_informed_on": today})
    settings = get_deadlines(WORKFLOW)
    advance(case, STEP, taken, version=case.version, actor=actor, today=today, now=now, settings=settings)
    db.session.commit()


def _actor() -> Actor:
    user = get_user_by_email(f"{REGIONAL_READER}@test.example")
    assert user
    return actor_of(user, user.capacities[0])


def _cases_to_contact(actor: Actor, count: int) -> list[int]:
    found = select(Case.id).where(is_(Case.state, State.IDENTIFIED), Case.lead_organisation_id == actor.organisation_id)
    cases = db.session.scalars(found.limit(count)).all()
    assert len(cases) == count, "too few cases to contact"
    return list(cases)


def _bare_step(engine: Engine, app: Flask, actor: Actor, today: date, now: datetime) -> Callable[[int], None]:
    connection, day, instant = engine.connect(app), today.isoformat(), now.isoformat()
    begin, read, write, keep = map(engine.native, ("BEGIN", READ, WRITE, KEEP))

    def take(case_id: int) -> None:
        connection.execute(begin)
        connection.execute(read, (case_id,)).fetchone()
        connection.execute(write, (day, day, actor.user_id, case_id))
        connection.execute(keep, (case_id, day, instant, actor.user_id, actor.organisation_id))
        connection.execute("COMMIT")

    return take


def _send_page(browser: Browser, case_id: int, token: str, today: date) -> None:
    day = today.isoformat()
    fields = {"csrf_token": token, "version": "1", "effective_on": day, "employer_informed_on": day}
    answer = browser.client.post(f"/dossiers/{case_id}/etapes/{STEP}", data=fields)
    assert answer.status_code == 302, answer.status
