"""The kinds of tabular files that can be brought in, what recognises each, and a model of each to download."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.readers.kinds.aids import AIDS
from app.readers.kinds.atmp import ATMP
from app.readers.kinds.contacts import CONTACTS
from app.readers.kinds.cpom import CPOM
from app.readers.kinds.home_care import HOME_CARE
from app.readers.kinds.links import LINKS
from app.readers.kinds.members import MEMBERS
from app.readers.kinds.objectives import OBJECTIVES
from app.readers.kinds.portfolio import PORTFOLIO
from app.readers.kinds.references import REFERENCES
from app.readers.kinds.tdb import ATIH, DIAMANT
from app.readers.layouts import Layout, score

LAYOUTS: dict[str, Layout] = {
    one.name: one
    for one in (
        DIAMANT, ATIH, HOME_CARE, ATMP, REFERENCES, MEMBERS, LINKS, PORTFOLIO, CPOM, OBJECTIVES, AIDS, CONTACTS,
    )
}  # fmt: skip
"""By name: the kind, followed by the format where a kind has two (« tdb.diamant », « tdb.atih »)."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A layout that a head may be that of; from 0.5 up, all that is required is there."""

    layout: Layout
    score: float

    @property
    def is_complete(self) -> bool:
        """True when the file can be read as it is."""
        return self.score >= 0.5


def recognise(head: Sequence[str], file_name: str = "") -> list[Recognised]:
    """Return the layouts that a head may be that of, the best first; none when nothing is known in it."""
    found = (Recognised(layout, score(layout, head, file_name)) for layout in LAYOUTS.values())
    return sorted((one for one in found if one.score), key=lambda one: -one.score)


def suits(head: tuple[str, ...]) -> float:
    """Return how well a head is that of any kind: what `open_table` needs to choose a sheet and skip titles."""
    return max(score(layout, head) for layout in LAYOUTS.values())


def layouts_of(kind: str) -> tuple[Layout, ...]:
    """Return the layouts of a kind, one or two; none for an unknown kind."""
    return tuple(layout for layout in LAYOUTS.values() if layout.kind == kind)


def model_rows(kind: str) -> list[tuple[str, ...]]:
    """Return the titles of the columns and two invented rows, to be downloaded as a model. Raises KeyError."""
    layout = next((one for one in layouts_of(kind) if one.examples), None)
    if layout is None:
        raise KeyError(kind)
    rows = [tuple(example.get(one.name, "") for one in layout.fields) for example in layout.examples]
    return [tuple(one.label for one in layout.fields), *rows]
