"""Mails waiting to leave, each once, and the settings that override the declared delays."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Model
from app.models.columns import Versioned, key, line, short
from app.models.columns import text as long_text
from app.models.users import User
from workflows.calendar import Unit


class OutboxMail(Model):
    """A mail to one person about one object: the unique key makes it exist once per rule and cycle.

    Without `user_id` it goes to somebody who has no account, at the address of the link that it is about.
    """

    __tablename__ = "outbox_mails"
    __table_args__ = (
        UniqueConstraint("object_kind", "object_id", "rule", "cycle", "user_id", name="uq_outbox_mails_once"),
        Index(
            "ix_outbox_mails_waiting",
            "send_after",
            "id",
            postgresql_where=text("sent_at IS NULL AND cancelled_at IS NULL"),
            sqlite_where=text("sent_at IS NULL AND cancelled_at IS NULL"),
        ),
    )

    id: Mapped[key]
    object_kind: Mapped[short]
    object_id: Mapped[int]
    rule: Mapped[short]
    cycle: Mapped[int] = mapped_column(default=1)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    template: Mapped[short]
    created_at: Mapped[datetime]
    send_after: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    subject: Mapped[line | None]
    body: Mapped[long_text | None]
    last_error: Mapped[str | None] = mapped_column(String(500))

    user: Mapped[User | None] = relationship()


class RuleSetting(Versioned, Model):
    """A region's own delay or reminder days for one deadline of a procedure, over the declared ones."""

    __tablename__ = "rule_settings"
    __table_args__ = (UniqueConstraint("workflow", "deadline"),)

    id: Mapped[key]
    workflow: Mapped[short]
    deadline: Mapped[short]
    count: Mapped[int]
    unit: Mapped[Unit]
    remind: Mapped[list[int]] = mapped_column(JSON)
