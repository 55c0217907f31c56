"""Months of work at random through the actions: after each act, what must always be true is true."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.actions.cases import StepTaken, advance
from app.actions.errors import Forbidden, Stale, Unacceptable
from app.actions.exchanges import log_exchange
from app.actions.opening import invite_partner, name_lead, name_officers, open_case, tell_status
from app.actions.visits import VisitNotes, finalise_visit, log_visit
from app.extensions import db
from app.models import (
    Case,
    CaseEvent,
    Employer,
    ExchangeKind,
    Organisation,
    PartnerStatus,
    Priority,
    Source,
    Visibility,
)
from app.permissions import Actor
from app.queries.cases import get_case
from app.queries.employers import get_employer
from tests.actions.invariants import faults
from tests.actions.moves import morning
from tests.factories import make_structure
from tests.world import PEOPLE, World
from workflows.core import FactKind, Refused
from workflows.support_case import WORKFLOW, Outcome, State
from workflows.visit_report import ObservationKind

ENDED = tuple(WORKFLOW.ended)
STOPS = ("declare_out_of_scope", "refuse", "close", "correct")
WORKERS = ("referent", "referent", "preventeur", "preventeur", "coordinatrice", "departement")
NOT_DONE = (Forbidden, Refused, Stale, Unacceptable)


class Months:
    """A region at work, drawn from one seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.luck = random.Random(seed)
        self.today = date(2026, 11, 24)
        self.actors = {name: world.actor(name) for name in PEOPLE}
        self.done: list[str] = []
        self.refused = 0
        clain = world.employer("Clain")
        clain.headcount = 62
        for name in ("Accueil de jour", "SSIAD du Clain", "Antenne de Niort"):
            make_structure(clain, name, "79" if "Niort" in name else "86")
        db.session.commit()
        self.employers = list(db.session.scalars(select(Employer.id).order_by(Employer.id)))
        self.bodies = list(db.session.scalars(select(Organisation.id).order_by(Organisation.id)))

    def one_act(self) -> None:
        """Let some days go by, then let somebody try something; whatever is refused leaves nothing."""
        luck = self.luck
        self.today += timedelta(days=luck.choice((0, 0, 0, 1, 2, 9, 40, 190)))
        acts: list[Callable[[Actor], str]] = [self.open, self.lead, self.officers, self.invite, self.status]
        acts += [self.note, self.visit, self.visit, self.open]
        acts += [self.step] * 20
        name = luck.choice(WORKERS) if luck.random() < 0.9 else luck.choice(PEOPLE)
        act = luck.choice(acts)
        try:
            told = act(self.actors[name])
            db.session.commit()
        except NOT_DONE as error:
            told = f"{type(error).__name__}: {error}"
            assert not db.session.new, "a refusal leaves nothing behind"
            self.refused += 1
            db.session.rollback()
        self.done.append(f"{self.today} {name} {act.__name__} {told}")

    def a_case(self, actor: Actor) -> Case:
        """A case in sight, more often one that moves than one that ended."""
        ids = list(db.session.scalars(select(Case.id).order_by(Case.state.in_(ENDED), Case.id)))
        chosen = get_case(actor, ids[int(len(ids) * self.luck.random() ** 2)], lock=True)
        if chosen is None:
            raise Unacceptable("Hors de vue.")
        return chosen

    def when(self, actor: Actor) -> dict[str, Any]:
        return {"actor": actor, "today": self.today, "now": morning(self.today)}

    def open(self, actor: Actor) -> str:
        employer = get_employer(actor, self.luck.choice(self.employers))
        if employer is None:
            return "out of sight"
        scope = self.luck.sample(employer.structures, self.luck.randint(1, len(employer.structures)))
        case = open_case(
            employer,
            scope,
            source=self.luck.choice(list(Source)),
            motive="",
            leads=self.luck.random() < 0.7,
            settings={},
            **self.when(actor),
        )
        return case.reference

    def step(self, actor: Actor) -> str:
        luck, case = self.luck, self.a_case(actor)
        here = WORKFLOW.steps_from(case.state) if luck.random() < 0.95 else WORKFLOW.steps
        [step] = luck.choices(here, [1 if step.slug in STOPS else 4 for step in here])
        said: dict[str, Any] = {}
        for fact in step.facts:
            if fact.kind is FactKind.CHOICE:
                said[fact.name] = luck.choice([outcome.value for outcome in Outcome])
            elif luck.random() < 0.8:
                said[fact.name] = self.today + timedelta(days=luck.randint(0, 900) * fact.may_be_future)
        on = luck.choice([None, None, self.today - timedelta(days=luck.randint(0, 12))])
        version = case.version - (luck.random() < 0.05)
        before = case.state
        taken = StepTaken(on, luck.choice(["", "Motif", "Motif", "Motif"]), said)
        advance(case, step.slug, taken, version=version, settings={}, **self.when(actor))
        return f"{case.reference} {step.slug} {before} → {case.state}"

    def note(self, actor: Actor) -> str:
        case = self.a_case(actor)
        on_case = case if self.luck.random() < 0.8 else None
        log_exchange(
            case.employer,
            on_case or case,
            kind=self.luck.choice(list(ExchangeKind)),
            held_on=self.some_day(),
            summary="Appel",
            visibility=self.luck.choice(list(Visibility)),
            settings={},
            **self.when(actor),
        )
        return case.reference

    def visit(self, actor: Actor) -> str:
        case = self.a_case(actor)
        notes = VisitNotes(self.some_day(), subject="Transferts", observations=[(ObservationKind.FACT, "", "Vu")])
        visit = log_visit(case.employer, case, notes, settings={}, **self.when(actor))
        db.session.flush()
        if self.luck.random() < 0.6:
            finalise_visit(visit, b"%PDF-1.7", version=visit.version, actor=actor, now=morning(self.today))
        return f"{case.reference} {visit.status}"

    def some_day(self) -> date:
        return self.today - timedelta(days=self.luck.choice((-1, 0, 0, 1, 5, 200)))

    def lead(self, actor: Actor) -> str:
        case = self.a_case(actor)
        body = db.session.get_one(Organisation, self.luck.choice(self.bodies))
        name_lead(case, body, version=case.version, **self.when(actor))
        return f"{case.reference} {body.short_name}"

    def officers(self, actor: Actor) -> str:
        case = self.a_case(actor)
        people = self.luck.sample([one.user_id for one in self.actors.values()], self.luck.randint(0, 1))
        name_officers(case, people, version=case.version, **self.when(actor))
        return f"{case.reference} {people}"

    def invite(self, actor: Actor) -> str:
        case = self.a_case(actor)
        body = db.session.get_one(Organisation, self.luck.choice(self.bodies))
        invite_partner(case, body, **self.when(actor))
        return f"{case.reference} {body.short_name}"

    def status(self, actor: Actor) -> str:
        case = self.a_case(actor)
        state = case.state
        told = self.luck.choice(list(PartnerStatus))
        tell_status(case, told, Priority.NORMAL, "", version=self.luck.choice((0, 1)), **self.when(actor))
        assert case.state is state
        return f"{case.reference} {told}"


def live(world: World, seed: int, acts: int, every: int = 1) -> Months:
    """So many acts, the invariants judged after each (or `every` so many)."""
    months = Months(world, seed)
    for number in range(acts):
        months.one_act()
        if number % every == 0 and (found := faults()):
            raise AssertionError("\n".join([f"seed {seed}", *months.done[-12:], *found]))
    return months


def test_two_hundred_acts(world: World) -> None:
    months = live(world, seed=2026, acts=200)
    assert 20 < months.refused < 180, "some acts are refused, some are not"
    reached = set(db.session.scalars(select(CaseEvent.to_state).where(CaseEvent.to_state.is_not(None))))
    assert len(reached) > 5, reached


@pytest.mark.long
def test_twenty_thousand_acts(world: World, subtests: pytest.Subtests) -> None:
    for seed in range(20):
        with subtests.test(f"seed {seed}"):
            live(world, seed, 1_000, every=20)
    reached = set(db.session.scalars(select(CaseEvent.to_state).where(CaseEvent.to_state.is_not(None))))
    assert reached == set(State)
    assert (db.session.scalar(select(func.max(Case.episode))) or 0) > 2
