"""branch entries."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "branch_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("extends", sa.String(length=80), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "standing",
                "adopted",
                "removed",
                name="entrystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("adopted_from_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["adopted_from_id"], ["branch_entries.id"], name=op.f("fk_branch_entries_adopted_from_id")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_branch_entries_author_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_branch_entries_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch_entries")),
    )
    with op.batch_alter_table("branch_entries", schema=None) as batch_op:
        batch_op.create_index("ix_branch_entries_organization_id_state", ["organization_id", "state"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("branch_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_branch_entries_organization_id_state")

    op.drop_table("branch_entries")
