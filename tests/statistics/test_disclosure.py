"""No published sum gives a masked figure back, to a reader who does all the arithmetic there is."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.statistics.disclosure import (
    SMALLEST_CELL,
    TOTAL,
    Figure,
    accidents_figure,
    accidents_in_words,
    mask_row,
    mask_table,
    may_tell_absence_motives,
    with_margins,
)

Table = dict[tuple[int | str, int | str], int]


def test_thresholds() -> None:
    assert [accidents_in_words(n) for n in (0, 1, 4, 5, 12)] == ["0", "moins de 5", "moins de 5", "5", "12"]
    assert [may_tell_absence_motives(n) for n in (None, 0, 10, 11)] == [False, False, False, True]
    assert [Figure(n).is_sensitive for n in (0, 1, 2, 3)] == [False, True, True, False]
    assert [Figure(40, employers, 10).is_sensitive for employers in (0, 2, 3)] == [False, True, False]
    assert [Figure(100, 9, largest).is_sensitive for largest in (85, 86)] == [False, True]
    assert [accidents_figure(n, 9, 0)[1] for n in (0, 4, 5)] == [False, True, False]


@pytest.mark.parametrize(
    ("counts", "masked"),
    [
        ({"a": 0, "b": 4, "c": 9}, set()),
        ({"a": 1, "b": 9, "c": 5, "d": 0}, {"a", "c"}),
        ({"a": 1, "b": 1, "c": 3, "d": 5}, {"a", "b", "c"}),  # two ones that sum to two would both be known
        ({"a": 2, "b": 2, "c": 30}, {"a", "b"}),  # 1 and 3, 3 and 1: nobody can tell
        ({"a": 2, "b": 0}, {"a", TOTAL}),
        ({"a": 1, "b": 1}, {"a", "b", TOTAL}),
        ({}, set()),
    ],
)
def test_a_line_of_figures(counts: dict[str, int], masked: set[str]) -> None:
    assert mask_row(counts) == masked


def test_a_two_way_table_hides_a_rectangle() -> None:
    counts: Table = {(0, 0): 1, (0, 1): 8, (0, 2): 9, (1, 0): 7, (1, 1): 6, (1, 2): 20}
    masked = mask_table(counts)
    assert (0, 0) in masked and len(masked) == 4
    assert {row for row, _ in masked} == {0, 1} and len({column for _, column in masked}) == 2


def test_a_sensitive_cell_is_whatever_the_caller_says() -> None:
    counts = {"a": 40, "b": 50, "c": 60}
    assert mask_row(counts, sensitive={"b"}) == {"a", "b"}


def possible(table: Table, masked: frozenset[tuple[int | str, int | str]]) -> Iterator[Table]:
    """Every table that says the same as what is published, as a reader tries them one by one."""
    inner = [name for name in table if TOTAL not in name]
    most = max(table[name] for name in inner) + 1  # moving one by one is enough to tell two tables apart
    hidden = [name for name in inner if name in masked]
    least = 0 if any(table[name] == 0 for name in masked) else 1
    for values in product(range(least, most + 1), repeat=len(hidden)):
        guess = with_margins({**{name: table[name] for name in inner}, **dict(zip(hidden, values, strict=True))})
        agrees = all(guess[name] == table[name] for name in table if name not in masked)
        if agrees and all(guess[name] >= least for name in masked):
            yield guess


def determined(table: Table, masked: frozenset[tuple[int | str, int | str]]) -> set[tuple[int | str, int | str]]:
    """The masked cells that the published sums give by elimination (Gauss, exact)."""
    names = sorted(masked, key=str)
    rows = {row for row, _ in table}
    columns = {column for _, column in table}
    sums = [(0, row) for row in rows] + [(1, column) for column in columns]
    equations = [[_weight(name, side, of) for name in names] for side, of in sums]
    return {names[only] for only in _alone(equations)}


def _weight(name: tuple[int | str, int | str], side: int, of: int | str) -> Fraction:
    """What a cell counts for in the sum of a row (side 0) or a column (1): the parts less their total."""
    return Fraction(0 if name[side] != of else -1 if name[1 - side] == TOTAL else 1)


def _alone(matrix: list[list[Fraction]]) -> Iterator[int]:
    """Columns that stand alone in a line of the reduced matrix."""
    lines, width, done = [list(line) for line in matrix], len(matrix[0]), 0
    for column in range(width):
        pivot = next((n for n in range(done, len(lines)) if lines[n][column]), None)
        if pivot is None:
            continue
        lines[done], lines[pivot] = lines[pivot], lines[done]
        lines[done] = [value / lines[done][column] for value in lines[done]]
        for n, line in enumerate(lines):
            if n != done and line[column]:
                lines[n] = [a - line[column] * b for a, b in zip(line, lines[done], strict=True)]
        done += 1
    for line in lines[:done]:
        if sum(1 for value in line if value) == 1:
            yield next(n for n, value in enumerate(line) if value)


@st.composite
def tables(draw: st.DrawFn, most_rows: int = 3, most_columns: int = 3, most: int = 7) -> Table:
    rows, columns = draw(st.integers(1, most_rows)), draw(st.integers(1, most_columns))
    return {(r, c): draw(st.integers(0, most)) for r in range(rows) for c in range(columns)}


@given(tables(5, 6, 40))
@example({(0, 0): 1})
@example({(0, 0): 1, (0, 1): 0, (1, 0): 0, (1, 1): 9})
@example({(0, 0): 2, (0, 1): 2, (1, 0): 2, (1, 1): 2})
def test_elimination_gives_no_masked_cell_back(inner: Table) -> None:
    masked = mask_table(inner)
    table: Table = with_margins(inner)
    assert masked >= {name for name, value in table.items() if 0 < value < SMALLEST_CELL}
    assert all(table[name] for name in masked)  # an empty cell is told: nothing is learnt of anybody
    if masked:
        assert determined(table, masked) == set()


@settings(max_examples=60)
@given(st.one_of(tables(2, 2, 6), tables(2, 3, 2), tables(1, 4, 4)))
@example({(0, 0): 1, (0, 1): 1, (1, 0): 1, (1, 1): 1})
def test_trying_every_table_gives_no_masked_cell_back(inner: Table) -> None:
    """Harder: the reader also knows that counts are whole, and that a masked cell is not empty."""
    masked = mask_table(inner)
    table: Table = with_margins(inner)
    seen: dict[tuple[int | str, int | str], set[int]] = {name: set() for name in masked}
    for guess in possible(table, masked):
        for name in seen:
            seen[name].add(guess[name])
    assert {name for name, values in seen.items() if len(values) < 2} == set()


@given(st.dictionaries(st.integers(0, 9), st.integers(0, 60), max_size=8))
def test_a_total_gives_no_masked_figure_back(counts: Mapping[int, int]) -> None:
    masked = mask_row(counts)
    hidden = [counts[name] for name in counts if name in masked]
    assert set(masked) >= {name for name, value in counts.items() if 0 < value < SMALLEST_CELL}
    if TOTAL not in masked and hidden:
        assert len(hidden) >= 2 and sum(hidden) > len(hidden)


def test_little_is_masked_beyond_what_must_be() -> None:
    counts: Table = {(row, column): 50 + row + column for row in range(8) for column in range(8)}
    assert mask_table(counts) == frozenset()
    counts[3, 3] = 2
    assert len(mask_table(counts)) == 4
