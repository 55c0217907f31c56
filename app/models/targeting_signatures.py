"""Who signs a targeting list for each organisation, and what each has answered: nothing of it is ever rewritten."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Submitted, Versioned, digest, key, line, short
from app.models.columns import text as long_text
from app.models.organisations import Organisation
from app.models.users import User
from workflows.targeting_list import Answer

IN_FORCE = text("voided_at IS NULL")
RUNNING = text("withdrawn_at IS NULL")


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


class TargetingDelegate(Versioned, Submitted, Model):
    """Somebody without an account to whom an organisation leaves its signature of a list: one at a time.

    Who they are is never rewritten: another person, or another function, is another delegation. `appointed_as` is the
    function of who gave it, that day. `sent_at` is when the present link left, `reminded` how many days later its last
    reminder did.
    """

    __tablename__ = "targeting_delegates"
    __table_args__ = (
        Index(
            "uq_targeting_delegates_running",
            "signatory_id",
            unique=True,
            sqlite_where=RUNNING,
            postgresql_where=RUNNING,
        ),
    )

    id: Mapped[key]
    signatory_id: Mapped[int] = mapped_column(ForeignKey("targeting_signatories.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    given_name: Mapped[short]
    family_name: Mapped[short]
    function: Mapped[line]
    email: Mapped[line]
    appointed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    appointed_as: Mapped[line] = mapped_column(default="")
    appointed_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    reminded: Mapped[int] = mapped_column(default=0)

    signatory: Mapped[TargetingSignatory] = relationship()
    appointed_by: Mapped[User] = relationship()

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def origin(self) -> str:
        """By whose delegation this person signs, as it is printed."""
        giver = ", ".join(filter(None, (self.appointed_by.full_name, self.appointed_as)))
        return f"par délégation de {giver}"


class TargetingAnswer(Submitted, Model):
    """What an organisation answered of a version, as it was signed; void once its text changed, or answered again.

    `read` are the digests of the texts that its author had before the eyes, by key; `root` the digest that was
    confirmed. `voided_parts` are the texts whose change voided it: none when the same organisation answered again.
    Its author has an account, or is a delegate.
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
        CheckConstraint("(author_id IS NULL) <> (delegate_id IS NULL)", name="one_author"),
    )

    id: Mapped[key]
    signatory_id: Mapped[int] = mapped_column(ForeignKey("targeting_signatories.id"))
    number: Mapped[int]
    answer: Mapped[Answer]
    reason: Mapped[long_text] = mapped_column(default="")
    answered_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("targeting_delegates.id"))
    function: Mapped[line]
    delegation: Mapped[long_text] = mapped_column(default="")
    address: Mapped[str] = mapped_column(String(45))
    root: Mapped[digest]
    read: Mapped[dict[str, str]] = mapped_column(JSON)
    voided_at: Mapped[datetime | None]
    voided_parts: Mapped[list[str]] = mapped_column(JSON, default=list)

    signatory: Mapped[TargetingSignatory] = relationship()
    author: Mapped[User | None] = relationship()
    delegate: Mapped[TargetingDelegate | None] = relationship()

    @property
    def signed_by(self) -> str:
        """The name of who answered."""
        person = self.author or self.delegate
        return person.full_name if person else ""
