"""The daily seal of the journal, and the closed periods that leave it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, insert, literal, or_, select
from sqlalchemy.sql.selectable import Subquery

from app.actions.journal import hold, record
from app.extensions import db
from app.models import (
    AccessEntry,
    Case,
    JournalAction,
    JournalDrop,
    JournalEntry,
    JournalSeal,
    JournalSealHead,
    ObjectKind,
)
from app.models.digests import GENESIS
from app.models.journal import ACCESS, ACCOUNTS, SEALED, digest_heads, digest_of
from app.queries.journal_access import BATCH, EPOCH, digest_access
from workflows.support_case import WORKFLOW

MARGIN = timedelta(minutes=2)
"""How old a row of access is before it is sealed: by then, whoever was writing it has finished."""


def seal_day(today: date, *, now: datetime) -> JournalSeal | None:
    """Seal the journal once a day: the heads that moved, the rows of access since; None when it is done already.

    Whoever seals holds the accounts' chain until the commit: two schedulers make one seal.
    """
    hold(ACCOUNTS)
    last = db.session.scalar(select(JournalSeal).order_by(JournalSeal.number.desc()).limit(1))
    if last and last.day >= today:
        return None
    until = max(now - MARGIN, last.access_until if last else EPOCH)
    number = last.number + 1 if last else 1
    head_count, heads = _keep_heads(number)
    count, access = digest_access(last.access_until if last else EPOCH, until)
    values: dict[str, Any] = {
        "number": number,
        "day": today,
        "sealed_at": now,
        "head_count": head_count,
        "heads": heads,
        "access_until": until,
        "access_count": count,
        "access": access,
        "previous": last.digest if last else GENESIS,
    }
    seal = JournalSeal(**values, digest=digest_of(SEALED, values))
    db.session.add(seal)
    db.session.flush()
    return seal


def _keep_heads(seal: int) -> tuple[int, str]:
    """Write down the heads that moved since the seal before; return how many, and their digest."""
    names = ["seal", "chain", "number", "digest"]
    db.session.execute(insert(JournalSealHead).from_select(names, _moved_heads(seal)))
    head = (JournalSealHead.chain, JournalSealHead.number, JournalSealHead.digest)
    kept = select(*head).where(JournalSealHead.seal == seal).order_by(JournalSealHead.chain)
    return digest_heads(db.session.execute(kept, execution_options={"yield_per": BATCH}))


def _moved_heads(seal: int) -> Any:
    """The last link of each chain, where the seals do not know it yet."""
    last = _last_of(JournalEntry)
    known = _last_of(JournalSealHead)
    return (
        select(literal(seal), JournalEntry.chain, JournalEntry.number, JournalEntry.digest)
        .join(last, and_(last.c.chain == JournalEntry.chain, last.c.number == JournalEntry.number))
        .outerjoin(known, known.c.chain == JournalEntry.chain)
        .where(or_(known.c.number.is_(None), known.c.number < JournalEntry.number))
        .order_by(JournalEntry.chain)
    )


def _last_of(model: Any, *conditions: Any) -> Subquery:
    last = select(model.chain, func.max(model.number).label("number")).where(*conditions)
    return last.group_by(model.chain).subquery()


def drop_before(day: datetime, *, now: datetime) -> tuple[int, int]:
    """Drop what was closed before an instant; return how many entries and how many rows of access left.

    A case's chain leaves whole, once the case has ended and nothing was added since; that of the accounts leaves
    up to its last seal before. Each leaves a sealed head: without one, a chain stays.
    """
    head = hold(ACCOUNTS)
    tops = sorted([*_tops_of_ended_cases(day), *_top_of_accounts(day), *_top_of_access(day)])
    if not tops:
        return 0, 0
    rows = [{"chain": c, "number": n, "digest": d, "dropped_at": now, "told": head.number + 1} for c, n, d in tops]
    db.session.execute(insert(JournalDrop), rows)
    record(JournalAction.JOURNAL_DROPPED, ObjectKind.JOURNAL, None, digest_heads(tops), actor=None, now=now)
    return _delete_entries(), _delete_access()


def _tops_of_ended_cases(day: datetime) -> Sequence[Any]:
    last = _last_of(JournalEntry, JournalEntry.chain != ACCOUNTS)
    return db.session.execute(
        _sealed_entries()
        .join(last, and_(last.c.chain == JournalEntry.chain, last.c.number == JournalEntry.number))
        .outerjoin(Case, Case.id == JournalEntry.chain)
        # Without a case: its time had come, and it was erased.
        .where(or_(Case.id.is_(None), Case.state.in_(tuple(WORKFLOW.ended))), JournalEntry.recorded_at < day)
    ).all()


def _top_of_accounts(day: datetime) -> Sequence[Any]:
    found = _sealed_entries().where(JournalEntry.chain == ACCOUNTS, JournalEntry.recorded_at < day)
    return db.session.execute(found.order_by(JournalEntry.number.desc()).limit(1)).all()


def _sealed_entries() -> Any:
    same = and_(JournalSealHead.chain == JournalEntry.chain, JournalSealHead.number == JournalEntry.number)
    columns = (JournalSealHead.chain, JournalSealHead.number, JournalSealHead.digest)
    return select(*columns).join(JournalEntry, and_(same, JournalSealHead.digest == JournalEntry.digest))


def _top_of_access(day: datetime) -> Sequence[Any]:
    dropped = select(func.coalesce(func.max(JournalDrop.number), 0)).where(JournalDrop.chain == ACCESS)
    seal = db.session.scalar(
        select(JournalSeal)
        .where(JournalSeal.access_until <= day, JournalSeal.number > dropped.scalar_subquery())
        .order_by(JournalSeal.number.desc())
        .limit(1)
    )
    return [(ACCESS, seal.number, seal.digest)] if seal else []


def _delete_entries() -> int:
    top = select(func.max(JournalDrop.number)).where(JournalDrop.chain == JournalEntry.chain).scalar_subquery()
    statement = delete(JournalEntry).where(JournalEntry.number <= top)
    return _run(statement)


def _delete_access() -> int:
    seal = select(func.max(JournalDrop.number)).where(JournalDrop.chain == ACCESS).scalar_subquery()
    until = select(JournalSeal.access_until).where(JournalSeal.number == seal).scalar_subquery()
    return _run(delete(AccessEntry).where(AccessEntry.recorded_at < until))


def _run(statement: Any) -> int:
    result: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)
