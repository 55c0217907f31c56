"""houses: what an employer asks for, what its teams said, how to reach who helps, when a remark is answered"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

WISHES = ("call_back", "no_follow_up")
TOOLS = ("qena", "faire_le_point", "rps_du", "questionnaire", "exchanges", "other")
REMARKS = sa.table(
    "figure_remarks",
    sa.column("id", sa.Integer),
    sa.column("written_at", sa.DateTime(timezone=True)),
    sa.column("due_on", sa.Date),
)


def upgrade() -> None:
    op.create_table(
        "house_wishes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*WISHES, name="wishkind", native_enum=False, length=40), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_house_wishes_employer_id")),
        sa.ForeignKeyConstraint(["told_by_id"], ["users.id"], name=op.f("fk_house_wishes_told_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["users.id"], name=op.f("fk_house_wishes_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_wishes")),
        sa.UniqueConstraint("submission", name=op.f("uq_house_wishes_submission")),
    )
    op.create_index(op.f("ix_house_wishes_employer_id"), "house_wishes", ["employer_id"], unique=False)
    op.create_index(
        "uq_house_wishes_standing",
        "house_wishes",
        ["employer_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "help_lines",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("hours", sa.String(length=255), nullable=False),
        sa.Column("words", sa.String(length=255), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_help_lines_organisation_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["users.id"], name=op.f("fk_help_lines_written_by_id")),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_help_lines")),
    )
    op.create_table(
        "team_voices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("tool", sa.Enum(*TOOLS, name="voicetool", native_enum=False, length=40), nullable=False),
        sa.Column("tool_name", sa.String(length=255), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=True),
        sa.Column("respondents", sa.Integer(), nullable=True),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_team_voices_author_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_team_voices_employer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_voices")),
        sa.UniqueConstraint("submission", name=op.f("uq_team_voices_submission")),
    )
    op.create_index(op.f("ix_team_voices_employer_id"), "team_voices", ["employer_id"], unique=False)
    with op.batch_alter_table("figure_remarks") as table:
        table.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_figure_remarks_organisation_id"), "organisations", ["organisation_id"], ["id"]
        )
    _date_the_known_ones()


def _date_the_known_ones() -> None:
    """A remark written before had the same month to be answered."""
    known = op.get_bind().execute(sa.select(REMARKS.c.id, REMARKS.c.written_at)).all()
    for number, written_at in known:
        due_on = written_at.date() + timedelta(days=30)
        op.execute(REMARKS.update().where(REMARKS.c.id == number).values(due_on=due_on))


def downgrade() -> None:
    with op.batch_alter_table("figure_remarks") as table:
        table.drop_constraint(op.f("fk_figure_remarks_organisation_id"), type_="foreignkey")
        table.drop_column("organisation_id")
        table.drop_column("due_on")
    for table_name in ("team_voices", "help_lines", "house_wishes"):
        op.drop_table(table_name)
