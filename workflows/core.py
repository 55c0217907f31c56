"""How a procedure is declared and advanced: steps, guards, deadlines, reminders, refusals."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from transitions import EventData, Machine, State

from workflows.calendar import Delay
from workflows.labels import LabelledEnum
from workflows.roles import Role


class FactKind(Enum):
    """How a fact that a step asks for is typed in."""

    DATE = "date"
    TEXT = "text"
    CHOICE = "choice"


@dataclass(frozen=True)
class Fact:
    """Something a step asks for and the object keeps: `name` is the attribute it is written to."""

    name: str
    label: str
    kind: FactKind = FactKind.DATE
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    may_be_future: bool = False


@dataclass(frozen=True)
class Missing:
    """Why a step is refused, in French, and the symbolic place where it can be mended."""

    why: str
    at: str = ""


class Refused(Exception):
    """A step that the procedure does not allow now; `reasons` names all that is missing."""

    def __init__(self, *reasons: Missing) -> None:
        super().__init__(" ".join(reason.why for reason in reasons))
        self.reasons = reasons


Guard = Callable[..., Missing | None]
"""Called with the object and every fact by keyword; returns what is missing, or None."""


@dataclass(frozen=True)
class Step:
    """One move: from which states, to which one (None: back to a remembered state), by which roles.

    `lead_only`: of these roles, the lead's agents; `starts_episode`: the follow-up begins anew; `takes_back`: it
    undoes the last step; `is_aside`: never the next step to propose.
    """

    slug: str
    sources: tuple[LabelledEnum, ...]
    target: LabelledEnum | None
    label: str
    by: tuple[Role, ...]
    guards: tuple[Guard, ...] = ()
    facts: tuple[Fact, ...] = ()
    returns_to: str = ""
    needs_motive: bool = False
    lead_only: bool = True
    starts_episode: bool = False
    takes_back: bool = False
    is_aside: bool = False


@dataclass(frozen=True)
class Deadline:
    """What is expected in a state, by when, with the days of reminder around the due date.

    `hastens`: in a case opened on an alert, it stands in for the deadline of that name.
    """

    slug: str
    label: str
    starts_on: LabelledEnum
    due: Delay
    remind: tuple[int, ...]
    answered_by: tuple[str, ...] = ()
    repeats: bool = False
    hastens: str = ""

    def __post_init__(self) -> None:
        if self.repeats and not self.answered_by:
            raise ValueError(f"{self.slug}: what nothing answers never repeats")

    def due_on(self, start: date) -> date:
        """Return the due date of a deadline that starts on `start`."""
        return self.due.after(start)

    def reminders(self, due_on: date, *, today: date) -> list[tuple[int, date]]:
        """Return (offset, day) of each reminder; those whose day has come or passed merge into one, today."""
        planned = [(offset, self.due.shift(due_on, offset)) for offset in sorted(self.remind)]
        passed = [(offset, today) for offset, day in planned if day <= today]
        return passed[-1:] + [(offset, day) for offset, day in planned if day > today]


@dataclass(frozen=True)
class Workflow:
    """A procedure: its states, steps and deadlines, and the one machine that moves an object."""

    name: str
    states: type[LabelledEnum]
    initial: LabelledEnum
    steps: tuple[Step, ...]
    deadlines: tuple[Deadline, ...] = ()
    ended: frozenset[LabelledEnum] = frozenset()
    machine: Machine = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        machine = Machine(
            model=None,
            states=list(self.states),
            initial=None,
            auto_transitions=False,
            send_event=True,
        )
        for step in self.steps:
            self._add(machine, step)
        object.__setattr__(self, "machine", machine)

    def _add(self, machine: Machine, step: Step) -> None:
        sources: list[str | Enum | State] = list(step.sources)
        if step.target is not None:
            machine.add_transition(step.slug, sources, step.target)
            return
        for state in self.states:
            machine.add_transition(step.slug, sources, state, conditions=_remembers(step, state))

    def step(self, slug: str) -> Step:
        """Return the step of that name; KeyError when the procedure has none."""
        return {step.slug: step for step in self.steps}[slug]

    def state(self, value: str) -> LabelledEnum:
        """Return the state of that slug; StopIteration when the procedure has none."""
        return next(state for state in self.states if state.value == value)

    def steps_from(self, state: str) -> tuple[Step, ...]:
        """Return the steps that leave `state`, in the order of the declaration."""
        return tuple(step for step in self.steps if state in step.sources)

    def deadlines_of(
        self, state: str, settings: Mapping[str, Deadline] | None = None, *, is_fast: bool = False
    ) -> tuple[Deadline, ...]:
        """Return the deadlines that start in `state`, each replaced by the region's own when it has one.

        `is_fast`: those of a case opened on an alert, where some are shorter.
        """
        own = settings or {}
        shorter = {rule.hastens: rule for rule in self.deadlines if rule.hastens} if is_fast else {}
        usual = (rule for rule in self.deadlines if rule.starts_on == state and not rule.hastens)
        declared = (shorter.get(rule.slug, rule) for rule in usual)
        return tuple(own.get(rule.slug, rule) for rule in declared)

    def missing(self, case: Any, slug: str, **facts: Any) -> tuple[Missing, ...]:
        """Return everything that stands in the way of a step now, empty when it is open."""
        step = self.step(slug)
        state = self.state(case.state)
        if state not in step.sources:
            return (Missing(f"L’étape « {step.label} » n’est pas ouverte dans l’état « {state.label} »."),)
        if step.returns_to and not getattr(case, step.returns_to):
            return (Missing(f"L’étape « {step.label} » n’a pas d’état antérieur auquel revenir."),)
        on = facts.get("effective_on") or facts["today"]
        found = [_date_fault(case, step, facts), *(guard(case, on=on, **facts) for guard in step.guards)]
        if step.needs_motive and not str(facts.get("motive") or "").strip():
            found.append(Missing("Indiquez le motif.", at="motive"))
        return tuple(reason for reason in found if reason)

    def fire(self, case: Any, slug: str, **facts: Any) -> None:
        """Move `case.state` by one step, or raise Refused and leave the object untouched."""
        reasons = self.missing(case, slug, **facts)
        if reasons:
            raise Refused(*reasons)
        if not self.machine.events[slug].trigger(case):
            raise Refused(Missing(f"L’étape « {self.step(slug).label} » ne mène à aucun état."))


def _date_fault(case: Any, step: Step, facts: dict[str, Any]) -> Missing | None:
    """A step takes effect today or earlier, never before the step that led here; facts lie in the past."""
    today, effective_on = facts["today"], facts.get("effective_on")
    if effective_on and effective_on > today:
        return Missing("La date d’effet est dans le futur : indiquez aujourd’hui ou une date passée.", "effective_on")
    if effective_on and effective_on < case.entered_on:
        since = f"{case.entered_on:%d/%m/%Y}"
        return Missing(f"La date d’effet précède l’étape antérieure, prise le {since}.", "effective_on")
    for fact in step.facts:
        value = facts.get(fact.name)
        if fact.kind is not FactKind.DATE or not value or fact.may_be_future:
            continue
        if value > today:
            return Missing(f"« {fact.label} » : cette date est dans le futur.", fact.name)
        if value > (effective_on or today):
            return Missing(f"« {fact.label} » : cette date vient après la date d’effet de l’étape.", fact.name)
    return None


def _remembers(step: Step, state: LabelledEnum) -> Callable[[EventData], bool]:
    def is_the_remembered_state(event: EventData) -> bool:
        return bool(getattr(event.model, step.returns_to) == state)

    return is_the_remembered_state


def unreachable_states(workflow: Workflow) -> set[str]:
    """Return the states that no chain of steps reaches from the initial one (a suspended state counts once)."""
    reached: set[str] = {workflow.initial.value}
    while True:
        found = {step.target.value for step in workflow.steps if step.target and reached & set(_values(step.sources))}
        if found <= reached:
            return set(_values(workflow.states)) - reached
        reached |= found


def _values(states: Iterable[LabelledEnum]) -> list[str]:
    return [state.value for state in states]
