"""Sessions: what stands behind a cookie, kept here so that it can be listed and ended."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import key, short
from app.models.users import User
from workflows.labels import LabelledEnum


class SignInWay(LabelledEnum):
    """How somebody showed who they are."""

    PASSWORD = "password", "mot de passe"
    OPENID = "openid", "fournisseur d’identité"
    MAGIC_LINK = "magic_link", "lien reçu par courriel"
    DEMO = "demo", "bouton de la démonstration"


class UserSession(Model):
    """One person signed in on one device. The cookie holds a random token, this row its digest."""

    __tablename__ = "user_sessions"
    __table_args__ = (Index("ix_user_sessions_user_id_device", "user_id", "device"),)

    id: Mapped[key]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    capacity_id: Mapped[int | None] = mapped_column(ForeignKey("capacities.id"), index=True)
    how: Mapped[SignInWay]
    device: Mapped[str] = mapped_column(String(64))
    """Digest of a cookie that outlives sessions: a device already seen is no news, and has its own count of errors."""
    browser: Mapped[short]
    address: Mapped[short]
    created_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    second_factor_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
