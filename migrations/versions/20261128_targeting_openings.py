"""targeting openings: what the opening of cases does with each employer of a signed list, what is then said of it"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "targeting_openings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("lead_organisation_id", sa.Integer(), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column(
            "choice", sa.Enum("open", "leave", name="openingchoice", native_enum=False, length=40), nullable=True
        ),
        sa.Column("chosen_by_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["targeting_campaigns.id"], name=op.f("fk_targeting_openings_campaign_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_targeting_openings_case_id")),
        sa.ForeignKeyConstraint(["chosen_by_id"], ["users.id"], name=op.f("fk_targeting_openings_chosen_by_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_targeting_openings_employer_id")),
        sa.ForeignKeyConstraint(
            ["lead_organisation_id"], ["organisations.id"], name=op.f("fk_targeting_openings_lead_organisation_id")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["users.id"], name=op.f("fk_targeting_openings_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targeting_openings")),
        sa.UniqueConstraint("campaign_id", "employer_id", name=op.f("uq_targeting_openings_campaign_id_employer_id")),
        sa.UniqueConstraint("case_id", name=op.f("uq_targeting_openings_case_id")),
    )
    op.create_index("ix_targeting_openings_round", "targeting_openings", ["campaign_id", "round"], unique=False)
    op.create_index(op.f("ix_targeting_openings_employer_id"), "targeting_openings", ["employer_id"], unique=False)
    op.create_index(op.f("ix_targeting_openings_officer_id"), "targeting_openings", ["officer_id"], unique=False)
    op.create_table(
        "targeting_appraisals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column(
            "verdict", sa.Enum("yes", "partly", "no", name="fairness", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "confirmed",
                "elsewhere",
                "passed",
                "figures_wrong",
                "already_helped",
                "small_numbers",
                "other",
                name="fairnessreason",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_targeting_appraisals_author_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["targeting_campaigns.id"], name=op.f("fk_targeting_appraisals_campaign_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_targeting_appraisals_case_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_targeting_appraisals_employer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_targeting_appraisals_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targeting_appraisals")),
        sa.UniqueConstraint("case_id", name=op.f("uq_targeting_appraisals_case_id")),
    )
    op.create_index(op.f("ix_targeting_appraisals_campaign_id"), "targeting_appraisals", ["campaign_id"], unique=False)


def downgrade() -> None:
    op.drop_table("targeting_appraisals")
    op.drop_table("targeting_openings")
