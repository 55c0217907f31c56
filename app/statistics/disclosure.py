"""Figures that name nobody: which cells of a table are masked, so that nothing published gives one back.

Thresholds: at least 3 employers in a cell and none above 85 % of its total (the rule of business statistics), at
least 5 accidents, and no motive of absence for a service of fewer than 11 people (domain reference, §6).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Any

SMALLEST_CELL = 3
"""Fewest employers that a figure may speak of."""
FEWEST_ACCIDENTS = 5
DOMINANT_SHARE = 0.85
SMALLEST_SERVICE = 11
DEAREST = 10**9
"""A total is masked when nothing else will do."""

TOTAL = "total"
"""The name of a margin: (row, TOTAL), (TOTAL, column), (TOTAL, TOTAL); TOTAL alone for a single line of figures."""

Name = Any
Node = tuple[str, Any]


@dataclass(frozen=True)
class Figure:
    """A number about to be published: what it counts, over how many employers, the part of the largest of them."""

    value: int
    employers: int | None = None
    largest: int = 0

    @property
    def is_sensitive(self) -> bool:
        """Too few employers, or one that makes nearly all of the figure."""
        if self.employers is None:
            return 0 < self.value < SMALLEST_CELL
        return 0 < self.employers < SMALLEST_CELL or self.largest > DOMINANT_SHARE * max(self.value, 1)


def accidents_are_few(count: int) -> bool:
    """Tell whether a number of accidents could point at somebody: it is then told as « moins de 5 »."""
    return 0 < count < FEWEST_ACCIDENTS


def accidents_in_words(count: int) -> str:
    """Return a number of accidents as others than the employer, its Carsat and its lead read it."""
    return f"moins de {FEWEST_ACCIDENTS}" if accidents_are_few(count) else str(count)


def may_tell_absence_motives(headcount: int | None) -> bool:
    """Tell whether the motives of absence of a service may be told: an unknown size is a small one."""
    return headcount is not None and headcount >= SMALLEST_SERVICE


def accidents_figure(count: int, employers: int, largest: int) -> tuple[Figure, bool]:
    """Return a figure of accidents and whether it is sensitive: few accidents count besides few employers."""
    figure = Figure(count, employers, largest)
    return figure, figure.is_sensitive or accidents_are_few(count)


def mask_row(counts: Mapping[Name, int], sensitive: Collection[Name] | None = None) -> frozenset[Name]:
    """Return the names of the counts to mask, TOTAL among them when even their sum would tell.

    `sensitive` defaults to the counts of one or two employers.
    """
    whole = {**counts, TOTAL: sum(counts.values())}
    if sensitive is None:
        sensitive = _small(whole)
    cells = [_Cell(name, ("from", 0), ("to", 0), count) for name, count in counts.items()]
    cells.append(_Cell(TOTAL, ("to", 0), ("from", 0), whole[TOTAL], is_margin=True))
    return _mask(cells, sensitive)


def mask_table(
    counts: Mapping[tuple[Name, Name], int], sensitive: Collection[tuple[Name, Name]] | None = None
) -> frozenset[tuple[Name, Name]]:
    """Return the cells to mask in a table whose row, column and grand totals are published with it.

    `counts` holds the inner cells; margins are named with TOTAL. `sensitive` (margins included) defaults to the
    cells of one or two employers.
    """
    whole = with_margins(counts)
    if sensitive is None:
        sensitive = _small(whole)
    return _mask([_table_cell(name, value) for name, value in whole.items()], sensitive)


def with_margins(counts: Mapping[tuple[Name, Name], int]) -> dict[tuple[Name, Name], int]:
    """Return the table with its totals."""
    whole = dict(counts)
    for (row, column), value in counts.items():
        for margin in ((row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            whole[margin] = whole.get(margin, 0) + value
    return whole


def _small(counts: Mapping[Name, int]) -> list[Name]:
    return [name for name, value in counts.items() if Figure(value).is_sensitive]


# --- Complementary masking ----------------------------------------------------------------------------
#
# The published sums make of the table a network: a total flows into its row, the row into its cells, the cells into
# their columns, the columns into the grand total. What a reader can deduce of a masked cell is how much its flow may
# change without touching what is published. If it can move neither up nor down, subtraction gives it back: the
# cheapest loop of cells through it is then masked with it.


@dataclass(frozen=True)
class _Cell:
    name: Name
    start: Node
    end: Node
    value: int
    is_margin: bool = False


def _table_cell(name: tuple[Name, Name], value: int) -> _Cell:
    row, column = name
    source, sink = ("all", "rows"), ("all", "columns")
    start: Node = source if column == TOTAL else ("row", row)
    end: Node = sink if row == TOTAL else ("column", column)
    if row == TOTAL and column == TOTAL:
        start, end = sink, source
    elif column == TOTAL:
        start, end = source, ("row", row)
    elif row == TOTAL:
        start, end = ("column", column), sink
    return _Cell(name, start, end, value, is_margin=TOTAL in name)


def _mask(cells: Sequence[_Cell], sensitive: Collection[Name]) -> frozenset[Name]:
    masked = {cell for cell in cells if cell.name in set(sensitive)}
    for cell in sorted(masked, key=lambda cell: (cell.value, str(cell.name))):
        masked |= _screen(cell, cells, masked)
    # What was masked to screen another cell must itself not be given back.
    while fresh := {one for cell in masked for one in _screen(cell, cells, masked)}:
        masked |= fresh
    return frozenset(cell.name for cell in masked)


def _screen(cell: _Cell, cells: Iterable[_Cell], masked: Collection[_Cell]) -> set[_Cell]:
    """Return the least there is to mask besides so that this cell may be one more or one less; nothing if it may.

    The reader does the sums and knows that an empty cell is never masked for company.
    """
    least = 0 if any(other.value == 0 for other in masked) else 1
    steps = _possible_changes([other for other in cells if other is not cell], masked, least)
    ways = [_cheapest(steps, cell.end, cell.start)]
    if cell.value > least:
        ways.append(_cheapest(steps, cell.start, cell.end))
    found = [way for way in ways if way is not None]
    return set(min(found, key=lambda way: way[:2])[2]) if found else set()


Step = tuple[Node, _Cell, int]
Way = tuple[int, int, tuple[_Cell, ...]]


def _possible_changes(cells: Iterable[_Cell], masked: Collection[_Cell], least: int) -> dict[Node, list[Step]]:
    """Return the network of changes and what each costs: nothing for a masked cell, its size for another one."""
    steps: dict[Node, list[Step]] = {}
    for cell in cells:
        is_masked = cell in masked
        if not is_masked and cell.value == 0:
            continue
        cost = 0 if is_masked else cell.value + (DEAREST if cell.is_margin else 1)
        steps.setdefault(cell.start, []).append((cell.end, cell, cost))
        if cell.value > least:
            steps.setdefault(cell.end, []).append((cell.start, cell, cost))
    return steps


def _cheapest(steps: Mapping[Node, Sequence[Step]], start: Node, end: Node) -> Way | None:
    """Return (cost, number, cells to mask) of the cheapest way from one node to another, or None (Dijkstra)."""
    order = count()
    waiting: list[tuple[int, int, Node, tuple[_Cell, ...]]] = [(0, next(order), start, ())]
    done: set[Node] = set()
    while waiting:
        cost, number, here, path = heappop(waiting)
        if here == end:
            return cost, number, path
        if here in done:
            continue
        done.add(here)
        for node, cell, price in steps.get(here, ()):
            heappush(waiting, (cost + price, next(order), node, (*path, cell) if price else path))
    return None
