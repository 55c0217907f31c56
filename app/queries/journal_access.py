"""The rows of access as a seal covers them."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Enum, String, select, type_coerce

from app.extensions import db
from app.models import AccessEntry
from app.models.journal import ACCESSED, digest_of

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
BATCH = 1_000


def digest_access(since: datetime, until: datetime) -> tuple[int, str]:
    """Return how many rows of access were written between two instants (the second left out), and their digest."""
    statement = (
        select(*plain(AccessEntry, ACCESSED))
        .where(AccessEntry.recorded_at >= since, AccessEntry.recorded_at < until)
        .order_by(AccessEntry.recorded_at, AccessEntry.id)
    )
    count, whole = 0, sha256()
    for row in db.session.execute(statement, execution_options={"yield_per": BATCH}).mappings():
        whole.update(digest_of(ACCESSED, row).encode())  # type: ignore[arg-type]
        count += 1
    return count, whole.hexdigest()


def plain(model: Any, names: tuple[str, ...], prefix: str = "") -> list[Any]:
    """Return columns whose slugs come back as they are: one that was tampered with must not stop the reading."""
    columns = [model.__table__.c[name] for name in names]
    read = [type_coerce(c, String) if isinstance(c.type, Enum) else c for c in columns]
    return [column.label(f"{prefix}{name}") for column, name in zip(read, names, strict=True)]
