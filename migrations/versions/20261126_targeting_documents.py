"""targeting documents: the sealed documents of a signed list, the certificates and the digests that outlive them"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seal_certificates",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_seal_certificates")),
    )
    op.create_table(
        "sealed_files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["fingerprint"], ["seal_certificates.fingerprint"], name=op.f("fk_sealed_files_fingerprint")
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_sealed_files")),
    )
    op.create_table(
        "targeting_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_targeting_documents_organisation_id")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["sealed_files.sha256"], name=op.f("fk_targeting_documents_sha256")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["targeting_versions.id"], name=op.f("fk_targeting_documents_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targeting_documents")),
        sa.UniqueConstraint("version_id", "part", name=op.f("uq_targeting_documents_version_id_part")),
    )
    op.create_table(
        "targeting_document_contents",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["targeting_documents.id"], name=op.f("fk_targeting_document_contents_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_targeting_document_contents")),
    )


def downgrade() -> None:
    for table in ("targeting_document_contents", "targeting_documents", "sealed_files", "seal_certificates"):
        op.drop_table(table)
