"""The declared procedure in words, for the help page: who takes a step, what is asked, by when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.filters import NBSP
from workflows.calendar import Unit
from workflows.core import Deadline, Step, Workflow
from workflows.labels import LabelledEnum
from workflows.roles import LEADS
from workflows.support_case import EMPLOYER_LABELS, State

ANSWERS = {"exchange": "une note de terrain", "meeting": "une rencontre", "visit": "une visite"}
"""What answers a deadline before the case moves, in French."""


@dataclass(frozen=True)
class StepWords:
    """A step as the help page tells it; `number` is the one the diagram bears."""

    number: int
    label: str
    sources: str
    target: str
    by: str
    asked: list[str]
    """What its form asks for, then in quotation marks what is said as long as another condition is not met."""


@dataclass(frozen=True)
class DeadlineWords:
    """What is expected in a state, the delay, the days of reminder, and what answers it."""

    state: str
    label: str
    delay: str
    reminders: str
    answer: str


@dataclass(frozen=True)
class StateWords:
    """A state in the agents' words and in the employer's."""

    label: str
    employer_label: str
    place: str


class Unknown:
    """A case, an employer or a person of whom nothing is known, save what is given: all else reads as None."""

    def __init__(self, **known: Any) -> None:
        self.__dict__.update(known)

    def __getattr__(self, name: str) -> None:
        return None


def steps_in_words(workflow: Workflow, today: date) -> list[StepWords]:
    """Return every step in the order of the declaration."""
    return [_step_in_words(number, step, workflow, today) for number, step in enumerate(workflow.steps, start=1)]


def _step_in_words(number: int, step: Step, workflow: Workflow, today: date) -> StepWords:
    everywhere = set(step.sources) == set(workflow.states)
    return StepWords(
        number=number,
        label=step.label,
        sources="N’importe quel état" if everywhere else any_of(step.sources),
        target=step.target.label if step.target else "L’état d’avant",
        by=_who(step),
        asked=[fact.label for fact in step.facts]
        + (["Motif"] if step.needs_motive else [])
        + [f"«{NBSP}{condition}{NBSP}»" for condition in _conditions(step, today)],
    )


def any_of(members: Iterable[LabelledEnum]) -> str:
    """Return « A, B ou C »."""
    *others, last = [member.label for member in members]
    return f"{', '.join(others)} ou {last}" if others else last


def _who(step: Step) -> str:
    if step.lead_only and set(step.by) == set(LEADS):
        return "Organisme chef de file"
    bodies = f"{NBSP}; ".join(role.label for role in step.by)
    return f"Organisme chef de file, s’il est{NBSP}: {bodies}" if step.lead_only else bodies


def _conditions(step: Step, today: date) -> list[str]:
    """The guards' own words when nothing is known, then for a public employer; what the form asks left out."""
    asked = {fact.name for fact in step.facts}
    employers = (Unknown(), Unknown(is_public=True))
    cases = [Unknown(employer=e, state=step.sources[0], entered_on=today, episode=1) for e in employers]
    found = [guard(case, today=today, on=today, actor=Unknown(user_id=0)) for case in cases for guard in step.guards]
    return list(dict.fromkeys(missing.why for missing in found if missing and missing.at not in asked))


def deadlines_in_words(workflow: Workflow) -> list[DeadlineWords]:
    """Return every deadline with the delays of the declaration, which a region may have changed for itself."""
    return [
        DeadlineWords(
            state=rule.starts_on.label,
            label=rule.label,
            delay=f"{rule.due}, puis tous les {rule.due}" if rule.repeats else str(rule.due),
            reminders=reminders_in_words(rule),
            answer=" ou ".join(ANSWERS[kind] for kind in rule.answered_by),
        )
        for rule in workflow.deadlines
    ]


def reminders_in_words(rule: Deadline) -> str:
    """Return « 30 et 15 jours avant, le jour même, 5 jours après »."""
    unit = Unit.WORKING_DAYS.label if rule.due.unit is Unit.WORKING_DAYS else Unit.DAYS.label
    before = _days([-day for day in sorted(rule.remind) if day < 0], unit)
    after = _days([day for day in sorted(rule.remind) if day > 0], unit)
    parts = [f"{before} avant" if before else "", "le jour même" if 0 in rule.remind else ""]
    return ", ".join(part for part in [*parts, f"{after} après" if after else ""] if part)


def _days(numbers: list[int], unit: str) -> str:
    if not numbers:
        return ""
    *others, last = [str(number) for number in numbers]
    return f"{', '.join(others)} et {last} {unit}" if others else f"{last} {unit if numbers[0] > 1 else _one(unit)}"


def _one(unit: str) -> str:
    return " ".join(word.removesuffix("s") for word in unit.split())


def states_in_words(workflow: Workflow) -> list[StateWords]:
    """Return every state with the words the employer reads, and whether a case begins or ends there."""
    return [StateWords(state.label, EMPLOYER_LABELS[state], _place(workflow, state)) for state in State]


def _place(workflow: Workflow, state: State) -> str:
    if state == workflow.initial:
        return "point de départ"
    return "dossier terminé" if state in workflow.ended else ""
