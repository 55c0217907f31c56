"""conventions, the Carsat's blocks, who opened a case"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPENER = """
UPDATE cases SET opening_organisation_id = coalesce(
    (SELECT organisation_id FROM case_events
     WHERE case_events.case_id = cases.id AND case_events.kind = 'opened' AND case_events.organisation_id IS NOT NULL
     ORDER BY case_events.id LIMIT 1),
    lead_organisation_id
)
"""


def upgrade() -> None:
    _create_conventions()
    op.create_table(
        "carsat_blocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "injunction",
                "extra_contribution",
                "unpaid",
                "other",
                name="blockreason",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "lifted_on IS NULL OR lifted_on >= since", name=op.f("ck_carsat_blocks_lifted_after_it_starts")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_carsat_blocks_author_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_carsat_blocks_employer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_carsat_blocks_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carsat_blocks")),
        sa.UniqueConstraint(
            "employer_id", "organisation_id", name=op.f("uq_carsat_blocks_employer_id_organisation_id")
        ),
    )
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("opening_organisation_id", sa.Integer(), nullable=True))
    op.execute(OPENER)
    with op.batch_alter_table("cases") as cases:
        cases.alter_column("opening_organisation_id", existing_type=sa.Integer(), nullable=False)
        cases.create_foreign_key(
            op.f("fk_cases_opening_organisation_id"), "organisations", ["opening_organisation_id"], ["id"]
        )


def _create_conventions() -> None:
    op.create_table(
        "conventions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amends_id", sa.Integer(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closing_motive", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_conventions_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["amends_id"], ["conventions.id"], name=op.f("fk_conventions_amends_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_conventions_organisation_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_conventions_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conventions")),
        sa.UniqueConstraint("reference", name=op.f("uq_conventions_reference")),
        sa.UniqueConstraint("submission", name=op.f("uq_conventions_submission")),
    )
    op.create_table(
        "convention_parties",
        sa.Column("convention_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("leaving_motive", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["users.id"], name=op.f("fk_convention_parties_confirmed_by_id")),
        sa.ForeignKeyConstraint(
            ["convention_id"], ["conventions.id"], name=op.f("fk_convention_parties_convention_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_convention_parties_organisation_id")
        ),
        sa.PrimaryKeyConstraint("convention_id", "organisation_id", name=op.f("pk_convention_parties")),
    )
    op.create_index(op.f("ix_convention_parties_organisation_id"), "convention_parties", ["organisation_id"])
    for table, column, length in (("convention_families", "family", 80), ("convention_departements", "departement", 3)):
        op.create_table(
            table,
            sa.Column("convention_id", sa.Integer(), nullable=False),
            sa.Column(column, sa.String(length=length), nullable=False),
            sa.ForeignKeyConstraint(["convention_id"], ["conventions.id"], name=op.f(f"fk_{table}_convention_id")),
            sa.PrimaryKeyConstraint("convention_id", column, name=op.f(f"pk_{table}")),
        )


def downgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.drop_constraint(op.f("fk_cases_opening_organisation_id"), type_="foreignkey")
        cases.drop_column("opening_organisation_id")
    for table in (
        "carsat_blocks",
        "convention_departements",
        "convention_families",
        "convention_parties",
        "conventions",
    ):
        op.drop_table(table)
