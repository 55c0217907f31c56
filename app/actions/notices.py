"""Mails that tell a person what has just changed about the account."""

from datetime import datetime
from enum import StrEnum

from app.actions.outbox import queue_mail
from app.models import Capacity

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


PERSON_TEMPLATE = "person_notice"
PERSON = "capacity"


class PersonNotice(StrEnum):
    """What an organisation has just done about one of its people."""

    INVITED = "invited"
    CHANGED = "changed"
    DEPARTURE = "departure"
    SUSPENDED = "suspended"
    RESTORED = "restored"


def tell_person(capacity: Capacity, notice: PersonNotice, *, now: datetime) -> None:
    """Queue the mail that tells somebody what changed for them in an organisation."""
    queue_mail(capacity.user_id, PERSON_TEMPLATE, PERSON, capacity.id, rule=f"{notice} {now.isoformat()}", now=now)
