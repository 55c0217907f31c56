"""Organisations that share the follow-up, and the départements they cover."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import departement_code, key, line, short
from workflows.roles import Role


class Organisation(Model):
    """A body that takes part: its territory is a set of départements, since a caisse is not a region."""

    __tablename__ = "organisations"

    id: Mapped[key]
    kind: Mapped[Role]
    name: Mapped[line] = mapped_column(unique=True)
    short_name: Mapped[short]
    siret: Mapped[str | None] = mapped_column(String(14))
    is_active: Mapped[bool] = mapped_column(default=True)
    review_due_on: Mapped[date | None]
    """When its people are next to be confirmed; set by the first round of the scheduler that meets it."""

    departements: Mapped[list["OrganisationDepartement"]] = relationship(
        order_by="OrganisationDepartement.departement", cascade="all, delete-orphan"
    )

    @property
    def territory(self) -> frozenset[str]:
        return frozenset(row.departement for row in self.departements)


class OrganisationDepartement(Model):
    """One département of an organisation's territory (COG code, text: « 2A », « 971 »)."""

    __tablename__ = "organisation_departements"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    departement: Mapped[departement_code] = mapped_column(primary_key=True)
