"""Files kept with an employer or a case, bytes included."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from app.actions.errors import Forbidden, Unacceptable
from app.extensions import db
from app.models import Case, Document, DocumentContent, DocumentKind, Employer, Visibility
from app.permissions import Act, Actor, Kind, may

SIGNATURES = {
    b"%PDF-": ("application/pdf", ".pdf"),
    b"\x89PNG\r\n\x1a\n": ("image/png", ".png"),
    b"\xff\xd8\xff": ("image/jpeg", ".jpg"),
    b"PK\x03\x04": ("application/zip", ".zip"),
}
"""What a file really is, by its first bytes."""

OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}


@dataclass(frozen=True)
class Upload:
    """A file as it was sent: its name and its bytes."""

    name: str
    data: bytes

    @property
    def media_type(self) -> str:
        """Return the type read from the content; raises Unacceptable for what is not kept here."""
        found = next((kind for sign, kind in SIGNATURES.items() if self.data.startswith(sign)), None)
        if found is None:
            raise Unacceptable(
                "Format non accepté : joignez un PDF, une image PNG ou JPEG, ou un document bureautique."
            )
        media_type, _ = found
        if media_type != "application/zip":
            return media_type
        extension = self.name[self.name.rfind(".") :].lower() if "." in self.name else ""
        if extension not in OFFICE:
            raise Unacceptable("Les archives ne sont pas acceptées : joignez le document lui-même.")
        return OFFICE[extension]


def keep_document(
    employer: Employer,
    case: Case | None,
    upload: Upload,
    *,
    kind: DocumentKind,
    title: str,
    visibility: Visibility,
    actor: Actor,
    now: datetime,
    submission: str | None = None,
) -> Document:
    """Keep a file that somebody attaches; raises Forbidden or Unacceptable (empty, or a type not kept)."""
    if not may(actor, Act.WRITE, Kind.DOCUMENT, case or employer):
        raise Forbidden("Votre organisme ne dépose pas de document sur cet employeur.")
    if not upload.data:
        raise Unacceptable("Ce fichier est vide.", field="file")
    return store_document(
        employer,
        case,
        upload,
        kind=kind,
        title=title,
        visibility=visibility,
        actor=actor,
        now=now,
        submission=submission,
    )


def discard_document(document: Document) -> None:
    """Remove a file that nobody but its author's organisation has read: it was replaced while still a draft."""
    db.session.flush()
    db.session.execute(delete(DocumentContent).where(DocumentContent.document_id == document.id))
    db.session.delete(document)


def store_document(
    employer: Employer,
    case: Case | None,
    upload: Upload,
    *,
    kind: DocumentKind,
    title: str,
    visibility: Visibility,
    actor: Actor,
    now: datetime,
    submission: str | None = None,
) -> Document:
    """Store bytes with their SHA-256; whoever calls has checked the right."""
    document = Document(
        employer_id=employer.id,
        case_id=case.id if case else None,
        kind=kind,
        title=(title.strip() or upload.name)[:255],
        file_name=upload.name[-255:],
        media_type=upload.media_type,
        size=len(upload.data),
        sha256=hashlib.sha256(upload.data).hexdigest(),
        visibility=visibility,
        author_id=actor.user_id,
        organisation_id=actor.organisation_id,
        created_at=now,
        submission=submission,
    )
    db.session.add(document)
    db.session.flush()
    db.session.add(DocumentContent(document_id=document.id, data=upload.data))
    return document
