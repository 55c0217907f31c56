"""A workbook as one table: which sheet is read, and what is said of the others."""

from collections.abc import Iterator
from itertools import islice

from app.readers.tables.heads import LOOKED_AT, Suits, distinct_names, find_head
from app.readers.tables.rows import RawRow, RefusedTable
from app.readers.tables.sheet import Oddities, sheet_rows
from app.readers.tables.workbook import Sheet, Workbook

EMPTY = "Le classeur est vide : vérifiez que vous avez enregistré le bon fichier."


class SheetSource:
    """The sheet of a workbook that is read: the one that suits best, else the first that holds something."""

    encoding = "utf-8"

    def __init__(self, book: Workbook, suits: Suits | None = None) -> None:
        self._book = book
        self._sheet, self._others = _chosen(book, suits)
        self._oddities = Oddities()

    @property
    def format(self) -> str:
        return f"XLSX, feuille « {self._sheet.name} »"

    def remarks(self) -> list[str]:
        said = self._oddities.in_words()
        if self._others:
            names = ", ".join(f"« {sheet.name} »" for sheet in self._others[:5])
            more = "…" if len(self._others) > 5 else ""
            read = f"La feuille « {self._sheet.name} » a été lue"
            said.insert(0, f"{read} ; ne l’ont pas été : {names}{more}. Importez-les à part.")
        return said

    def rows(self) -> Iterator[RawRow]:
        self._oddities = Oddities()
        yield from sheet_rows(self._book, self._sheet, self._oddities)


def _chosen(book: Workbook, suits: Suits | None) -> tuple[Sheet, list[Sheet]]:
    filled = [(sheet, score) for sheet in book.sheets if (score := _score(book, sheet, suits)) is not None]
    if not filled:
        raise RefusedTable(EMPTY)
    # Hidden sheets hold lists of choices: read only when nothing else is written.
    best = max(filled, key=lambda found: (not found[0].is_hidden, found[1]))[0]
    return best, [sheet for sheet, _ in filled if sheet is not best and not sheet.is_hidden]


def _score(book: Workbook, sheet: Sheet, suits: Suits | None) -> float | None:
    """How well the head of a sheet suits, 0 when nobody asks; None for an empty sheet."""
    sample = list(islice(sheet_rows(book, sheet, Oddities()), LOOKED_AT))
    if not sample:
        return None
    head = find_head(sample, suits)
    return suits(distinct_names(head.cells)) if suits and head else 0
