"""Putting the second wall in place, and taking it down for the time of a migration."""

from collections.abc import Iterator

from sqlalchemy import Connection, MetaData, text

from app.second_wall.conditions import Guard
from app.second_wall.functions import COUNTS, FUNCTIONS, INNER_VIEWS, PLACES, REQUESTS, SIGHT, VIEWS, WORDS
from app.second_wall.rules import AGGREGATES, APP, GUARDED, IMPORTER, RIGHTS, ROLES, SCHEDULER

BELONGS = ((AGGREGATES, APP), (IMPORTER, SCHEDULER), (APP, SCHEDULER))
"""Which role each role may take. What the scheduler may take is not its own meanwhile: it does not inherit."""


class RolesMissing(Exception):
    """The connected role may not create the roles; the message holds the SQL for who may."""


def build(connection: Connection, metadata: MetaData) -> None:
    """Build the wall on a database at the head of the migrations; raises RolesMissing, with what is to be run.

    Closed by default: a table that neither the rules nor the rights name is open to its owner only.
    """
    if connection.dialect.name != "postgresql":
        for name, (question, _) in VIEWS.items():
            connection.exec_driver_sql(f"CREATE VIEW {name} AS {question}")
        return
    _ensure_roles(connection)
    for statement in (
        WORDS,
        PLACES,
        *_inner_views(),
        SIGHT,
        COUNTS,
        REQUESTS,
        *_views(),
        *_policies(metadata),
        *_rights(metadata),
    ):
        connection.exec_driver_sql(statement)


def take_down(connection: Connection) -> None:
    """Remove views, policies, functions and rights; the tables stay closed to everybody but their owner."""
    is_postgresql = connection.dialect.name == "postgresql"
    if is_postgresql:
        policies = connection.execute(text("SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public'"))
        for policy, table in policies.all():
            connection.exec_driver_sql(f'DROP POLICY "{policy}" ON "{table}"')
    for name in (*VIEWS, *(reversed(INNER_VIEWS) if is_postgresql else ())):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
    if is_postgresql:
        _take_rights_back(connection)


def _take_rights_back(connection: Connection) -> None:
    for function in FUNCTIONS:
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {function}")
    for role in _known_roles(connection):
        connection.exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        connection.exec_driver_sql(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}")


def sql_of_roles() -> str:
    """Return what a database administrator runs once for the whole server."""
    created = [f"CREATE ROLE {role} NOLOGIN;  -- {purpose}" for role, purpose in ROLES.items()]
    signing_in = [f"ALTER ROLE {role} LOGIN PASSWORD '…';" for role in (APP, SCHEDULER)]
    granted = [f"GRANT {role} TO {member};" for role, member in BELONGS]
    return "\n".join([*created, f"ALTER ROLE {SCHEDULER} NOINHERIT;", *granted, *signing_in])


def _known_roles(connection: Connection) -> list[str]:
    known = connection.scalars(text("SELECT rolname FROM pg_roles WHERE rolname = ANY (:names)"), {"names": [*ROLES]})
    return list(known)


def _ensure_roles(connection: Connection) -> None:
    lacking = [*_lacking(connection)]
    if not lacking:
        return
    if not connection.scalar(text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")):
        asked = "\n".join(lacking) if _known_roles(connection) else sql_of_roles()
        raise RolesMissing(
            f"Il manque des rôles à la base. Faites lancer ceci par qui l’administre, puis recommencez :\n{asked}"
        )
    for statement in lacking:
        connection.exec_driver_sql(statement)


def _lacking(connection: Connection) -> Iterator[str]:
    known = _known_roles(connection)
    for role in ROLES:
        if role not in known:
            yield f"CREATE ROLE {role} NOLOGIN;"
    inherits = text("SELECT rolinherit FROM pg_roles WHERE rolname = :name")
    if SCHEDULER not in known or connection.scalar(inherits, {"name": SCHEDULER}):
        yield f"ALTER ROLE {SCHEDULER} NOINHERIT;"
    belongs = text("SELECT pg_has_role(:member, :role, 'member')")
    for role, member in BELONGS:
        if not {role, member} <= {*known} or not connection.scalar(belongs, {"member": member, "role": role}):
            yield f"GRANT {role} TO {member};"


def _inner_views() -> Iterator[str]:
    for name, question in INNER_VIEWS.items():
        yield f"CREATE VIEW {name} WITH (security_barrier) AS {question}"
        yield f"GRANT SELECT ON {name} TO {APP}"


def _views() -> Iterator[str]:
    for name, (question, condition) in VIEWS.items():
        # Tables ask nothing of their owner, and neither do these: imports and commands read them whole.
        for_all = "NOT (SELECT row_security_active('public.cases'))"
        yield f"CREATE VIEW {name} AS {question} AND ({for_all} OR ({condition}))"


def _policies(metadata: MetaData) -> Iterator[str]:
    for table, guard in GUARDED.items():
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"CREATE POLICY app_reads ON {table} FOR SELECT TO {APP} USING ({guard.reads})"
        if guard.inserts:
            yield f"CREATE POLICY app_inserts ON {table} FOR INSERT TO {APP} WITH CHECK ({guard.inserts})"
        if guard.updates:
            yield f"CREATE POLICY app_updates ON {table} FOR UPDATE TO {APP} USING ({guard.updates})"
        if guard.deletes:
            yield f"CREATE POLICY app_deletes ON {table} FOR DELETE TO {APP} USING ({guard.deletes})"
        for role, name in ((SCHEDULER, "scheduler"), (IMPORTER, "importer")):
            if table in RIGHTS[role]:
                yield f"CREATE POLICY {name} ON {table} TO {role} USING (true) WITH CHECK (true)"
        yield f"GRANT {', '.join(_acts(metadata, table, guard))} ON {table} TO {APP}"


def _acts(metadata: MetaData, table: str, guard: Guard) -> Iterator[str]:
    yield "SELECT"
    if guard.inserts:
        yield "INSERT"
    if guard.deletes:
        yield "DELETE"
    if guard.updates:
        kept = {"id", *guard.fixed}
        changing = [f'"{column.name}"' for column in metadata.tables[table].columns if column.name not in kept]
        yield f"UPDATE ({', '.join(changing)})"


def _rights(metadata: MetaData) -> Iterator[str]:
    for role, tables in RIGHTS.items():
        for table, acts in tables.items():
            yield f"GRANT {acts} ON {table} TO {role}"
    for role in (APP, SCHEDULER, IMPORTER):
        written = {name for name, guard in GUARDED.items() if guard.inserts and role == APP}
        written |= {name for name, acts in RIGHTS[role].items() if "INSERT" in acts}
        for table in sorted(written):
            if "id" in metadata.tables[table].columns:
                yield f"GRANT USAGE ON SEQUENCE {table}_id_seq TO {role}"
    told = ("employer_is_in_sight(integer)", "case_is_in_sight(integer)", "case_lies_here(integer, integer)")
    asked = ("count_contacts(text)", "hide_contacts(text, date)", "erase_contacts(text)")
    counts = ("count_employers_by_state(text[])", "count_mails()")
    readers = {
        **dict.fromkeys(told, f"{APP}, {SCHEDULER}"),
        **dict.fromkeys(asked, APP),
        **dict.fromkeys(counts, AGGREGATES),
    }
    for function, role in readers.items():
        yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {role}"
