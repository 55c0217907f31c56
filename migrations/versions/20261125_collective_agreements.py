"""collective agreements: the IDCC of an employer, which somebody completes"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("employers", sa.Column("idcc", sa.String(length=4), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("employers") as table:
        table.drop_column("idcc")
