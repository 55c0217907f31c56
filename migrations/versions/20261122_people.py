"""people administered by their organisation: invitation, departure, suspension, review"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DATES = ("departs_on", "suspended_on", "confirmed_on")


def upgrade() -> None:
    with op.batch_alter_table("capacities") as capacities:
        for name in DATES:
            capacities.add_column(sa.Column(name, sa.Date(), nullable=True))
        capacities.add_column(sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))
        capacities.add_column(sa.Column("own_departements", sa.Text(), nullable=True))
        capacities.add_column(sa.Column("version", sa.Integer(), nullable=True))
    op.execute("UPDATE capacities SET own_departements = '', version = 1")
    with op.batch_alter_table("capacities") as capacities:
        capacities.alter_column("own_departements", existing_type=sa.Text(), nullable=False)
        capacities.alter_column("version", existing_type=sa.Integer(), nullable=False)
        capacities.create_unique_constraint(
            op.f("uq_capacities_user_id_organisation_id"), ["user_id", "organisation_id"]
        )
    with op.batch_alter_table("organisations") as organisations:
        organisations.add_column(sa.Column("review_due_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("organisations") as organisations:
        organisations.drop_column("review_due_on")
    with op.batch_alter_table("capacities") as capacities:
        capacities.drop_constraint(op.f("uq_capacities_user_id_organisation_id"), type_="unique")
        for name in (*DATES, "invited_at", "own_departements", "version"):
            capacities.drop_column(name)
