"""Exchanges with an employer and visits: they belong to the employer, the case is optional."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.cases import Case
from app.models.columns import NO_CONVENTION, Authored, Submitted, Versioned, key, line, text
from app.models.documents import Document
from app.models.employers import Employer, Structure
from app.models.organisations import Organisation
from app.models.users import User
from app.models.visibility import Visibility
from workflows.labels import LabelledEnum
from workflows.visit_report import ObservationKind, VisitMode, VisitStatus


class ExchangeKind(LabelledEnum):
    """By what channel one talked to the employer."""

    CALL = "call", "Appel"
    MAIL = "mail", "Courriel"
    MEETING = "meeting", "Rencontre"


class Exchange(Versioned, Submitted, Authored, Model):
    """A note from the field: who, when, what was said; may later become a visit report."""

    __tablename__ = "exchanges"

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[ExchangeKind]
    held_on: Mapped[date]
    summary: Mapped[text]
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.ORGANISATION)

    employer: Mapped[Employer] = relationship()
    case: Mapped[Case | None] = relationship()
    author: Mapped[User] = relationship(foreign_keys="Exchange.author_id")
    organisation: Mapped[Organisation | None] = relationship()

    convention_id = NO_CONVENTION  # set by the query: the convention that opens another organisation’s entry


class Visit(Versioned, Submitted, Authored, Model):
    """A visit and its report; once final it is only replaced by a corrected version that names it."""

    __tablename__ = "visits"
    __table_args__ = (CheckConstraint("(status = 'final') = (finalised_at IS NOT NULL)", name="final_is_dated"),)

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    exchange_id: Mapped[int | None] = mapped_column(ForeignKey("exchanges.id"), index=True)
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structures.id"))
    status: Mapped[VisitStatus] = mapped_column(default=VisitStatus.DRAFT)
    mode: Mapped[VisitMode] = mapped_column(default=VisitMode.ON_SITE)
    visited_on: Mapped[date]
    subject: Mapped[line] = mapped_column(default="")
    people_met: Mapped[list[str]] = mapped_column(JSON, default=list)
    units_seen: Mapped[text] = mapped_column(default="")
    documents_seen: Mapped[text] = mapped_column(default="")
    good_practices: Mapped[text] = mapped_column(default="")
    employer_remarks: Mapped[text] = mapped_column(default="")
    next_visit_on: Mapped[date | None]
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.EMPLOYER)
    revision: Mapped[int] = mapped_column(default=1)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), unique=True)
    correction_reason: Mapped[text] = mapped_column(default="")
    finalised_at: Mapped[datetime | None]
    report_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))

    employer: Mapped[Employer] = relationship()
    case: Mapped[Case | None] = relationship()
    structure: Mapped[Structure | None] = relationship()
    author: Mapped[User] = relationship(foreign_keys="Visit.author_id")
    organisation: Mapped[Organisation | None] = relationship()

    convention_id = NO_CONVENTION  # set by the query: the convention that opens another organisation’s entry
    report: Mapped[Document | None] = relationship()
    corrects: Mapped["Visit | None"] = relationship(remote_side="Visit.id", back_populates="corrected_by")
    corrected_by: Mapped["Visit | None"] = relationship(back_populates="corrects")
    observations: Mapped[list["VisitObservation"]] = relationship(
        order_by="VisitObservation.position", cascade="all, delete-orphan"
    )
    agreed_steps: Mapped[list["VisitAgreedStep"]] = relationship(
        order_by="VisitAgreedStep.position", cascade="all, delete-orphan"
    )

    @property
    def is_final(self) -> bool:
        return self.status is VisitStatus.FINAL


class VisitObservation(Model):
    """Something seen on a visit: a fact, a risk, or a measure already in place."""

    __tablename__ = "visit_observations"

    id: Mapped[key]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"), index=True)
    position: Mapped[int]
    kind: Mapped[ObservationKind]
    unit: Mapped[line] = mapped_column(default="")
    wording: Mapped[text]


class VisitAgreedStep(Model):
    """Something agreed at a visit, with who does it and by when."""

    __tablename__ = "visit_agreed_steps"

    id: Mapped[key]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"), index=True)
    position: Mapped[int]
    wording: Mapped[text]
    owner: Mapped[str] = mapped_column(String(120), default="")
    due_on: Mapped[date | None]
