"""The one door of the journal: what was done joins the chain of its case, or that of accounts, rights and exports.

A chain never forks: whoever adds to it holds its head until the commit (the case's own row, or the chain's).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, bindparam, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from app.extensions import db
from app.models import AccessAction, AccessEntry, Case, CaseEvent, JournalAction, JournalEntry, JournalHead, ObjectKind
from app.models.digests import GENESIS, digest
from app.models.journal import ACCOUNTS, HAPPENED, LINKED, digest_of
from app.permissions import Actor

CASES: Table = Case.__table__  # type: ignore[assignment]
ENTRIES: Table = JournalEntry.__table__  # type: ignore[assignment]
EVENTS: Table = CaseEvent.__table__  # type: ignore[assignment]
HEADS: Table = JournalHead.__table__  # type: ignore[assignment]
NEW_ACCESS = insert(AccessEntry.__table__)  # type: ignore[arg-type]
NEW_ENTRY = insert(ENTRIES)
NEW_EVENT = insert(EVENTS).returning(EVENTS.c.id)
OF_CASE = (CASES.c.journal_number, CASES.c.journal_digest)
# FOR NO KEY UPDATE, as when a case is loaded for a step: notes being written on it do not wait.
HEAD_OF_CASE = select(*OF_CASE).where(CASES.c.id == bindparam("case")).with_for_update(key_share=True)
MOVE_CASE = update(CASES).where(CASES.c.id == bindparam("case"))
HEAD = select(HEADS.c.number, HEADS.c.digest).where(HEADS.c.chain == bindparam("of")).with_for_update()
MOVE = update(HEADS).where(HEADS.c.chain == bindparam("of"))
DEPARTURES = {AccessAction.DOWNLOAD: JournalAction.DOWNLOADED, AccessAction.EXPORT: JournalAction.EXPORTED}


@dataclass(frozen=True)
class Head:
    """The last link of a chain."""

    chain: int
    number: int = 0
    digest: str = GENESIS


@dataclass(frozen=True)
class Deed:
    """What was done, to what, and the digest of what happened."""

    action: JournalAction
    kind: ObjectKind
    object_id: int | None
    content: str


def record(
    action: JournalAction,
    kind: ObjectKind,
    object_id: int | None,
    content: Any,
    *,
    actor: Actor | None,
    now: datetime,
    by: int | None = None,
) -> int:
    """Add to the chain of accounts, rights and exports what changed or left; return its number there.

    Give identifiers and rights, never a name, an address or a password: their digest could be guessed back. Call
    it late: whoever comes next waits for the commit. `by` is a person who acts in no capacity yet (signing in);
    without one and without an actor, it was a command.
    """
    head = hold(ACCOUNTS)
    moved = _link(head, Deed(action, kind, object_id, digest(content)), actor=actor, now=now, by=by)
    db.session.connection().execute(MOVE, {"of": ACCOUNTS, "number": moved.number, "digest": moved.digest})
    return moved.number


def hold(chain: int) -> Head:
    """Return the head of a chain that is not a case's, held until the commit."""
    row = db.session.connection().execute(HEAD, {"of": chain}).one()
    return Head(chain, *row)


