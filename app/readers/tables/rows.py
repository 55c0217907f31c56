"""What every kind of tabular file gives: rows of text, each with the number it has in the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from app.readers.problems import Problem

MAX_COLUMNS = 2_000
"""The widest export known has 332."""
MAX_CELL = 64 * 1024
"""Characters of one cell: twice what a spreadsheet accepts."""


class RefusedTable(Exception):
    """A file that cannot be read at all; the message says why and what to do, in French."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row before the head is known: number from 1, cells, text as read, and what is wrong with it."""

    number: int
    cells: tuple[str, ...]
    raw: str = ""
    fault: str = ""

    @property
    def is_blank(self) -> bool:
        """True when nothing is written in it."""
        return not self.fault and not any(cell and not cell.isspace() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of data, with exactly as many cells as the head.

    `number` counts the physical lines (or the rows of the sheet) from 1. `raw` is the line as read, for the file of
    rejects. `problem` is set when the row cannot be trusted: then its cells are not to be used.
    """

    number: int
    cells: tuple[str, ...]
    raw: str = ""
    problem: Problem | None = None


class Source(Protocol):
    """A file opened as rows; it can be read as often as wanted, one reading at a time."""

    @property
    def format(self) -> str:
        """What was read, in words: « CSV ; », « XLSX, feuille « 2024 » »."""

    @property
    def encoding(self) -> str:
        """ "ascii", "utf-8", "cp1252", "mixte" or "utf-16"; of use once the file has been read through."""

    def remarks(self) -> list[str]:
        """What is to be said about the whole file once it has been read through."""

    def rows(self) -> Iterator[RawRow]:
        """The rows from the first, blank ones included or not. Raises RefusedTable when the file is damaged."""
