"""Who a person of an identity provider is here."""

from sqlalchemy import select

from app.extensions import db
from app.models import User, UserIdentity
from app.queries.users import get_user


def get_linked_user(issuer: str, sub: str) -> User | None:
    """Return the enabled account tied to a person of a provider."""
    found = db.session.scalar(
        select(UserIdentity.user_id).where(UserIdentity.issuer == issuer, UserIdentity.sub == sub)
    )
    return get_user(found) if found else None


def is_linked(issuer: str, sub: str) -> bool:
    """Tell whether a person of a provider is tied to an account, enabled or not."""
    known = select(UserIdentity.id).where(UserIdentity.issuer == issuer, UserIdentity.sub == sub)
    return db.session.scalar(known) is not None
