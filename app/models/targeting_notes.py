"""What people add to a targeting list from what they know: notes, proposals and what was decided of them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Authored, Submitted, Versioned, key
from app.models.columns import text as long_text
from app.models.employers import Employer
from app.models.organisations import Organisation
from app.models.users import User
from app.models.visibility import Visibility
from workflows.targeting_proposals import Consent, Decision, NoteNature, ProposalKind, ProposalState, Reason


class TargetingNote(Submitted, Authored, Model):
    """Something known of an employer of a list: a fact or a perception, dated, and who may read it."""

    __tablename__ = "targeting_notes"
    __table_args__ = (Index("ix_targeting_notes_employer", "campaign_id", "employer_id"),)

    id: Mapped[key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("targeting_campaigns.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"))
    nature: Mapped[NoteNature]
    noted_on: Mapped[date]
    is_fact: Mapped[bool]
    wording: Mapped[long_text]
    visibility: Mapped[Visibility]

    author: Mapped[User] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class TargetingProposal(Versioned, Submitted, Authored, Model):
    """What is proposed of an employer, why, and what was decided; kept whatever becomes of it.

    `decided` is the class that it gave, once accepted.
    """

    __tablename__ = "targeting_proposals"
    __table_args__ = (Index("ix_targeting_proposals_employer", "campaign_id", "employer_id"),)

    id: Mapped[key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("targeting_campaigns.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employers.id"), index=True)
    kind: Mapped[ProposalKind]
    reason: Mapped[Reason]
    wording: Mapped[long_text]
    consent: Mapped[Consent | None]
    postponed_until: Mapped[date | None]
    state: Mapped[ProposalState] = mapped_column(default=ProposalState.PENDING)
    decided: Mapped[Decision | None]
    answer: Mapped[long_text] = mapped_column(default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]

    author: Mapped[User] = relationship(foreign_keys="TargetingProposal.author_id")
    organisation: Mapped[Organisation | None] = relationship()
    employer: Mapped[Employer] = relationship()
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
