"""The documents of a signed list, sealed once and kept byte for byte; what is known for ever of each seal."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import digest, key, line, short
from app.models.columns import text as long_text
from app.models.targeting_versions import TargetingVersion

WHOLE_LIST = "complet"
"""The part that a document of the whole list stands for."""


class SealCertificate(Model):
    """A certificate that the platform has sealed with: public, kept so that old files can be checked."""

    __tablename__ = "seal_certificates"

    fingerprint: Mapped[digest] = mapped_column(primary_key=True)
    subject: Mapped[line]
    pem: Mapped[long_text]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    first_used_at: Mapped[datetime]


class SealedFile(Model):
    """The digest of a file that the platform sealed: it tells that file from any other, and nothing of its content."""

    __tablename__ = "sealed_files"

    sha256: Mapped[digest] = mapped_column(primary_key=True)
    fingerprint: Mapped[digest] = mapped_column(ForeignKey("seal_certificates.fingerprint"))
    sealed_at: Mapped[datetime]


class TargetingDocument(Model):
    """The document of a version for one reader: the whole list, or the part of one organisation.

    Waits until it is sealed; `failure` says what keeps it from being so, and is tried again later.
    """

    __tablename__ = "targeting_documents"
    __table_args__ = (UniqueConstraint("version_id", "part"),)

    id: Mapped[key]
    version_id: Mapped[int] = mapped_column(ForeignKey("targeting_versions.id"))
    part: Mapped[short]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    claimed_at: Mapped[datetime | None]
    failure: Mapped[long_text] = mapped_column(default="")
    sealed_at: Mapped[datetime | None]
    sha256: Mapped[digest | None] = mapped_column(ForeignKey("sealed_files.sha256"))
    size: Mapped[int] = mapped_column(default=0)

    version: Mapped[TargetingVersion] = relationship()


class TargetingDocumentContent(Model):
    """The bytes of a sealed document."""

    __tablename__ = "targeting_document_contents"

    document_id: Mapped[int] = mapped_column(ForeignKey("targeting_documents.id"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
