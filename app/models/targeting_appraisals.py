"""What whoever met an employer says of the list that pointed to it; the employer never reads it."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.cases import Case
from app.models.columns import Authored, Versioned, key, text
from app.models.users import User
from workflows.targeting_appraisal import Fairness, FairnessReason


class TargetingAppraisal(Versioned, Authored, Model):
    """One answer for a case; `campaign_id` is the list that it was opened from, empty when a file told of it."""

    __tablename__ = "targeting_appraisals"

    id: Mapped[key]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("targeting_campaigns.id"), index=True)
    verdict: Mapped[Fairness]
    reason: Mapped[FairnessReason]
    wording: Mapped[text]

    case: Mapped[Case] = relationship()
    author: Mapped[User] = relationship()
