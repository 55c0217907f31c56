"""The extensions that every layer may use: the database, its conventions and its transactions."""

import enum
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BindParameter, Connection, DateTime, Dialect, Engine, Enum, MetaData, event, literal
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps it naive, PostgreSQL with its time zone."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("un instant sans fuseau horaire n’entre pas dans la base")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all models: named constraints, labelled enumerations as text, instants in UTC."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: Instant(),
            enum.Enum: Enum(
                enum.Enum, native_enum=False, length=40, values_callable=lambda kind: [m.value for m in kind]
            ),
        },
    )


db = SQLAlchemy(model_class=Base)
migrate = Migrate(render_as_batch=True, compare_type=True)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def at_most(rows: int) -> BindParameter[int]:
    """Return a LIMIT written out: a prepared statement that does not know it is planned for a tenth of its rows."""
    return literal(rows, literal_execute=True)


writing: ContextVar[bool] = ContextVar("writing", default=True)
"""Whether the work under way may write: on SQLite its transactions then begin by taking the write lock."""

BUSY_MS = 15_000
patience: ContextVar[int | None] = ContextVar("patience", default=None)
"""How many milliseconds the transaction about to begin waits for SQLite's write lock; None: BUSY_MS."""


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.isolation_level = None  # SQLAlchemy says BEGIN itself, in _begin_sqlite
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Any) -> None:
    # A read that turns into a write fails at once when somebody else committed in between:
    # whoever may write takes the lock first and waits for it.
    if connection.dialect.name != "sqlite":
        return
    begin, wait_ms = "BEGIN IMMEDIATE" if writing.get() else "BEGIN", patience.get()
    if wait_ms is None:
        connection.exec_driver_sql(begin)
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout={wait_ms}")
    try:
        connection.exec_driver_sql(begin)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_MS}")


@event.listens_for(Engine, "begin")
def _begin_postgresql(connection: Any) -> None:
    if connection.dialect.name == "postgresql":  # said in BEGIN itself: PostgreSQL then refuses any writing
        connection.connection.dbapi_connection.read_only = not writing.get()


@event.listens_for(Engine, "rollback")
def _end_reading(connection: Any) -> None:
    """Commit what only read: psycopg forgets at each ROLLBACK the statements that it keeps prepared."""
    if connection.dialect.name == "postgresql" and connection.connection.dbapi_connection.read_only:
        connection.connection.dbapi_connection.commit()


# --- The second wall: the rows that PostgreSQL lets through are those of who acts (`app.second_wall`) ------------

SAY_WHO_ACTS = (
    "SELECT set_config('jalon.organisation', %(organisation)s, true), "
    "set_config('jalon.employer', %(employer)s, true), set_config('jalon.user', %(user)s, true), "
    # The rules make statements look dear: compiling them would take a hundred times longer than running them, and
    # planning them as long; a prepared one is planned once. Pages in memory or on flash come in any order alike.
    "set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true), "
    "set_config('random_page_cost', '1.1', true)"
)
KEEP_CASE = "SELECT set_config('jalon.case', %(case)s, true)"
TAKE_ROLE = (
    "SELECT set_config('role', rolname, true) FROM pg_roles "
    "WHERE rolname = %(role)s AND pg_has_role(session_user, oid, 'member')"
)
_ACTING, _ROLE = "who acts", "role taken"


def act_for(user_id: int, organisation_id: int | None, employer_id: int | None) -> None:
    """Say for whom the present session reads and writes; on PostgreSQL nothing guarded is open before.

    Kept by the session, which lives as long as the request and is nobody else's; each transaction is told of it
    as it begins, and forgets it as it ends: the next user of the connection finds nothing.
    """
    named = {"organisation": organisation_id, "employer": employer_id, "user": user_id}
    session = db.session()
    session.info[_ACTING] = {name: "" if number is None else str(number) for name, number in named.items()}
    if session.in_transaction():
        _say_who_acts(session, None, session.connection())


def take_role(role: str) -> None:
    """Read and write with the rights of another role of the database from now on, on PostgreSQL.

    For the scheduler, which has little of its own: each transaction of the session takes the role as it begins, and
    leaves it as it ends. Nothing happens when the connection may not take it: it is then above the wall, or refused.
    """
    session = db.session()
    session.info[_ROLE] = role
    if session.in_transaction():
        _take_role(session, session.connection())


def switch_role(role: str) -> None:
    """Take another role in the midst of work under one; nothing for pages and commands, which have taken none."""
    if db.session().info.get(_ROLE):
        take_role(role)


@event.listens_for(Session, "after_begin")
def _say_who_acts(session: Session, _: Any, connection: Connection) -> None:
    _take_role(session, connection)
    acting = session.info.get(_ACTING)
    if acting and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(SAY_WHO_ACTS, acting)


def _take_role(session: Session, connection: Connection) -> None:
    role = session.info.get(_ROLE)
    if role and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(TAKE_ROLE, {"role": role})


def keep_at_hand(case_id: int) -> None:
    """Keep a case within reach until the end of the transaction, for who gives it away and must still note it."""
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(KEEP_CASE, {"case": str(case_id)})
