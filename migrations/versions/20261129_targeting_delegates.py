"""targeting delegates: somebody without an account to whom an organisation leaves its signature of a list"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

RUNNING = sa.text("withdrawn_at IS NULL")
ONE_AUTHOR = "(author_id IS NULL) <> (delegate_id IS NULL)"


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_targeting_delegates_{column}"))


def upgrade() -> None:
    op.create_table(
        "targeting_delegates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("signatory_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("given_name", sa.String(length=80), nullable=False),
        sa.Column("family_name", sa.String(length=80), nullable=False),
        sa.Column("function", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("appointed_by_id", sa.Integer(), nullable=False),
        sa.Column("appointed_as", sa.String(length=255), nullable=False),
        sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=True),
        _to("signatory_id", "targeting_signatories"),
        _to("organisation_id", "organisations"),
        _to("appointed_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targeting_delegates")),
        sa.UniqueConstraint("submission", name=op.f("uq_targeting_delegates_submission")),
    )
    op.create_index(op.f("ix_targeting_delegates_signatory_id"), "targeting_delegates", ["signatory_id"], unique=False)
    op.create_index(
        "uq_targeting_delegates_running",
        "targeting_delegates",
        ["signatory_id"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
    with op.batch_alter_table("targeting_answers") as table:
        table.add_column(sa.Column("delegate_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_targeting_answers_delegate_id"), "targeting_delegates", ["delegate_id"], ["id"]
        )
        table.alter_column("author_id", existing_type=sa.Integer(), nullable=True)
        table.create_check_constraint(op.f("ck_targeting_answers_one_author"), ONE_AUTHOR)
    with op.batch_alter_table("magic_links") as table:
        table.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_magic_links_organisation_id"), "organisations", ["organisation_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("magic_links") as table:
        table.drop_constraint(op.f("fk_magic_links_organisation_id"), type_="foreignkey")
        table.drop_column("organisation_id")
    op.execute("DELETE FROM targeting_answers WHERE author_id IS NULL")
    with op.batch_alter_table("targeting_answers") as table:
        table.drop_constraint(op.f("ck_targeting_answers_one_author"), type_="check")
        table.alter_column("author_id", existing_type=sa.Integer(), nullable=False)
        table.drop_constraint(op.f("fk_targeting_answers_delegate_id"), type_="foreignkey")
        table.drop_column("delegate_id")
    op.drop_table("targeting_delegates")
