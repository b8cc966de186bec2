"""Delivery by several workers: a lane for digests, a pace that they share, and the indexes that claims need."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")
UNASKED = sa.text("lane <> 'reply'")
PARKED = sa.text("state NOT IN ('waiting', 'sent')")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "paces",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "tenant", name=op.f("pk_paces")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_outbox_lane"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_outbox_lane"), "lane IN ('reply', 'push', 'digest')")
        batch_op.drop_index("ix_outbox_waiting")
        for name, columns, where in (
            ("ix_outbox_waiting", ["lane", "channel", "tenant", "id"], WAITING),
            ("ix_outbox_chat", ["channel", "tenant", "chat", "id"], WAITING),
            ("ix_outbox_sent", ["channel", "tenant", "chat", "sent_at"], UNASKED),
            ("ix_outbox_parked", ["state"], PARKED),
        ):
            batch_op.create_index(name, columns, unique=False, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take back."""
    op.execute("UPDATE outbox SET lane = 'push' WHERE lane = 'digest'")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        for name in ("ix_outbox_parked", "ix_outbox_sent", "ix_outbox_chat", "ix_outbox_waiting"):
            batch_op.drop_index(name)
        batch_op.create_index(
            "ix_outbox_waiting",
            ["channel", "lane", "due_at"],
            unique=False,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        )
        batch_op.drop_constraint(batch_op.f("ck_outbox_lane"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_outbox_lane"), "lane IN ('reply', 'push')")
    op.drop_table("paces")
