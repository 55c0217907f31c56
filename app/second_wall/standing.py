"""How the process that is connected meets the second wall: behind it, above it, or without any."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from app.second_wall.rules import APP, GUARDED, SCHEDULER

SQLITE = (
    "Base SQLite : les droits sont vérifiés par l’application seule. Le second mur, tenu par la base elle-même, "
    "demande PostgreSQL."
)
ABOVE = (
    "Second mur absent : le rôle « {role} » possède les tables, ou contourne leurs règles. Le site se connecte avec un "
    f"rôle qui n’a que les droits de {APP} ; « flask database roles » donne les ordres SQL à lancer."
)
UNBUILT = "Second mur incomplet : {tables}. Lancez « flask db upgrade » avec le rôle propriétaire des tables."
STRANGER = "Le rôle « {role} » n’a pas les droits de {wanted} ; « flask database roles » donne les ordres SQL à lancer."
HOLDS = "Second mur en place : le rôle « {role} » ne lit et n’écrit que les lignes de l’organisation qui agit."


@dataclass(frozen=True)
class Standing:
    """What is to be said at the start; `is_safe`: PostgreSQL keeps the pages to their rows."""

    words: str
    is_safe: bool = False
    is_embedded: bool = False


def standing(connection: Connection) -> Standing:
    """Return how the role of this connection meets the wall, for the pages."""
    if connection.dialect.name != "postgresql":
        return Standing(SQLITE, is_embedded=True)
    role = connection.scalar(text("SELECT current_user"))
    if unbuilt := _unbuilt(connection):
        return Standing(UNBUILT.format(tables=", ".join(unbuilt)))
    if _is_above(connection):
        return Standing(ABOVE.format(role=role))
    if not _has(connection, APP):
        return Standing(STRANGER.format(role=role, wanted=APP))
    return Standing(HOLDS.format(role=role), is_safe=True)


def blindness_of_scheduler(connection: Connection) -> str:
    """Return why the scheduler would see no case with this connection, empty when it sees them."""
    if connection.dialect.name != "postgresql" or _is_above(connection) or _has(connection, SCHEDULER):
        return ""
    return STRANGER.format(role=connection.scalar(text("SELECT current_user")), wanted=SCHEDULER)


def _has(connection: Connection, role: str) -> bool:
    known = text("SELECT pg_has_role(oid, 'usage') FROM pg_roles WHERE rolname = :role")
    return bool(connection.scalar(known, {"role": role}))


def _unbuilt(connection: Connection) -> list[str]:
    built = connection.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity AND EXISTS "
            "(SELECT FROM pg_policy WHERE polrelid = pg_class.oid)"
        )
    )
    return sorted(GUARDED.keys() - set(built))


def _is_above(connection: Connection) -> bool:
    """A superuser, a role exempt from row security, or one that has the rights of the owner of a guarded table."""
    return bool(
        connection.scalar(
            text("SELECT bool_or(rolsuper OR rolbypassrls) FROM pg_roles WHERE pg_has_role(oid, 'member') ")
        )
        or connection.scalar(
            text(
                "SELECT bool_or(pg_has_role(relowner, 'member')) FROM pg_class "
                "WHERE relnamespace = 'public'::regnamespace AND relname = ANY (:tables)"
            ),
            {"tables": [*GUARDED]},
        )
    )
