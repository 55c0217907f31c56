"""Where the boxes and the lines of a procedure's diagram stand: pixels, computed from the declaration alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflows.core import Step, Workflow
    from workflows.labels import LabelledEnum

BOX_WIDTH, BOX_HEIGHT = 128, 50
PITCH = 166
"""From the left of one column to the left of the next."""
STACK = 112
"""From the top of one box to the top of the next in a column: an arrow and its number pass between them."""
LANE = 24
ASIDE_PITCH = 1.5
MOST_ARROWS = 4
"""A step open from more states than this is written as a note: ten arrows would hide the rest."""

Path = Sequence[tuple["LabelledEnum", ...]]


@dataclass(frozen=True)
class Box:
    """A state; `x` and `y` are its top left corner."""

    state: "LabelledEnum"
    x: float
    y: float

    @property
    def right(self) -> float:
        return self.x + BOX_WIDTH

    @property
    def bottom(self) -> float:
        return self.y + BOX_HEIGHT

    @property
    def middle(self) -> float:
        return self.y + BOX_HEIGHT / 2


@dataclass(frozen=True)
class Strand:
    """One step drawn by a lane above or below the boxes, from several sources to its target."""

    number: int
    sources: tuple["LabelledEnum", ...]
    target: "LabelledEnum"
    above: bool

    @property
    def ends(self) -> "tuple[LabelledEnum, ...]":
        return (*self.sources, self.target)


@dataclass(frozen=True)
class Layout:
    """The declaration seen as columns: the main path, and what stands aside of it."""

    workflow: "Workflow"
    main_path: Path

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {step.slug: number for number, step in enumerate(self.workflow.steps, start=1)}

    @cached_property
    def column(self) -> "dict[LabelledEnum, int]":
        return {state: number for number, states in enumerate(self.main_path) for state in states}

    @cached_property
    def aside(self) -> "list[LabelledEnum]":
        return [state for state in self.workflow.states if state not in self.column]

    def is_direct(self, source: "LabelledEnum", target: "LabelledEnum") -> bool:
        """Tell whether an arrow goes straight ahead, with no box in its way."""
        if source not in self.column or target not in self.column:
            return False
        between = self.main_path[self.column[source] + 1 : self.column[target]]
        if self.column[target] == self.column[source] + 1:
            return True
        on_axis = all(len(self.main_path[self.column[state]]) == 1 for state in (source, target))
        return bool(between) and on_axis and all(len(states) % 2 == 0 for states in between)

    def direct_arrows(self) -> "list[tuple[int, LabelledEnum, LabelledEnum]]":
        """Return (number of the step, source, target) of every arrow that goes straight ahead."""
        return [
            (self.numbers[step.slug], source, step.target)
            for step in self.workflow.steps
            if step.target is not None
            for source in step.sources
            if self.is_direct(source, step.target)
        ]

    def is_noted(self, step: "Step") -> bool:
        """Tell whether a step is written below the drawing: it leads back, or leaves from too many states."""
        return step.target is None or len(self._indirect(step)) > MOST_ARROWS

    def _indirect(self, step: "Step") -> "list[LabelledEnum]":
        assert step.target is not None
        return [source for source in step.sources if not self.is_direct(source, step.target)]

    def noted(self) -> "list[Step]":
        return [step for step in self.workflow.steps if self.is_noted(step)]

    def strands(self) -> list[Strand]:
        """Return what is drawn by lanes, a step whose sources lie on both sides giving two."""
        found: list[Strand] = []
        for step in self.workflow.steps:
            if step.target is None or self.is_noted(step):
                continue
            for above in (True, False):
                sources = tuple(s for s in self._indirect(step) if self._goes_above(s, step.target) is above)
                if sources:
                    found.append(Strand(self.numbers[step.slug], sources, step.target, above))
        return found

    def _goes_above(self, source: "LabelledEnum", target: "LabelledEnum") -> bool:
        return all(state in self.column and self.is_free(state, above=True) for state in (source, target))

    def is_free(self, state: "LabelledEnum", *, above: bool) -> bool:
        """Tell whether nothing stands between a box and the lanes on that side."""
        if state in self.column:
            return self.main_path[self.column[state]][0 if above else -1] == state
        return True

    def main_boxes(self) -> "dict[LabelledEnum, Box]":
        """Return the boxes of the main path, each column centred on the axis y = 0."""
        boxes = {}
        for number, states in enumerate(self.main_path):
            top = -((len(states) - 1) * STACK + BOX_HEIGHT) / 2
            for row, state in enumerate(states):
                boxes[state] = Box(state, number * PITCH, top + row * STACK)
        return boxes

    def aside_boxes(self, y: float) -> "dict[LabelledEnum, Box]":
        """Return the boxes of the side states, at that height, each near the states it is tied to."""
        boxes, place = {}, -float("inf")
        for state in sorted(self.aside, key=self._pull):
            # By half columns: the lines of a box then stay clear of those of the boxes above.
            place = max(round(2 * self._pull(state)) / 2, place + ASIDE_PITCH)
            boxes[state] = Box(state, place * PITCH, y)
        return boxes

    def _pull(self, state: "LabelledEnum") -> float:
        """Mean column of the states of the main path that steps tie to a side state; 0 without any."""
        columns = [
            self.column[other]
            for step in self.workflow.steps
            if step.target is not None
            for source in step.sources
            if state in (source, step.target)
            for other in (source, step.target)
            if other in self.column
        ]
        return sum(columns) / len(columns) if columns else 0.0
