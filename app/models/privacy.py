"""What data protection keeps: requests of people, announced erasures, and what is left of an erased case."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.cases import Source
from app.models.columns import Submitted, Versioned, departement_code, key, line, short
from app.models.columns import text as long_text
from app.models.organisations import Organisation
from workflows.data_request import RequestKind, RequestState
from workflows.roles import Role
from workflows.support_case import Outcome, State


class DataRequest(Versioned, Submitted, Model):
    """What a person asks about data that concern them; answered within a month (RGPD, art. 12.3)."""

    __tablename__ = "data_requests"
    __table_args__ = (
        CheckConstraint("(state = 'received') = (answered_on IS NULL)", name="answer_is_dated"),
        Index("ix_data_requests_due", "state", "due_on"),
    )

    id: Mapped[key]
    kind: Mapped[RequestKind]
    full_name: Mapped[line]
    email: Mapped[line] = mapped_column(index=True)
    message: Mapped[long_text] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    received_on: Mapped[date]
    due_on: Mapped[date]
    state: Mapped[RequestState] = mapped_column(default=RequestState.RECEIVED)
    answer: Mapped[long_text] = mapped_column(default="")
    answered_on: Mapped[date | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    organisation: Mapped[Organisation | None] = relationship()

    @property
    def reference(self) -> str:
        return f"DP-{self.id:05d}"

    @property
    def is_waiting(self) -> bool:
        return self.state is RequestState.RECEIVED


class RetentionNotice(Model):
    """An erasure announced to an organisation two weeks before it is done; one at a time for a rule."""

    __tablename__ = "retention_notices"
    __table_args__ = (
        Index(
            "uq_retention_notices_open",
            "slot",
            unique=True,
            postgresql_where=text("applied_at IS NULL"),
            sqlite_where=text("applied_at IS NULL"),
        ),
    )

    id: Mapped[key]
    slot: Mapped[short]  # the rule and the organisation, « 0 » for none: a unique index sees no two NULLs as equal
    rule: Mapped[short]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    noticed_on: Mapped[date]
    applies_on: Mapped[date]
    found: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    applied_at: Mapped[datetime | None]

    organisation: Mapped[Organisation | None] = relationship()


class AnonymousCase(Model):
    """What statistics keep of an erased case: nothing that leads back to an employer or a person."""

    __tablename__ = "anonymous_cases"

    id: Mapped[key]
    departement: Mapped[departement_code | None]
    category: Mapped[str | None] = mapped_column(String(4))
    size_class: Mapped[str] = mapped_column(String(20))
    source: Mapped[Source]
    state: Mapped[State]
    outcome: Mapped[Outcome | None]
    lead_kind: Mapped[Role | None]
    started_year: Mapped[int]
    ended_year: Mapped[int]


class GuardLift(Model):
    """While a row is here the append-only tables let go of rows; the transaction cannot be committed with one.

    `release_id` names a row that never exists, and is looked for at the commit only.
    """

    __tablename__ = "guard_lifts"

    id: Mapped[key]
    release_id: Mapped[int] = mapped_column(
        ForeignKey("guard_lifts.id", deferrable=True, initially="DEFERRED"), nullable=False
    )
