"""Employers (legal entities), their structures, the federations they belong to, the people one talks to."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import NO_CONVENTION, Submitted, Versioned, departement_code, key, line, short
from app.models.organisations import Organisation
from app.models.visibility import Visibility
from workflows.labels import LabelledEnum


class Sector(LabelledEnum):
    """Whether the employer's staff are public agents; decides which body may act."""

    PUBLIC = "public", "Public"
    PRIVATE = "private", "Privé"
    TO_CONFIRM = "to_confirm", "À confirmer"


class CivilServiceBranch(LabelledEnum):
    """The branch (versant) of the civil service of a public employer."""

    FPH = "fph", "Fonction publique hospitalière"
    FPT = "fpt", "Fonction publique territoriale"
    FPE = "fpe", "Fonction publique de l’État"


class Scheme(LabelledEnum):
    """The social-security scheme that covers accidents at work."""

    GENERAL = "general", "Régime général"
    AGRICOLE = "agricole", "Régime agricole (MSA)"
    CNRACL = "cnracl", "CNRACL"
    MIXED = "mixed", "Plusieurs régimes"


class Employer(Versioned, Model):
    """A legal entity (entité juridique): SIREN, FINESS EJ, statut juridique and what follows from it."""

    __tablename__ = "employers"

    id: Mapped[key]
    finess: Mapped[str | None] = mapped_column(String(9), unique=True)
    siren: Mapped[str | None] = mapped_column(String(9), index=True)
    name: Mapped[line]
    long_name: Mapped[line] = mapped_column(default="")
    legal_status: Mapped[str | None] = mapped_column(String(4))
    sector: Mapped[Sector]
    sector_confirmed_on: Mapped[date | None]
    sector_confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    civil_service_branch: Mapped[CivilServiceBranch | None]
    scheme: Mapped[Scheme | None]
    naf: Mapped[str | None] = mapped_column(String(5))
    idcc: Mapped[str | None] = mapped_column(String(4))
    headcount: Mapped[int | None]
    address: Mapped[line] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(String(5), default="")
    city: Mapped[line] = mapped_column(default="")
    departement: Mapped[departement_code | None] = mapped_column(index=True)
    phone: Mapped[str] = mapped_column(String(20), default="")
    is_closed: Mapped[bool] = mapped_column(default=False)
    search_key: Mapped[str] = mapped_column(String(600), default="")

    structures: Mapped[list["Structure"]] = relationship(back_populates="employer", order_by="Structure.name")
    contacts: Mapped[list["Contact"]] = relationship(order_by="Contact.family_name")

    __table_args__ = (Index("ix_employers_name_id", "name", "id"),)

    relations = frozenset[str]()  # set on the record by the query that loads it for a reader

    @property
    def is_public(self) -> bool:
        return self.sector is Sector.PUBLIC

    @property
    def is_private(self) -> bool:
        return self.sector is Sector.PRIVATE

    @property
    def needs_sector(self) -> bool:
        return self.sector is Sector.TO_CONFIRM


class Structure(Versioned, Model):
    """An establishment or service (ET): its place is its address, never the first digits of its number."""

    __tablename__ = "structures"

    id: Mapped[key]
    finess: Mapped[str] = mapped_column(String(9), unique=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    siret: Mapped[str | None] = mapped_column(String(14), index=True)
    name: Mapped[line]
    long_name: Mapped[line] = mapped_column(default="")
    category: Mapped[str] = mapped_column(String(4))
    address: Mapped[line] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(String(5), default="")
    city: Mapped[line] = mapped_column(default="")
    commune: Mapped[str | None] = mapped_column(String(5))
    departement: Mapped[departement_code] = mapped_column(index=True)
    phone: Mapped[str] = mapped_column(String(20), default="")
    naf: Mapped[str | None] = mapped_column(String(5))
    capacity: Mapped[int | None]
    headcount: Mapped[int | None]
    hours_served: Mapped[int | None]
    opened_on: Mapped[date | None]
    is_closed: Mapped[bool] = mapped_column(default=False)
    search_key: Mapped[str] = mapped_column(String(600), default="")

    employer: Mapped[Employer] = relationship(back_populates="structures")


class FederationMember(Model):
    """An employer's membership of a federation: several or none."""

    __tablename__ = "federation_members"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), primary_key=True, index=True)


class Contact(Versioned, Submitted, Model):
    """A person one talks to at an employer's, by function."""

    __tablename__ = "contacts"

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    given_name: Mapped[short] = mapped_column(default="")
    family_name: Mapped[short]
    function: Mapped[short]
    email: Mapped[line] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    visibility: Mapped[Visibility]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    left_on: Mapped[date | None]
    objected_on: Mapped[date | None]  # asked not to be among the contacts: no longer shown

    organisation: Mapped[Organisation | None] = relationship()

    convention_id = NO_CONVENTION  # set by the query: the convention that opens another organisation’s contact

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()
