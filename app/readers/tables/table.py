"""Any tabular file as rows under one head, read again as often as wanted, in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import IO

from app.readers.problems import Problem, Severity
from app.readers.tables.archives import LOCKED, is_workbook, only_file, opened
from app.readers.tables.delimited import Delimited
from app.readers.tables.heads import LOOKED_AT, Suits, distinct_names, find_head
from app.readers.tables.rows import MAX_COLUMNS, RawRow, RefusedTable, Source, TableRow
from app.readers.tables.sheets import SheetSource
from app.readers.tables.workbook import opened_workbook
from app.readers.text import as_stream, refuse

LARGEST = 200 * 1024 * 1024
TOO_LARGE = "Ce fichier dépasse 200 Mo : coupez-le par année ou par département, ou compressez-le en ZIP."
ZIP, OLE = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SOUGHT = 1024 * 1024
WORDS_OF_EXTENSIONS = {".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".zip", ""}


@dataclass(frozen=True)
class Table:
    """A file surveyed and ready to give its rows, or the reason why it is refused.

    `head` holds distinct names; `records` counts the rows of data, blank ones left out; `remarks` concern the whole
    file. `head_number` is the row of the head; what is written above is no data, but is kept in `titles`.
    """

    refusal: Problem | None = None
    head: tuple[str, ...] = ()
    records: int = 0
    encoding: str = ""
    format: str = ""
    remarks: tuple[Problem, ...] = ()
    file_name: str = ""
    head_number: int = 0
    titles: tuple[str, ...] = ()
    source: Source | None = None

    def rows(self, after: int = 0) -> Iterator[TableRow]:
        """The rows of data whose number is above `after`, in order. Read one iterator at a time."""
        if self.refusal is not None or self.source is None:
            return
        start = max(after, self.head_number)
        for row in self.source.rows():
            if row.number > start and not row.is_blank:
                yield _under(self.head, row)


def open_table(source: bytes | IO[bytes], file_name: str, suits: Suits | None = None) -> Table:
    """Survey a CSV or XLSX file, or a ZIP of one such file. Never raises on any content.

    `source` is bytes or a binary stream, which stays open and belongs to the caller. The content decides of the
    format, never the name. `suits` scores a head (0 when unknown) to choose among sheets and title rows.
    """
    try:
        return _surveyed(_opened(as_stream(source), suits), file_name, suits)
    except RefusedTable as why:
        return Table(refusal=refuse(str(why)), file_name=file_name)


def _opened(stream: IO[bytes], suits: Suits | None, is_inside: bool = False) -> Source:
    size = stream.seek(0, 2)
    if size > LARGEST and not is_inside:
        raise RefusedTable(TOO_LARGE)
    stream.seek(0)
    start = stream.read(4)
    if start == OLE:
        raise RefusedTable(_why_not_ole(stream, size))
    if start not in ZIP:
        return Delimited(stream)
    archive = opened(stream)
    if is_workbook(archive):
        return SheetSource(opened_workbook(archive), suits)
    if is_inside:
        raise RefusedTable("L’archive en contient une autre : donnez directement le fichier CSV ou .xlsx.")
    return _opened(only_file(archive)[1], suits, is_inside=True)


def _why_not_ole(stream: IO[bytes], size: int) -> str:
    """An old workbook or a locked one: both are the same kind of container."""
    stream.seek(0)
    parts = stream.read(SOUGHT)
    stream.seek(max(size - SOUGHT, 0))
    if ENCRYPTED in parts or ENCRYPTED in stream.read(SOUGHT):
        return LOCKED
    return "Ce fichier est d’un ancien format Office (.xls, .doc) : enregistrez-le au format .xlsx ou CSV."


def _surveyed(source: Source, file_name: str, suits: Suits | None) -> Table:
    sample = list(islice((row for row in source.rows() if not row.is_blank), LOOKED_AT))
    head = find_head(sample, suits)
    if head is None:
        raise RefusedTable(_why_no_head(sample))
    names = distinct_names(head.cells)
    if len(names) > MAX_COLUMNS:
        raise RefusedTable(f"Ce fichier a plus de {MAX_COLUMNS} colonnes : vérifiez séparateur et fins de ligne.")
    records = sum(1 for row in source.rows() if row.number > head.number and not row.is_blank)
    if not records:
        raise RefusedTable("Le fichier ne contient que les titres de ses colonnes : refaites l’export avec ses lignes.")
    messages = [*source.remarks(), *_about_the_name(source, file_name)]
    remarks = tuple(Problem(0, None, Severity.NOTICE, message) for message in messages)
    titles = tuple(" ".join(filter(None, row.cells)) for row in sample if row.number < head.number)
    return Table(None, names, records, source.encoding, source.format, remarks, file_name, head.number, titles, source)


def _why_no_head(sample: list[RawRow]) -> str:
    if not sample:
        return "Le fichier est vide : vérifiez que vous avez choisi le bon."
    if any(row.fault for row in sample[:1]):
        return f"{sample[0].fault} La première ligne doit nommer les colonnes."
    return (
        "Aucune ligne ne nomme les colonnes : ajoutez en première ligne leurs titres "
        "(le modèle à télécharger les donne), puis recommencez."
    )


def _about_the_name(source: Source, file_name: str) -> list[str]:
    extension = PurePath(file_name).suffix.lower()
    is_workbook_named = extension in (".xlsx", ".xlsm")
    is_workbook_read = source.format.startswith("XLSX")
    if extension in WORDS_OF_EXTENSIONS - {".zip", ""} and is_workbook_named != is_workbook_read:
        what = "un classeur XLSX" if is_workbook_read else "un fichier CSV"
        return [f"Malgré son extension {extension}, ce fichier est {what} : il a été lu comme tel."]
    return []


def _under(head: tuple[str, ...], row: RawRow) -> TableRow:
    """The row with as many cells as the head; one that holds more is not to be trusted."""
    width, cells = len(head), row.cells
    if row.fault:
        return _faulty(row, width, row.fault)
    if len(cells) < width:
        return TableRow(row.number, cells + ("",) * (width - len(cells)), row.raw)
    if len(cells) == width:
        return TableRow(row.number, cells, row.raw)
    if any(cell.strip() for cell in cells[width:]):
        filled = max(rank for rank, cell in enumerate(cells, start=1) if cell.strip())
        return _faulty(row, width, f"{filled} cellules pour {width} colonnes : vérifiez séparateurs et guillemets.")
    return TableRow(row.number, cells[:width], row.raw)


def _faulty(row: RawRow, width: int, message: str) -> TableRow:
    problem = Problem(row.number, None, Severity.REJECT, message, row.raw)
    cells = (*row.cells[:width], *[""] * (width - len(row.cells)))
    return TableRow(row.number, cells, row.raw, problem)
