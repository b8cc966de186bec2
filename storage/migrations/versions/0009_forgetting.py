"""What was said is forgotten after a while: which files were made for messages alone; indexes to find what is old."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

HOLDERS = (
    ("case_files", "file_id"),
    ("learning", "proof_id"),
    ("meeting_files", "file_id"),
    ("report_attachments", "file_id"),
    ("report_notes", "file_id"),
)
"""What keeps a file with a record; who removes a file asks all of them."""
PARTIAL = (
    ("ix_files_passing", "files", "created_at", sa.text("passing")),
    ("ix_outbox_done", "outbox", "sent_at", sa.text("state = 'sent'")),
)


def upgrade() -> None:
    """Apply; files are not copied."""
    op.add_column("files", sa.Column("passing", sa.Boolean(), nullable=False, server_default=sa.false()))
    for table, column in HOLDERS:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    elements = "json_each" if op.get_bind().dialect.name == "sqlite" else "json_array_elements_text"
    held = " ".join(f"AND NOT EXISTS (SELECT 1 FROM {table} WHERE {column} = files.id)" for table, column in HOLDERS)
    named = f"SELECT CAST(named.value AS INTEGER) FROM outbox JOIN {elements}(outbox.documents) AS named ON true"
    op.execute(f"UPDATE files SET passing = true WHERE id IN ({named}) {held}")
    for name, table, column, where in PARTIAL:
        op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take back."""
    for name, table, *_ in PARTIAL:
        op.drop_index(name, table)
    for table, column in HOLDERS:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.drop_column("passing")
