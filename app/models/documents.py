"""Documents: their description here, their bytes in a table of their own."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.cases import Case
from app.models.columns import NO_CONVENTION, Authored, Submitted, key, line, short
from app.models.employers import Employer
from app.models.organisations import Organisation
from app.models.users import User
from app.models.visibility import Visibility
from workflows.labels import LabelledEnum


class DocumentKind(LabelledEnum):
    """What a document is."""

    VISIT_REPORT = "visit_report", "Compte rendu de visite"
    ATTACHMENT = "attachment", "Pièce jointe"
    YEARLY_RETURN = "yearly_return", "Retour annuel à l’employeur"
    EMPLOYER_LETTER = "employer_letter", "Courrier à l’employeur"


HOLDS_OWN_FIGURES = (DocumentKind.YEARLY_RETURN, DocumentKind.EMPLOYER_LETTER)
"""What holds an employer's own figures: for it, and for the body that made it."""


class Document(Submitted, Authored, Model):
    """A file kept with an employer; its SHA-256 is that of the bytes served at every download."""

    __tablename__ = "documents"

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[DocumentKind]
    title: Mapped[line]
    file_name: Mapped[line]
    media_type: Mapped[short]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    visibility: Mapped[Visibility]

    employer: Mapped[Employer] = relationship()
    case: Mapped[Case | None] = relationship()
    author: Mapped[User] = relationship(foreign_keys="Document.author_id")
    organisation: Mapped[Organisation | None] = relationship()

    convention_id = NO_CONVENTION  # set by the query: the convention that opens another organisation’s entry


class DocumentContent(Model):
    """The bytes of a document."""

    __tablename__ = "document_contents"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
