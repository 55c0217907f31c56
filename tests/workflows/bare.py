"""A case as the procedure sees it: plain attributes, no table behind them."""

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from workflows.core import Refused
from workflows.roles import Role
from workflows.support_case import WORKFLOW, Outcome, State

TODAY = date(2026, 11, 24)
LONG_AGO = date(2026, 3, 2)


@dataclass
class BareEmployer:
    sector: str = "private"
    scheme: str | None = "general"
    headcount: int | None = 62

    @property
    def is_public(self) -> bool:
        return self.sector == "public"

    @property
    def is_private(self) -> bool:
        return self.sector == "private"


@dataclass
class BareActor:
    user_id: int = 7
    is_coordinator: bool = False


@dataclass
class BareBlock:
    since: date
    lifted_on: date | None = None

    def is_in_force(self, day: date) -> bool:
        return self.since <= day and (self.lifted_on is None or day < self.lifted_on)


@dataclass
class BareCase:
    """By default nothing is known yet but the employer, private and of sixty-two people."""

    state: State = State.IDENTIFIED
    employer: BareEmployer = field(default_factory=BareEmployer)
    lead_organisation_id: int | None = None
    lead_kind: Role | None = None
    episode: int = 1
    episode_started_on: date = LONG_AGO
    entered_on: date = LONG_AGO
    previous_state: State | None = None
    suspended_from: State | None = None
    last_step_by_id: int | None = None
    last_step_on: date = LONG_AGO
    has_final_visit: bool = False
    carsat_block: BareBlock | None = None
    employer_informed_on: date | None = None
    employer_agreed_on: date | None = None
    cse_informed_on: date | None = None
    cse_opinion_on: date | None = None
    cse_absence_on: date | None = None
    risk_document_on: date | None = None
    cpom_ends_on: date | None = None
    support_agreed_on: date | None = None
    employer_asked_on: date | None = None
    outcome: Outcome | None = None


def unknown(state: State, **changes: Any) -> BareCase:
    """A case on which nothing was written yet, in some state."""
    return _changed(BareCase(state), changes)


def complete(state: State, **changes: Any) -> BareCase:
    """A case on which everything was written, in some state, for a private employer that the Carsat may follow."""
    case = BareCase(
        state,
        lead_organisation_id=1,
        lead_kind=Role.CARSAT,
        previous_state=State.DIAGNOSTIC,
        suspended_from=State.ACCOMPANIMENT if state is State.SUSPENDED else None,
        last_step_by_id=BareActor.user_id,
        last_step_on=TODAY,
        has_final_visit=True,
        cpom_ends_on=date(2029, 12, 31),
    )
    for fact in fields(case):
        if fact.name.endswith("_on") and getattr(case, fact.name) is None:
            setattr(case, fact.name, date(2026, 6, 1))
    return _changed(case, changes)


def _changed(case: BareCase, changes: dict[str, Any]) -> BareCase:
    for name, value in changes.items():
        target = case.employer if name in ("sector", "scheme", "headcount") else case
        assert hasattr(target, name), name
        setattr(target, name, value)
    return case


def facts(**given: Any) -> dict[str, Any]:
    """What `advance` hands over with a step, the motive left blank unless given."""
    return {"today": TODAY, "actor": BareActor(), "motive": "", "effective_on": None, **given}


def refusals(case: BareCase, step: str, **given: Any) -> list[tuple[str, str]]:
    """The (where, why) of all that stands in the way of a step."""
    return [(reason.at, reason.why) for reason in WORKFLOW.missing(case, step, **facts(**given))]


def fired(case: BareCase, step: str, **given: Any) -> BareCase:
    """The case after the step; Refused when it does not open."""
    WORKFLOW.fire(case, step, **facts(**given))
    return case


__all__ = ["LONG_AGO", "TODAY", "BareActor", "BareCase", "Refused", "complete", "facts", "fired", "refusals", "unknown"]
