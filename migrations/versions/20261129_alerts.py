"""alerts: what made a case open outside any list, and when"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ALERTS = sa.Enum("request", "restructuring", "mobile_team", "alert", name="alert", native_enum=False, length=40)


def upgrade() -> None:
    op.add_column("cases", sa.Column("alert", ALERTS, nullable=True))
    op.add_column("cases", sa.Column("alerted_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_cases_alert_due",
        "cases",
        ["due_on", "id"],
        unique=False,
        postgresql_where=sa.text("alert IS NOT NULL"),
        sqlite_where=sa.text("alert IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_cases_alert_due", table_name="cases")
    op.drop_column("cases", "alerted_on")
    op.drop_column("cases", "alert")
