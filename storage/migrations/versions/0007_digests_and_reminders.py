"""Digests as people like them, answered reminders, organizations that are no more."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "answered_reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "seen", "later", "done", name="reminderanswer", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_answered_reminders_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answered_reminders")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_answered_reminders_person_id_key")),
    )
    with op.batch_alter_table("digest_issues", schema=None) as batch_op:
        batch_op.add_column(sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("digest_issues", schema=None) as batch_op:
        batch_op.alter_column("late", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)

    with op.batch_alter_table("digest_subscriptions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("after_holidays", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("pressing_only", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("skipped_week", sa.String(length=8), nullable=False, server_default=""))
    with op.batch_alter_table("digest_subscriptions", schema=None) as batch_op:
        for name in ("after_holidays", "pressing_only"):
            batch_op.alter_column(name, server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
        batch_op.alter_column(
            "skipped_week", server_default=None, existing_type=sa.String(length=8), existing_nullable=False
        )

    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("successor_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_organizations_successor_id"), "organizations", ["successor_id"], ["id"]
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_organizations_successor_id"), type_="foreignkey")
        batch_op.drop_column("successor_id")
        batch_op.drop_column("closed_on")

    with op.batch_alter_table("digest_subscriptions", schema=None) as batch_op:
        batch_op.drop_column("skipped_week")
        batch_op.drop_column("pressing_only")
        batch_op.drop_column("after_holidays")

    with op.batch_alter_table("digest_issues", schema=None) as batch_op:
        batch_op.drop_column("late")

    op.drop_table("answered_reminders")
