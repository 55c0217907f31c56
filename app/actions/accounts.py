"""Accounts: the first organisations and people, signing in, passwords."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from secrets import token_hex
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select, update

from app.actions.errors import Unacceptable
from app.actions.journal import record
from app.extensions import db
from app.models import Capacity, JournalAction, ObjectKind, Organisation, OrganisationDepartement, User
from app.permissions import Actor
from app.queries.users import get_user_by_email
from workflows.roles import Role

ATTEMPTS = 5
LOCK = timedelta(minutes=15)
MIN_PASSWORD = 12


def create_organisation(
    kind: Role, name: str, short_name: str, departements: Iterable[str], *, now: datetime, actor: Actor | None = None
) -> Organisation:
    """Create an organisation and its territory; raises Unacceptable for a name already taken."""
    if db.session.scalar(select(Organisation.id).where(Organisation.name == name)):
        raise Unacceptable(f"Un organisme s’appelle déjà « {name} ».", field="name")
    organisation = Organisation(kind=kind, name=name, short_name=short_name)
    organisation.departements = [OrganisationDepartement(departement=code) for code in sorted(set(departements))]
    db.session.add(organisation)
    db.session.flush()
    content = {"kind": kind, "departements": sorted(organisation.territory)}
    kept = JournalAction.ORGANISATION_CREATED, ObjectKind.ORGANISATION, organisation.id
    record(*kept, content, actor=actor, now=now)
    return organisation


def create_user(
    email: str,
    given_name: str,
    family_name: str,
    password: str,
    hasher: PasswordHasher,
    *,
    now: datetime,
    actor: Actor | None = None,
) -> User:
    """Create a person who may sign in; raises Unacceptable for a bad address, a taken one or a short password."""
    try:
        address = validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise Unacceptable(f"« {email} » n’est pas une adresse électronique.", field="email") from error
    if get_user_by_email(address):
        raise Unacceptable(f"Un compte existe déjà pour {address}.", field="email")
    user = User(email=address, given_name=given_name.strip(), family_name=family_name.strip())
    _keep_password(user, password, hasher)
    db.session.add(user)
    db.session.flush()
    record(JournalAction.ACCOUNT_CREATED, ObjectKind.USER, user.id, {}, actor=actor, now=now)
    return user


def give_capacity(
    user: User, organisation: Organisation, *, now: datetime, actor: Actor | None = None, **values: Any
) -> Capacity:
    """Let a person act for an organisation (`job_title`, `is_coordinator`, `is_administrator`)."""
    capacity = Capacity(organisation=organisation, **values)
    user.capacities.append(capacity)
    db.session.flush()
    rights = {"coordinator": capacity.is_coordinator, "administrator": capacity.is_administrator}
    content = {"user": user.id, "organisation": organisation.id, **rights}
    record(JournalAction.CAPACITY_GIVEN, ObjectKind.CAPACITY, capacity.id, content, actor=actor, now=now)
    return capacity


def set_password(
    user: User, password: str, hasher: PasswordHasher, *, now: datetime, actor: Actor | None = None
) -> None:
    """Change the password of a person (by that person, without an actor); raises Unacceptable when it is too short."""
    _keep_password(user, password, hasher)
    record(JournalAction.PASSWORD_CHANGED, ObjectKind.USER, user.id, {}, actor=actor, now=now, by=user.id)


def _keep_password(user: User, password: str, hasher: PasswordHasher) -> None:
    if len(password) < MIN_PASSWORD:
        raise Unacceptable(f"Choisissez un mot de passe d’au moins {MIN_PASSWORD} caractères.", field="password")
    user.password_hash = hasher.hash(password)
    user.failed_sign_ins, user.locked_until = 0, None


def check_credentials(email: str, password: str, hasher: PasswordHasher, *, now: datetime) -> User | None:
    """Return the person who gave the right password, or None, whatever the reason, after the same work."""
    user = get_user_by_email(email)
    known = user if user and user.is_enabled and user.password_hash else None
    matches = _matches(known.password_hash if known and known.password_hash else _decoy(hasher), password, hasher)
    if known is None or (known.locked_until and known.locked_until > now):
        return None
    if not matches:
        _count_failure(known, now=now)
        return None
    known.failed_sign_ins, known.locked_until = 0, None
    record(JournalAction.SIGNED_IN, ObjectKind.USER, known.id, {}, actor=None, now=now, by=known.id)
    return known


def _count_failure(user: User, *, now: datetime) -> None:
    """Count in the database itself: guesses sent side by side each count."""
    counted = update(User).where(User.id == user.id).values(failed_sign_ins=User.failed_sign_ins + 1)
    failures = db.session.scalar(counted.returning(User.failed_sign_ins))
    if failures and failures >= ATTEMPTS:
        db.session.execute(update(User).where(User.id == user.id).values(failed_sign_ins=0, locked_until=now + LOCK))
        record(JournalAction.ACCOUNT_LOCKED, ObjectKind.USER, user.id, {}, actor=None, now=now, by=user.id)


def _matches(stored: str, password: str, hasher: PasswordHasher) -> bool:
    try:
        return hasher.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


def _decoy(hasher: PasswordHasher) -> str:
    """Return a hash that no password opens, as long to check as a real one."""
    return _decoy_of(hasher.time_cost, hasher.memory_cost, hasher.parallelism)


@cache
def _decoy_of(time_cost: int, memory_cost: int, parallelism: int) -> str:
    # Made once: an unknown address must not cost one more hash than a known one.
    return PasswordHasher(time_cost, memory_cost, parallelism).hash(token_hex())
