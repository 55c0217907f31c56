"""Text files with a separator: the separator is found, quotes may hold one or several lines, memory stays bounded."""

import codecs
import csv
import tempfile
from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice
from typing import IO

from app.readers.tables.rows import RawRow, RefusedTable
from app.readers.text import MAX_LINE, UTF16_MARKS, Line, read_lines, refusal_of

SEPARATORS = {";": "CSV ;", "\t": "CSV, tabulations", ",": "CSV ,"}
"""In the order of preference: a semicolon is the rule in French files, where the comma is that of decimals."""
SAMPLE = 50
START, CHUNK = 8 * 1024, 1024 * 1024
MOST_LINES = 60
"""Physical lines that one quoted cell may hold; beyond, the quote was left open by mistake."""
NOT_TABLES = {
    b"{": "Ce fichier est du JSON : donnez un fichier CSV ou .xlsx.",
    b"[": "Ce fichier est du JSON : donnez un fichier CSV ou .xlsx.",
    b"<": "Ce fichier est une page web ou du XML : ouvrez-le dans un tableur et enregistrez-le au format .xlsx ou CSV.",
}
"""By the first character that is not a blank."""
NULLS = "Ligne illisible (caractères nuls) : enregistrez à nouveau le fichier."
OVERLONG = f"Ligne de plus de {MAX_LINE} caractères : vérifiez les guillemets et les fins de ligne du fichier."
csv.field_size_limit(MAX_LINE * MOST_LINES)


class Delimited:
    """A text file read as rows. Its encoding is decided line by line (see `app.readers.text`)."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._is_utf16 = _is_utf16(stream)
        self._stream = _in_utf8(stream) if self._is_utf16 else stream
        if refusal := refusal_of(self._stream):
            raise RefusedTable(refusal.message)
        if message := NOT_TABLES.get(_first_character(self._stream)):
            raise RefusedTable(message)
        self._separator = _separator(line.text for line in islice(read_lines(self._stream), SAMPLE))
        self._encodings: Counter[str] = Counter()

    @property
    def format(self) -> str:
        return SEPARATORS[self._separator]

    @property
    def encoding(self) -> str:
        if self._is_utf16:
            return "utf-16"
        used = sorted(set(self._encodings) - {"ascii"})
        return "mixte" if len(used) > 1 else (used or ["ascii"])[0]

    def remarks(self) -> list[str]:
        if self.encoding != "mixte":
            return []
        count = self._encodings["cp1252"]
        return [
            f"{count} ligne(s) ne sont pas en UTF-8 comme les autres, mais en Windows-1252 : vérifiez leurs accents."
        ]

    def rows(self) -> Iterator[RawRow]:
        self._encodings.clear()
        lines = _Lines(self._counted())
        for line in lines:
            if '"' not in line.text and "\0" not in line.text and not line.is_overlong:
                yield RawRow(line.number, tuple(line.text.split(self._separator)), line.text)
            else:
                yield self._difficult(line, lines)

    def _counted(self) -> Iterator[Line]:
        for line in read_lines(self._stream):
            self._encodings[line.encoding] += 1
            yield line

    def _difficult(self, line: Line, lines: "_Lines") -> RawRow:
        """The row that begins with `line`; what was read ahead in vain, when a quote was left open, is given back."""
        if fault := _fault_of(line):
            return RawRow(line.number, (), line.text, fault)
        taken: list[Line] = []
        text = line.text
        while (cells := _cut(text, self._separator)) is None:
            more = next(lines, None) if len(taken) < MOST_LINES and len(text) < MAX_LINE else None
            taken += [more] if more else []
            if more is None or _fault_of(more):
                lines.give_back(taken)
                cells = [cell.strip('"').replace('""', '"') for cell in line.text.split(self._separator)]
                return RawRow(line.number, tuple(cells), line.text)
            text = f"{text}\n{more.text}"
        return RawRow(line.number, tuple(cells), text)


class _Lines(Iterator[Line]):
    """Lines that can be given back."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._again: deque[Line] = deque()

    def __next__(self) -> Line:
        return self._again.popleft() if self._again else next(self._lines)

    def give_back(self, lines: list[Line]) -> None:
        """Put these lines, in their order, before those that were still to come."""
        self._again.extendleft(reversed(lines))


def _fault_of(line: Line) -> str:
    if line.is_overlong:
        return OVERLONG
    return NULLS if "\0" in line.text else ""


def _cut(text: str, separator: str) -> list[str] | None:
    """The cells, or None when the last quote is still open at the end of the text."""
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error as why:
        if "unexpected end" in str(why):
            return None
    try:
        # Quotes that do not follow the rule are read as most spreadsheets do.
        return next(csv.reader([text], delimiter=separator), [])
    except csv.Error:
        return text.split(separator)


def _separator(lines: Iterator[str]) -> str:
    """The separator by which most lines have the same number of cells, more than one."""
    sample = [line for line in lines if line.strip()]
    best, most = ";", 0
    for separator in SEPARATORS:
        counts = Counter(len(_cut(line, separator) or ()) for line in sample)
        agreeing = max((rows for cells, rows in counts.items() if cells > 1), default=0)
        if agreeing > most:
            best, most = separator, agreeing
    return best


def _first_character(stream: IO[bytes]) -> bytes:
    stream.seek(0)
    return stream.read(START).removeprefix(codecs.BOM_UTF8).lstrip()[:1]


def _is_utf16(stream: IO[bytes]) -> bool:
    stream.seek(0)
    return stream.read(2).startswith(UTF16_MARKS)


def _in_utf8(stream: IO[bytes]) -> IO[bytes]:
    """A copy in UTF-8, on a disk: « Texte Unicode » is what an old Excel offers."""
    stream.seek(0)
    copy: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the table)
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    while chunk := stream.read(CHUNK):
        copy.write(decoder.decode(chunk).encode("utf-8", "replace"))
    copy.write(decoder.decode(b"", True).encode("utf-8", "replace"))
    return copy
