"""Links sent by mail that let somebody do one thing, once. What opens them is never stored."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import key, line, short
from app.models.users import User
from workflows.labels import LabelledEnum

CODE_TRIES = 5
"""How often the code that goes with a link may be typed wrong before it opens nothing any more."""


class LinkPurpose(LabelledEnum):
    """What a link is good for, and for nothing else."""

    SIGN_IN = "sign_in", "Se connecter à Jalon"
    PASSWORD = "password", "Choisir un nouveau mot de passe"
    INVITATION = "invitation", "Ouvrir votre compte"
    SIGNATURE = "signature", "Signer un document"
    STATUS_REPLY = "status_reply", "Dire où vous en êtes"


class MagicLink(Model):
    """One link to one address for one purpose, about one object or none.

    `reference` is the public half, in the address of the page. The secret half is known by its SHA-256 only.
    `organisation_id` is that for which its holder acts, for want of an account that would tell.
    """

    __tablename__ = "magic_links"
    __table_args__ = (Index("ix_magic_links_email_purpose", "email", "purpose", "id"),)

    id: Mapped[key]
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[LinkPurpose]
    email: Mapped[line]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    object_kind: Mapped[short] = mapped_column(default="")
    object_id: Mapped[int] = mapped_column(default=0)
    target: Mapped[line] = mapped_column(default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    needs_second_factor: Mapped[bool] = mapped_column(default=False)
    code_digest: Mapped[str | None] = mapped_column(String(64))
    code_tries: Mapped[int] = mapped_column(default=0)

    user: Mapped[User | None] = relationship()

    def is_open(self, now: datetime) -> bool:
        """Tell whether it is neither used, nor expired, nor closed by wrong codes."""
        return self.used_at is None and self.expires_at > now and self.code_tries < CODE_TRIES
