"""Mails that tell a person what has just changed about the account."""

from datetime import datetime
from enum import StrEnum

from app.actions.outbox import queue_mail

TEMPLATE = "account_notice"


class Notice(StrEnum):
    """What happened."""

    PASSWORD_CHANGED = "password_changed"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    NEW_DEVICE = "new_device"


def tell(user_id: int, notice: Notice, *, now: datetime, session_id: int | None = None) -> None:
    """Queue the mail; `session_id` is the session it speaks of."""
    kind, number = ("user_session", session_id) if session_id else ("user", user_id)
    queue_mail(user_id, TEMPLATE, object_kind=kind, object_id=number, rule=f"{notice} {now.isoformat()}", now=now)
