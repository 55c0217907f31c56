"""The journal as it is read: what changed, what was reached, newest first, without a word of any case."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from app.clock import PARIS
from app.extensions import at_most, db
from app.models import AccessEntry, JournalEntry, Organisation, User
from app.permissions import Actor, sees_journal_entry

PAGE = 50


@dataclass(frozen=True)
class JournalFilters:
    """What the address of the page says; empty means no restriction. Days are those of Paris, both included."""

    q: str = ""
    since: date | None = None
    until: date | None = None
    action: str = ""
    organisation: int | None = None

    def arguments(self) -> dict[str, Any]:
        """Return what differs from the default, as arguments of the address."""
        return {f.name: str(value) for f in fields(self) if (value := getattr(self, f.name)) != f.default}


def list_entries(
    actor: Actor, filters: JournalFilters, *, before: int | None = None, limit: int = PAGE + 1
) -> Sequence[Any]:
    """Return what changed (one row more than PAGE when older ones exist), from the entry number `before` back."""
    columns = (
        JournalEntry.id, JournalEntry.recorded_at, JournalEntry.action, JournalEntry.object_kind,
        JournalEntry.object_id, JournalEntry.chain, JournalEntry.actor_id.label("user_id"),
    )  # fmt: skip
    return _list(JournalEntry, JournalEntry.actor_id, columns, actor, filters, (before, limit))


def list_accesses(
    actor: Actor, filters: JournalFilters, *, before: int | None = None, limit: int = PAGE + 1
) -> Sequence[Any]:
    """Return what was reached or refused, likewise."""
    columns = (
        AccessEntry.id, AccessEntry.recorded_at, AccessEntry.action, AccessEntry.object_kind, AccessEntry.object_id,
        AccessEntry.user_id, AccessEntry.request, AccessEntry.status, AccessEntry.is_out_of_territory,
        AccessEntry.filters, AccessEntry.rows,
    )  # fmt: skip
    return _list(AccessEntry, AccessEntry.user_id, columns, actor, filters, (before, limit))


def _list(
    entry: Any,
    user_id: Any,
    columns: tuple[Any, ...],
    actor: Actor,
    filters: JournalFilters,
    page: tuple[int | None, int],
) -> Sequence[Any]:
    before, limit = page
    statement: Select[Any] = (
        select(*columns, User.given_name, User.family_name, Organisation.short_name.label("organisation"))
        .outerjoin(User, User.id == user_id)
        .outerjoin(Organisation, Organisation.id == entry.organisation_id)
        .where(sees_journal_entry(actor, entry.organisation_id, user_id), *_conditions(entry, filters))
    )
    if before is not None:
        statement = statement.where(entry.id < before)
    return db.session.execute(statement.order_by(entry.id.desc()).limit(at_most(limit))).all()


def _conditions(entry: Any, filters: JournalFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.since:
        found.append(entry.recorded_at >= _midnight(filters.since))
    if filters.until:
        found.append(entry.recorded_at < _midnight(filters.until + timedelta(days=1)))
    if filters.action:
        found.append(entry.action == filters.action)
    if filters.organisation:
        found.append(entry.organisation_id == filters.organisation)
    whole = User.given_name + " " + User.family_name
    found += [or_(whole.icontains(word, autoescape=True), User.email == word.lower()) for word in filters.q.split()]
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS)


def list_organisation_choices() -> list[tuple[str, str]]:
    """Return (number, short name) of every organisation, for the filter of the platform's administration."""
    rows = db.session.execute(select(Organisation.id, Organisation.short_name).order_by(Organisation.short_name))
    return [(str(number), name) for number, name in rows]
