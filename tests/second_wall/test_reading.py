"""A transaction that only reads says so: PostgreSQL holds it to it, and keeps what it has prepared."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import InternalError

from app.extensions import at_most, db, writing
from app.models import Organisation

pytestmark = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)


@pytest.fixture
def reading(app: Flask) -> Iterator[Flask]:
    token = writing.set(False)
    db.session.remove()
    yield app
    db.session.remove()
    writing.reset(token)


def test_what_only_reads_cannot_write_whatever_the_code_says(reading: Flask) -> None:
    with pytest.raises(InternalError, match="read-only transaction"):
        db.session.execute(update(Organisation).values(is_active=True))
    db.session.rollback()
    token = writing.set(True)
    db.session.execute(update(Organisation).values(is_active=True))
    db.session.rollback()
    writing.reset(token)


def test_statements_stay_prepared_from_one_reading_to_the_next(reading: Flask) -> None:
    asked = select(func.count()).select_from(Organisation).limit(at_most(1))
    for _ in range(8 * 16):  # each connection of the pool, which serves them in turn, reads it often enough
        db.session.scalar(asked)
        db.session.rollback()
    kept = db.session.scalars(
        text("SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT count(*)%FROM organisations%'")
    )
    assert len(kept.all()) == 1
