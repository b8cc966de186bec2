"""organizational life."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


MEETINGS_BEFORE = (
    *("general_meeting", "committee_meeting", "group_meeting", "lecture", "theme_day"),
    *("criticism_meeting", "appraisal"),
)
MEETINGS = (*MEETINGS_BEFORE, "other")
WAYS_BEFORE = ("button", "code", "link", "by_secretary")
WAYS = (*WAYS_BEFORE, "paper")
REPORTS_BEFORE = ("thought_report", "mobile_report", "application", "feedback")
REPORTS = (
    *("thought_report", "mobile_report", "conversion", "application", "duty_report", "activity", "feedback"),
    "correction",
)


def _among(column: str, words: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({listed})"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "customs",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_customs_organization_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["people.id"], name=op.f("fk_customs_set_by_id")),
        sa.PrimaryKeyConstraint("organization_id", "name", name=op.f("pk_customs")),
    )
    op.create_table(
        "dues_assessments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(length=40), nullable=False),
        sa.Column("monthly", sa.Integer(), nullable=False),
        sa.Column("first_month", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("assessed_by_id", sa.Integer(), nullable=True),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assessed_by_id"], ["people.id"], name=op.f("fk_dues_assessments_assessed_by_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_dues_assessments_organization_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_dues_assessments_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_assessments")),
    )
    with op.batch_alter_table("dues_assessments", schema=None) as batch_op:
        batch_op.create_index("ix_dues_assessments_person", ["person_id", "year"], unique=False)

    op.create_table(
        "dues_payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_dues_payments_organization_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_dues_payments_person_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["people.id"], name=op.f("fk_dues_payments_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_payments")),
    )
    with op.batch_alter_table("dues_payments", schema=None) as batch_op:
        batch_op.create_index("ix_dues_payments_organization", ["organization_id", "month"], unique=False)
        batch_op.create_index(
            "one_payment_a_month",
            ["person_id", "month"],
            unique=True,
            sqlite_where=sa.text("NOT voided"),
            postgresql_where=sa.text("NOT voided"),
        )

    op.create_table(
        "group_chats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("tenant", sa.String(length=80), nullable=False),
        sa.Column("chat", sa.String(length=120), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("linked_by_id", sa.Integer(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["linked_by_id"], ["people.id"], name=op.f("fk_group_chats_linked_by_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_group_chats_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_chats")),
        sa.UniqueConstraint("channel", "tenant", "chat", name=op.f("uq_group_chats_channel_tenant_chat")),
    )
    with op.batch_alter_table("group_chats", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_chats_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "meeting_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "general_meeting",
                "committee_meeting",
                "group_meeting",
                "lecture",
                "theme_day",
                "criticism_meeting",
                "appraisal",
                "other",
                name="meetingkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("agenda", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("proposed", sa.Date(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("day BETWEEN 1 AND 28", name=op.f("ck_meeting_series_day")),
        sa.ForeignKeyConstraint(["created_by_id"], ["people.id"], name=op.f("fk_meeting_series_created_by_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_meeting_series_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_series")),
    )
    with op.batch_alter_table("meeting_series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_series_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "polls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["people.id"], name=op.f("fk_polls_created_by_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_polls_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polls")),
    )
    with op.batch_alter_table("polls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_polls_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "poll_answers",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_poll_answers_person_id")),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_poll_answers_poll_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("poll_id", "person_id", name=op.f("pk_poll_answers")),
    )
    op.create_table(
        "report_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_report_notes_author_id")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_report_notes_file_id")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_notes_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_notes")),
    )
    with op.batch_alter_table("report_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_notes_report_id"), ["report_id"], unique=False)

    op.create_table(
        "learning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("proof_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_learning_meeting_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_learning_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_learning_person_id")),
        sa.ForeignKeyConstraint(["proof_id"], ["files.id"], name=op.f("fk_learning_proof_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["people.id"], name=op.f("fk_learning_recorded_by_id")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_learning_report_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning")),
        sa.UniqueConstraint("person_id", "meeting_id", name=op.f("uq_learning_person_id_meeting_id")),
        sa.UniqueConstraint("person_id", "report_id", name=op.f("uq_learning_person_id_report_id")),
    )
    with op.batch_alter_table("learning", schema=None) as batch_op:
        batch_op.create_index("ix_learning_person", ["person_id", "held_on"], unique=False)

    op.create_table(
        "meeting_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "material",
                "photo",
                "sheet",
                "minutes",
                name="meetingfilekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["people.id"], name=op.f("fk_meeting_files_added_by_id")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_meeting_files_file_id")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_files_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_files")),
    )
    with op.batch_alter_table("meeting_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_files_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "meeting_organizations",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_organizations_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_meeting_organizations_organization_id")
        ),
        sa.PrimaryKeyConstraint("meeting_id", "organization_id", name=op.f("pk_meeting_organizations")),
    )
    op.create_table(
        "minutes_corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=60), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("corrected_by_id", sa.Integer(), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["corrected_by_id"], ["people.id"], name=op.f("fk_minutes_corrections_corrected_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_minutes_corrections_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_corrections")),
    )
    with op.batch_alter_table("minutes_corrections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_minutes_corrections_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=60), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["people.id"], name=op.f("fk_tasks_created_by_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["people.id"], name=op.f("fk_tasks_done_by_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_tasks_meeting_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_tasks_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tasks_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index("ix_tasks_organization", ["organization_id", "done_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_tasks_person_id"), ["person_id"], unique=False)

    op.create_table(
        "make_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attendance_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["attendances.id"], name=op.f("fk_make_ups_attendance_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["people.id"], name=op.f("fk_make_ups_confirmed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_make_ups")),
        sa.UniqueConstraint("attendance_id", name=op.f("uq_make_ups_attendance_id")),
    )
    op.create_table(
        "votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agenda_item_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("handed_out", sa.Integer(), nullable=True),
        sa.Column("returned", sa.Integer(), nullable=True),
        sa.Column("in_favour", sa.Integer(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=False),
        sa.Column("abstained", sa.Integer(), nullable=False),
        sa.Column("invalid", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("carried", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agenda_item_id"], ["agenda_items.id"], name=op.f("fk_votes_agenda_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["people.id"], name=op.f("fk_votes_recorded_by_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["votes.id"], name=op.f("fk_votes_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_votes")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_votes_replaces_id")),
    )
    with op.batch_alter_table("votes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_votes_agenda_item_id"), ["agenda_item_id"], unique=False)

    with op.batch_alter_table("agenda_items", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "kind",
                sa.Enum(
                    "learning",
                    "report",
                    "discussion",
                    "decision",
                    "admission",
                    "election",
                    "other",
                    name="agendakind",
                    native_enum=False,
                    create_constraint=True,
                    length=40,
                ),
                nullable=False,
                server_default="other",
            )
        )
        batch_op.add_column(sa.Column("decided", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("agenda_items", schema=None) as batch_op:
        batch_op.alter_column("kind", server_default=None, existing_type=sa.String(length=40), existing_nullable=False)
        batch_op.alter_column("decided", server_default=None, existing_type=sa.Text(), existing_nullable=False)

    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("how", sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("granted_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("reminded_day_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reminded_hour_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_attendances_granted_by_id"), "people", ["granted_by_id"], ["id"])
        batch_op.drop_constraint(batch_op.f("ck_attendances_checkinway"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_attendances_checkinway"), _among("way", WAYS))
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.alter_column("how", server_default=None, existing_type=sa.String(length=80), existing_nullable=False)

    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("title", sa.String(length=60), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("lasts_minutes", sa.Integer(), nullable=False, server_default="90"))
        batch_op.add_column(sa.Column("remote", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("host_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("recorder_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("host_signed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("recorder_signed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_meetings_group_id"), "organizations", ["group_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_meetings_recorder_id"), "people", ["recorder_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_meetings_series_id"), "meeting_series", ["series_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_meetings_host_id"), "people", ["host_id"], ["id"])
        batch_op.drop_constraint(batch_op.f("ck_meetings_meetingkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_meetings_meetingkind"), _among("kind", MEETINGS))
        batch_op.drop_index("one_open_meeting_of_a_code")
        batch_op.drop_column("check_in_code")
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.alter_column("title", server_default=None, existing_type=sa.String(length=60), existing_nullable=False)
        batch_op.alter_column("lasts_minutes", server_default=None, existing_type=sa.Integer(), existing_nullable=False)
        batch_op.alter_column("remote", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
        batch_op.alter_column("revision", server_default=None, existing_type=sa.Integer(), existing_nullable=False)
    # From now on it is a secret; until now it stood in every QR code.
    op.execute("UPDATE meetings SET check_in_token = NULL")

    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "state",
                sa.Enum(
                    "handed_in",
                    "more_asked",
                    "accepted",
                    name="reportstate",
                    native_enum=False,
                    create_constraint=True,
                    length=40,
                ),
                nullable=False,
                server_default="handed_in",
            )
        )
        batch_op.add_column(sa.Column("title", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("hours", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("accepted_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_reports_accepted_by_id"), "people", ["accepted_by_id"], ["id"])
        batch_op.drop_constraint(batch_op.f("ck_reports_reportkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_reports_reportkind"), _among("kind", REPORTS))
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.alter_column("state", server_default=None, existing_type=sa.String(length=40), existing_nullable=False)
        batch_op.alter_column(
            "title", server_default=None, existing_type=sa.String(length=120), existing_nullable=False
        )


def downgrade() -> None:
    """Take back."""
    op.execute(
        "UPDATE reports SET kind = 'application' WHERE kind NOT IN ('thought_report', 'mobile_report', 'feedback')"
    )
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_reports_reportkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_reports_reportkind"), _among("kind", REPORTS_BEFORE))
        batch_op.drop_constraint(batch_op.f("fk_reports_accepted_by_id"), type_="foreignkey")
        batch_op.drop_column("accepted_by_id")
        batch_op.drop_column("accepted_at")
        batch_op.drop_column("hours")
        batch_op.drop_column("title")
        batch_op.drop_constraint(batch_op.f("ck_reports_reportstate"), type_="check")
        batch_op.drop_column("state")

    op.execute("UPDATE meetings SET kind = 'theme_day' WHERE kind = 'other'")
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_meetings_meetingkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_meetings_meetingkind"), _among("kind", MEETINGS_BEFORE))
        batch_op.drop_constraint(batch_op.f("fk_meetings_host_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_meetings_series_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_meetings_recorder_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_meetings_group_id"), type_="foreignkey")
        batch_op.add_column(sa.Column("check_in_code", sa.String(length=6), nullable=True))
        batch_op.create_index(
            "one_open_meeting_of_a_code",
            ["check_in_code"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_column("locked_at")
        batch_op.drop_column("recorder_signed_at")
        batch_op.drop_column("host_signed_at")
        batch_op.drop_column("recorder_id")
        batch_op.drop_column("host_id")
        batch_op.drop_column("revision")
        batch_op.drop_column("remote")
        batch_op.drop_column("lasts_minutes")
        batch_op.drop_column("title")
        batch_op.drop_column("series_id")
        batch_op.drop_column("group_id")

    op.execute("UPDATE attendances SET way = 'by_secretary' WHERE way = 'paper'")
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_attendances_checkinway"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_attendances_checkinway"), _among("way", WAYS_BEFORE))
        batch_op.drop_constraint(batch_op.f("fk_attendances_granted_by_id"), type_="foreignkey")
        batch_op.drop_column("reminded_hour_at")
        batch_op.drop_column("reminded_day_at")
        batch_op.drop_column("granted_by_id")
        batch_op.drop_column("left_at")
        batch_op.drop_column("how")

    with op.batch_alter_table("agenda_items", schema=None) as batch_op:
        batch_op.drop_column("decided")
        batch_op.drop_constraint(batch_op.f("ck_agenda_items_agendakind"), type_="check")
        batch_op.drop_column("kind")

    with op.batch_alter_table("votes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_votes_agenda_item_id"))

    op.drop_table("votes")
    op.drop_table("make_ups")
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tasks_person_id"))
        batch_op.drop_index("ix_tasks_organization")

    op.drop_table("tasks")
    with op.batch_alter_table("minutes_corrections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_minutes_corrections_meeting_id"))

    op.drop_table("minutes_corrections")
    op.drop_table("meeting_organizations")
    with op.batch_alter_table("meeting_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_files_meeting_id"))

    op.drop_table("meeting_files")
    with op.batch_alter_table("learning", schema=None) as batch_op:
        batch_op.drop_index("ix_learning_person")

    op.drop_table("learning")
    with op.batch_alter_table("report_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_notes_report_id"))

    op.drop_table("report_notes")
    op.drop_table("poll_answers")
    with op.batch_alter_table("polls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_polls_organization_id"))

    op.drop_table("polls")
    with op.batch_alter_table("meeting_series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_series_organization_id"))

    op.drop_table("meeting_series")
    with op.batch_alter_table("group_chats", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_chats_organization_id"))

    op.drop_table("group_chats")
    with op.batch_alter_table("dues_payments", schema=None) as batch_op:
        batch_op.drop_index(
            "one_payment_a_month", sqlite_where=sa.text("NOT voided"), postgresql_where=sa.text("NOT voided")
        )
        batch_op.drop_index("ix_dues_payments_organization")

    op.drop_table("dues_payments")
    with op.batch_alter_table("dues_assessments", schema=None) as batch_op:
        batch_op.drop_index("ix_dues_assessments_person")

    op.drop_table("dues_assessments")
    op.drop_table("customs")
