"""Money that an organisation gives to an employer: asked for, granted, paid."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import NO_CONVENTION, NO_FILE, Versioned, key, line, short
from app.models.employers import Structure
from app.models.organisations import Organisation
from workflows.labels import LabelledEnum


class AidStage(LabelledEnum):
    """How far the money has gone; read from the amounts, never written."""

    REQUESTED = "requested", "Demandée"
    GRANTED = "granted", "Accordée"
    PARTLY_PAID = "partly_paid", "Payée en partie"
    PAID = "paid", "Payée"
    NOT_GRANTED = "not_granted", "Non accordée"


class Aid(Versioned, Model):
    """One aid to an employer, or to one of its structures, kept by its payer (`organisation_id`). Whole cents.

    `year` is that of the budget when the file gives it, else of the first date known. What is paid never exceeds what
    is granted.
    """

    __tablename__ = "aids"

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structures.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    source: Mapped[line]
    reference: Mapped[short] = mapped_column(default="")
    year: Mapped[int | None]
    requested_cents: Mapped[int | None] = mapped_column(BigInteger)
    granted_cents: Mapped[int | None] = mapped_column(BigInteger)
    paid_cents: Mapped[int | None] = mapped_column(BigInteger)
    requested_on: Mapped[date | None]
    granted_on: Mapped[date | None]
    paid_on: Mapped[date | None]
    noted_on: Mapped[date]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"))

    organisation: Mapped[Organisation] = relationship()
    structure: Mapped[Structure | None] = relationship()

    convention_id = NO_CONVENTION  # both set by the query, as those of `Cpom`
    file_name = NO_FILE

    @property
    def stage(self) -> AidStage:
        if self.paid_cents:
            return AidStage.PAID if self.paid_cents >= (self.granted_cents or 0) else AidStage.PARTLY_PAID
        if self.granted_cents is None:
            return AidStage.REQUESTED
        return AidStage.GRANTED if self.granted_cents else AidStage.NOT_GRANTED
