"""targeting: campaigns, the snapshot of their figures, what people know and propose"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "targeting_campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column(
            "field",
            sa.Enum("ehpad", "elderly", "disability", "home_care", name="targetfield", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("following", sa.Integer(), nullable=False),
        sa.Column("coverage", sa.Integer(), nullable=False),
        sa.Column("method_version", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("consulted_until", sa.Date(), nullable=True),
        sa.Column("speak_from", sa.Date(), nullable=True),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column(
            "quorum",
            sa.Enum("leads", "majority", "everybody", name="quorumrule", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "membership", sa.Enum("each", "none", name="membershiprule", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "consultation",
                "frozen",
                "signing",
                "signed",
                "revised",
                "expired",
                name="liststate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("motive", sa.Text(), nullable=False),
        sa.Column(
            "run",
            sa.Enum("none", "waiting", "running", "done", "failed", name="listrun", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("run_stage", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("computed_method", sa.String(length=64), nullable=True),
        sa.Column("code_version", sa.String(length=80), nullable=False),
        sa.Column("owners", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.CheckConstraint("last_year >= first_year", name=op.f("ck_targeting_campaigns_years_in_order")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_targeting_campaigns_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_targeting_campaigns_author_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_targeting_campaigns_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targeting_campaigns")),
        sa.UniqueConstraint("submission", name=op.f("uq_targeting_campaigns_submission")),
    )
    op.create_index(
        "ix_targeting_campaigns_organisation", "targeting_campaigns", ["organisation_id", "id"], unique=False
    )
    op.create_index(op.f("ix_targeting_campaigns_run"), "targeting_campaigns", ["run"], unique=False)

    op.create_table(
        "targeting_departements",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("departement", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["targeting_campaigns.id"], name=op.f("fk_targeting_departements_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "departement", name=op.f("pk_targeting_departements")),
    )
    op.create_table(
        "targeting_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("structures", sa.Integer(), nullable=False),
        sa.Column("first_count", sa.Integer(), nullable=False),
        sa.Column("next_count", sa.Integer(), nullable=False),
        sa.Column(
            "computed",
            sa.Enum("first", "next", "rest", "to_qualify", "silent", name="targetclass", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("is_steady", sa.Boolean(), nullable=False),
        sa.Column("motives", sa.String(length=120), nullable=False),
        sa.Column(
            "decided",
            sa.Enum("first", "next", "rest", "withdrawn", "postponed", name="decision", native_enum=False, length=40),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["targeting_campaigns.id"], name=op.f("fk_targeting_lines_campaign_id")
        ),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_targeting_lines_employer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targeting_lines")),
        sa.UniqueConstraint("campaign_id", "employer_id", name=op.f("uq_targeting_lines_campaign_id_employer_id")),
    )
    op.create_index("ix_targeting_lines_computed", "targeting_lines", ["campaign_id", "computed"], unique=False)
    op.create_index(op.f("ix_targeting_lines_employer_id"), "targeting_lines", ["employer_id"], unique=False)

    op.create_table(
        "targeting_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column(
            "nature",
            sa.Enum(
                "context",
                "management",
                "staff",
                "dialogue",
                "prevention",
                "other",
                name="notenature",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("is_fact", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column(
            "visibility",
            sa.Enum("organisation", "partners", "employer", name="visibility", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_targeting_notes_author_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["targeting_campaigns.id"], name=op.f("fk_targeting_notes_campaign_id")
        ),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_targeting_notes_employer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_targeting_notes_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targeting_notes")),
        sa.UniqueConstraint("submission", name=op.f("uq_targeting_notes_submission")),
    )
    op.create_index("ix_targeting_notes_employer", "targeting_notes", ["campaign_id", "employer_id"], unique=False)

    op.create_table(
        "targeting_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("add", "raise", "lower", "withdraw", "postpone", name="proposalkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "request",
                "unseen",
                "outdated",
                "isolated",
                "new_management",
                "crisis",
                "already_helped",
                "closing",
                "other",
                name="reason",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("consent", sa.Enum("asked", "agreed", name="consent", native_enum=False, length=40), nullable=True),
        sa.Column("postponed_until", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("pending", "accepted", "declined", name="proposalstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "decided",
            sa.Enum("first", "next", "rest", "withdrawn", "postponed", name="decision", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_targeting_proposals_author_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["targeting_campaigns.id"], name=op.f("fk_targeting_proposals_campaign_id")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_targeting_proposals_decided_by_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_targeting_proposals_employer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_targeting_proposals_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targeting_proposals")),
        sa.UniqueConstraint("submission", name=op.f("uq_targeting_proposals_submission")),
    )
    op.create_index(
        "ix_targeting_proposals_employer", "targeting_proposals", ["campaign_id", "employer_id"], unique=False
    )
    op.create_index(op.f("ix_targeting_proposals_employer_id"), "targeting_proposals", ["employer_id"], unique=False)

    op.create_table(
        "targeting_scores",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("departement", sa.String(length=3), nullable=False),
        sa.Column(
            "computed",
            sa.Enum("first", "next", "rest", "to_qualify", "silent", name="targetclass", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("coverage", sa.Integer(), nullable=False),
        sa.Column("is_steady", sa.Boolean(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["targeting_campaigns.id"], name=op.f("fk_targeting_scores_campaign_id")
        ),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_targeting_scores_employer_id")),
        sa.ForeignKeyConstraint(["structure_id"], ["structures.id"], name=op.f("fk_targeting_scores_structure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targeting_scores")),
        sa.UniqueConstraint("campaign_id", "structure_id", name=op.f("uq_targeting_scores_campaign_id_structure_id")),
    )
    op.create_index("ix_targeting_scores_employer", "targeting_scores", ["campaign_id", "employer_id"], unique=False)
    op.create_index(op.f("ix_targeting_scores_structure_id"), "targeting_scores", ["structure_id"], unique=False)
    op.create_table(
        "targeting_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_targeting_versions_author_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["targeting_campaigns.id"], name=op.f("fk_targeting_versions_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targeting_versions")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_targeting_versions_campaign_id_number")),
    )
    op.create_table(
        "targeting_parts",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("employers", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_targeting_parts_organisation_id")
        ),
        sa.ForeignKeyConstraint(["version_id"], ["targeting_versions.id"], name=op.f("fk_targeting_parts_version_id")),
        sa.PrimaryKeyConstraint("version_id", "key", name=op.f("pk_targeting_parts")),
    )


def downgrade() -> None:
    op.drop_table("targeting_parts")
    op.drop_table("targeting_versions")
    op.drop_index(op.f("ix_targeting_scores_structure_id"), table_name="targeting_scores")
    op.drop_index("ix_targeting_scores_employer", table_name="targeting_scores")

    op.drop_table("targeting_scores")
    op.drop_index(op.f("ix_targeting_proposals_employer_id"), table_name="targeting_proposals")
    op.drop_index("ix_targeting_proposals_employer", table_name="targeting_proposals")

    op.drop_table("targeting_proposals")
    op.drop_index("ix_targeting_notes_employer", table_name="targeting_notes")

    op.drop_table("targeting_notes")
    op.drop_index(op.f("ix_targeting_lines_employer_id"), table_name="targeting_lines")
    op.drop_index("ix_targeting_lines_computed", table_name="targeting_lines")

    op.drop_table("targeting_lines")
    op.drop_table("targeting_departements")
    op.drop_index(op.f("ix_targeting_campaigns_run"), table_name="targeting_campaigns")
    op.drop_index("ix_targeting_campaigns_organisation", table_name="targeting_campaigns")

    op.drop_table("targeting_campaigns")
