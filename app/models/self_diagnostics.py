"""The self-diagnostics of an employer: its managers' answers, kept one after the other, and what it chose to share."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Submitted, key, text
from app.models.employers import Employer, Structure
from app.models.organisations import Organisation
from app.models.shares import SharedCopy
from app.models.users import User
from workflows.self_diagnostic import Reply
from workflows.self_diagnostic_questions import Questionnaire, Setting, questionnaire
from workflows.self_diagnostic_sharing import Depth


class SelfDiagnostic(Submitted, Model):
    """One round: of the whole employer, or of one of its structures. Once submitted, no answer changes any more."""

    __tablename__ = "self_diagnostics"
    __table_args__ = (UniqueConstraint("employer_id", "number"),)

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"))
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structures.id"), index=True)
    number: Mapped[int]
    """Among those of the employer, from 1."""
    questionnaire: Mapped[str] = mapped_column(String(20))
    setting: Mapped[Setting]
    started_at: Mapped[datetime]
    started_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime]
    """When somebody last worked on it."""
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    employer: Mapped[Employer] = relationship()
    structure: Mapped[Structure | None] = relationship()
    sheets: Mapped[list["SelfDiagnosticSheet"]] = relationship(
        back_populates="diagnostic", order_by="SelfDiagnosticSheet.id"
    )

    @property
    def asked(self) -> Questionnaire:
        """The statements of its version that are asked in its setting."""
        return questionnaire(self.questionnaire).asked(self.setting)

    @property
    def about(self) -> str:
        return self.structure.name if self.structure else self.employer.name

    @property
    def is_submitted(self) -> bool:
        return self.submitted_at is not None


class SelfDiagnosticSheet(Model):
    """What one manager answers. An organisation may hold the pen for them, as long as they let it."""

    __tablename__ = "self_diagnostic_sheets"
    __table_args__ = (UniqueConstraint("diagnostic_id", "user_id"),)

    id: Mapped[key]
    diagnostic_id: Mapped[int] = mapped_column(ForeignKey("self_diagnostics.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    started_at: Mapped[datetime]
    pen_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    pen_given_at: Mapped[datetime | None]

    diagnostic: Mapped[SelfDiagnostic] = relationship(back_populates="sheets")
    user: Mapped[User] = relationship()
    pen_organisation: Mapped[Organisation | None] = relationship()


class SelfDiagnosticAnswer(Submitted, Model):
    """One answer to one statement, never changed: the latest by `answered_at` stands, the others stay behind it.

    `answered_at` is when it was given, on a device that may have been cut off from the network; `received_at` when it
    came in. `organisation_id` is whose agent held the pen; none for the manager.
    """

    __tablename__ = "self_diagnostic_answers"
    __table_args__ = (Index("ix_self_diagnostic_answers_sheet", "sheet_id", "statement", "answered_at"),)

    id: Mapped[key]
    sheet_id: Mapped[int] = mapped_column(ForeignKey("self_diagnostic_sheets.id"))
    statement: Mapped[str] = mapped_column(String(12))
    reply: Mapped[Reply | None]
    evidence: Mapped[text] = mapped_column(default="")
    comment: Mapped[text] = mapped_column(default="")
    answered_at: Mapped[datetime]
    received_at: Mapped[datetime]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))

    entered_by: Mapped[User] = relationship()

    @property
    def said(self) -> tuple[str, str, str]:
        """What it says, whenever it was said."""
        return (self.reply.value if self.reply else "", self.evidence, self.comment)


class SelfDiagnosticShare(SharedCopy, Model):
    """What the employer let one organisation read of a round."""

    __tablename__ = "self_diagnostic_shares"
    __table_args__ = (Index("ix_self_diagnostic_shares_organisation", "organisation_id", "employer_id"),)

    diagnostic_id: Mapped[int] = mapped_column(ForeignKey("self_diagnostics.id"), index=True)
    depth: Mapped[Depth]
    has_risk_document: Mapped[bool]
    has_psychosocial: Mapped[bool]
    has_comments: Mapped[bool]
