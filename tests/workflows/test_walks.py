"""Cases that live at random, thousands of times: the procedure never lets one stray."""

import random
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest

from tests.workflows.bare import BareActor, BareCase, BareEmployer, facts
from workflows.core import Fact, FactKind, Refused
from workflows.roles import LEADS
from workflows.support_case import WORKFLOW, Outcome, State
from workflows.support_case_guards import CORRECTION_DAYS

QUICK, LONG = range(2_000), range(2_000, 60_000)
STEPS = 25
NEXT = {
    State.IDENTIFIED: {State.CONTACTED, State.OUT_OF_SCOPE},
    State.CONTACTED: {State.DIAGNOSTIC, State.REFUSED, State.OUT_OF_SCOPE, State.SUSPENDED},
    State.DIAGNOSTIC: {
        State.CONTRACT,
        State.CPOM_OBJECTIVE,
        State.ACCOMPANIMENT,
        State.REFUSED,
        State.SUSPENDED,
        State.CLOSED,
    },
    State.CONTRACT: {State.ACCOMPANIMENT, State.SUSPENDED, State.CLOSED},
    State.CPOM_OBJECTIVE: {State.ACCOMPANIMENT, State.SUSPENDED, State.CLOSED},
    State.ACCOMPANIMENT: {State.EVALUATION, State.SUSPENDED, State.REFUSED, State.CLOSED},
    State.EVALUATION: {State.CLOSED, State.ACCOMPANIMENT},
    State.CLOSED: {State.IDENTIFIED},
    State.REFUSED: {State.IDENTIFIED},
    State.OUT_OF_SCOPE: {State.IDENTIFIED},
}
"""Where a case may go by an ordinary step; out of a suspension it goes back where it came from."""


class Walk:
    """One case, one seed: some days pass, somebody tries a step with some of the facts, and so on."""

    def __init__(self, seed: int) -> None:
        self.luck = random.Random(seed)
        self.today = date(2026, 1, 5)
        self.visited: set[State] = set()
        self.trail: list[str] = []
        luck = self.luck
        employer = BareEmployer(
            luck.choice(["private", "private", "public", "to_confirm"]),
            luck.choice(["general", "general", "agricole", None]),
            luck.choice([None, 5, 62, 199, 200]),
        )
        self.case = BareCase(employer=employer, episode_started_on=self.today, entered_on=self.today)
        self.case.last_step_on = self.today
        self.case.lead_organisation_id, self.case.lead_kind = 1, luck.choice(LEADS)

    def go(self) -> None:
        for _ in range(STEPS):
            self.today += timedelta(days=self.luck.choice((0, 1, 3, 30, 200)))
            self.case.has_final_visit |= self.luck.random() < 0.3
            self.try_one_step()

    def try_one_step(self) -> None:
        case, luck = self.case, self.luck
        here = WORKFLOW.steps_from(case.state) if luck.random() < 0.9 else WORKFLOW.steps
        step, actor = luck.choice(here), BareActor(luck.choice((1, 2)), luck.random() < 0.2)
        given = facts(today=self.today, actor=actor, **self.some_facts(step.facts))
        before = deepcopy(case)
        self.trail.append(f"{self.today} {case.state} {step.slug}")
        try:
            WORKFLOW.fire(case, step.slug, **given)
        except Refused as refused:
            assert all(reason.why.endswith((".", "?")) for reason in refused.reasons)
            assert case == before, "a refusal leaves the case as it was"
            return
        self.judge(before, step.slug, given)
        self.remember(before, step.slug, given)

    def some_facts(self, asked: tuple[Fact, ...]) -> dict[str, Any]:
        luck = self.luck
        given: dict[str, Any] = {"motive": luck.choice(["", "Motif", "Motif"])}
        given["effective_on"] = luck.choice([None, None, self.today - timedelta(days=luck.randint(-2, 20))])
        for fact in asked:
            if fact.kind is FactKind.CHOICE:
                given[fact.name] = luck.choice(["", *Outcome])
            elif luck.random() < 0.7:
                given[fact.name] = self.today - timedelta(days=luck.randint(-900 if fact.may_be_future else -1, 400))
        return given

    def judge(self, before: BareCase, step: str, given: dict[str, Any]) -> None:
        """What must be true of any step taken, told without the declaration."""
        after = self.case.state
        effective_on = given["effective_on"] or self.today
        assert isinstance(after, State)
        assert before.entered_on <= effective_on <= self.today
        if step == "correct":
            assert after is before.previous_state
            is_author = before.last_step_by_id == given["actor"].user_id
            is_early = (self.today - before.last_step_on).days <= CORRECTION_DAYS
            assert given["actor"].is_coordinator or (is_author and is_early)
            return
        expected = {before.suspended_from} if before.state is State.SUSPENDED else NEXT[before.state]
        assert after in expected, f"{before.state} → {after}"
        if after is State.CONTRACT:
            employer = before.employer
            assert employer.is_private and employer.scheme == "general" and 1 <= (employer.headcount or 0) < 200
        if before.lead_kind == "carsat" and after is State.CONTACTED:
            assert before.employer.is_private or before.state is State.SUSPENDED
        if after in (State.CLOSED, State.REFUSED, State.SUSPENDED, State.OUT_OF_SCOPE):
            assert given["motive"]
        if after is State.CLOSED:
            assert given["outcome"]

    def remember(self, before: BareCase, step: str, given: dict[str, Any]) -> None:
        """Keep what the next steps look at, as whoever stores a case does."""
        case, effective_on = self.case, given["effective_on"] or self.today
        for name, value in given.items():
            if name.endswith("_on") and value and hasattr(case, name):
                setattr(case, name, value)
        case.suspended_from = before.state if case.state is State.SUSPENDED else None
        case.previous_state = None if step == "correct" else before.state
        case.entered_on = effective_on
        if step in ("reopen", "reinstate"):
            case.episode, case.episode_started_on = case.episode + 1, effective_on
        case.last_step_by_id, case.last_step_on = given["actor"].user_id, self.today
        self.visited.add(case.state)


def walk_all(seeds: range) -> set[State]:
    visited: set[State] = set()
    for seed in seeds:
        walk = Walk(seed)
        try:
            walk.go()
        except AssertionError as error:
            raise AssertionError(f"walk {seed}: {error}\n" + "\n".join(walk.trail)) from error
        visited |= walk.visited
    return visited


def test_two_thousand_lives() -> None:
    assert walk_all(QUICK) == set(State), "the walks go everywhere"


@pytest.mark.long
def test_sixty_thousand_lives() -> None:
    walk_all(LONG)
