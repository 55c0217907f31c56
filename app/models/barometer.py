"""The monthly barometer of an employer: its figures month by month, its own prices, who asked for a reminder."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Submitted, Versioned, key, line, text
from app.models.shares import SharedCopy
from app.models.users import User

_WHOLE_HOUSE = sql("structure_id IS NULL")


class BarometerEntry(Submitted, Model):
    """What was noted of one month, of the whole house or of one structure. Never changed: the last number stands.

    The number is also the version that a form carries, and no two rows may have the same.
    """

    __tablename__ = "barometer_entries"
    __table_args__ = (
        UniqueConstraint("structure_id", "month", "number"),
        Index(
            "uq_barometer_entries_house",
            "employer_id",
            "month",
            "number",
            unique=True,
            postgresql_where=_WHOLE_HOUSE,
            sqlite_where=_WHOLE_HOUSE,
        ),
        Index("ix_barometer_entries_employer", "employer_id", "structure_id", "month"),
    )

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"))
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structures.id"))
    month: Mapped[date]
    """Its first day."""
    number: Mapped[int]
    """From 1."""
    figures: Mapped[dict[str, int]] = mapped_column(JSON)
    """By name of measure (`workflows.barometer`): what is absent is not known."""
    remark: Mapped[text] = mapped_column(default="")
    file_name: Mapped[line] = mapped_column(default="")
    """Of the file that brought it in; empty when it was typed."""
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    entered_by: Mapped[User] = relationship()


class BarometerPrices(Versioned, Model):
    """What a day of absence and a departure cost, as the house itself reckons, and how it found out."""

    __tablename__ = "barometer_prices"

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), unique=True)
    day_cents: Mapped[int | None]
    day_source: Mapped[line] = mapped_column(default="")
    departure_cents: Mapped[int | None]
    departure_source: Mapped[line] = mapped_column(default="")
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class BarometerReminder(Model):
    """Somebody wants to be reminded of the month that ends, for one house."""

    __tablename__ = "barometer_reminders"
    __table_args__ = (UniqueConstraint("user_id", "employer_id"),)

    id: Mapped[key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"))
    asked_at: Mapped[datetime]


class BarometerShare(SharedCopy, Model):
    """What one organisation may read of the months of a place; `content`: figures by month (`workflows.barometer`)."""

    __tablename__ = "barometer_shares"
    __table_args__ = (Index("ix_barometer_shares_organisation", "organisation_id", "employer_id"),)

    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structures.id"))
    first_month: Mapped[date]
    last_month: Mapped[date]
    measures: Mapped[Any] = mapped_column(JSON)
    """Their names, in the order of `workflows.barometer`."""
