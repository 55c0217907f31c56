"""targeting succession: the signed list that another replaces"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("targeting_campaigns") as table:
        table.add_column(sa.Column("predecessor_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_targeting_campaigns_predecessor_id"), "targeting_campaigns", ["predecessor_id"], ["id"]
        )
        table.create_unique_constraint(op.f("uq_targeting_campaigns_predecessor_id"), ["predecessor_id"])


def downgrade() -> None:
    with op.batch_alter_table("targeting_campaigns") as table:
        table.drop_constraint(op.f("uq_targeting_campaigns_predecessor_id"), type_="unique")
        table.drop_constraint(op.f("fk_targeting_campaigns_predecessor_id"), type_="foreignkey")
        table.drop_column("predecessor_id")
