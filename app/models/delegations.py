"""Delegations: what somebody may do, lent for a time to a colleague of the same organisation."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Submitted, key, text
from app.models.users import Capacity, User

OF_GIVER = "and_(Delegation.giver_id == Capacity.user_id, Delegation.organisation_id == Capacity.organisation_id)"


class Delegation(Submitted, Model):
    """These days included, unless taken back before; never more than the giver holds on the day itself."""

    __tablename__ = "delegations"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        CheckConstraint("giver_id <> receiver_id", name="to_somebody_else"),
        Index("ix_delegations_receiver_id", "receiver_id", "organisation_id"),
        Index("ix_delegations_giver_id", "giver_id", "organisation_id"),
    )

    id: Mapped[key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    giver_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    departements: Mapped[text] = mapped_column(default="")
    """Codes apart by a space."""
    is_coordinator: Mapped[bool] = mapped_column(default=False)
    is_administrator: Mapped[bool] = mapped_column(default=False)
    revoked_on: Mapped[date | None]

    giver: Mapped[User] = relationship(foreign_keys=[giver_id])
    receiver: Mapped[User] = relationship(foreign_keys=[receiver_id])
    giver_post: Mapped[Capacity | None] = relationship(
        primaryjoin=OF_GIVER, foreign_keys=[giver_id, organisation_id], viewonly=True, uselist=False
    )

    def is_running(self, day: date) -> bool:
        """Tell whether it covers that day; what its giver holds is another question."""
        return self.revoked_on is None and self.starts_on <= day <= self.ends_on
