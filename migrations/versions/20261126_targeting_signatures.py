"""targeting signatures: who signs a list for each organisation, and what each has answered"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

IN_FORCE = sa.text("voided_at IS NULL")
ANSWERS = sa.Enum("awaited", "signed", "reserved", "refused", name="answer", native_enum=False, length=40)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "targeting_signatories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.Column("is_concerned", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("function", sa.String(length=255), nullable=False),
        sa.Column("delegation", sa.Text(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("named_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _to("targeting_signatories", "campaign_id", "targeting_campaigns"),
        _to("targeting_signatories", "organisation_id", "organisations"),
        _to("targeting_signatories", "user_id", "users"),
        _to("targeting_signatories", "named_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targeting_signatories")),
        sa.UniqueConstraint(
            "campaign_id", "organisation_id", name=op.f("uq_targeting_signatories_campaign_id_organisation_id")
        ),
    )
    op.create_index(op.f("ix_targeting_signatories_user_id"), "targeting_signatories", ["user_id"], unique=False)
    op.create_table(
        "targeting_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("signatory_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answer", ANSWERS, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("function", sa.String(length=255), nullable=False),
        sa.Column("delegation", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("read", sa.JSON(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_parts", sa.JSON(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=True),
        _to("targeting_answers", "signatory_id", "targeting_signatories"),
        _to("targeting_answers", "author_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targeting_answers")),
        sa.UniqueConstraint("submission", name=op.f("uq_targeting_answers_submission")),
    )
    op.create_index("ix_targeting_answers_signatory", "targeting_answers", ["signatory_id", "id"], unique=False)
    op.create_index(
        "uq_targeting_answers_in_force",
        "targeting_answers",
        ["signatory_id"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )


def downgrade() -> None:
    op.drop_table("targeting_answers")
    op.drop_table("targeting_signatories")
