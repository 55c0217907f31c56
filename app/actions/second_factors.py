"""The second factor: enrolled, asked for, replaced by a recovery code, removed. No code is taken twice."""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, func, select, update

from app.actions.journal import record
from app.actions.notices import Notice, tell
from app.extensions import db
from app.models import JournalAction, ObjectKind, RecoveryCode, SecondFactor, User

STEP_SECONDS = 30
RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for another when copied by hand."""


@dataclass(frozen=True)
class Enrolment:
    """What the application on the phone is given: the secret to type, and the same as an address to scan."""

    secret: str
    address: str


def begin_enrolment(user: User, secret_key: str, *, now: datetime) -> None:
    """Draw a secret that waits for its first code; one that waited already is replaced."""
    secret = _cipher(secret_key).encrypt(pyotp.random_base32().encode()).decode()
    if user.second_factor is None:
        user.second_factor = SecondFactor(user_id=user.id, secret=secret, created_at=now)
    elif user.second_factor.confirmed_at is None:
        user.second_factor.secret, user.second_factor.created_at = secret, now


def enrolment_of(user: User, secret_key: str) -> Enrolment | None:
    """Return what to scan while the first code is awaited, else None: a secret in use is never shown again."""
    factor = user.second_factor
    if factor is None or factor.confirmed_at is not None or not (secret := _secret(factor, secret_key)):
        return None
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="Jalon"))


def confirm_enrolment(user: User, code: str, secret_key: str, *, now: datetime) -> list[str]:
    """Put the second factor to use if the code is right; return the recovery codes, to be shown once, or nothing."""
    factor = user.second_factor
    if factor is None or factor.confirmed_at is not None or not _take_code(factor, code, secret_key, now=now):
        return []
    factor.confirmed_at = now
    tell(user.id, Notice.SECOND_FACTOR_ADDED, now=now)
    codes = _draw_recovery_codes(user.id, secret_key)
    record(JournalAction.SECOND_FACTOR_ADDED, ObjectKind.USER, user.id, {}, actor=None, now=now, by=user.id)
    return codes


def check_second_factor(user: User, code: str, secret_key: str, *, now: datetime) -> bool:
    """Take a code of the phone or a recovery code, either of them once; False when it is not right."""
    factor, typed = user.second_factor, "".join(code.split()).replace("-", "").lower()
    if factor is None or factor.confirmed_at is None:
        return False
    if len(typed) == 6 and typed.isdecimal():
        return _take_code(factor, typed, secret_key, now=now)
    return _take_recovery_code(user.id, typed, secret_key, now=now)


def renew_recovery_codes(user: User, secret_key: str, *, now: datetime) -> list[str]:
    """Replace the recovery codes, used or not; return the new ones, to be shown once."""
    tell(user.id, Notice.RECOVERY_CODES_RENEWED, now=now)
    return _draw_recovery_codes(user.id, secret_key)


def count_recovery_codes(user_id: int) -> int:
    """Return how many recovery codes are left."""
    left = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(left) or 0


def remove_second_factor(user: User, *, now: datetime, by: int | None) -> bool:
    """Remove it with its recovery codes; return False when there was none in use. `by`: who does, None: a command."""
    was_in_use = user.has_second_factor
    user.second_factor = None
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    if was_in_use:
        tell(user.id, Notice.SECOND_FACTOR_REMOVED, now=now)
        record(JournalAction.SECOND_FACTOR_REMOVED, ObjectKind.USER, user.id, {}, actor=None, now=now, by=by)
    return was_in_use


def _take_code(factor: SecondFactor, code: str, secret_key: str, *, now: datetime) -> bool:
    """A code of the present step, the one before or the one after, later than the last one taken."""
    secret = _secret(factor, secret_key)
    typed = "".join(code.split())
    if not secret or not (typed.isascii() and typed.isdecimal()):
        return False
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    steps = [
        step for step in (present - 1, present, present + 1) if hmac.compare_digest(totp.generate_otp(step), typed)
    ]
    if not steps:
        return False
    # Decided by the database: of two requests with the same code, one is let through.
    taken = (
        update(SecondFactor)
        .where(SecondFactor.user_id == factor.user_id, SecondFactor.last_step < steps[-1])
        .values(last_step=steps[-1])
        .returning(SecondFactor.user_id)
    )
    return db.session.scalar(taken) is not None


def _take_recovery_code(user_id: int, code: str, secret_key: str, *, now: datetime) -> bool:
    used = (
        update(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.digest == _digest(user_id, code, secret_key))
        .where(RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return db.session.scalar(used) is not None


def _draw_recovery_codes(user_id: int, secret_key: str) -> list[str]:
    drawn = ["".join(secrets.choice(LETTERS) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    db.session.add_all(RecoveryCode(user_id=user_id, digest=_digest(user_id, code, secret_key)) for code in drawn)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in drawn]


def _digest(user_id: int, code: str, secret_key: str) -> str:
    return hmac.new(_derived(secret_key, b"recovery codes"), f"{user_id}:{code}".encode(), sha256).hexdigest()


def _secret(factor: SecondFactor, secret_key: str) -> str:
    """Return the secret in clear; nothing when the key of the application has changed since."""
    try:
        return _cipher(secret_key).decrypt(factor.secret.encode()).decode()
    except InvalidToken:
        return ""


def _cipher(secret_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(secret_key, b"second factors")))


def _derived(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"jalon " + purpose).derive(secret_key.encode())
