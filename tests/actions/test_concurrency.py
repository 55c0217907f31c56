"""Several people at once, each with a connection of their own, on both databases."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.actions.errors import Stale
from app.actions.exchanges import log_exchange
from app.actions.visits import VisitNotes, log_visit
from app.extensions import db
from app.models import Case, CaseDeadline, CaseStructure, Exchange, ExchangeKind, Visibility
from app.permissions import Actor
from app.queries.cases import get_case
from tests.actions.invariants import faults
from tests.actions.moves import TODAY, case_in, events, morning, opened, take, take_unsaved
from tests.factories import make_user
from tests.world import World
from workflows.core import Refused
from workflows.support_case import State

PATIENCE = 30


def at_once(app: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """Start all these at the same instant, each in a session of its own; return what each gave or raised."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        with app.app_context():
            start.wait(PATIENCE)
            try:
                return act()
            except Exception as error:
                db.session.rollback()
                return error
            finally:
                db.session.remove()

    db.session.rollback()  # this thread holds nothing while the others act
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts, timeout=PATIENCE))


def step(actor: Actor, case_id: int, slug: str, version: int) -> Callable[[], str]:
    def act() -> str:
        take(actor, case_id, slug, version=version)
        return "done"

    return act


def test_two_people_who_take_the_same_step_at_once(app: Flask, world: World) -> None:
    make_user("collegue", world.organisation("ARS Poitou"))
    db.session.commit()
    case = case_in(world, State.CONTACTED)
    people = [world.actor("referent"), world.actor("collegue")]
    came = at_once(app, *(step(actor, case.id, "suspend", case.version) for actor in people))
    assert came.count("done") == 1, came
    assert sum(isinstance(one, Stale) for one in came) == 1, came
    assert [event.step for event in events(case.id)] == [None, "contact", "suspend"]
    assert faults() == []


def test_one_person_who_clicks_twice_at_once(app: Flask, world: World) -> None:
    case = case_in(world, State.CONTACTED)
    act = step(world.actor("referent"), case.id, "start_diagnostic", case.version)
    assert at_once(app, act, act) == ["done", "done"]
    assert [event.step for event in events(case.id)] == [None, "contact", "start_diagnostic"]
    assert faults() == []


def test_two_different_steps_at_once(app: Flask, world: World) -> None:
    case = case_in(world, State.DIAGNOSTIC)
    actor = world.actor("referent")
    came = at_once(app, *(step(actor, case.id, slug, case.version) for slug in ("suspend", "close", "refuse")))
    assert came.count("done") == 1, came
    assert sum(isinstance(one, Stale) for one in came) == 2, came
    assert faults() == []


def test_two_people_who_open_a_case_on_one_structure_at_once(app: Flask, world: World) -> None:
    employer_id = world.employer("Clain").id
    people = [world.actor("referent"), world.actor("preventeur")]
    came = at_once(app, *(lambda actor=actor: opened(actor, employer_id).id for actor in people))
    refused = [one for one in came if isinstance(one, (Refused, IntegrityError))]
    assert len(refused) == 1 and len([one for one in came if isinstance(one, int)]) == 1, came
    cases = db.session.scalars(select(Case.id).where(Case.employer_id == employer_id)).all()
    assert len(cases) == 1
    assert faults() == []


def test_two_closed_cases_that_reopen_on_one_structure_at_once(app: Flask, world: World) -> None:
    first = case_in(world, State.CLOSED, by="referent")
    second = case_in(world, State.CLOSED, by="preventeur")
    came = at_once(
        app,
        step(world.actor("referent"), first.id, "reopen", first.version),
        step(world.actor("preventeur"), second.id, "reopen", second.version),
    )
    assert came.count("done") == 1, came
    assert sum(isinstance(one, (Refused, IntegrityError)) for one in came) == 1, came
    assert faults() == []


