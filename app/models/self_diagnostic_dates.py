"""The date that a house means its self-diagnostic for."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Versioned
from app.models.employers import Employer
from app.models.organisations import Organisation


class SelfDiagnosticDate(Versioned, Model):
    """One a house: set by its managers, or proposed by the organisation that supports it; `stopped_at`: no reminder."""

    __tablename__ = "self_diagnostic_dates"

    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    due_on: Mapped[date]
    set_at: Mapped[datetime]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    stopped_at: Mapped[datetime | None]

    employer: Mapped[Employer] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
