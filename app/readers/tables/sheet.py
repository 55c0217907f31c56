"""The cells of one sheet as rows of text, in bounded memory.

A formula gives the value that the spreadsheet last computed. Numbers and days are told apart by the format of the
cell, as the spreadsheet itself does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.readers.tables.numbers import date_text, number_text
from app.readers.tables.rows import MAX_CELL, MAX_COLUMNS, RawRow, RefusedTable
from app.readers.tables.workbook import Sheet, Workbook
from app.readers.tables.xml_parts import TOO_HEAVY, Attributes, parse

LETTERS = {letter: rank for rank, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", start=1)}
DIGITS = "0123456789"
TOO_WIDE = (
    f"La feuille a plus de {MAX_COLUMNS} colonnes : supprimez celles qui ne servent pas "
    "(sélectionnez-les, puis « Supprimer »), ou donnez un fichier CSV."
)


@dataclass
class Oddities:
    """What was met in a sheet and is worth saying."""

    uncomputed: int = 0
    errors: int = 0

    def in_words(self) -> list[str]:
        """Return the remarks, in French."""
        found = []
        if self.uncomputed:
            found.append(
                f"{self.uncomputed} cellule(s) contiennent une formule sans résultat enregistré, lues comme vides : "
                "ouvrez le classeur dans un tableur, enregistrez-le, puis recommencez."
            )
        if self.errors:
            found.append(f"{self.errors} cellule(s) en erreur (#N/A, #REF!…) sont lues comme vides.")
        return found


def sheet_rows(book: Workbook, sheet: Sheet, oddities: Oddities) -> Iterator[RawRow]:
    """Yield the rows that hold something. Raises RefusedTable when the sheet is damaged or too wide."""
    reader = _Reader(book, oddities)
    for _ in parse(book.archive, sheet.part, reader.start, reader.end, reader.text):
        yield from reader.rows
        reader.rows.clear()


class _Reader:
    """What is known at one point of the sheet; whole rows wait in `rows`."""

    def __init__(self, book: Workbook, oddities: Oddities) -> None:
        self.rows: list[RawRow] = []
        self._book = book
        self._oddities = oddities
        self._number = 0
        self._cells: list[str] = []
        self._column = 0
        self._cell: Attributes = {}
        self._has_formula = self._has_value = self._is_open = self._is_reading_aid = False
        self._pieces: list[str] = []
        self._length = 0

    def start(self, name: str, values: Attributes) -> None:
        if name == "c":
            self._cell = values
            self._column = _column_of(values["r"]) if "r" in values else self._column + 1
            self._has_formula = self._has_value = False
            self._pieces, self._length = [], 0
        elif name == "v":
            self._is_open = self._has_value = True
        elif name == "t":
            self._is_open = self._has_value = not self._is_reading_aid
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            given = values.get("r", "")
            self._number = max(self._number + 1, int(given) if given.isdecimal() and len(given) < 9 else 0)
            self._cells, self._column = [], 0
        elif name == "rPh":
            self._is_reading_aid = True

    def end(self, name: str) -> None:
        if name == "v" or name == "t":
            self._is_open = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            if any(self._cells):
                self.rows.append(RawRow(self._number, tuple(self._cells), ";".join(self._cells)))
        elif name == "rPh":
            self._is_reading_aid = False

    def text(self, piece: str) -> None:
        if not self._is_open:
            return
        self._pieces.append(piece)
        self._length += len(piece)
        if self._length > MAX_CELL:
            raise RefusedTable(TOO_HEAVY)

    def _end_cell(self) -> None:
        value = "".join(self._pieces)
        if not value:
            is_uncomputed = self._has_formula and self._cell.get("t") != "str"
            self._oddities.uncomputed += is_uncomputed
            return
        text = self._shown(value)
        if not text:
            return
        if self._column > MAX_COLUMNS:
            raise RefusedTable(TOO_WIDE)
        if missing := self._column - 1 - len(self._cells):
            if missing < 0:
                return  # a cell given twice: the first stays
            self._cells += [""] * missing
        self._cells.append(text)

    def _shown(self, value: str) -> str:
        kind = self._cell.get("t", "n")
        if kind == "n":
            return self._number_shown(value)
        if kind == "s":
            rank = int(value) if value.isdecimal() and len(value) < 9 else -1
            return self._book.texts[rank] if 0 <= rank < len(self._book.texts) else ""
        if kind == "b":
            return "VRAI" if value == "1" else "FAUX"
        if kind == "e":
            self._oddities.errors += 1
            return ""
        return value

    def _number_shown(self, value: str) -> str:
        style = self._cell.get("s", "")
        rank = int(style) if style.isdecimal() and len(style) < 9 else 0
        if rank < len(self._book.dates) and self._book.dates[rank]:
            return date_text(value, self._book.is_1904)
        return number_text(value)


def _column_of(reference: str) -> int:
    """The rank of a column from 1, from « AB12 »."""
    return _rank_of(reference.rstrip(DIGITS))


@lru_cache(MAX_COLUMNS)
def _rank_of(letters: str) -> int:
    rank = 0
    for letter in letters[:4]:
        rank = rank * 26 + LETTERS.get(letter, 0)
    return rank
