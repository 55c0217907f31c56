"""What the page of a case shows, made ready: stepper, steps with what they lack, thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from app import filters
from app.models import Case, CaseEvent
from app.permissions import Actor, step_refusal
from workflows.core import Missing, Step
from workflows.support_case import EMPLOYER_LABELS, MAIN_PATH, WORKFLOW, State


@dataclass(frozen=True)
class StepOffer:
    """A step as the page shows it: open, or closed with all that it lacks."""

    step: Step
    url: str
    refusal: str | None
    missing: Sequence[dict[str, str]] = ()
    to_give: Sequence[dict[str, str]] = ()
    is_barred: bool = False
    """Something stands in the way that nobody can give here: the state of the case, or whose turn it is."""

    @property
    def is_open(self) -> bool:
        return self.refusal is None and not self.missing

    @property
    def why(self) -> str:
        return self.refusal or " ".join(item["text"] for item in self.missing)


def state_label(actor: Actor, state: State) -> str:
    """Return the words for a state: the employer's own, or the agents'."""
    return EMPLOYER_LABELS[state] if actor.is_employer else state.label


def stepper(case: Case, events: Sequence[CaseEvent], actor: Actor, today: date) -> list[dict[str, str]]:
    """Return the milestones of the main path, those passed in this episode, and the one reached."""
    reached = {event.to_state for event in events if event.episode == case.episode and event.to_state}
    place = case.suspended_from or (case.previous_state if _is_aside(case.state) else case.state)
    here = next((number for number, states in enumerate(MAIN_PATH) if place in states), 0)
    steps = []
    for number, states in enumerate(MAIN_PATH):
        passed = number < here and (number == 0 or reached & set(states))
        status = "current" if number == here else ("done" if passed else "todo")
        note = _note(case, actor, today) if status == "current" else ("" if number >= here or passed else "sans objet")
        steps.append({"label": _milestone(states, case, actor), "status": status, "note": note})
    return steps


def _is_aside(state: State) -> bool:
    return state in (State.REFUSED, State.OUT_OF_SCOPE)


def _note(case: Case, actor: Actor, today: date) -> str:
    since = filters.since(case.entered_on, today)
    on_path = any(case.state in states for states in MAIN_PATH)
    return since if on_path else f"{state_label(actor, case.state)}, {since}"


def _milestone(states: tuple[State, ...], case: Case, actor: Actor) -> str:
    if len(states) == 1:
        return state_label(actor, states[0])
    return state_label(actor, case.state) if case.state in states else "Contrat ou objectif"


def offers(case: Case, actor: Actor, today: date) -> list[StepOffer]:
    """Return the steps that leave the present state, each with what stands in its way for this actor."""
    return [
        offer(case, step, actor, today)
        for step in WORKFLOW.steps_from(case.state)
        if not step.returns_to or getattr(case, step.returns_to)
    ]


def offer(case: Case, step: Step, actor: Actor, today: date) -> StepOffer:
    """Return one step; what its own form will ask for is to give, the rest is missing."""
    asked = {"motive", "effective_on", *(fact.name for fact in step.facts)}
    found = WORKFLOW.missing(case, step.slug, today=today, actor=actor, motive="(à venir)")
    url = url_for("steps.take", case_id=case.id, step=step.slug)
    return StepOffer(
        step=step,
        url=url,
        refusal=step_refusal(actor, case, step),
        missing=[{"text": m.why, "url": place(m, case)} for m in found if m.at not in asked],
        is_barred=any(not m.at for m in found),
        to_give=[{"text": m.why, "url": f"{url}#{m.at}"} for m in found if m.at in asked],
    )


def place(missing: Missing, case: Case) -> str:
    """Return the address where what is missing can be given; nothing when no page holds it."""
    places = {
        "lead": lambda: url_for("teams.edit", case_id=case.id),
        "sector": lambda: url_for("employers.edit", employer_id=case.employer_id) + "#sector",
        "headcount": lambda: url_for("employers.edit", employer_id=case.employer_id) + "#headcount",
        "block": lambda: url_for("blocks.edit", employer_id=case.employer_id),
        "visit": lambda: url_for("visits.new_on_case", case_id=case.id),
    }
    return places[missing.at]() if missing.at in places else ""


def proposed(steps: Sequence[StepOffer]) -> StepOffer | None:
    """Return the step to propose first: the first ahead that is this actor's to take, else the first ahead."""
    ahead = [item for item in steps if not item.step.is_aside]
    mine = [item for item in ahead if item.refusal is None]
    return next(iter(mine or ahead), None)


def due_badge(due_on: date, today: date) -> dict[str, str] | None:
    """Return the badge that says whether a due date is passed, near or far; nothing when none is set."""
    if due_on.year == filters.NEVER:
        return None
    if due_on < today:
        return {"text": f"en retard de {filters.plural((today - due_on).days, 'jour')}", "tone": "alert"}
    if (due_on - today).days <= 15:
        return {"text": "à faire bientôt", "tone": "warn"}
    return {"text": "dans les délais", "tone": "good"}
