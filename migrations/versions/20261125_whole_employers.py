"""whole employers: what accidents say of an employer known by its SIREN alone, beside what they say of structures"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BANDS = sa.Enum(
    "strong", "probable", "inconclusive", "none", "too_small", name="evidenceband", native_enum=False, length=40
)
KEPT = (
    "structure_id", "employer_id", "organisation_id", "first_year", "last_year", "years", "accidents", "expected",
    "band", "low", "high", "weight", "zone",
)  # fmt: skip


def upgrade() -> None:
    _make_again(
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=True),
        sa.Column("siret", sa.String(length=14), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_evidence")),
        sa.UniqueConstraint("structure_id", name=op.f("uq_claim_evidence_structure_id")),
    )


def downgrade() -> None:
    op.execute("DELETE FROM claim_evidence WHERE structure_id IS NULL")
    _make_again(
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("structure_id", name=op.f("pk_claim_evidence")),
    )


def _make_again(*own: Any) -> None:
    """Make the table again with what it held: another key is more than SQLite changes in place."""
    columns = ", ".join(KEPT)
    rows = [dict(row) for row in op.get_bind().exec_driver_sql(f"SELECT {columns} FROM claim_evidence").mappings()]
    op.drop_index(op.f("ix_claim_evidence_employer_id"), table_name="claim_evidence")
    op.drop_table("claim_evidence")
    made = op.create_table(
        "claim_evidence",
        *own,
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
    )
    op.create_index(op.f("ix_claim_evidence_employer_id"), "claim_evidence", ["employer_id"], unique=False)
    if rows:
        op.bulk_insert(made, rows)
