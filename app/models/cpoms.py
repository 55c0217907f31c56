"""Pluriannual contracts (CPOM) of employers, as one organisation knows them, and the objectives written in them."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import NO_CONVENTION, NO_FILE, Versioned, key, line, text
from app.models.employers import Structure
from app.models.organisations import Organisation
from workflows.labels import LabelledEnum


class SignatoryBody(LabelledEnum):
    """Which authority signs beside the employer; never who signed for it."""

    ARS = "ars", "ARS"
    DEPT = "dept", "Département"
    OTHER = "other", "autre autorité"


class ObjectiveState(LabelledEnum):
    """Where an objective stands, in the words of its follow-up."""

    PLANNED = "planned", "À engager"
    UNDER_WAY = "under_way", "En cours"
    ACHIEVED = "achieved", "Atteint"
    PARTIAL = "partial", "Atteint en partie"
    NOT_ACHIEVED = "not_achieved", "Non atteint"
    DROPPED = "dropped", "Abandonné"


class Cpom(Versioned, Model):
    """A contract of an employer (legal entity), as `organisation_id` tells it; two organisations may tell the same.

    One date at least is known. `noted_on` is the day of the last file that changed it, `import_id` that file.
    """

    __tablename__ = "cpoms"

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    signed_on: Mapped[date | None]
    in_force_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    extended_until: Mapped[date | None]
    noted_on: Mapped[date]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"))

    organisation: Mapped[Organisation] = relationship()
    signatories: Mapped[list["CpomSignatory"]] = relationship(order_by="CpomSignatory.body")
    structure_links: Mapped[list["CpomStructure"]] = relationship()

    convention_id = NO_CONVENTION  # set by the query: the convention that opens another organisation’s contract
    file_name = NO_FILE  # set by the query, for the organisation whose file it is

    @property
    def starts_on(self) -> date | None:
        return self.in_force_on or self.signed_on

    @property
    def over_on(self) -> date | None:
        """Its last day, extension included; None when nobody said it."""
        return self.extended_until or self.ends_on

    def is_over(self, today: date) -> bool:
        return self.over_on is not None and self.over_on < today

    def is_to_come(self, today: date) -> bool:
        return self.starts_on is not None and self.starts_on > today


class CpomSignatory(Model):
    """An authority that signed a contract."""

    __tablename__ = "cpom_signatories"
    __table_args__ = (UniqueConstraint("cpom_id", "body"),)

    id: Mapped[key]
    cpom_id: Mapped[int] = mapped_column(ForeignKey("cpoms.id"))
    body: Mapped[SignatoryBody]


class CpomStructure(Model):
    """An establishment or service that a contract covers."""

    __tablename__ = "cpom_structures"
    __table_args__ = (UniqueConstraint("cpom_id", "structure_id"),)

    id: Mapped[key]
    cpom_id: Mapped[int] = mapped_column(ForeignKey("cpoms.id"))
    structure_id: Mapped[int] = mapped_column(ForeignKey("structures.id"), index=True)

    structure: Mapped[Structure] = relationship()


class CpomObjective(Versioned, Model):
    """An objective of an employer, as `organisation_id` follows it. Values are in millionths of their one unit."""

    __tablename__ = "cpom_objectives"

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    axis: Mapped[line] = mapped_column(default="")
    wording: Mapped[text]
    indicator: Mapped[text] = mapped_column(default="")
    is_rate: Mapped[bool] = mapped_column(default=False)
    baseline: Mapped[int | None] = mapped_column(BigInteger)
    baseline_year: Mapped[int | None]
    target: Mapped[int | None] = mapped_column(BigInteger)
    target_year: Mapped[int | None]
    state: Mapped[ObjectiveState | None]
    noted_on: Mapped[date]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"))

    organisation: Mapped[Organisation] = relationship()
    milestones: Mapped[list["CpomMilestone"]] = relationship(order_by="CpomMilestone.year")

    convention_id = NO_CONVENTION  # both set by the query, as those of `Cpom`
    file_name = NO_FILE


class CpomMilestone(Model):
    """What an objective should have reached in a year on the way to its target, in millionths of its unit."""

    __tablename__ = "cpom_milestones"
    __table_args__ = (Index("uq_cpom_milestones_year", "objective_id", "year", unique=True),)

    id: Mapped[key]
    objective_id: Mapped[int] = mapped_column(ForeignKey("cpom_objectives.id"))
    year: Mapped[int]
    value: Mapped[int] = mapped_column(BigInteger)
