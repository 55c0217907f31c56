"""imports: files brought in, what they held, figures with their year and their source"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = sa.Enum(
    "finess",
    "tdb",
    "home_care",
    "atmp",
    "references",
    "members",
    "links",
    "portfolio",
    "cpom",
    "objectives",
    "aids",
    "contacts",
    name="importkind",
    native_enum=False,
    length=40,
)


def upgrade() -> None:
    op.create_table(
        "peer_bands",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("category", sa.String(length=4), nullable=False),
        sa.Column("sector", sa.String(length=12), nullable=False),
        sa.Column("size", sa.String(length=10), nullable=False),
        sa.Column("indicator", sa.String(length=30), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("deciles", sa.String(length=200), nullable=False),
        sa.Column("first_quartile", sa.BigInteger(), nullable=False),
        sa.Column("median", sa.BigInteger(), nullable=False),
        sa.Column("third_quartile", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_bands")),
    )
    op.create_index(
        "uq_peer_bands_group", "peer_bands", ["region", "category", "sector", "size", "indicator", "year"], unique=True
    )
    op.create_table(
        "import_mappings",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", KINDS, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("saved_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_import_mappings_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "kind", "year", name=op.f("pk_import_mappings")),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", KINDS, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "checking",
                "checked",
                "confirmed",
                "running",
                "done",
                "failed",
                "abandoned",
                "undoing",
                "undone",
                name="importstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=80), nullable=False),
        sa.Column("head", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=False),
        sa.Column("is_strict", sa.Boolean(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("remarks", sa.Integer(), nullable=False),
        sa.Column("at_line", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_imports_author_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_imports_organisation_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["users.id"], name=op.f("fk_imports_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("submission", name=op.f("uq_imports_submission")),
    )
    op.create_index("ix_imports_organisation", "imports", ["organisation_id", "id"], unique=False)
    op.create_index(op.f("ix_imports_state"), "imports", ["state"], unique=False)
    op.create_index(
        "uq_imports_running",
        "imports",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
        sqlite_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "claim_references",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("naf", sa.String(length=5), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("accidents", sa.Integer(), nullable=False),
        sa.Column("days_off", sa.Integer(), nullable=False),
        sa.Column("frequency", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_claim_references_import_id")),
        sa.PrimaryKeyConstraint("year", "naf", name=op.f("pk_claim_references")),
    )
    op.create_table(
        "import_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_changes_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_changes")),
    )
    op.create_index("ix_import_changes_import", "import_changes", ["import_id", "id"], unique=False)
    op.create_table(
        "import_chunks",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_chunks_import_id")),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_chunks")),
    )
    op.create_table(
        "import_problems",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column_name", sa.String(length=255), nullable=True),
        sa.Column("severity", sa.String(length=80), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_problems_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_problems")),
    )
    op.create_index("ix_import_problems_import", "import_problems", ["import_id", "id"], unique=False)
    op.create_table(
        "figure_remarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=True),
        sa.Column("indicator", sa.String(length=30), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_figure_remarks_answered_by_id")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_figure_remarks_author_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_figure_remarks_employer_id")),
        sa.ForeignKeyConstraint(["structure_id"], ["structures.id"], name=op.f("fk_figure_remarks_structure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_remarks")),
        sa.UniqueConstraint("submission", name=op.f("uq_figure_remarks_submission")),
    )
    op.create_index("ix_figure_remarks_employer", "figure_remarks", ["employer_id", "indicator", "year"], unique=False)
    op.create_table(
        "observations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=True),
        sa.Column("siret", sa.String(length=14), nullable=True),
        sa.Column("indicator", sa.String(length=30), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column(
            "quality",
            sa.Enum("good", "doubtful", "unvalidated", name="quality", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum("tdb", "home_care", "atmp", "employer", name="figuresource", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("supersedes_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_observations_year_of_this_century")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_observations_employer_id")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_observations_import_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_observations_organisation_id")
        ),
        sa.ForeignKeyConstraint(["structure_id"], ["structures.id"], name=op.f("fk_observations_structure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observations")),
    )
    op.create_index(
        "ix_observations_employer",
        "observations",
        ["employer_id", "indicator", "year", "id"],
        unique=False,
        postgresql_where=sa.text("structure_id IS NULL"),
        sqlite_where=sa.text("structure_id IS NULL"),
    )
    op.create_index("ix_observations_import", "observations", ["import_id"], unique=False)
    op.create_index(
        "ix_observations_structure", "observations", ["structure_id", "indicator", "year", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_observations_structure", table_name="observations")
    op.drop_index("ix_observations_import", table_name="observations")
    op.drop_index(
        "ix_observations_employer",
        table_name="observations",
        postgresql_where=sa.text("structure_id IS NULL"),
        sqlite_where=sa.text("structure_id IS NULL"),
    )
    op.drop_table("observations")
    op.drop_index("ix_figure_remarks_employer", table_name="figure_remarks")
    op.drop_table("figure_remarks")
    op.drop_index("ix_import_problems_import", table_name="import_problems")
    op.drop_table("import_problems")
    op.drop_table("import_chunks")
    op.drop_index("ix_import_changes_import", table_name="import_changes")
    op.drop_table("import_changes")
    op.drop_table("claim_references")
    op.drop_index(
        "uq_imports_running",
        table_name="imports",
        postgresql_where=sa.text("state = 'running'"),
        sqlite_where=sa.text("state = 'running'"),
    )
    op.drop_index(op.f("ix_imports_state"), table_name="imports")
    op.drop_index("ix_imports_organisation", table_name="imports")
    op.drop_table("imports")
    op.drop_table("import_mappings")
    op.drop_index("uq_peer_bands_group", table_name="peer_bands")
    op.drop_table("peer_bands")
