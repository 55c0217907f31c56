"""Links by mail with what opens them known by digest only, and the ties to an identity provider."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PURPOSES = ("sign_in", "password", "invitation", "signature", "status_reply")


def upgrade() -> None:
    op.create_table(
        "magic_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.Enum(*PURPOSES, name="linkpurpose", native_enum=False, length=40), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("object_kind", sa.String(length=80), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_second_factor", sa.Boolean(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_magic_links_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_magic_links")),
        sa.UniqueConstraint("reference", name=op.f("uq_magic_links_reference")),
    )
    op.create_index("ix_magic_links_email_purpose", "magic_links", ["email", "purpose", "id"])
    op.create_index(op.f("ix_magic_links_user_id"), "magic_links", ["user_id"])
    op.create_table(
        "user_identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("sub", sa.String(length=255), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_identities_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_identities")),
        sa.UniqueConstraint("issuer", "sub", name=op.f("uq_user_identities_issuer_sub")),
        sa.UniqueConstraint("user_id", "issuer", name=op.f("uq_user_identities_user_id_issuer")),
    )
    with op.batch_alter_table("outbox_mails") as batch_op:
        batch_op.alter_column("user_id", existing_type=sa.Integer(), nullable=True)
    # The links of before have no row: who asked for one and has not received it yet asks again.
    op.execute(
        "UPDATE outbox_mails SET cancelled_at = created_at, last_error = 'lien remplacé' "
        "WHERE template = 'password_reset' AND sent_at IS NULL AND cancelled_at IS NULL"
    )


def downgrade() -> None:
    op.execute("DELETE FROM outbox_mails WHERE user_id IS NULL OR object_kind = 'magic_link'")
    with op.batch_alter_table("outbox_mails") as batch_op:
        batch_op.alter_column("user_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("user_identities")
    op.drop_index(op.f("ix_magic_links_user_id"), table_name="magic_links")
    op.drop_index("ix_magic_links_email_purpose", table_name="magic_links")
    op.drop_table("magic_links")
