"""The link of a forgotten password: signed, short-lived, good for one change."""

from hashlib import sha256

from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.models import User
from app.queries.users import get_user

TEMPLATE = "password_reset"
VALID_SECONDS = 3600
"""How long a link works; the mail that holds it says so."""


def make_token(user: User, secret_key: str) -> str:
    """Return the token of a link that works until the password changes, or it grows too old."""
    token = _serializer(secret_key).dumps([user.id, _fragment(user)])
    return token if isinstance(token, str) else token.decode()


def read_token(token: str, secret_key: str, max_age: int = VALID_SECONDS) -> User | None:
    """Return the enabled person a token was made for at most `max_age` seconds ago.

    None when it is forged, too old, or when the password has changed since: a link works once.
    """
    try:
        user_id, fragment = _serializer(secret_key).loads(token, max_age=max_age)
    except (BadSignature, ValueError, TypeError):
        return None
    user = get_user(user_id)
    return user if user and fragment == _fragment(user) else None


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="password-link")


def _fragment(user: User) -> str:
    """A trace of the present password: once it is changed, links made before it no longer match."""
    return sha256((user.password_hash or "").encode()).hexdigest()[:16]
