"""The journal: chained entries, rows of access, daily seals; the database itself refuses to rewrite them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GENESIS = "0" * 64
REFUSAL = "Le journal ne se modifie pas."
KEPT = "Le journal ne perd que des périodes closes et scellées."
UNSEALED = "Une période se retire du journal jusqu''à une tête scellée."
NEVER_CHANGED = ("journal_entries", "access_entries", "journal_seals", "journal_seal_heads", "journal_drops")
NEVER_DELETED = ("journal_seals", "journal_seal_heads", "journal_drops")

CHAIN_IS_DROPPED = "SELECT 1 FROM journal_drops d WHERE d.chain = OLD.chain AND d.number >= OLD.number"
ACCESS_IS_DROPPED = (
    "SELECT 1 FROM journal_drops d JOIN journal_seals s ON s.number = d.number "
    "WHERE d.chain = -1 AND OLD.recorded_at < s.access_until"
)
HEAD_IS_SEALED = (
    "SELECT 1 FROM journal_seal_heads h WHERE NEW.chain >= 0 AND h.chain = NEW.chain AND h.number = NEW.number "
    "AND h.digest = NEW.digest UNION ALL SELECT 1 FROM journal_seals s "
    "WHERE NEW.chain = -1 AND s.number = NEW.number AND s.digest = NEW.digest"
)
GUARDS = (
    ("journal_entries_guarded", "DELETE ON journal_entries", CHAIN_IS_DROPPED, KEPT),
    ("access_entries_guarded", "DELETE ON access_entries", ACCESS_IS_DROPPED, KEPT),
    ("journal_drops_guarded", "INSERT ON journal_drops", HEAD_IS_SEALED, UNSEALED),
)
"""Triggers that let a row through when something exists: their name, their act, what must exist, the refusal."""


def upgrade() -> None:
    _create_tables()
    op.add_column("cases", sa.Column("journal_number", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("journal_digest", sa.String(length=64), nullable=False, server_default=GENESIS))
    heads = sa.table("journal_heads", sa.column("chain"), sa.column("number"), sa.column("digest"))
    op.bulk_insert(heads, [{"chain": 0, "number": 0, "digest": GENESIS}])
    (_guard_sqlite if op.get_bind().dialect.name == "sqlite" else _guard_postgresql)()


def _create_tables() -> None:
    digest, number = sa.String(length=64), sa.Integer()
    instant, slug = sa.DateTime(timezone=True), sa.String(length=40)
    op.create_table(
        "journal_entries",
        sa.Column("id", number, nullable=False),
        sa.Column("chain", number, nullable=False),
        sa.Column("number", number, nullable=False),
        sa.Column("recorded_at", instant, nullable=False),
        sa.Column("actor_id", number, nullable=True),
        sa.Column("capacity_id", number, nullable=True),
        sa.Column("organisation_id", number, nullable=True),
        sa.Column("action", slug, nullable=False),
        sa.Column("object_kind", slug, nullable=False),
        sa.Column("object_id", number, nullable=True),
        sa.Column("content", digest, nullable=False),
        sa.Column("previous", digest, nullable=False),
        sa.Column("digest", digest, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entries")),
        sa.UniqueConstraint("chain", "number", name=op.f("uq_journal_entries_chain_number")),
    )
    op.create_index("ix_journal_entries_object", "journal_entries", ["object_kind", "object_id"])
    op.create_index("ix_journal_entries_organisation", "journal_entries", ["organisation_id", "id"])
    op.create_index(op.f("ix_journal_entries_recorded_at"), "journal_entries", ["recorded_at"])
    op.create_table(
        "journal_heads",
        sa.Column("chain", number, autoincrement=False, nullable=False),
        sa.Column("number", number, nullable=False),
        sa.Column("digest", digest, nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_journal_heads")),
    )
    op.create_table(
        "access_entries",
        sa.Column("id", number, nullable=False),
        sa.Column("recorded_at", instant, nullable=False),
        sa.Column("user_id", number, nullable=False),
        sa.Column("capacity_id", number, nullable=True),
        sa.Column("organisation_id", number, nullable=True),
        sa.Column("action", slug, nullable=False),
        sa.Column("request", sa.String(length=80), nullable=False),
        sa.Column("status", number, nullable=False),
        sa.Column("object_kind", slug, nullable=True),
        sa.Column("object_id", sa.String(length=20), nullable=True),
        sa.Column("is_out_of_territory", sa.Boolean(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=True),
        sa.Column("rows", number, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_entries")),
    )
    op.create_index("ix_access_entries_object", "access_entries", ["object_kind", "object_id"])
    op.create_index("ix_access_entries_organisation", "access_entries", ["organisation_id", "id"])
    op.create_index(op.f("ix_access_entries_recorded_at"), "access_entries", ["recorded_at"])
    op.create_table(
        "journal_seals",
        sa.Column("number", number, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sealed_at", instant, nullable=False),
        sa.Column("head_count", number, nullable=False),
        sa.Column("heads", digest, nullable=False),
        sa.Column("access_until", instant, nullable=False),
        sa.Column("access_count", number, nullable=False),
        sa.Column("access", digest, nullable=False),
        sa.Column("previous", digest, nullable=False),
        sa.Column("digest", digest, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_journal_seals")),
        sa.UniqueConstraint("day", name=op.f("uq_journal_seals_day")),
    )
    op.create_table(
        "journal_seal_heads",
        sa.Column("seal", number, autoincrement=False, nullable=False),
        sa.Column("chain", number, autoincrement=False, nullable=False),
        sa.Column("number", number, nullable=False),
        sa.Column("digest", digest, nullable=False),
        sa.PrimaryKeyConstraint("seal", "chain", name=op.f("pk_journal_seal_heads")),
    )
    op.create_index("ix_journal_seal_heads_chain", "journal_seal_heads", ["chain", "number"])
    op.create_table(
        "journal_drops",
        sa.Column("id", number, nullable=False),
        sa.Column("chain", number, nullable=False),
        sa.Column("number", number, nullable=False),
        sa.Column("digest", digest, nullable=False),
        sa.Column("dropped_at", instant, nullable=False),
        sa.Column("told", number, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_drops")),
        sa.UniqueConstraint("chain", "number", name=op.f("uq_journal_drops_chain_number")),
    )


def _guard_sqlite() -> None:
    for act, tables in (("UPDATE", NEVER_CHANGED), ("DELETE", NEVER_DELETED)):
        for table in tables:
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
    for name, act, needed, refusal in GUARDS:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} WHEN NOT EXISTS ({needed}) BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_journal_rewriting() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for table in NEVER_CHANGED:
        acts = "UPDATE OR DELETE OR TRUNCATE" if table in NEVER_DELETED else "UPDATE OR TRUNCATE"
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {acts} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_rewriting()"
        )
    for name, act, needed, refusal in GUARDS:
        row = "OLD" if act.startswith("DELETE") else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NOT EXISTS ({needed}) THEN RAISE EXCEPTION '{refusal}'; END IF; RETURN {row}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for table in ("journal_drops", "journal_seal_heads", "journal_seals", "access_entries", "journal_heads"):
        op.drop_table(table)
    op.drop_table("journal_entries")  # its triggers go with it
    if op.get_bind().dialect.name != "sqlite":
        for name in ("refuse_journal_rewriting", *(guard[0] for guard in GUARDS)):
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_column("cases", "journal_digest")
    op.drop_column("cases", "journal_number")
