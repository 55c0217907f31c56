"""Accounts: the first organisations and people, signing in, passwords."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from secrets import token_hex
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from app.actions.errors import Unacceptable
from app.actions.journal import record
from app.actions.notices import Notice, tell
from app.actions.sessions import end_sessions
from app.extensions import db
from app.models import Capacity, JournalAction, ObjectKind, Organisation, OrganisationDepartement, User
from app.permissions import Actor
from app.queries.users import get_user_by_email
from app.readers.passwords import password_refusal
from workflows.roles import Role


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
    """Change the password of a person (by that person, without an actor); raises Unacceptable for a weak one."""
    _keep_password(user, password, hasher)
    record(JournalAction.PASSWORD_CHANGED, ObjectKind.USER, user.id, {}, actor=actor, now=now, by=user.id)


def _keep_password(user: User, password: str, hasher: PasswordHasher) -> None:
    if why := password_refusal(password, (user.email, user.given_name, user.family_name)):
        raise Unacceptable(why, field="password")
    user.password_hash = hasher.hash(password)


def change_password(
    user: User, password: str, hasher: PasswordHasher, *, now: datetime, session_id: int | None = None
) -> None:
    """Replace the password, end every session but the one given, tell the person; raises Unacceptable."""
    is_first = user.password_hash is None
    set_password(user, password, hasher, now=now)
    end_sessions(user.id, now=now, besides=session_id)
    if not is_first:
        tell(user.id, Notice.PASSWORD_CHANGED, now=now)


def check_credentials(email: str, password: str, hasher: PasswordHasher) -> User | None:
    """Return the enabled person who gave the right password, or None, whatever the reason, after the same work."""
    user = get_user_by_email(email)
    known = user if user and user.is_enabled and user.password_hash else None
    matches = knows_password(known, password, hasher)
    return known if matches else None


def knows_password(user: User | None, password: str, hasher: PasswordHasher) -> bool:
    """Tell whether this is the password of that person, after the same work for nobody and for who has none."""
    stored = user.password_hash if user and user.password_hash else _decoy(hasher)
    return _matches(stored, password, hasher) and user is not None


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
