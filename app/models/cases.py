"""Cases: one employer, one or several structures, a lead, officers, partners, deadlines, and what happened."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.blocks import NO_BLOCK
from app.models.columns import (
    NO_CONVENTION,
    NO_DUE_DATE,
    Submitted,
    Versioned,
    departement_code,
    digest,
    key,
    line,
    short,
)
from app.models.columns import text as long_text
from app.models.digests import GENESIS
from app.models.employers import Employer, Structure
from app.models.organisations import Organisation
from app.models.users import User
from workflows.labels import LabelledEnum
from workflows.roles import Role
from workflows.support_case import WORKFLOW, Outcome, State


class Source(LabelledEnum):
    """How the employer came to be followed."""

    TARGETING_LIST = "list", "Liste de ciblage"
    EMPLOYER_REQUEST = "request", "Demande de l’employeur"
    ALERT = "alert", "Alerte d’un partenaire"


class Alert(LabelledEnum):
    """What made a case open at once, outside any list: it follows the fast lane, where the first delays are shorter."""

    EMPLOYER_REQUEST = "request", "Demande de l’employeur"
    RESTRUCTURING = "restructuring", "Restructuration"
    MOBILE_TEAM = "mobile_team", "Équipe mobile QVT"
    OTHER = "alert", "Autre alerte d’un partenaire"

    @property
    def source(self) -> Source:
        return Source.EMPLOYER_REQUEST if self is Alert.EMPLOYER_REQUEST else Source.ALERT


class PartnerStatus(LabelledEnum):
    """Where a partner says it stands; information that never moves the case."""

    TO_SOLICIT = "to_solicit", "à solliciter"
    INFORMED = "informed", "informé"
    WAITING = "waiting", "en attente"
    ACTING = "acting", "intervient"
    DONE = "done", "intervention faite"
    NOT_CONCERNED = "not_concerned", "non concerné"


class Priority(LabelledEnum):
    """How a partner ranks the case in its own work."""

    LOW = "low", "basse"
    NORMAL = "normal", "normale"
    HIGH = "high", "haute"


class Case(Versioned, Submitted, Model):
    """The support of one employer. Only `app.actions.cases.advance` writes `state`."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_due", "due_on", "id"),
        Index("ix_cases_state_due", "state", "due_on", "id"),
        Index("ix_cases_lead_due", "lead_organisation_id", "due_on", "id"),
        Index("ix_cases_activity", "last_activity_on", "id"),
        Index("ix_cases_entered", "entered_on", "id"),
        Index("ix_cases_departement_due", "departement", "due_on", "id"),
        Index("ix_cases_departement_state_due", "departement", "state", "due_on", "id"),
        Index(
            "ix_cases_alert_due",
            "due_on",
            "id",
            postgresql_where=text("alert IS NOT NULL"),
            sqlite_where=text("alert IS NOT NULL"),
        ),
    )

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    main_structure_id: Mapped[int] = mapped_column(ForeignKey("structures.id"), index=True)
    departement: Mapped[departement_code | None]  # that of all its structures; without one, each structure is asked
    episode: Mapped[int] = mapped_column(default=1)
    episode_started_on: Mapped[date]
    source: Mapped[Source]
    alert: Mapped[Alert | None]
    alerted_on: Mapped[date | None]
    state: Mapped[State]
    entered_on: Mapped[date]
    previous_state: Mapped[State | None]
    previous_entered_on: Mapped[date | None]
    suspended_from: Mapped[State | None]
    last_step: Mapped[short | None]
    last_step_on: Mapped[date]
    last_step_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lead_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    opening_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    due_on: Mapped[date] = mapped_column(default=NO_DUE_DATE)
    due_label: Mapped[line] = mapped_column(default="")
    last_activity_on: Mapped[date]
    employer_informed_on: Mapped[date | None]
    employer_agreed_on: Mapped[date | None]
    cse_informed_on: Mapped[date | None]
    cse_opinion_on: Mapped[date | None]
    cse_absence_on: Mapped[date | None]
    risk_document_on: Mapped[date | None]
    cpom_ends_on: Mapped[date | None]
    support_agreed_on: Mapped[date | None]
    employer_asked_on: Mapped[date | None]
    outcome: Mapped[Outcome | None]
    # The head of the case's chain in the journal, on the row that a step locks and writes anyway.
    journal_number: Mapped[int] = mapped_column(default=0)
    journal_digest: Mapped[digest] = mapped_column(default=GENESIS)

    employer: Mapped[Employer] = relationship()
    main_structure: Mapped[Structure] = relationship()
    lead_organisation: Mapped[Organisation | None] = relationship(foreign_keys="Case.lead_organisation_id")
    opening_organisation: Mapped[Organisation] = relationship(foreign_keys="Case.opening_organisation_id")
    structure_links: Mapped[list["CaseStructure"]] = relationship(back_populates="case")
    officers: Mapped[list["CaseOfficer"]] = relationship(back_populates="case", cascade="all, delete-orphan")
    partners: Mapped[list["CasePartner"]] = relationship(back_populates="case")
    deadlines: Mapped[list["CaseDeadline"]] = relationship(back_populates="case", order_by="CaseDeadline.due_on")

    relations = frozenset[str]()  # set on the record by the query that loads it for a reader
    has_final_visit = False  # set likewise, where the steps are judged
    may_be_followed_elsewhere = True  # likewise, for a case that has ended
    carsat_block = NO_BLOCK  # set likewise, for the caisse that wrote it and for nobody else
    convention_id = NO_CONVENTION  # set likewise: the convention by which another organisation’s case is read

    @property
    def reference(self) -> str:
        return f"D-{self.id:05d}"

    @property
    def is_ended(self) -> bool:
        return self.state in WORKFLOW.ended

    @property
    def is_fast(self) -> bool:
        """Whether the shorter delays of an alert hold: in the episode that it opened, not in those that follow."""
        return self.alert is not None and self.episode == 1

    @property
    def owner_id(self) -> int:
        """The organisation whose data the case is: its lead, or whoever opened it while it has none."""
        return self.lead_organisation_id or self.opening_organisation_id

    @property
    def lead_kind(self) -> Role | None:
        return self.lead_organisation.kind if self.lead_organisation else None


