"""Erasures announced two weeks ahead, then done batch after batch; whoever calls commits each batch."""

from datetime import date, datetime

from sqlalchemy.dialects import postgresql, sqlite

from app.actions.erasure import TREATMENTS, erase_cases
from app.actions.journal import tell_erased
from app.actions.outbox import queue_mail
from app.extensions import db
from app.models import RetentionNotice
from app.queries.people import list_administrators_to_tell
from app.queries.retention import Group, ids_to_treat, list_groups
from workflows.retention import BY_SLUG, NOTICE

NOTICE_MAIL = "retention_notice"
BATCH = 200


def announce(*, today: date, now: datetime) -> list[Group]:
    """Record the erasures to come and tell the administrators, once each; return those that are new."""
    return [group for group in list_groups(today) if _announce(group, today, now)]


def _announce(group: Group, today: date, now: datetime) -> bool:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    values = {
        "slot": f"{group.rule.slug}:{group.organisation_id or 0}",
        "rule": group.rule.slug,
        "organisation_id": group.organisation_id,
        "noticed_on": today,
        "applies_on": NOTICE.after(today),
        "found": group.number,
        "done": 0,
    }
    table = RetentionNotice.__table__
    made = dialect.insert(table).values(values).on_conflict_do_nothing().returning(table.c.id)
    notice_id = db.session.scalar(made)
    if notice_id is None:
        return False
    for user in list_administrators_to_tell(group.organisation_id, today=today):
        queue_mail(user.id, NOTICE_MAIL, "retention_notice", notice_id, group.rule.slug, now=now)
    return True


def apply_batch(notice: RetentionNotice, *, today: date, now: datetime) -> int:
    """Treat the next rows of an announced erasure; return how many, 0 once it is finished and dated.

    Only what had been kept long enough on the day of the notice is touched, and only if it still has been: a case
    reopened since then is not found again.
    """
    if notice.applied_at or notice.applies_on > today:
        return 0
    rule = BY_SLUG[notice.rule]
    # Locked: of two runs at once the second waits, then finds what is left.
    db.session.refresh(notice, with_for_update=True)
    ids = ids_to_treat(rule, notice.noticed_on, notice.organisation_id, BATCH)
    if not ids:
        notice.applied_at = now
        return 0
    treat = TREATMENTS[rule.slug]
    treat(ids)
    if treat is erase_cases:
        tell_erased(ids, now=now)
    notice.done += len(ids)
    return len(ids)
