"""targeting accidents: the probability of an excess, which a list may weigh, and whose accidents it weighs"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("claim_evidence") as table:
        table.add_column(sa.Column("exceedance", sa.Integer(), nullable=True))
    with op.batch_alter_table("targeting_campaigns") as table:
        table.add_column(sa.Column("claim_owners", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("targeting_campaigns") as table:
        table.alter_column("claim_owners", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("targeting_campaigns") as table:
        table.drop_column("claim_owners")
    with op.batch_alter_table("claim_evidence") as table:
        table.drop_column("exceedance")
