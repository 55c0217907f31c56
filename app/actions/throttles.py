"""Slowing down whoever tries again and again: exact, and shared by every machine, since the database counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import case, delete, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.extensions import Instant, db
from app.models import Throttle

LONGEST_MEMORY = timedelta(days=2)
"""No limit remembers longer: older rows say nothing any more."""


@dataclass(frozen=True)
class Limit:
    """How many attempts are free, the wait after that (doubled each time, up to `longest`), and when all is forgotten.

    All in seconds. A wait, not a closed door: nobody can shut somebody else out for good.
    """

    free: int
    first: int
    longest: int
    forgotten_after: int

    def waits(self) -> list[timedelta]:
        """Return the wait after each attempt past the free ones, the last being the longest."""
        waits = [self.first]
        while waits[-1] < self.longest:
            waits.append(min(waits[-1] * 2, self.longest))
        return [timedelta(seconds=wait) for wait in waits]


def throttle(kind: str, key: str, limit: Limit, *, now: datetime) -> timedelta:
    """Count one attempt of this kind for this key; return how long to wait first: zero, go on.

    One statement counts and decides, so that attempts sent side by side are told apart. An attempt made during a
    wait is refused without being counted: insisting does not make the wait longer.
    """
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    forgotten = Throttle.last_at <= now - timedelta(seconds=limit.forgotten_after)
    count: Any = case((forgotten, 1), else_=Throttle.count + 1)
    first = {"kind": kind, "digest": _digest(key), "count": 1, "last_at": now, "blocked_until": _after(1, limit, now)}
    counted = (
        dialect.insert(Throttle)
        .values(first)
        .on_conflict_do_update(
            index_elements=["kind", "digest"],
            set_={"count": count, "last_at": now, "blocked_until": _blocked_until(count, limit, now)},
            where=Throttle.blocked_until <= now,
        )
        .returning(Throttle.count)
    )
    if db.session.execute(counted).first():
        return timedelta(0)
    until = db.session.scalar(select(Throttle.blocked_until).where(*_row(kind, key)))
    return max(until - now, timedelta(seconds=1)) if until else timedelta(0)


def _blocked_until(count: Any, limit: Limit, now: datetime) -> Any:
    ladder = [(count < limit.free, literal(now, Instant()))]
    *steps, longest = limit.waits()
    ladder += [(count == limit.free + number, literal(now + wait, Instant())) for number, wait in enumerate(steps)]
    return case(*ladder, else_=literal(now + longest, Instant()))


def _after(count: int, limit: Limit, now: datetime) -> datetime:
    return now if count < limit.free else now + limit.waits()[0]


def forgive(kind: str, key: str) -> None:
    """Forget the attempts made for a key: the right answer was given."""
    db.session.execute(delete(Throttle).where(*_row(kind, key)))


def give_back(kind: str, key: str) -> None:
    """Take one attempt off a count that many people share: it was a right one."""
    db.session.execute(update(Throttle).where(*_row(kind, key), Throttle.count > 0).values(count=Throttle.count - 1))


def sweep_throttles(*, now: datetime) -> None:
    """Delete the counts that no limit remembers."""
    db.session.execute(delete(Throttle).where(Throttle.last_at < now - LONGEST_MEMORY))


def _row(kind: str, key: str) -> tuple[Any, Any]:
    return Throttle.kind == kind, Throttle.digest == _digest(key)


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
