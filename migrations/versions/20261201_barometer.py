"""barometer: months of a house one version after the other, its prices, reminders asked for, copies shared"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

WHOLE_HOUSE = sa.text("structure_id IS NULL")


def _points(table: str, *columns: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in columns
    ]


def upgrade() -> None:
    op.create_table(
        "barometer_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=True),
        *_points(
            "barometer_entries",
            ("employer_id", "employers"),
            ("structure_id", "structures"),
            ("entered_by_id", "users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barometer_entries")),
        sa.UniqueConstraint(
            "structure_id", "month", "number", name=op.f("uq_barometer_entries_structure_id_month_number")
        ),
        sa.UniqueConstraint("submission", name=op.f("uq_barometer_entries_submission")),
    )
    op.create_index(
        "uq_barometer_entries_house",
        "barometer_entries",
        ["employer_id", "month", "number"],
        unique=True,
        postgresql_where=WHOLE_HOUSE,
        sqlite_where=WHOLE_HOUSE,
    )
    op.create_index("ix_barometer_entries_employer", "barometer_entries", ["employer_id", "structure_id", "month"])

    op.create_table(
        "barometer_prices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("day_cents", sa.Integer(), nullable=True),
        sa.Column("day_source", sa.String(length=255), nullable=False),
        sa.Column("departure_cents", sa.Integer(), nullable=True),
        sa.Column("departure_source", sa.String(length=255), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_points("barometer_prices", ("employer_id", "employers"), ("changed_by_id", "users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barometer_prices")),
        sa.UniqueConstraint("employer_id", name=op.f("uq_barometer_prices_employer_id")),
    )

    op.create_table(
        "barometer_reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        *_points("barometer_reminders", ("user_id", "users"), ("employer_id", "employers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barometer_reminders")),
        sa.UniqueConstraint("user_id", "employer_id", name=op.f("uq_barometer_reminders_user_id_employer_id")),
    )

    op.create_table(
        "barometer_shares",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=255), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("structure_id", sa.Integer(), nullable=True),
        sa.Column("first_month", sa.Date(), nullable=False),
        sa.Column("last_month", sa.Date(), nullable=False),
        sa.Column("measures", sa.JSON(), nullable=False),
        *_points(
            "barometer_shares",
            ("employer_id", "employers"),
            ("organisation_id", "organisations"),
            ("shared_by_id", "users"),
            ("withdrawn_by_id", "users"),
            ("structure_id", "structures"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barometer_shares")),
    )
    op.create_index("ix_barometer_shares_organisation", "barometer_shares", ["organisation_id", "employer_id"])


def downgrade() -> None:
    for table in ("barometer_shares", "barometer_reminders", "barometer_prices", "barometer_entries"):
        op.drop_table(table)