def test_a_visit_logged_while_the_case_moves_answers_what_the_case_then_awaits(app: Flask, world: World) -> None:
    """Whoever logs the visit has read the case before it moved; its answer comes after the step, not over it."""
    case_id = case_in(world, State.ACCOMPANIMENT, since=date(2026, 8, 3), by="preventeur").id
    actor, has_moved = world.actor("preventeur"), threading.Event()
    note(actor, case_id, 19)()

    def move_slowly() -> str:
        take_unsaved(actor, case_id, "evaluate")
        db.session.flush()
        has_moved.set()
        time.sleep(0.4)
        db.session.commit()
        return "moved"

    def log() -> str:
        has_moved.wait(PATIENCE)
        case = get_case(actor, case_id)
        assert case
        log_visit(
            case.employer,
            case,
            VisitNotes(date(2026, 11, 10)),
            actor=actor,
            today=TODAY,
            now=morning(TODAY),
            settings={},
        )
        db.session.commit()
        return "logged"

    assert at_once(app, move_slowly, log) == ["moved", "logged"]
    case = db.session.get_one(Case, case_id)
    assert (case.state, case.due_label) == (State.EVALUATION, "Conclure l’évaluation")
    waiting = select(CaseDeadline.rule).where(CaseDeadline.case_id == case_id, CaseDeadline.ended_on.is_(None))
    assert db.session.scalars(waiting).all() == ["evaluation"]
    assert faults() == []


def note(actor: Actor, case_id: int, number: int) -> Callable[[], str]:
    def act() -> str:
        case = get_case(actor, case_id)
        assert case
        log_exchange(
            case.employer,
            case,
            kind=ExchangeKind.CALL,
            held_on=date(2026, 11, 1 + number),
            summary=f"Appel {number}",
            visibility=Visibility.ORGANISATION,
            actor=actor,
            today=TODAY,
            now=morning(TODAY),
            settings={},
        )
        db.session.commit()
        return "kept"

    return act


def test_twenty_notes_while_somebody_holds_the_pen(app: Flask, world: World) -> None:
    """On SQLite a writer keeps everybody else waiting: nobody loses what was typed, the case neither."""
    case_id, actor = (
        case_in(world, State.IDENTIFIED, by="preventeur", since=date(2026, 10, 1)).id,
        world.actor("preventeur"),
    )

    def hold() -> str:
        take_unsaved(actor, case_id, "contact")
        db.session.flush()
        time.sleep(0.5)
        db.session.commit()
        return "held"

    came = at_once(app, hold, *(note(actor, case_id, number) for number in range(20)))
    assert came == ["held"] + ["kept"] * 20, [one for one in came if one not in ("held", "kept")]
    kept = db.session.scalars(select(Exchange.summary).where(Exchange.case_id == case_id)).all()
    assert sorted(kept) == sorted(f"Appel {number}" for number in range(20))
    case = db.session.get_one(Case, case_id)
    assert case.last_activity_on == TODAY
    assert faults() == []


def test_the_latest_of_many_notes_is_the_last_activity(app: Flask, world: World) -> None:
    case_id, actor = (
        case_in(world, State.CONTACTED, by="preventeur", since=date(2026, 10, 1)).id,
        world.actor("preventeur"),
    )
    assert at_once(app, *(note(actor, case_id, number) for number in range(8))) == ["kept"] * 8
    assert db.session.get_one(Case, case_id).last_activity_on == date(2026, 11, 8)


def test_links_stay_as_open_as_their_case(app: Flask, world: World) -> None:
    case = case_in(world, State.DIAGNOSTIC)
    actor = world.actor("referent")
    for slug in ("close", "reopen"):
        act = step(actor, case.id, slug, db.session.get_one(Case, case.id).version)
        assert at_once(app, act, act, act) == ["done"] * 3
        db.session.expire_all()
    links = db.session.scalars(select(CaseStructure.is_open).where(CaseStructure.case_id == case.id)).all()
    assert links == [True]
    assert db.session.get_one(Case, case.id).episode == 2
