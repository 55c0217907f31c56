"""Exceptional accesses: one person, one case outside its own départements, a few hours, for a reason."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.cases import Case
from app.models.columns import Submitted, key, text
from app.models.users import User
from workflows.labels import LabelledEnum


class ExceptionReason(LabelledEnum):
    """Why it cannot wait."""

    UNREACHABLE = "unreachable", "Le référent est absent ou injoignable"
    CALL = "call", "L’employeur appelle et attend une réponse aujourd’hui"
    ALERT = "alert", "Une alerte est à traiter aujourd’hui"
    OTHER = "other", "Autre, précisé ci-dessous"


class ExceptionalAccess(Submitted, Model):
    """Open until `expires_at`, unless it was closed before; `seen` by somebody else who manages the access."""

    __tablename__ = "exceptional_accesses"
    __table_args__ = (
        Index("ix_exceptional_accesses_user_id", "user_id", "expires_at"),
        Index("ix_exceptional_accesses_organisation_id", "organisation_id", "opened_at"),
    )

    id: Mapped[key]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    reason: Mapped[ExceptionReason]
    explanation: Mapped[text]
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    case: Mapped[Case] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    seen_by: Mapped[User | None] = relationship(foreign_keys=[seen_by_id])

    def is_running(self, now: datetime) -> bool:
        """Tell whether it opens the case at that instant."""
        return self.closed_at is None and now < self.expires_at
