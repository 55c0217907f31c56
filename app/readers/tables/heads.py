"""Where the names of the columns are, and names that tell each column from the others."""

import re
from collections.abc import Callable, Sequence

from app.readers.tables.rows import MAX_COLUMNS, RawRow

LOOKED_AT = 50
"""Rows among which the head is sought: some workbooks begin with a title and a note."""
NUMBER_OR_DATE = re.compile(r"[\s\d.,;:/%€+\-−]*(?:[eE][+-]?\d+)?")
Suits = Callable[[tuple[str, ...]], float]


def find_head(sample: Sequence[RawRow], suits: Suits | None = None) -> RawRow | None:
    """Return the row that names the columns: the one that suits best, else the first that looks like a head.

    A head has words in most of its cells, and fills at least half of the width of the table. `suits` gives 0 to a
    row that is no known head.
    """
    rows = [row for row in sample if not row.is_blank]
    width = max((_filled(row) for row in rows), default=0)
    likely = [row for row in rows if 2 * _filled(row) >= width and _is_made_of_words(row)]
    if suits is None or not likely:
        return likely[0] if likely else None
    return max(likely, key=lambda row: suits(distinct_names(row.cells)))


def distinct_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns: those without name are numbered, those met again get « (2) », « (3) »."""
    last = max((rank for rank, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    taken: set[str] = set()
    ranks: dict[str, int] = {}
    names = []
    for rank, cell in enumerate(cells[: min(last, MAX_COLUMNS + 1)], start=1):
        plain = " ".join(cell.split()) or f"Colonne {rank}"
        name = plain
        while name in taken:
            ranks[plain] = ranks.get(plain, 1) + 1
            name = f"{plain} ({ranks[plain]})"
        taken.add(name)
        names.append(name)
    return tuple(names)


def _filled(row: RawRow) -> int:
    return sum(1 for cell in row.cells if cell.strip())


def _is_made_of_words(row: RawRow) -> bool:
    filled = [cell for cell in row.cells if cell.strip()]
    words = sum(1 for cell in filled if not NUMBER_OR_DATE.fullmatch(cell))
    return not row.fault and bool(filled) and 2 * words >= len(filled)
