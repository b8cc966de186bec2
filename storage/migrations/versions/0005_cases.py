"""cases."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "case_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["people.id"], name=op.f("fk_case_files_added_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_files_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_case_files_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_files")),
    )
    with op.batch_alter_table("case_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_files_case_id"), ["case_id"], unique=False)

    with op.batch_alter_table("case_steps", schema=None) as batch_op:
        batch_op.alter_column("figures", new_column_name="answers", existing_type=sa.JSON(), existing_nullable=False)
        batch_op.add_column(sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("case_steps", schema=None) as batch_op:
        batch_op.alter_column("withdrawn", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_organization")
        batch_op.create_index("ix_cases_organization", ["organization_id", "id"], unique=False)
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outcome", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("started_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("remind_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("paused_why", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("taken_over_at", sa.String(length=60), nullable=False, server_default=""))
        batch_op.create_index(
            "ix_cases_remind",
            ["remind_on", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(batch_op.f("ix_cases_subject_id"), ["subject_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_cases_started_by_id"), "people", ["started_by_id"], ["id"])
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.alter_column(
            "paused_why", server_default=None, existing_type=sa.String(length=200), existing_nullable=False
        )
        batch_op.alter_column(
            "taken_over_at", server_default=None, existing_type=sa.String(length=60), existing_nullable=False
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_cases_started_by_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_cases_subject_id"))
        batch_op.drop_index(
            "ix_cases_remind", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_column("taken_over_at")
        batch_op.drop_column("paused_why")
        batch_op.drop_column("remind_on")
        batch_op.drop_column("started_by_id")
        batch_op.drop_column("outcome")
        batch_op.drop_index("ix_cases_organization")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index("ix_cases_organization", ["organization_id", "state"], unique=False)

    with op.batch_alter_table("case_steps", schema=None) as batch_op:
        batch_op.drop_column("withdrawn")
        batch_op.alter_column("answers", new_column_name="figures", existing_type=sa.JSON(), existing_nullable=False)

    with op.batch_alter_table("case_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_files_case_id"))

    op.drop_table("case_files")
