"""A journal with something in it, and hands that reach past its guards."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from app.actions.accounts import set_password
from app.actions.journal import keep_accesses
from app.actions.seals import seal_day
from app.extensions import db
from app.models import AccessAction, Case, JournalEntry, ObjectKind
from app.queries.journal_check import Report, check_journal
from tests.actions.moves import opened, take
from tests.world import World
from workflows.support_case import State

SLOW_HASH: Any = type("Hasher", (), {"hash": staticmethod(lambda password: f"hash of {len(password)}")})()


def fill(world: World, now: datetime) -> tuple[Case, Case]:
    """Two cases that live, six entries in the first; two changes of accounts; three readings. Committed."""
    actor = world.actor("referent")
    first = opened(actor, world.employer("Clain").id, today=date(2026, 11, 2))
    second = opened(actor, world.employer("Marais").id, today=date(2026, 11, 3))
    for slug, day in (("contact", 4), ("start_diagnostic", 5), ("suspend", 6), ("resume", 9), ("refuse", 10)):
        take(actor, first.id, slug, today=date(2026, 11, day))
    take(actor, second.id, "contact", today=date(2026, 11, 6))
    for name in ("referent", "preventeur"):
        set_password(world.user(name), "une phrase assez longue", SLOW_HASH, now=now)
    for number in range(3):
        read(world, str(number), now + timedelta(seconds=number))
    db.session.commit()
    return first, second


def read(world: World, object_id: str, now: datetime) -> None:
    actor = world.actor("preventeur")
    row = {
        "user_id": actor.user_id,
        "capacity_id": actor.capacity_id,
        "organisation_id": actor.organisation_id,
        "action": AccessAction.READ,
        "request": "GET cases.show",
        "status": 200,
        "object_kind": ObjectKind.CASE,
        "object_id": object_id,
        "is_out_of_territory": False,
        "filters": None,
        "rows": None,
    }
    keep_accesses([row], actor, is_leaving=False, now=now)


def seal(now: datetime) -> None:
    """Seal the day of an instant, rows of access included, and commit."""
    assert seal_day(now.date(), now=now)
    db.session.commit()


def tamper(*statements: str) -> None:
    """Run SQL as somebody who may disable what guards the journal."""
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        names = select(text("name")).select_from(text("sqlite_master")).where(text("type = 'trigger'"))
        for name in db.session.scalars(names).all():
            db.session.execute(text(f"DROP TRIGGER {name}"))
    for statement in statements:
        db.session.execute(text(statement))
    db.session.commit()


def check(outside: dict[int, str] | None = None) -> Report:
    report = check_journal(outside)
    db.session.rollback()
    return report


def findings(outside: dict[int, str] | None = None) -> list[str]:
    return check(outside).findings


def entries(chain: int) -> list[JournalEntry]:
    found = select(JournalEntry).where(JournalEntry.chain == chain).order_by(JournalEntry.number)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def end(case: Case, day: date) -> None:
    """Say that a case has ended, past its procedure."""
    case.state, case.entered_on = State.CLOSED, day
    db.session.commit()
