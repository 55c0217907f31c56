"""Conventions between organisations: what each lets the others read, where, from when and until when."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Submitted, Versioned, departement_code, key, line, short, text
from app.models.organisations import Organisation
from app.models.users import User


class Convention(Versioned, Submitted, Model):
    """A dated agreement. Once another party has confirmed it, only its end may still be written."""

    __tablename__ = "conventions"
    __table_args__ = (CheckConstraint("valid_until >= valid_from", name="ends_after_it_starts"),)

    id: Mapped[key]
    reference: Mapped[short] = mapped_column(unique=True)
    title: Mapped[line]
    legal_basis: Mapped[text]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("conventions.id"))
    closed_on: Mapped[date | None]
    closing_motive: Mapped[text] = mapped_column(default="")

    organisation: Mapped[Organisation] = relationship()
    recorded_by: Mapped[User] = relationship()
    amends: Mapped["Convention | None"] = relationship(remote_side="Convention.id")
    parties: Mapped[list["ConventionParty"]] = relationship(
        back_populates="convention", cascade="all, delete-orphan", order_by="ConventionParty.organisation_id"
    )
    families: Mapped[list["ConventionFamily"]] = relationship(
        cascade="all, delete-orphan", order_by="ConventionFamily.family"
    )
    departements: Mapped[list["ConventionDepartement"]] = relationship(
        cascade="all, delete-orphan", order_by="ConventionDepartement.departement"
    )

    @property
    def is_confirmed_by_others(self) -> bool:
        return any(p.confirmed_on for p in self.parties if p.organisation_id != self.organisation_id)

    def is_in_force(self, day: date) -> bool:
        """Tell whether it runs on that day; each party counts from its own confirmation besides."""
        return self.valid_from <= day <= self.valid_until and (self.closed_on is None or day < self.closed_on)


class ConventionParty(Model):
    """An organisation named by a convention: bound from its own confirmation until it leaves."""

    __tablename__ = "convention_parties"

    convention_id: Mapped[int] = mapped_column(ForeignKey("conventions.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
    confirmed_on: Mapped[date | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    left_on: Mapped[date | None]
    leaving_motive: Mapped[text] = mapped_column(default="")

    convention: Mapped[Convention] = relationship(back_populates="parties")
    organisation: Mapped[Organisation] = relationship()
    confirmed_by: Mapped[User | None] = relationship()

    def is_bound(self, day: date) -> bool:
        """Tell whether the party has confirmed by that day and has not left."""
        has_confirmed = self.confirmed_on is not None and self.confirmed_on <= day
        return has_confirmed and (self.left_on is None or day < self.left_on)


class ConventionFamily(Model):
    """A family of data that a convention opens, by its slug in the matrix of rights."""

    __tablename__ = "convention_families"

    convention_id: Mapped[int] = mapped_column(ForeignKey("conventions.id"), primary_key=True)
    family: Mapped[short] = mapped_column(primary_key=True)


class ConventionDepartement(Model):
    """A département where a convention applies."""

    __tablename__ = "convention_departements"

    convention_id: Mapped[int] = mapped_column(ForeignKey("conventions.id"), primary_key=True)
    departement: Mapped[departement_code] = mapped_column(primary_key=True)
