"""How revisions run: on the application's own engine, in one transaction, SQLite's tables rebuilt when needed."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection

from app.extensions import Instant, db


def render_item(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write our instants as plain columns, so that a revision never imports the application."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def run(connection: Connection) -> None:
    """Run the revisions asked for on one connection."""
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_item=render_item,
        **current_app.extensions["migrate"].configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()


with db.engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        # Rebuilding a table drops it for a moment: its children's foreign keys wait until the end. Said to the driver
        # itself: within a transaction, and SQLAlchemy begins one with its first statement, this changes nothing.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
    run(connection)
    if connection.dialect.name == "sqlite":
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if orphans:
            raise RuntimeError(f"lignes sans parent après la migration : {orphans[:5]}")
    connection.commit()
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
