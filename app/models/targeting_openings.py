"""What the opening of cases will do with each employer of a signed list, and what it did."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.cases import Case
from app.models.columns import Versioned, key
from app.models.employers import Employer
from app.models.organisations import Organisation
from app.models.users import User
from workflows.targeting_opening import OpeningChoice


class TargetingOpening(Versioned, Model):
    """An employer of a signed list: who would lead, who would be in charge, whether its case is to be opened.

    `round` numbers the openings of a list: those who are told of one are told once. `case_id` stays empty until then,
    and is empty again once the case has been erased.
    """

    __tablename__ = "targeting_openings"
    __table_args__ = (
        UniqueConstraint("campaign_id", "employer_id"),
        Index("ix_targeting_openings_round", "campaign_id", "round"),
    )

    id: Mapped[key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("targeting_campaigns.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    lead_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    choice: Mapped[OpeningChoice | None]
    chosen_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    round: Mapped[int | None]
    opened_at: Mapped[datetime | None]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), unique=True)

    employer: Mapped[Employer] = relationship()
    lead_organisation: Mapped[Organisation | None] = relationship()
    officer: Mapped[User | None] = relationship(foreign_keys=[officer_id])
    case: Mapped[Case | None] = relationship()
