"""The records of organizational life: meetings, attendance, reports."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, word
from storage.models.conversation import File
from storage.models.organizations import Organization, Person


class MeetingKind(StrEnum):
    """The kinds of organizational life."""

    GENERAL_MEETING = "general_meeting"
    COMMITTEE_MEETING = "committee_meeting"
    GROUP_MEETING = "group_meeting"
    LECTURE = "lecture"
    THEME_DAY = "theme_day"
    CRITICISM_MEETING = "criticism_meeting"
    APPRAISAL = "appraisal"


class MeetingState(StrEnum):
    """Convened, checking people in, closed with its record, or called off."""

    CONVENED = "convened"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Presence(StrEnum):
    """What is known of one person at one meeting."""

    EXPECTED = "expected"
    PRESENT = "present"
    EXCUSED = "excused"
    ABSENT = "absent"


class CheckInWay(StrEnum):
    """How somebody was checked in, recorded as what it was."""

    BUTTON = "button"
    CODE = "code"
    LINK = "link"
    BY_SECRETARY = "by_secretary"


class ReportKind(StrEnum):
    """What a member hands in."""

    THOUGHT_REPORT = "thought_report"
    MOBILE_REPORT = "mobile_report"
    APPLICATION = "application"
    FEEDBACK = "feedback"


class Meeting(Base):
    """One meeting of one organization, from its notice to its record."""

    __tablename__ = "meetings"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    kind: Mapped[MeetingKind] = mapped_column(word(MeetingKind))
    state: Mapped[MeetingState] = mapped_column(word(MeetingState), default=MeetingState.CONVENED)
    starts_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(120))
    convened_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    check_in_code: Mapped[str | None] = mapped_column(String(6))
    check_in_token: Mapped[str | None] = mapped_column(String(32), unique=True)
    summary: Mapped[str] = mapped_column(Text, default="")

    organization: Mapped[Organization] = relationship(lazy="raise")
    agenda: Mapped[list["AgendaItem"]] = relationship(
        lazy="raise", order_by="AgendaItem.position", cascade="all, delete-orphan"
    )
    attendances: Mapped[list["Attendance"]] = relationship(
        back_populates="meeting", lazy="raise", cascade="all, delete-orphan"
    )

    __table_args__ = (
        Index("ix_meetings_organization", "organization_id", "starts_at"),
        Index(
            "one_open_meeting_of_a_code",
            "check_in_code",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )


class AgendaItem(Base):
    """One point of a meeting's agenda."""

    __tablename__ = "agenda_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))

    __table_args__ = (UniqueConstraint("meeting_id", "position"),)


class Attendance(Base):
    """One person at one meeting; `eligible` is whether they counted for the quorum when it was convened."""

    __tablename__ = "attendances"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    expected: Mapped[bool] = mapped_column(default=True)
    eligible: Mapped[bool] = mapped_column(default=False)
    presence: Mapped[Presence] = mapped_column(word(Presence), default=Presence.EXPECTED)
    will_come: Mapped[bool | None]
    way: Mapped[CheckInWay | None] = mapped_column(word(CheckInWay))
    checked_in_at: Mapped[datetime | None]
    late_minutes: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(200), default="")

    meeting: Mapped[Meeting] = relationship(back_populates="attendances", lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("meeting_id", "person_id"),
        Index("ix_attendances_person", "person_id"),
        CheckConstraint("presence <> 'present' OR way IS NOT NULL", name="present_has_a_way"),
    )


class Report(Base):
    """Something a member handed in; read by its author and its addressee only.

    `number` counts within an organization and a year: "2026-0012".
    """

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[ReportKind] = mapped_column(word(ReportKind))
    period: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text, default="")
    handed_in_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    author: Mapped[Person] = relationship(foreign_keys=[author_id], lazy="raise")
    attachments: Mapped[list["ReportAttachment"]] = relationship(lazy="raise", order_by="ReportAttachment.position")

    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        Index("ix_reports_organization", "organization_id", "handed_in_at"),
        Index("ix_reports_author", "author_id"),
    )


class ReportAttachment(Base):
    """A file that came with a report."""

    __tablename__ = "report_attachments"

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))

    file: Mapped[File] = relationship(lazy="raise")
