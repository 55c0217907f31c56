"""cases of a departement: those of one place in the order of their deadlines, which its readers ask for first"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_cases_departement_due", "cases", ["departement", "due_on", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_cases_departement_due", table_name="cases")
