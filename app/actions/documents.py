"""Files kept with an employer or a case, bytes included."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from app.actions.errors import Forbidden, Unacceptable
from app.extensions import db
from app.models import Case, Document, DocumentContent, DocumentKind, Employer, Visibility
from app.permissions import Act, Actor, Kind, may
from app.readers import uploads


@dataclass(frozen=True)
class Upload:
    """A file as it was sent: its name and its bytes."""

    name: str
    data: bytes

    @property
    def media_type(self) -> str:
        """Return the type read from the content; raises Unacceptable for what is not kept here."""
        try:
            return uploads.media_type(self.data)
        except uploads.RefusedFile as error:
            raise Unacceptable(str(error)) from error

    def cleaned(self, field: str = "file") -> "Upload":
        """Return what may be kept of it (`app.readers.uploads`); raises Unacceptable, which names the field."""
        try:
            kept = uploads.clean(self.name, self.data)
        except uploads.RefusedFile as error:
            raise Unacceptable(str(error), field=field) from error
        return Upload(kept.name, kept.data)


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
    """Keep a file that somebody attaches; raises Forbidden or Unacceptable."""
    if not may(actor, Act.WRITE, Kind.DOCUMENT, case or employer):
        raise Forbidden("Votre organisme ne dépose pas de document sur cet employeur.")
    return store_document(
        employer,
        case,
        upload.cleaned(),
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
    """Store bytes with their SHA-256; whoever calls has checked the right and cleaned what people sent."""
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
