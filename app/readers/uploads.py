"""Files that people send: what is taken, and what is made of it. Bytes in, clean bytes or a reason out (pure).

The type comes from the content, never from the name. Images are drawn again, which leaves behind where and by whom
they were taken. A PDF is kept byte for byte, since it may be signed, once it is seen to hold nothing that acts.
"""

import re
import unicodedata
from dataclasses import dataclass

from app.readers.upload_images import redrawn
from app.readers.upload_office import OFFICE, office_type, refuse_active_office
from app.readers.upload_pdf import refuse_active_pdf
from app.readers.upload_refusal import RefusedFile

__all__ = ["MOST_FILES", "CleanFile", "RefusedFile", "clean", "media_type", "safe_name"]

LARGEST = 10 * 1024 * 1024
MOST_FILES = 5
"""How many files one request may carry."""
LONGEST_NAME = 120

SIGNATURES = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
EXTENSIONS = {"application/pdf": (".pdf",), "image/png": (".png",), "image/jpeg": (".jpg", ".jpeg", ".jpe")} | {
    kind: (extension,) for extension, kind in OFFICE.items()
}
NOT_KEPT = "Format non accepté : joignez un PDF, une image PNG ou JPEG, ou un document bureautique."


@dataclass(frozen=True)
class CleanFile:
    """A file fit to be kept: a name without surprise, its real type, its bytes."""

    name: str
    media_type: str
    data: bytes


def media_type(data: bytes) -> str:
    """Return the type that the content tells; raises RefusedFile for what is not kept here."""
    if data.startswith(b"PK\x03\x04"):
        return office_type(data)
    found = next((kind for sign, kind in SIGNATURES.items() if data.startswith(sign)), None)
    if found is None:
        raise RefusedFile(NOT_KEPT)
    return found


def clean(name: str, data: bytes) -> CleanFile:
    """Return what may be kept of a file; raises RefusedFile with what to do instead."""
    if not data:
        raise RefusedFile("Ce fichier est vide.")
    if len(data) > LARGEST:
        raise RefusedFile("Ce fichier dépasse 10 Mo : choisissez-en un plus léger.")
    kind = media_type(data)
    if kind.startswith("image/"):
        data = redrawn(data, kind)
    elif kind == "application/pdf":
        refuse_active_pdf(data)
    else:
        refuse_active_office(data)
    return CleanFile(safe_name(name, kind), kind, data)


def safe_name(name: str, kind: str) -> str:
    """Return a name without folder, control or direction characters, whose extension is that of the content."""
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Cc and Cf hide or turn letters round: « facture[RLO]fdp.exe » would read as a PDF.
    visible = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in base)
    plain = re.sub(r'[<>:"|?*]', "_", re.sub(r" +", " ", visible)).strip(" .")
    stem, dot, extension = plain.rpartition(".")
    wanted = EXTENSIONS[kind]
    if not dot:
        stem, extension = plain, ""
    kept = f".{extension.lower()}" if f".{extension.lower()}" in wanted else wanted[0]
    if extension and f".{extension.lower()}" not in wanted and not re.fullmatch(r"[A-Za-z0-9]{1,5}", extension):
        stem = plain  # a full stop in a sentence, not an extension
    return (stem.strip(" .") or "document")[: LONGEST_NAME - len(kept)] + kept
