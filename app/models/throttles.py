"""Counts of attempts, shared by every machine that serves the pages."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model
from app.models.columns import short


class Throttle(Model):
    """How often something was tried lately for one key (of which a digest is kept), and until when to wait."""

    __tablename__ = "throttles"

    kind: Mapped[short] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    blocked_until: Mapped[datetime]
