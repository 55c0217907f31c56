"""self-diagnostics: rounds, the sheet of each manager, answers one after the other, copies shared"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "self_diagnostics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("questionnaire", sa.String(length=20), nullable=False),
        sa.Column(
            "setting",
            sa.Enum("establishment", "home", "both", name="setting", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_self_diagnostics_employer_id")),
        sa.ForeignKeyConstraint(["started_by_id"], ["users.id"], name=op.f("fk_self_diagnostics_started_by_id")),
        sa.ForeignKeyConstraint(["structure_id"], ["structures.id"], name=op.f("fk_self_diagnostics_structure_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_self_diagnostics_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_diagnostics")),
        sa.UniqueConstraint("employer_id", "number", name=op.f("uq_self_diagnostics_employer_id_number")),
        sa.UniqueConstraint("submission", name=op.f("uq_self_diagnostics_submission")),
    )
    op.create_index(op.f("ix_self_diagnostics_structure_id"), "self_diagnostics", ["structure_id"], unique=False)

    op.create_table(
        "self_diagnostic_shares",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("diagnostic_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=255), nullable=False),
        sa.Column("depth", sa.Enum("summary", "answers", name="depth", native_enum=False, length=40), nullable=False),
        sa.Column("has_risk_document", sa.Boolean(), nullable=False),
        sa.Column("has_psychosocial", sa.Boolean(), nullable=False),
        sa.Column("has_comments", sa.Boolean(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["diagnostic_id"], ["self_diagnostics.id"], name=op.f("fk_self_diagnostic_shares_diagnostic_id")
        ),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_self_diagnostic_shares_employer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_self_diagnostic_shares_organisation_id")
        ),
        sa.ForeignKeyConstraint(["shared_by_id"], ["users.id"], name=op.f("fk_self_diagnostic_shares_shared_by_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["users.id"], name=op.f("fk_self_diagnostic_shares_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_diagnostic_shares")),
    )
    op.create_index(
        op.f("ix_self_diagnostic_shares_diagnostic_id"), "self_diagnostic_shares", ["diagnostic_id"], unique=False
    )
    op.create_index(
        "ix_self_diagnostic_shares_organisation",
        "self_diagnostic_shares",
        ["organisation_id", "employer_id"],
        unique=False,
    )

    op.create_table(
        "self_diagnostic_sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("diagnostic_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pen_organisation_id", sa.Integer(), nullable=True),
        sa.Column("pen_given_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["diagnostic_id"], ["self_diagnostics.id"], name=op.f("fk_self_diagnostic_sheets_diagnostic_id")
        ),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_self_diagnostic_sheets_employer_id")),
        sa.ForeignKeyConstraint(
            ["pen_organisation_id"], ["organisations.id"], name=op.f("fk_self_diagnostic_sheets_pen_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_self_diagnostic_sheets_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_diagnostic_sheets")),
        sa.UniqueConstraint("diagnostic_id", "user_id", name=op.f("uq_self_diagnostic_sheets_diagnostic_id_user_id")),
    )
    op.create_index(
        op.f("ix_self_diagnostic_sheets_employer_id"), "self_diagnostic_sheets", ["employer_id"], unique=False
    )
    op.create_index(
        op.f("ix_self_diagnostic_sheets_pen_organisation_id"),
        "self_diagnostic_sheets",
        ["pen_organisation_id"],
        unique=False,
    )
    op.create_index(op.f("ix_self_diagnostic_sheets_user_id"), "self_diagnostic_sheets", ["user_id"], unique=False)

    op.create_table(
        "self_diagnostic_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("statement", sa.String(length=12), nullable=False),
        sa.Column(
            "reply", sa.Enum("0", "1", "2", "3", "nc", "nsp", name="reply", native_enum=False, length=40), nullable=True
        ),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["entered_by_id"], ["users.id"], name=op.f("fk_self_diagnostic_answers_entered_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_self_diagnostic_answers_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["self_diagnostic_sheets.id"], name=op.f("fk_self_diagnostic_answers_sheet_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_diagnostic_answers")),
        sa.UniqueConstraint("submission", name=op.f("uq_self_diagnostic_answers_submission")),
    )
    op.create_index(
        "ix_self_diagnostic_answers_sheet",
        "self_diagnostic_answers",
        ["sheet_id", "statement", "answered_at"],
        unique=False,
    )


def downgrade() -> None:
    for table in ("self_diagnostic_answers", "self_diagnostic_sheets", "self_diagnostic_shares", "self_diagnostics"):
        op.drop_table(table)
