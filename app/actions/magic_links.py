"""Links by mail, for all uses: made, asked for, used once. The secret is derived when the mail is written, never kept.

`secret_key` is the application's own. Nothing commits here; after `WrongCode` the view commits, so that the try counts.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, update

from app.actions.journal import record
from app.actions.outbox import queue_mail
from app.extensions import db
from app.models import CODE_TRIES, JournalAction, LinkPurpose, MagicLink, ObjectKind, User
from app.queries.magic_links import count_links_since, get_pending_link, is_pending
from app.queries.users import get_user, get_user_by_email

KEPT = timedelta(days=365)
"""How long an ended link is remembered, for whoever asks where it came from."""

VALIDITY = {
    LinkPurpose.SIGN_IN: timedelta(minutes=30),
    LinkPurpose.PASSWORD: timedelta(hours=1),
    LinkPurpose.INVITATION: timedelta(days=14),
    LinkPurpose.SIGNATURE: timedelta(days=21),
    LinkPurpose.STATUS_REPLY: timedelta(days=30),
}
SIGNING = frozenset({LinkPurpose.SIGNATURE})
"""Purposes that ask for a second factor whoever sends the link."""

MAIL_KIND = "magic_link"
MOST_PER_HOUR = 5
"""Links of one purpose that an address can be made to receive in an hour; the last one stays good."""
SECRET_LENGTH = 28
"""Characters of base32: 140 bits."""


class LinkDead(Exception):
    """Wrong, expired, replaced or already used: nothing tells these apart."""


class WrongCode(Exception):
    """The link is right but the code given by another channel is missing or wrong."""


class WrongSecret(LinkDead):
    """The link still opens something, and this is not its secret."""


@dataclass(frozen=True)
class Sent:
    """A link on its way, and the code to give by another channel: shown once to who sends it, never mailed."""

    link: MagicLink
    code: str | None


def send(
    email: str,
    purpose: LinkPurpose,
    *,
    secret_key: str,
    now: datetime,
    user: User | None = None,
    organisation_id: int | None = None,
    object_kind: str = "",
    object_id: int = 0,
    target: str = "",
    needs_second_factor: bool = False,
) -> Sent:
    """Make a link and queue its mail (`templates/mails/link_<purpose>`); earlier ones of its kind stop working.

    `user` is None for somebody without an account, who then acts for `organisation_id`. `target` is a local address to
    go to afterwards.
    """
    guarded = needs_second_factor or purpose in SIGNING
    reference = secrets.token_urlsafe(16)
    code = f"{secrets.randbelow(10**6):06d}" if guarded else None
    link = MagicLink(
        reference=reference,
        digest=_digest(make_secret(reference, secret_key)),
        purpose=purpose,
        email=email.strip().lower(),
        user_id=user.id if user else None,
        organisation_id=organisation_id,
        object_kind=object_kind,
        object_id=object_id,
        target=target[:255],
        created_at=now,
        expires_at=now + VALIDITY[purpose],
        needs_second_factor=guarded,
        code_digest=_code_digest(reference, code, secret_key) if code else None,
    )
    db.session.add(link)
    db.session.flush()
    queue_mail(link.user_id, template(link), MAIL_KIND, link.id, rule=purpose.value, now=now)
    return Sent(link, code)


def template(link: MagicLink) -> str:
    """Return the name of the mail that holds a link."""
    return f"link_{link.purpose.value}"


def ask(email: str, purpose: LinkPurpose, *, secret_key: str, now: datetime, target: str = "") -> None:
    """Send a link to the person of that address; do nothing, without a word, for nobody or too many requests."""
    user = get_user_by_email(email)
    if user is None or not user.is_enabled:
        return
    if count_links_since(user.email, purpose, now - timedelta(hours=1)) < MOST_PER_HOUR:
        send(user.email, purpose, user=user, secret_key=secret_key, now=now, target=target)


def make_secret(reference: str, secret_key: str) -> str:
    """Return the secret half of a link: the same each time its mail is written, so that a mail sent twice holds one.

    Derived from the application's key, which is not in the database: who reads the table opens nothing.
    """
    drawn = hmac.digest(secret_key.encode(), f"magic-link:{reference}".encode(), "sha256")
    text = base64.b32encode(drawn).decode()[:SECRET_LENGTH]
    return "-".join(text[start : start + 4] for start in range(0, SECRET_LENGTH, 4))


def opens(link: MagicLink, secret: str) -> bool:
    """Tell whether a secret is that of a link, however it was copied: spaces, dashes, small letters."""
    return hmac.compare_digest(_digest(secret), link.digest)


def unlock(reference: str, secret: str, code: str, *, secret_key: str, now: datetime) -> MagicLink:
    """Return a link whose holder has shown its secret and its code, without using it: what it leads to may be read.

    A right code gives the tries back: who knows it guesses nothing. Raises LinkDead, WrongSecret or WrongCode.
    """
    link = get_pending_link(reference, now)
    if link is None:
        raise LinkDead
    if not opens(link, secret):
        raise WrongSecret
    _check_code(link, code, secret_key)
    db.session.execute(update(MagicLink).where(MagicLink.id == link.id).values(code_tries=0))
    return link


def redeem(
    reference: str, secret: str, *, secret_key: str, now: datetime, signed_in_id: int | None = None, code: str = ""
) -> MagicLink:
    """Use a link and return it: once, whoever else tries at the same instant.

    `signed_in_id` is the person whose session is open, which stands for the code. Raises LinkDead or WrongCode.
    """
    link = get_pending_link(reference, now)
    if link is None or not opens(link, secret) or not _is_still_theirs(link):
        raise LinkDead
    if link.needs_second_factor and not (link.user_id and link.user_id == signed_in_id):
        _check_code(link, code, secret_key)
    use(link, now=now)
    return link


def use(link: MagicLink, *, now: datetime) -> None:
    """Use a link whose holder is known; raises LinkDead for who comes second."""
    used = (
        update(MagicLink)
        .where(MagicLink.id == link.id, is_pending(now))
        .values(used_at=now)
        .returning(MagicLink.id)
        .execution_options(synchronize_session=False)
    )
    if db.session.scalar(used) is None:
        raise LinkDead
    content = {"link": link.id, "purpose": link.purpose}
    record(JournalAction.LINK_FOLLOWED, ObjectKind.USER, link.user_id, content, actor=None, now=now, by=link.user_id)


def void(email: str, *purposes: LinkPurpose, now: datetime) -> None:
    """Make the links of these purposes sent to an address stop working."""
    db.session.execute(
        update(MagicLink)
        .where(MagicLink.email == email, MagicLink.purpose.in_(purposes), is_pending(now))
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )


def void_about(object_kind: str, object_id: int, *, now: datetime) -> None:
    """Make the links about one object stop working."""
    db.session.execute(
        update(MagicLink)
        .where(MagicLink.object_kind == object_kind, MagicLink.object_id == object_id, is_pending(now))
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )


def _is_still_theirs(link: MagicLink) -> bool:
    """A link to an account dies with it, and with its address."""
    if link.user_id is None:
        return True
    user = get_user(link.user_id)
    return user is not None and user.email == link.email


def _check_code(link: MagicLink, code: str, secret_key: str) -> None:
    """Take a try before looking: guesses sent side by side each count."""
    taken = (
        update(MagicLink)
        .where(MagicLink.id == link.id, MagicLink.code_tries < CODE_TRIES)
        .values(code_tries=MagicLink.code_tries + 1)
        .returning(MagicLink.code_tries)
        .execution_options(synchronize_session=False)
    )
    if db.session.scalar(taken) is None:
        raise LinkDead
    given = _code_digest(link.reference, "".join(code.split()), secret_key)
    if not hmac.compare_digest(given, link.code_digest or ""):
        raise WrongCode


def _code_digest(reference: str, code: str, secret_key: str) -> str:
    # Keyed: a million codes are tried in a second by who holds the table alone.
    return hmac.new(secret_key.encode(), f"link-code:{reference}:{code}".encode(), "sha256").hexdigest()


def _digest(secret: str) -> str:
    text = "".join(letter for letter in secret.upper() if letter.isalnum())
    return sha256(text.encode()).hexdigest()


def sweep_links(*, now: datetime) -> None:
    """Forget the links that ended a year ago."""
    db.session.execute(delete(MagicLink).where(MagicLink.expires_at < now - KEPT))
