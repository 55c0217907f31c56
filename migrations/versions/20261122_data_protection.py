"""Requests of people, announced erasures, and the one guarded way out of an append-only table."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REFUSAL = "Le fil d''un dossier ne se modifie pas."
IS_LIFTED = "EXISTS (SELECT 1 FROM guard_lifts)"


def guard(is_liftable: bool) -> None:
    """Let a DELETE pass while a row of guard_lifts says so, or never."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER case_events_no_delete")
        unless = f"WHEN NOT {IS_LIFTED} " if is_liftable else ""
        op.execute(
            f"CREATE TRIGGER case_events_no_delete BEFORE DELETE ON case_events {unless}"
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        return
    unless = f"IF TG_OP = 'DELETE' AND {IS_LIFTED} THEN RETURN NULL; END IF; " if is_liftable else ""
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {unless}RAISE EXCEPTION '{REFUSAL}'; END $$"
    )


def upgrade() -> None:
    op.create_table(
        "anonymous_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("departement", sa.String(length=3), nullable=True),
        sa.Column("category", sa.String(length=4), nullable=True),
        sa.Column("size_class", sa.String(length=20), nullable=False),
        sa.Column(
            "source", sa.Enum("list", "request", "alert", name="source", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "identified",
                "contacted",
                "diagnostic",
                "contract",
                "cpom_objective",
                "accompaniment",
                "evaluation",
                "closed",
                "refused",
                "out_of_scope",
                "suspended",
                name="state",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "achieved",
                "partial",
                "not_achieved",
                "redirected",
                "withdrawn",
                "merged",
                name="outcome",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "lead_kind",
            sa.Enum(
                "ars",
                "carsat",
                "dept",
                "dreets",
                "aract",
                "federation",
                "provider",
                "funder",
                "public_prevention",
                "spst",
                "msa",
                "region",
                "national",
                "platform",
                "employer",
                "coordinator",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("started_year", sa.Integer(), nullable=False),
        sa.Column("ended_year", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anonymous_cases")),
    )
    op.create_table(
        "guard_lifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["guard_lifts.id"],
            name=op.f("fk_guard_lifts_release_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_lifts")),
    )
    op.create_table(
        "data_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("access", "correction", "objection", "erasure", name="requestkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("full_name", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("received", "accepted", "refused", name="requeststate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.CheckConstraint(
            "(state = 'received') = (answered_on IS NULL)", name=op.f("ck_data_requests_answer_is_dated")
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_data_requests_answered_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_data_requests_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_data_requests_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_requests")),
        sa.UniqueConstraint("submission", name=op.f("uq_data_requests_submission")),
    )
    with op.batch_alter_table("data_requests", schema=None) as batch_op:
        batch_op.create_index("ix_data_requests_due", ["state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_data_requests_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_data_requests_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "retention_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=80), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        sa.Column("applies_on", sa.Date(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_retention_notices_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_notices")),
    )
    with op.batch_alter_table("retention_notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_retention_notices_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "uq_retention_notices_open",
            ["slot"],
            unique=True,
            postgresql_where=sa.text("applied_at IS NULL"),
            sqlite_where=sa.text("applied_at IS NULL"),
        )

    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("objected_on", sa.Date(), nullable=True))
    guard(is_liftable=True)


def downgrade() -> None:
    guard(is_liftable=False)
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_column("objected_on")

    with op.batch_alter_table("retention_notices", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_retention_notices_open",
            postgresql_where=sa.text("applied_at IS NULL"),
            sqlite_where=sa.text("applied_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_retention_notices_organisation_id"))

    op.drop_table("retention_notices")
    with op.batch_alter_table("data_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_requests_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_data_requests_email"))
        batch_op.drop_index("ix_data_requests_due")

    op.drop_table("data_requests")
    op.drop_table("guard_lifts")
    op.drop_table("anonymous_cases")
