"""commitments: the contracts (CPOM) of employers, their objectives, the aids they receive"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BODIES = sa.Enum("ars", "dept", "other", name="signatorybody", native_enum=False, length=40)
STATES = sa.Enum(
    "planned",
    "under_way",
    "achieved",
    "partial",
    "not_achieved",
    "dropped",
    name="objectivestate",
    native_enum=False,
    length=40,
)


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    """Whose line it is, about whom, from which file."""
    return [
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f(f"fk_{table}_employer_id")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f(f"fk_{table}_import_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    op.create_table(
        "cpoms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("in_force_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("extended_until", sa.Date(), nullable=True),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_owned("cpoms"),
    )
    op.create_index(op.f("ix_cpoms_employer_id"), "cpoms", ["employer_id"], unique=False)
    op.create_table(
        "cpom_signatories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cpom_id", sa.Integer(), nullable=False),
        sa.Column("body", BODIES, nullable=False),
        sa.ForeignKeyConstraint(["cpom_id"], ["cpoms.id"], name=op.f("fk_cpom_signatories_cpom_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cpom_signatories")),
        sa.UniqueConstraint("cpom_id", "body", name=op.f("uq_cpom_signatories_cpom_id_body")),
    )
    op.create_table(
        "cpom_structures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cpom_id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cpom_id"], ["cpoms.id"], name=op.f("fk_cpom_structures_cpom_id")),
        sa.ForeignKeyConstraint(["structure_id"], ["structures.id"], name=op.f("fk_cpom_structures_structure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cpom_structures")),
        sa.UniqueConstraint("cpom_id", "structure_id", name=op.f("uq_cpom_structures_cpom_id_structure_id")),
    )
    op.create_index(op.f("ix_cpom_structures_structure_id"), "cpom_structures", ["structure_id"], unique=False)
    op.create_table(
        "cpom_objectives",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("axis", sa.String(length=255), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("is_rate", sa.Boolean(), nullable=False),
        sa.Column("baseline", sa.BigInteger(), nullable=True),
        sa.Column("baseline_year", sa.Integer(), nullable=True),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("target_year", sa.Integer(), nullable=True),
        sa.Column("state", STATES, nullable=True),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_owned("cpom_objectives"),
    )
    op.create_index(op.f("ix_cpom_objectives_employer_id"), "cpom_objectives", ["employer_id"], unique=False)
    op.create_table(
        "cpom_milestones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("objective_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["objective_id"], ["cpom_objectives.id"], name=op.f("fk_cpom_milestones_objective_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cpom_milestones")),
    )
    op.create_index("uq_cpom_milestones_year", "cpom_milestones", ["objective_id", "year"], unique=True)
    op.create_table(
        "aids",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("requested_cents", sa.BigInteger(), nullable=True),
        sa.Column("granted_cents", sa.BigInteger(), nullable=True),
        sa.Column("paid_cents", sa.BigInteger(), nullable=True),
        sa.Column("requested_on", sa.Date(), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["structure_id"], ["structures.id"], name=op.f("fk_aids_structure_id")),
        *_owned("aids"),
    )
    op.create_index(op.f("ix_aids_employer_id"), "aids", ["employer_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_aids_employer_id"), table_name="aids")
    op.drop_table("aids")
    op.drop_index("uq_cpom_milestones_year", table_name="cpom_milestones")
    op.drop_table("cpom_milestones")
    op.drop_index(op.f("ix_cpom_objectives_employer_id"), table_name="cpom_objectives")
    op.drop_table("cpom_objectives")
    op.drop_index(op.f("ix_cpom_structures_structure_id"), table_name="cpom_structures")
    op.drop_table("cpom_structures")
    op.drop_table("cpom_signatories")
    op.drop_index(op.f("ix_cpoms_employer_id"), table_name="cpoms")
    op.drop_table("cpoms")
