"""Who signs a targeting list for each organisation, and what each has answered: nothing of it is ever erased."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Submitted, Versioned, digest, key, line, short
from app.models.columns import text as long_text
from app.models.organisations import Organisation
from app.models.users import User
from workflows.targeting_list import Answer

IN_FORCE = text("voided_at IS NULL")


class TargetingSignatory(Versioned, Model):
    """The place of an organisation among the signatories of a list, and the person who signs for it once named.

    Freezing makes the places: `part` is the key of the organisation's own text, empty when it signs the whole.
    `is_concerned` is false once a later version has nothing of its own for it: its answer is then not awaited.
    """

    __tablename__ = "targeting_signatories"
    __table_args__ = (UniqueConstraint("campaign_id", "organisation_id"),)

    id: Mapped[key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("targeting_campaigns.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    part: Mapped[short] = mapped_column(default="")
    is_concerned: Mapped[bool] = mapped_column(default=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    function: Mapped[line] = mapped_column(default="")
    delegation: Mapped[long_text] = mapped_column(default="")
    named_at: Mapped[datetime | None]
    named_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    organisation: Mapped[Organisation] = relationship()
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])


class TargetingAnswer(Submitted, Model):
    """What an organisation answered of a version, as it was signed; void once its text changed, or answered again.

    `read` are the digests of the texts that its author had before the eyes, by key; `root` the digest that was
    confirmed. `voided_parts` are the texts whose change voided it: none when the same organisation answered again.
    """

    __tablename__ = "targeting_answers"
    __table_args__ = (
        Index(
            "uq_targeting_answers_in_force",
            "signatory_id",
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        ),
        Index("ix_targeting_answers_signatory", "signatory_id", "id"),
    )

    id: Mapped[key]
    signatory_id: Mapped[int] = mapped_column(ForeignKey("targeting_signatories.id"))
    number: Mapped[int]
    answer: Mapped[Answer]
    reason: Mapped[long_text] = mapped_column(default="")
    answered_at: Mapped[datetime]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    function: Mapped[line]
    delegation: Mapped[long_text] = mapped_column(default="")
    address: Mapped[str] = mapped_column(String(45))
    root: Mapped[digest]
    read: Mapped[dict[str, str]] = mapped_column(JSON)
    voided_at: Mapped[datetime | None]
    voided_parts: Mapped[list[str]] = mapped_column(JSON, default=list)

    signatory: Mapped[TargetingSignatory] = relationship()
    author: Mapped[User] = relationship()
