"""Opening a text file whose encoding nobody declared: by rule, line by line, in bounded memory.

The rule: a UTF-8 mark is dropped; each line is UTF-8 if it is strictly valid UTF-8, else Windows-1252, else
Latin-1 (which accepts any byte). Deciding by line costs one pass, and one damaged line does not spoil the
accents of all the others. No statistical guess: those read French Windows-1252 as Mac text.
"""

import codecs
import io
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from app.readers.problems import Problem, Severity

# Longer than any real record: a file without line ends must not be loaded whole.
MAX_LINE = 64 * 1024
SAMPLE = 8 * 1024
SIGNATURES = {
    b"PK\x03\x04": "un classeur Excel ou une archive ZIP",
    b"\xd0\xcf\x11\xe0": "un ancien fichier Office",
    b"\x1f\x8b": "une archive compressée (gzip)",
    b"%PDF": "un document PDF",
}
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Control characters no text export holds; tab, line feed, form feed and carriage return are fine.
CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13})
MAX_SHARE_OF_CONTROLS = 0.05


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line without its end: number from 1, text, encoding used, and how it ended."""

    number: int
    text: str
    encoding: str = "ascii"
    is_terminated: bool = True
    is_overlong: bool = False


def as_stream(source: bytes | IO[bytes]) -> IO[bytes]:
    """A rewindable stream over `source`; one that cannot rewind is spooled to a temporary file."""
    if isinstance(source, bytes | bytearray):
        return io.BytesIO(source)
    if source.seekable():
        return source
    # Not a "with": the spool lives as long as the reading, and vanishes with it.
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115
    shutil.copyfileobj(source, spool)
    return spool


def refusal_of(stream: IO[bytes]) -> Problem | None:
    """Why the file cannot be read as text (empty, binary, UTF-16), or None. Reads its first 8 KiB."""
    stream.seek(0)
    sample = stream.read(SAMPLE)
    if not sample.removeprefix(codecs.BOM_UTF8).strip() and len(sample) < SAMPLE:
        return refuse("Le fichier est vide : téléchargez-le à nouveau, puis recommencez.")
    for signature, what in SIGNATURES.items():
        if sample.startswith(signature):
            return refuse(f"Ce fichier est {what} : donnez plutôt le fichier CSV qu’il contient.")
    if sample.startswith(UTF16_MARKS):
        return refuse("Ce fichier est en UTF-16 : enregistrez-le au format « CSV UTF-8 », puis recommencez.")
    if _share_of_controls(sample) > MAX_SHARE_OF_CONTROLS:
        return refuse("Ce fichier n’est pas du texte : donnez le fichier CSV d’origine, sans le convertir.")
    return None


def refuse(message: str) -> Problem:
    """A problem that concerns the whole file and stops its reading."""
    return Problem(0, None, Severity.REJECT, message)


def read_lines(stream: IO[bytes]) -> Iterator[Line]:
    """The lines of the stream from its start, decoded. Never raises, whatever the content."""
    stream.seek(0)
    if stream.read(3) != codecs.BOM_UTF8:
        stream.seek(0)
    for number, (chunk, is_overlong) in enumerate(_physical_lines(stream), start=1):
        text, encoding = decode(chunk.rstrip(b"\r\n"))
        yield Line(number, text, encoding, chunk.endswith(b"\n"), is_overlong)


def decode(raw: bytes) -> tuple[str, str]:
    """(text, encoding) of one line, encoding being "ascii", "utf-8" or "cp1252" (Latin-1 included)."""
    if raw.isascii():
        return raw.decode("ascii"), "ascii"
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1"), "cp1252"


def _physical_lines(stream: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """(line with its end, is_overlong): the part of a line beyond MAX_LINE is dropped."""
    while chunk := stream.readline(MAX_LINE):
        is_overlong = len(chunk) == MAX_LINE and not chunk.endswith(b"\n")
        rest = chunk
        while is_overlong and rest and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE)
        yield chunk, is_overlong


def _share_of_controls(sample: bytes) -> float:
    return 1 - len(sample.translate(None, CONTROLS)) / len(sample)
