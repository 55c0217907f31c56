"""absences and stand-ins, delegations, exceptional accesses"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("stand_in_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_absences_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_absences_organisation_id")),
        sa.ForeignKeyConstraint(["stand_in_id"], ["users.id"], name=op.f("fk_absences_stand_in_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_absences_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sa.UniqueConstraint("submission", name=op.f("uq_absences_submission")),
    )
    op.create_index("ix_absences_user_id", "absences", ["user_id", "organisation_id"])
    op.create_index(op.f("ix_absences_stand_in_id"), "absences", ["stand_in_id"])
    _create_exceptional_accesses()
    _create_delegations()


def _create_delegations() -> None:
    table = "delegations"
    people = ("giver_id", "receiver_id")
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        *(sa.Column(one, sa.Integer(), nullable=False) for one in people),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("departements", sa.Text(), nullable=False),
        sa.Column("is_coordinator", sa.Boolean(), nullable=False),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_delegations_ends_after_it_starts")),
        sa.CheckConstraint("giver_id <> receiver_id", name=op.f("ck_delegations_to_somebody_else")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_delegations_organisation_id")),
        *(sa.ForeignKeyConstraint([one], ["users.id"], name=op.f(f"fk_{table}_{one}")) for one in people),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
        sa.UniqueConstraint("submission", name=op.f("uq_delegations_submission")),
    )
    for one in people:
        op.create_index(f"ix_{table}_{one}", table, [one, "organisation_id"])


def _create_exceptional_accesses() -> None:
    reasons = sa.Enum("unreachable", "call", "alert", "other", name="exceptionreason", native_enum=False, length=40)
    table = "exceptional_accesses"
    people = ("user_id", "closed_by_id", "seen_by_id")
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reason", reasons, nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f(f"fk_{table}_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id")),
        *(sa.ForeignKeyConstraint([one], ["users.id"], name=op.f(f"fk_{table}_{one}")) for one in people),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("submission", name=op.f(f"uq_{table}_submission")),
    )
    op.create_index(op.f(f"ix_{table}_case_id"), table, ["case_id"])
    op.create_index(f"ix_{table}_user_id", table, ["user_id", "expires_at"])
    op.create_index(f"ix_{table}_organisation_id", table, ["organisation_id", "opened_at"])


def downgrade() -> None:
    op.drop_table("delegations")
    op.drop_table("exceptional_accesses")
    op.drop_table("absences")
