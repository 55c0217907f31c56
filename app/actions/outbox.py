"""The outbox: mails queued once, claimed by one sender, then sent, put off or cancelled. Nothing commits here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, literal, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from app.extensions import Instant, db
from app.models import CaseDeadline, CaseReminder, OutboxMail
from app.queries.outbox import (
    DEADLINE,
    may_leave,
    reminder_is_due,
    reminders_to_queue,
    rule_of_reminder,
)

REMINDER = "deadline_reminder"
FIRST_DELAY_MINUTES, LONGEST_DELAY_MINUTES = 1, 360
ATTEMPTS_ON_REFUSAL = 5
"""How often a mail is offered to a server that says « never » (5xx) before it is given up."""


@dataclass(frozen=True)
class Claimed:
    """A mail that this process alone may send until the claim grows old: plain values, no open transaction."""

    id: int
    user_id: int | None
    template: str
    object_kind: str
    object_id: int
    rule: str
    cycle: int
    attempts: int
    created_at: datetime


def queue_reminders(*, today: date, now: datetime) -> int:
    """Turn the reminders that are due into mails; return how many mails were queued.

    Three statements whatever the number of cases. A reminder that nobody can receive stays due. Two sweeps at
    once are harmless: the unique key of a mail lets one of them through.
    """
    what = reminders_to_queue(today).add_columns(
        literal(DEADLINE), literal(REMINDER), literal(now, Instant()), literal(now, Instant())
    )
    names = ["object_id", "rule", "cycle", "user_id", "object_kind", "template", "created_at", "send_after"]
    queued = _queue(_insert().from_select(names, what))
    if queued:
        _mark_queued(today, now, since=min(queued))
    _drop_pointless(today)
    return len(queued)


def _mark_queued(today: date, now: datetime, since: int) -> None:
    """Mark the reminders whose deadline has just been mailed about, those that merged into the latest included.

    Those of this very cycle only: a case resumed between the two statements has planned others since.
    """
    mailed = exists().where(
        OutboxMail.object_kind == DEADLINE,
        OutboxMail.object_id == CaseReminder.deadline_id,
        OutboxMail.cycle == CaseReminder.cycle,
        OutboxMail.created_at == now,
        OutboxMail.id >= since,  # the mails of all the years before need not be read again
    )
    db.session.execute(
        update(CaseReminder)
        .where(reminder_is_due(today), mailed)
        .values(queued_on=today)
        .execution_options(synchronize_session=False)
    )


def _drop_pointless(today: date) -> None:
    """Forget the reminders whose deadline ended before their day: the sweep would read them again for ever."""
    ended = exists().where(CaseDeadline.id == CaseReminder.deadline_id, CaseDeadline.ended_on.is_not(None))
    db.session.execute(
        delete(CaseReminder).where(reminder_is_due(today), ended).execution_options(synchronize_session=False)
    )


def queue_mail(
    user_id: int | None,
    template: str,
    object_kind: str,
    object_id: int,
    rule: str,
    cycle: int = 1,
    *,
    now: datetime,
    send_after: datetime | None = None,
) -> bool:
    """Queue one mail; return False when this person already has it for this object, rule and cycle."""
    values = {
        "user_id": user_id,
        "template": template,
        "object_kind": object_kind,
        "object_id": object_id,
        "rule": rule,
        "cycle": cycle,
        "created_at": now,
        "send_after": send_after or now,
    }
    # Nothing is read back: whoever writes to somebody else sees none of their mails.
    statement = _insert().values(values).inline().on_conflict_do_nothing()
    written: Any = db.session.execute(statement.execution_options(preserve_rowcount=True))
    return bool(written.rowcount == 1)


def queue_for(
    people: Select[Any], template: str, object_kind: str, object_id: int, rule: str, cycle: int, *, now: datetime
) -> None:
    """Queue one mail to each of the people that a statement selects (`user_id`), in one statement, each once."""
    told = people.subquery("people")
    same = [literal(value) for value in (template, object_kind, object_id, rule, cycle)]
    # SQLite needs a WHERE, without which it takes the ON of ON CONFLICT for that of a join.
    what = (
        select(told.c.user_id, *same, literal(now, Instant()), literal(now, Instant()))
        .where(true())
        .order_by(told.c.user_id)
    )
    names = ["user_id", "template", "object_kind", "object_id", "rule", "cycle", "created_at", "send_after"]
    # Nothing is read back, as for one mail.
    db.session.execute(_insert().inline().from_select(names, what).on_conflict_do_nothing())


def claim_mail(*, now: datetime, stale_before: datetime) -> Claimed | None:
    """Take the next mail that may leave, counting the attempt, or None; to be committed before it is sent."""
    following = (
        select(OutboxMail.id)
        .where(may_leave(now, stale_before))
        .order_by(OutboxMail.send_after, OutboxMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer at a time
        .scalar_subquery()
    )
    columns = [getattr(OutboxMail, name) for name in Claimed.__dataclass_fields__]
    row = db.session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == following, may_leave(now, stale_before))
        .values(claimed_at=now, attempts=OutboxMail.attempts + 1)
        .returning(*columns)
        .execution_options(synchronize_session=False)
    ).first()
    return Claimed(*row) if row else None


def keep_sent(claimed: Claimed, subject: str, body: str | None, *, now: datetime) -> None:
    """Record that the server took the mail, with what it said (`body` None for a mail that holds a secret)."""
    _update(claimed, OutboxMail.sent_at.is_(None), sent_at=now, subject=subject[:255], body=body, last_error=None)


def put_off(claimed: Claimed, error: str, *, now: datetime) -> None:
    """Give the mail back, to leave after one minute, then two, four… six hours at most."""
    minutes = min(FIRST_DELAY_MINUTES * 2 ** min(claimed.attempts - 1, 10), LONGEST_DELAY_MINUTES)
    _update_own(claimed, claimed_at=None, send_after=now + timedelta(minutes=minutes), last_error=error[:500])


def cancel(claimed: Claimed, reason: str, *, now: datetime) -> None:
    """Keep the mail from ever leaving; `reason` is kept."""
    _update_own(claimed, cancelled_at=now, last_error=reason[:500])


def redirect_reminder(claimed: Claimed) -> None:
    """Make the reminder of a cancelled mail due again when nobody else has it: somebody else is in charge now."""
    other = aliased(OutboxMail)
    told = exists().where(
        other.object_kind == DEADLINE,
        other.object_id == claimed.object_id,
        other.rule == claimed.rule,
        other.cycle == claimed.cycle,
        other.cancelled_at.is_(None),
        other.id != claimed.id,
    )
    rule = select(rule_of_reminder()).where(CaseDeadline.id == CaseReminder.deadline_id).correlate(CaseReminder)
    db.session.execute(
        update(CaseReminder)
        .where(
            CaseReminder.deadline_id == claimed.object_id,
            CaseReminder.cycle == claimed.cycle,
            rule.scalar_subquery() == claimed.rule,
            ~told,
        )
        .values(queued_on=None)
        .execution_options(synchronize_session=False)
    )


def _update_own(claimed: Claimed, **values: Any) -> None:
    """Change a mail unless another process took it over meanwhile: the count of attempts tells the claims apart."""
    _update(claimed, OutboxMail.attempts == claimed.attempts, **values)


def _update(claimed: Claimed, condition: ColumnElement[bool], **values: Any) -> None:
    db.session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == claimed.id, condition)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _queue(statement: Any) -> Sequence[int]:
    """Run an INSERT that skips what exists and return the numbers of the rows that are new."""
    # Counted as they come back: sqlite3 does not count the rows of an INSERT that begins with WITH.
    return db.session.scalars(statement.on_conflict_do_nothing().returning(OutboxMail.__table__.c.id)).all()


def _insert() -> Any:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(OutboxMail.__table__)
