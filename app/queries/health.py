"""Whether the database answers, and at which revision it is."""

from sqlalchemy import text

from app.extensions import db


def get_schema_revision() -> str | None:
    """Return the revision of the schema, or None when the table that holds it is empty.

    A database that was never migrated has no such table: the error is the probe's answer.
    """
    row = db.session.execute(text("SELECT version_num FROM alembic_version")).first()
    return row[0] if row else None
