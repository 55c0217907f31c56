"""evidence: what accidents say of a structure as a band, and the funnel of a region, made after each import"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BANDS = sa.Enum(
    "strong", "probable", "inconclusive", "none", "too_small", name="evidenceband", native_enum=False, length=40
)


def upgrade() -> None:
    op.create_table(
        "claim_evidence",
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("accidents", sa.Integer(), nullable=True),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("band", BANDS, nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_claim_evidence_employer_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_claim_evidence_organisation_id")
        ),
        sa.ForeignKeyConstraint(["structure_id"], ["structures.id"], name=op.f("fk_claim_evidence_structure_id")),
        sa.PrimaryKeyConstraint("structure_id", name=op.f("pk_claim_evidence")),
    )
    op.create_index(op.f("ix_claim_evidence_employer_id"), "claim_evidence", ["employer_id"], unique=False)
    op.create_table(
        "claim_territories",
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("inflation", sa.BigInteger(), nullable=False),
        sa.Column("sites", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_claim_territories")),
    )


def downgrade() -> None:
    op.drop_table("claim_territories")
    op.drop_index(op.f("ix_claim_evidence_employer_id"), table_name="claim_evidence")
    op.drop_table("claim_evidence")