class CaseStructure(Model):
    """A structure in the scope of a case. The partial unique index keeps it in one open case at most."""

    __tablename__ = "case_structures"
    __table_args__ = (
        Index(
            "uq_case_structures_open",
            "structure_id",
            unique=True,
            postgresql_where=text("is_open"),
            sqlite_where=text("is_open"),
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    structure_id: Mapped[int] = mapped_column(ForeignKey("structures.id"), primary_key=True, index=True)
    is_open: Mapped[bool] = mapped_column(default=True)

    case: Mapped[Case] = relationship(back_populates="structure_links")
    structure: Mapped[Structure] = relationship()


class CaseOfficer(Model):
    """A person in charge of a case."""

    __tablename__ = "case_officers"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    since: Mapped[date]

    case: Mapped[Case] = relationship(back_populates="officers")
    user: Mapped[User] = relationship()


class CasePartner(Versioned, Model):
    """An organisation invited on a case, with its own status and priority."""

    __tablename__ = "case_partners"
    __table_args__ = (UniqueConstraint("case_id", "organisation_id"),)

    id: Mapped[key]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    status: Mapped[PartnerStatus] = mapped_column(default=PartnerStatus.INFORMED)
    priority: Mapped[Priority] = mapped_column(default=Priority.NORMAL)
    comment: Mapped[line] = mapped_column(default="")

    case: Mapped[Case] = relationship(back_populates="partners")
    organisation: Mapped[Organisation] = relationship()


class EventKind(LabelledEnum):
    """What an event of a case records."""

    OPENED = "opened", "Dossier ouvert"
    STEP = "step", "Étape"
    CORRECTION = "correction", "Correction"
    LEAD = "lead", "Chef de file"
    OFFICERS = "officers", "Référents"
    PARTNER = "partner", "Partenaire"
    ADOPTION = "adoption", "Rattachement"
    TAKEN_UP = "taken_up", "Repris d’un fichier"
    WISH = "wish", "Demande de l’employeur"


class CaseEvent(Model):
    """What happened to a case; the database refuses to change or delete a row."""

    __tablename__ = "case_events"
    __table_args__ = (Index("ix_case_events_case", "case_id", "id"),)

    id: Mapped[key]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    episode: Mapped[int]
    kind: Mapped[EventKind]
    step: Mapped[short | None]
    from_state: Mapped[State | None]
    to_state: Mapped[State | None]
    effective_on: Mapped[date]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    summary: Mapped[long_text] = mapped_column(default="")
    motive: Mapped[long_text] = mapped_column(default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    case_version: Mapped[int]

    actor: Mapped[User | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class CaseDeadline(Model):
    """Something expected by a date. Ends when the case moves, is answered when the thing was done."""

    __tablename__ = "case_deadlines"
    __table_args__ = (
        Index("ix_case_deadlines_case", "case_id"),
        Index(
            "ix_case_deadlines_open",
            "due_on",
            "id",
            postgresql_where=text("ended_on IS NULL"),
            sqlite_where=text("ended_on IS NULL"),
        ),
    )

    id: Mapped[key]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    rule: Mapped[short]
    label: Mapped[line]
    started_on: Mapped[date]
    due_on: Mapped[date]
    original_due_on: Mapped[date]
    cycle: Mapped[int] = mapped_column(default=1)
    paused_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    was_answered: Mapped[bool] = mapped_column(default=False)

    case: Mapped[Case] = relationship(back_populates="deadlines")
    reminders: Mapped[list["CaseReminder"]] = relationship(back_populates="deadline", cascade="all, delete-orphan")


class CaseReminder(Model):
    """A day on which the officers are to be reminded of a deadline, until it is queued."""

    __tablename__ = "case_reminders"
    __table_args__ = (
        Index(
            "ix_case_reminders_waiting",
            "remind_on",
            postgresql_where=text("queued_on IS NULL"),
            sqlite_where=text("queued_on IS NULL"),
        ),
    )

    id: Mapped[key]
    deadline_id: Mapped[int] = mapped_column(ForeignKey("case_deadlines.id"), index=True)
    offset: Mapped[int]
    cycle: Mapped[int]
    remind_on: Mapped[date]
    queued_on: Mapped[date | None]

    deadline: Mapped[CaseDeadline] = relationship(back_populates="reminders")
