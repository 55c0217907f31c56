"""Deadlines, reminders and mails for the tests of the outbox."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import select

from app.extensions import db
from app.models import Case, CaseDeadline, CaseReminder, OutboxMail, User

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make_deadline(case: Case, due_on: date, *reminders: tuple[int, date], rule: str = "reply") -> CaseDeadline:
    """A running deadline with its reminders, each (offset, day)."""
    deadline = CaseDeadline(
        case_id=case.id,
        rule=rule,
        label="Obtenir une réponse de l’employeur",
        started_on=case.entered_on,
        due_on=due_on,
        original_due_on=due_on,
        cycle=1,
        reminders=[CaseReminder(offset=offset, cycle=1, remind_on=day) for offset, day in reminders],
    )
    db.session.add(deadline)
    db.session.flush()
    return deadline


def make_mails(count: int, user: User, case: Case, due_on: date) -> list[OutboxMail]:
    """Mails that may leave at once, each for a running deadline of its own."""
    deadlines = [make_deadline(case, due_on) for _ in range(count)]
    mails = [
        OutboxMail(
            object_kind="case_deadline",
            object_id=deadline.id,
            rule="reply+0",
            cycle=1,
            user_id=user.id,
            template="deadline_reminder",
            created_at=LONG_AGO,
            send_after=LONG_AGO,
        )
        for deadline in deadlines
    ]
    db.session.add_all(mails)
    db.session.flush()
    return mails


def list_mails() -> Sequence[OutboxMail]:
    return db.session.scalars(
        select(OutboxMail).order_by(OutboxMail.id).execution_options(populate_existing=True)
    ).all()


def recipients() -> list[tuple[str, str]]:
    """The mails of the outbox as (rule, first name of the person), in alphabetical order."""
    return sorted((mail.rule, mail.user.given_name) for mail in list_mails() if mail.user)
