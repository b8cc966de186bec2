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
        sa.Column("light", sa.String(length=10), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_answered_reminders_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answered_reminders")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_answered_reminders_person_id_key")),
    )
    op.create_table(
        "installation_facts",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation_facts")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))
    op.create_index("ix_learning_organization", "learning", ["organization_id", "recorded_at"])
    unreckoned = sa.text("state = 'open' AND due_on IS NULL")
    op.create_index("ix_cases_unreckoned", "cases", ["id"], sqlite_where=unreckoned, postgresql_where=unreckoned)
    with op.batch_alter_table("digest_issues", schema=None) as batch_op:
        batch_op.add_column(sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("digest_issues", schema=None) as batch_op:
        batch_op.alter_column("late", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)

    with op.batch_alter_table("digest_subscriptions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("after_holidays", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("pressing_only", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("skipped_week", sa.String(length=8), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("quiet_days", sa.Integer(), nullable=False, server_default="30"))
        batch_op.add_column(sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("digest_subscriptions", schema=None) as batch_op:
        for name in ("after_holidays", "pressing_only"):
            batch_op.alter_column(name, server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
        batch_op.alter_column(
            "skipped_week", server_default=None, existing_type=sa.String(length=8), existing_nullable=False
        )
        batch_op.alter_column("quiet_days", server_default=None, existing_type=sa.Integer(), existing_nullable=False)

    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("successor_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_organizations_successor_id"), "organizations", ["successor_id"], ["id"]
        )
        batch_op.drop_constraint(batch_op.f("uq_organizations_parent_id_name"), type_="unique")
        batch_op.drop_index("one_root_of_a_name")
        batch_op.create_index(batch_op.f("ix_organizations_parent_id"), ["parent_id"])
        batch_op.create_index(batch_op.f("ix_organizations_successor_id"), ["successor_id"])
    for name, columns, condition in (
        ("one_organization_of_a_name", ["parent_id", "name"], "closed_on IS NULL"),
        ("one_root_of_a_name", ["name"], "parent_id IS NULL AND closed_on IS NULL"),
    ):
        where = sa.text(condition)
        op.create_index(name, "organizations", columns, unique=True, sqlite_where=where, postgresql_where=where)

    op.create_table(
        "organization_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *("established", "renamed", "moved", "merged", "dissolved", "term_set", "term_extended"),
                name="changekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("approval", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("became", sa.String(length=120), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_organization_changes_{column}"))
            for column, table in (
                ("organization_id", "organizations"),
                ("parent_id", "organizations"),
                ("other_id", "organizations"),
                ("recorded_by_id", "people"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_changes")),
    )
    with op.batch_alter_table("organization_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organization_changes_organization_id"), ["organization_id"])
        batch_op.create_index("ix_organization_changes_name", ["parent_id", "name"])

    with op.batch_alter_table("votes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organization_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_votes_organization_id"), "organizations", ["organization_id"], ["id"]
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("votes", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_votes_organization_id"), type_="foreignkey")
        batch_op.drop_column("organization_id")
    op.drop_table("organization_changes")
    op.drop_index("one_organization_of_a_name", "organizations")
    op.drop_index("one_root_of_a_name", "organizations")
    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organizations_successor_id"))
        batch_op.drop_index(batch_op.f("ix_organizations_parent_id"))
        batch_op.drop_constraint(batch_op.f("fk_organizations_successor_id"), type_="foreignkey")
        batch_op.drop_column("successor_id")
        batch_op.drop_column("closed_on")
        batch_op.create_unique_constraint(batch_op.f("uq_organizations_parent_id_name"), ["parent_id", "name"])
    where = sa.text("parent_id IS NULL")
    op.create_index(
        "one_root_of_a_name", "organizations", ["name"], unique=True, sqlite_where=where, postgresql_where=where
    )

    with op.batch_alter_table("digest_subscriptions", schema=None) as batch_op:
        batch_op.drop_column("since")
        batch_op.drop_column("quiet_days")
        batch_op.drop_column("skipped_week")
        batch_op.drop_column("pressing_only")
        batch_op.drop_column("after_holidays")

    with op.batch_alter_table("digest_issues", schema=None) as batch_op:
        batch_op.drop_column("late")

    op.drop_index("ix_learning_organization", "learning")
    op.drop_index("ix_cases_unreckoned", "cases")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_column("due_on")

    op.drop_table("installation_facts")
    op.drop_table("answered_reminders")
