"""Word-processor and spreadsheet files sent by people: zip archives, read without being unfolded on a disk."""

import io
import lzma
import re
import struct
import zipfile
import zlib

from app.readers.upload_refusal import RefusedFile

OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
MAIN_PARTS = {"word/document.xml": OFFICE[".docx"], "xl/workbook.xml": OFFICE[".xlsx"]}
MOST_ENTRIES, MOST_BYTES, MOST_RATIO = 5_000, 200 * 1024 * 1024, 200
"""A spreadsheet of text shrinks some twenty times; a bomb, a thousand."""
LARGEST_PART_READ = 4 * 1024 * 1024
NOT_A_DOCUMENT = "Les archives ne sont pas acceptées : joignez le document lui-même."
INSTEAD = "Enregistrez-le sans cela (ou en PDF), puis joignez-le."
MACROS = re.compile(
    r"(^|/)(vbaProject\.bin|vbaData\.xml|vbaProjectSignature\.bin|activeX/.+|macrosheets/.+)$"
    r"|^(Basic|Scripts)/.+|\.(xlsm|docm|pptm|dotm|xltm|xlam|exe|js|vbs|bat|cmd|ps1|hta|jar|scr)$",
    re.IGNORECASE,
)
OBJECTS = re.compile(r"(^|/)(embeddings/.*\.bin|oleObject\d*\.bin)$|^Object \d+/.*\.(bin|ole)$", re.IGNORECASE)
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, RuntimeError, NotImplementedError, EOFError, OSError,
    ValueError, LookupError,
)  # fmt: skip
"""What the standard library raises on an archive that is not whole, or was made to trouble it."""
OUTSIDE = re.compile(
    rb"<[^>]*(attachedTemplate|oleObject|externalLink|subDocument|frame)[\"'][^>]*TargetMode\s*=\s*[\"']External"
    rb"|<[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*(attachedTemplate|oleObject|externalLink|subDocument|frame)",
    re.IGNORECASE,
)


def office_type(data: bytes) -> str:
    """Return the type of an office document by its main part; raises RefusedFile for any other archive."""
    with _opened(data) as archive:
        names = set(archive.namelist())
        if "[Content_Types].xml" in names:
            found = next((kind for part, kind in MAIN_PARTS.items() if part in names), None)
        else:
            found = _declared(archive) if "mimetype" in names and "content.xml" in names else None
    if found is None:
        raise RefusedFile(NOT_A_DOCUMENT)
    return found


def refuse_active_office(data: bytes) -> None:
    """Raise RefusedFile for a document with macros, objects of other programs, a lock, or too much folded in it."""
    with _opened(data) as archive:
        entries = archive.infolist()
        _refuse_bomb(entries, len(data))
        for entry in entries:
            _refuse_entry(entry)
            if entry.filename.endswith((".rels", "[Content_Types].xml", "META-INF/manifest.xml")):
                _refuse_words(entry.filename, _read(archive, entry.filename))


def _opened(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except BROKEN:
        raise RefusedFile(NOT_A_DOCUMENT) from None


def _declared(archive: zipfile.ZipFile) -> str | None:
    declared = _read(archive, "mimetype").decode("ascii", "replace").strip()
    return declared if declared in OFFICE.values() else None


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as part:
            return part.read(LARGEST_PART_READ)
    except BROKEN:
        raise RefusedFile("Ce document est illisible ou protégé : enregistrez-en une copie, puis joignez-la.") from None


def _refuse_bomb(entries: list[zipfile.ZipInfo], size: int) -> None:
    unfolded = sum(entry.file_size for entry in entries)
    names = [entry.filename for entry in entries]
    is_bomb = len(entries) > MOST_ENTRIES or unfolded > MOST_BYTES or unfolded > MOST_RATIO * max(size, 50_000)
    if is_bomb or len(set(names)) != len(names):
        raise RefusedFile(f"Ce document est anormalement construit. {INSTEAD}")


def _refuse_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if entry.flag_bits & 0x1:
        raise RefusedFile("Ce document est protégé : enregistrez-en une copie sans mot de passe, puis joignez-la.")
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or "\0" in name:
        raise RefusedFile(f"Ce document est anormalement construit. {INSTEAD}")
    if MACROS.search(name):
        raise RefusedFile(f"Ce document contient des macros. {INSTEAD}")
    if OBJECTS.search(name):
        raise RefusedFile(f"Ce document contient des objets d’un autre logiciel. {INSTEAD}")


def _refuse_words(name: str, content: bytes) -> None:
    if b"macroEnabled" in content or b"vnd.ms-office.vbaProject" in content:
        raise RefusedFile(f"Ce document contient des macros. {INSTEAD}")
    if b"encryption-data" in content:
        raise RefusedFile("Ce document est protégé : enregistrez-en une copie sans mot de passe, puis joignez-la.")
    if name.endswith(".rels") and OUTSIDE.search(content):
        raise RefusedFile(f"Ce document va chercher un modèle ou un objet ailleurs. {INSTEAD}")
