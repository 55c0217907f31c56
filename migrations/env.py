"""How revisions run: on the application's own engine, in one transaction, SQLite's tables rebuilt when needed.

The second wall comes down before the tables move and is built again, from its present rules, once they are at the
head: in between, and at an older revision, the guarded tables are closed to everybody but their owner.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection

from app.extensions import Instant, db
from app.second_wall.building import RolesMissing, build, take_down

MOVES = ("upgrade", "downgrade")
"""Commands that change the schema; the others (`current`, `check`…) only look."""


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
    migration = context.get_context()
    moves = migration.opts["fn"].__name__ in MOVES
    with context.begin_transaction():
        if moves:
            take_down(connection)
        context.run_migrations()
        if moves and set(migration.get_current_heads()) == set(context.script.get_heads()):
            _build(connection)


def _build(connection: Connection) -> None:
    try:
        build(connection, db.metadata)
    except RolesMissing as missing:
        raise CommandError(str(missing)) from missing


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
