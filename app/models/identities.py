"""Who a person is for an identity provider (ProConnect)."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import key, line
from app.models.users import User


class UserIdentity(Model):
    """The tie between an account and one person of a provider: `sub` never changes there, an address may."""

    __tablename__ = "user_identities"
    # One person of a provider opens one account; an account answers to one person of each provider.
    __table_args__ = (UniqueConstraint("issuer", "sub"), UniqueConstraint("user_id", "issuer"))

    id: Mapped[key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    issuer: Mapped[line]
    sub: Mapped[line]
    linked_at: Mapped[datetime]

    user: Mapped[User] = relationship()
