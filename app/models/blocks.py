"""Why a Carsat cannot sign a contract with an employer: its own business, that nobody else ever reads."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Versioned, key, text
from app.models.users import User
from workflows.labels import LabelledEnum


class BlockReason(LabelledEnum):
    """What stands in the way of a contract."""

    INJUNCTION = "injunction", "Injonction en cours"
    EXTRA_CONTRIBUTION = "extra_contribution", "Cotisation supplémentaire en cours"
    UNPAID = "unpaid", "Cotisations non à jour"
    OTHER = "other", "Autre motif"


class CarsatBlock(Versioned, Model):
    """The block that one caisse has noted on one employer; in force from `since` to the eve of `lifted_on`."""

    __tablename__ = "carsat_blocks"
    __table_args__ = (
        UniqueConstraint("employer_id", "organisation_id"),
        CheckConstraint("lifted_on IS NULL OR lifted_on >= since", name="lifted_after_it_starts"),
    )

    id: Mapped[key]
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    since: Mapped[date]
    lifted_on: Mapped[date | None]
    reason: Mapped[BlockReason]
    note: Mapped[text] = mapped_column(default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]

    author: Mapped[User] = relationship()

    def is_in_force(self, day: date) -> bool:
        """Tell whether the block stands on that day."""
        return self.since <= day and (self.lifted_on is None or day < self.lifted_on)


NO_BLOCK: CarsatBlock | None = None
"""What a case is loaded with, for everybody but the caisse that wrote a block."""
