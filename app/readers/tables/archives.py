"""Zip archives, workbooks among them, opened with care: nothing is unfolded before it is weighed."""

import lzma
import re
import struct
import tempfile
import zipfile
import zlib
from typing import IO

from app.readers.tables.rows import RefusedTable

BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, RuntimeError, NotImplementedError, EOFError, OSError,
    ValueError, LookupError,
)  # fmt: skip
"""What the standard library raises on an archive that is not whole, or was made to trouble it."""
MOST_ENTRIES, MOST_BYTES, MOST_RATIO, SMALL = 5_000, 1024 * 1024 * 1024, 200, 50_000
"""A table of text shrinks some twenty times; a bomb, a thousand. Under `SMALL` bytes the ratio says nothing."""
CHUNK = 1024 * 1024
DAMAGED = "L’archive est abîmée ou incomplète : téléchargez ou enregistrez à nouveau le fichier, puis recommencez."
LOCKED = "Ce fichier est protégé par un mot de passe : enregistrez-en une copie sans mot de passe, puis recommencez."
TOO_MUCH = "Ce fichier en contient beaucoup trop une fois décompressé : donnez le fichier CSV lui-même."
NOT_A_TABLE = {
    "word/document.xml": "Ce fichier est un document Word : enregistrez le tableau au format .xlsx ou CSV.",
    "content.xml": "Ce fichier est un document LibreOffice : enregistrez-le au format .xlsx ou CSV, puis recommencez.",
    "xl/workbook.bin": "Ce classeur est au format .xlsb : enregistrez-le au format .xlsx, puis recommencez.",
}
LITTER = re.compile(r"(^|/)(__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini)$|/$")
"""What a computer adds by itself to an archive."""


def opened(stream: IO[bytes]) -> zipfile.ZipFile:
    """Return the archive, once sure that it can be unfolded. Raises RefusedTable."""
    size = stream.seek(0, 2)
    try:
        archive = zipfile.ZipFile(stream)
        entries = archive.infolist()
    except BROKEN:
        raise RefusedTable(DAMAGED) from None
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise RefusedTable(LOCKED)
    unfolded = sum(entry.file_size for entry in entries)
    is_bomb = len(entries) > MOST_ENTRIES or unfolded > MOST_BYTES or unfolded > MOST_RATIO * max(size, SMALL)
    if is_bomb or len({entry.filename for entry in entries}) != len(entries):
        raise RefusedTable(TOO_MUCH)
    return archive


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Tell whether the archive is an Excel workbook; raises RefusedTable for another kind of document."""
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return True
    for part, message in NOT_A_TABLE.items():
        if part in names:
            raise RefusedTable(message)
    return False


def only_file(archive: zipfile.ZipFile) -> tuple[str, IO[bytes]]:
    """Return the name and the content of the one file of an archive, unfolded on a disk. Raises RefusedTable."""
    entries = [entry for entry in archive.infolist() if not LITTER.search(entry.filename)]
    if not entries:
        raise RefusedTable("L’archive est vide : mettez-y le fichier CSV ou .xlsx, ou donnez-le tel quel.")
    if len(entries) > 1:
        names = ", ".join(f"« {entry.filename[-60:]} »" for entry in entries[:5])
        raise RefusedTable(
            f"L’archive contient {len(entries)} fichiers ({names}{'…' if len(entries) > 5 else ''}) : "
            "donnez-les un par un."
        )
    # Not a "with": the copy lives as long as the table, and vanishes with it.
    unfolded: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        with archive.open(entries[0]) as content:
            while chunk := content.read(CHUNK):
                unfolded.write(chunk)
    except BROKEN:
        raise RefusedTable(DAMAGED) from None
    return entries[0].filename, unfolded