def record_event(case: Case, event: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    """Write an event of a case and its entry, beside the session: the case's version does not move."""
    _move(case, _write_event(_hold_case(case), event, actor=actor, now=now))


def record_step(case: Case, event: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    """The same for a step on a case loaded under lock: its head moves with the record, in the same UPDATE."""
    head = Head(case.id, case.journal_number, case.journal_digest)
    moved = _write_event(head, event, actor=actor, now=now)
    case.journal_number, case.journal_digest = moved.number, moved.digest


def record_on_case(
    case: Case, action: JournalAction, kind: ObjectKind, object_id: int, content: Any, *, actor: Actor, now: datetime
) -> None:
    """Add to the chain of a case what is no event of its thread: its readers need not know, the journal does."""
    head = _hold_case(case)
    _move(case, _link(head, Deed(action, kind, object_id, digest(content)), actor=actor, now=now))


def keep_accesses(rows: Sequence[Mapping[str, Any]], actor: Actor | None, *, is_leaving: bool, now: datetime) -> None:
    """Write rows of access; when the last one is a file that leaves, it joins the chain of exports too.

    `now` is when they are written, and what the seals go by: a row that had to wait is not late for its seal.
    """
    timed = [{**row, "recorded_at": now} for row in rows]
    if is_leaving:
        row, action = timed[-1], DEPARTURES[timed[-1]["action"]]
        number = int(row["object_id"]) if (row["object_id"] or "").isdecimal() else None
        record(action, row["object_kind"], number, row, actor=actor, now=now)
    db.session.connection().execute(NEW_ACCESS, timed)


def tell_erased(case_ids: Sequence[int], *, now: datetime) -> None:
    """Say that these cases were erased when their time had come: what their chains tell of is then not missed."""
    for case_id in case_ids:
        record(JournalAction.CONTENT_ERASED, ObjectKind.CASE, case_id, {}, actor=None, now=now)


def begin_chains(cases: Select[Any], *, actor: Actor, now: datetime) -> int:
    """Write the first entry of the chains of cases just opened, each with one event; return how many.

    For `app.actions.opening_many`: nobody else knows of these cases yet, so that no head is to be held.
    """
    rows = db.session.connection().execute(select(EVENTS).where(EVENTS.c.case_id.in_(cases)))
    events = [dict(zip(EVENTS.c.keys(), row, strict=True)) for row in rows]
    entries = [
        _entry_after(
            Head(event["case_id"]),
            Deed(JournalAction.CASE_OPENED, ObjectKind.CASE_EVENT, event["id"], digest_of(HAPPENED, event)),
            actor=actor,
            now=now,
        )
        for event in events
    ]
    if not entries:
        return 0
    db.session.connection().execute(NEW_ENTRY, entries)
    first = select(ENTRIES.c.digest).where(ENTRIES.c.chain == CASES.c.id, ENTRIES.c.number == 1)
    moved = update(CASES).where(CASES.c.id.in_(cases), CASES.c.journal_number == 0)
    db.session.connection().execute(
        moved.values(journal_number=1, journal_digest=first.correlate(CASES).scalar_subquery())
    )
    return len(entries)


def _hold_case(case: Case) -> Head:
    db.session.flush()
    return Head(case.id, *db.session.connection().execute(HEAD_OF_CASE, {"case": case.id}).one())


def _move(case: Case, head: Head) -> None:
    values = {"journal_number": head.number, "journal_digest": head.digest}
    db.session.connection().execute(MOVE_CASE, {"case": case.id, **values})
    for name, value in values.items():
        set_committed_value(case, name, value)


def _write_event(head: Head, event: Mapping[str, Any], *, actor: Actor, now: datetime) -> Head:
    whole = {**dict.fromkeys(HAPPENED), "summary": "", "motive": "", "facts": {}, **event}
    number = db.session.connection().execute(NEW_EVENT, whole).scalar_one()
    deed = Deed(JournalAction(f"case_{event['kind'].value}"), ObjectKind.CASE_EVENT, number, digest_of(HAPPENED, whole))
    return _link(head, deed, actor=actor, now=now)


def _link(head: Head, deed: Deed, *, actor: Actor | None, now: datetime, by: int | None = None) -> Head:
    """Write the entry that follows a head and return it as the new head."""
    entry = _entry_after(head, deed, actor=actor, now=now, by=by)
    db.session.connection().execute(NEW_ENTRY, entry)
    return Head(head.chain, entry["number"], entry["digest"])


def _entry_after(
    head: Head, deed: Deed, *, actor: Actor | None, now: datetime, by: int | None = None
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "chain": head.chain,
        "number": head.number + 1,
        "recorded_at": now,
        "actor_id": actor.user_id if actor else by,
        "capacity_id": actor.capacity_id if actor else None,
        "organisation_id": actor.organisation_id if actor else None,
        "action": deed.action,
        "object_kind": deed.kind,
        "object_id": deed.object_id,
        "content": deed.content,
        "previous": head.digest,
    }
    entry["digest"] = digest_of(LINKED, entry)
    return entry
