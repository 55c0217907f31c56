"""The parts of an Excel workbook (ECMA-376): its sheets, its shared texts, its date formats. Read, never computed."""

import posixpath
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.readers.tables.archives import DAMAGED
from app.readers.tables.numbers import DATE_FORMATS, is_date_format
from app.readers.tables.rows import RefusedTable
from app.readers.tables.xml_parts import TOO_HEAVY, Attributes, nothing, read_whole

MOST_TEXT = 96 * 1024 * 1024
"""Bytes of the texts shared by the cells, which are held in memory."""
MOST_UNFOLDED = 512 * 1024 * 1024
MOST_SHEETS = 200
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: the name on its tab, and the part of the archive that holds it."""

    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True)
class Workbook:
    """A workbook made ready; `dates` tells, for each cell format, whether it shows a day."""

    archive: zipfile.ZipFile
    sheets: tuple[Sheet, ...]
    texts: list[str]
    dates: list[bool]
    is_1904: bool


def opened_workbook(archive: zipfile.ZipFile) -> Workbook:
    """Return the workbook of an archive. Raises RefusedTable when it is damaged, too heavy or without sheet."""
    sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    if sum(sizes.values()) > MOST_UNFOLDED:
        raise RefusedTable(TOO_HEAVY)
    targets = _targets(archive)
    sheets, is_1904 = _sheets(archive, {key: part for key, (kind, part) in targets.items() if kind == "worksheet"})
    parts = {kind: part for kind, part in targets.values()}
    texts = parts.get("sharedStrings", "xl/sharedStrings.xml")
    if sizes.get(texts, 0) > MOST_TEXT:
        raise RefusedTable(TOO_HEAVY)
    return Workbook(archive, sheets, _texts(archive, texts), _dates(archive, parts.get("styles", "")), is_1904)


def _targets(archive: zipfile.ZipFile) -> dict[str, tuple[str, str]]:
    """Identifier → (kind of part, its path) of all that the workbook refers to inside the archive."""
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, values: Attributes) -> None:
        if name == "Relationship" and values.get("TargetMode") != "External":
            target = values.get("Target", "")
            path = target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            found[values.get("Id", "")] = (values.get("Type", "").rpartition("/")[2], path)

    read_whole(archive, RELATIONS, start, nothing, nothing)
    return found


def _sheets(archive: zipfile.ZipFile, parts: dict[str, str]) -> tuple[tuple[Sheet, ...], bool]:
    sheets: list[Sheet] = []
    flags: list[bool] = []

    def start(name: str, values: Attributes) -> None:
        if name == "sheet":
            key = next((value for name, value in values.items() if name.rpartition(":")[2] == "id"), "")
            if part := parts.get(key):
                sheets.append(Sheet(values.get("name", ""), part, values.get("state", "visible") != "visible"))
        elif name == "workbookPr":
            flags.append(values.get("date1904") in ("1", "true"))

    read_whole(archive, WORKBOOK, start, nothing, nothing)
    known = set(archive.namelist())
    if not sheets or len(sheets) > MOST_SHEETS or any(sheet.part not in known for sheet in sheets):
        raise RefusedTable(DAMAGED)
    return tuple(sheets), any(flags)


def _texts(archive: zipfile.ZipFile, part: str) -> list[str]:
    """The texts that cells refer to by their rank; the reading aids of Japanese (rPh) are left out."""
    collector = TextCollector("si")
    read_whole(archive, part, collector.start, collector.end, collector.text)
    return collector.texts


def _dates(archive: zipfile.ZipFile, part: str) -> list[bool]:
    custom: dict[str, bool] = {}
    formats: list[str] = []
    inside: list[bool] = []

    def start(name: str, values: Attributes) -> None:
        if name == "numFmt":
            custom[values.get("numFmtId", "")] = is_date_format(values.get("formatCode", ""))
        elif name == "cellXfs":
            inside.append(True)
        elif name == "xf" and inside:
            formats.append(values.get("numFmtId", "0"))

    def end(name: str) -> None:
        if name == "cellXfs":
            inside.clear()

    read_whole(archive, part, start, end, nothing)
    return [custom.get(key, key.isdecimal() and int(key) in DATE_FORMATS) for key in formats]


class TextCollector:
    """The texts (`t`) written inside each element of one name, joined: a cell may be in several colours."""

    def __init__(self, element: str, done: Callable[[str], Any] | None = None) -> None:
        self.texts: list[str] = []
        self._element = element
        self._done = done or self.texts.append
        self._pieces: list[str] = []
        self._is_text = self._is_reading_aid = False

    def start(self, name: str, _: Attributes) -> None:
        if name == self._element:
            self._pieces = []
        elif name == "rPh":
            self._is_reading_aid = True
        elif name == "t":
            self._is_text = not self._is_reading_aid

    def end(self, name: str) -> None:
        if name == "t":
            self._is_text = False
        elif name == "rPh":
            self._is_reading_aid = False
        elif name == self._element:
            self._done("".join(self._pieces))

    def text(self, piece: str) -> None:
        if self._is_text:
            self._pieces.append(piece)
