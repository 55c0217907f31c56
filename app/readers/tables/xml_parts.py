"""One part of a workbook read as it comes: never the whole part in memory, never anything it refers to."""

import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

from app.readers.tables.archives import BROKEN, DAMAGED
from app.readers.tables.rows import RefusedTable

LONGEST_TAG = 1024 * 1024
CHUNK = 256 * 1024
TOO_HEAVY = "Ce classeur est trop lourd : enregistrez la feuille à importer au format « CSV UTF-8 », puis recommencez."
Attributes = dict[str, str]
OnStart = Callable[[str, Attributes], Any]
OnEnd = Callable[[str], Any]
OnText = Callable[[str], Any]


def parse(archive: zipfile.ZipFile, part: str, start: OnStart, end: OnEnd, text: OnText) -> Iterator[None]:
    """Read one part, telling the three functions what is met; yields after each piece of a quarter of a megabyte.

    Names of elements come without prefix. Raises RefusedTable when the part is damaged, or made to trouble.
    """
    parser = _parser(start, end, text)
    given = 0
    try:
        with archive.open(part) as content:
            while piece := content.read(CHUNK):
                parser.Parse(piece, False)
                given += len(piece)
                # A tag that never ends is kept whole by the parser until it does.
                if given - max(parser.CurrentByteIndex, 0) > LONGEST_TAG + CHUNK:
                    raise RefusedTable(TOO_HEAVY)
                yield
        parser.Parse(b"", True)
    except (expat.ExpatError, *BROKEN):
        raise RefusedTable(DAMAGED) from None
    yield


def read_whole(archive: zipfile.ZipFile, part: str, start: OnStart, end: OnEnd, text: OnText) -> None:
    """Read a small part to its end; nothing is told when the archive has no such part."""
    if part in archive.namelist():
        for _ in parse(archive, part, start, end, text):
            pass


def nothing(*_: object) -> None:
    """What to do with what is of no use."""


def _parser(start: OnStart, end: OnEnd, text: OnText) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = CHUNK
    parser.StartDoctypeDeclHandler = _refuse_doctype

    def root(name: str, attributes: Attributes) -> None:
        # Nearly no workbook has prefixes: those that have pay for them.
        has_prefix = ":" in name
        parser.StartElementHandler = (lambda n, a: start(n.rpartition(":")[2], a)) if has_prefix else start
        parser.EndElementHandler = (lambda n: end(n.rpartition(":")[2])) if has_prefix else end
        start(name.rpartition(":")[2], attributes)

    parser.StartElementHandler = root
    parser.CharacterDataHandler = text
    return parser


def _refuse_doctype(*_: object) -> None:
    raise RefusedTable(DAMAGED)
