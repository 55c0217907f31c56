"""Absences of the people of an organisation: from when to when, and who stands in. Never why."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Submitted, Versioned, key
from app.models.users import User


class Absence(Versioned, Submitted, Model):
    """Somebody is away from its post in one organisation, these days included."""

    __tablename__ = "absences"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        Index("ix_absences_user_id", "user_id", "organisation_id"),
    )

    id: Mapped[key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    stand_in_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    withdrawn_on: Mapped[date | None]
    """From that day on the person is back, or the absence was called off."""

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    stand_in: Mapped[User | None] = relationship(foreign_keys=[stand_in_id])

    def is_running(self, day: date) -> bool:
        """Tell whether the person is away that day."""
        return self.withdrawn_on is None and self.starts_on <= day <= self.ends_on
