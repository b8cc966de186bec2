"""Meetings of organizational life: their notice, agenda, votes, minutes and files, and who was there."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, word
from storage.models.organizations import Organization, Person


class MeetingKind(StrEnum):
    """The kinds of organizational life; OTHER is any other meeting of the branch."""

    GENERAL_MEETING = "general_meeting"
    COMMITTEE_MEETING = "committee_meeting"
    GROUP_MEETING = "group_meeting"
    LECTURE = "lecture"
    THEME_DAY = "theme_day"
    CRITICISM_MEETING = "criticism_meeting"
    APPRAISAL = "appraisal"
    OTHER = "other"


class MeetingState(StrEnum):
    """Convened, checking people in, closed with its record, or called off."""

    CONVENED = "convened"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class AgendaKind(StrEnum):
    """What an item of an agenda is, which decides by which formula it is voted on, if it is."""

    LEARNING = "learning"
    REPORT = "report"
    DISCUSSION = "discussion"
    DECISION = "decision"
    ADMISSION = "admission"
    ELECTION = "election"
    OTHER = "other"


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
    PAPER = "paper"


class MeetingFileKind(StrEnum):
    """Why a file lies with a meeting: read beforehand, taken there, the signed sheet, or the signed minutes."""

    MATERIAL = "material"
    PHOTO = "photo"
    SHEET = "sheet"
    MINUTES = "minutes"


class MeetingSeries(Base):
    """A meeting that comes back every month on one day (1 to 28); each is proposed to the secretary, who convenes it.

    `minute` counts from midnight on the branch's clock; `proposed` is the month, as its first day, proposed last.
    """

    __tablename__ = "meeting_series"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    kind: Mapped[MeetingKind] = mapped_column(word(MeetingKind))
    day: Mapped[int]
    minute: Mapped[int]
    place: Mapped[str] = mapped_column(String(120))
    agenda: Mapped[list[Any]] = mapped_column(JSON, default=list)
    active: Mapped[bool] = mapped_column(default=True)
    proposed: Mapped[date | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    __table_args__ = (CheckConstraint("day BETWEEN 1 AND 28", name="day"),)


class Meeting(Base):
    """One meeting, from its notice to its record.

    `group_id` is the group of a group's meeting. `check_in_token` is the secret that the codes of its
    check-in are made from. `remote` says that people
    may check in from elsewhere. `revision` counts the changes that were told. Once `locked_at` is set the minutes are
    only corrected, with a reason.
    """

    __tablename__ = "meetings"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_series.id"))
    kind: Mapped[MeetingKind] = mapped_column(word(MeetingKind))
    state: Mapped[MeetingState] = mapped_column(word(MeetingState), default=MeetingState.CONVENED)
    title: Mapped[str] = mapped_column(String(60), default="")
    starts_at: Mapped[datetime]
    lasts_minutes: Mapped[int] = mapped_column(default=90)
    place: Mapped[str] = mapped_column(String(120))
    remote: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=0)
    convened_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    check_in_token: Mapped[str | None] = mapped_column(String(32), unique=True)
    summary: Mapped[str] = mapped_column(Text, default="")
    host_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recorder_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    host_signed_at: Mapped[datetime | None]
    recorder_signed_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship(lazy="raise", foreign_keys=[organization_id])
    agenda: Mapped[list["AgendaItem"]] = relationship(
        lazy="raise", order_by="AgendaItem.position", cascade="all, delete-orphan"
    )
    attendances: Mapped[list["Attendance"]] = relationship(
        back_populates="meeting", lazy="raise", cascade="all, delete-orphan"
    )

    __table_args__ = (Index("ix_meetings_organization", "organization_id", "starts_at"),)


class MeetingOrganization(Base):
    """Another organization whose members are expected at a joint meeting, besides the one that convened it."""

    __tablename__ = "meeting_organizations"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True)


class AgendaItem(Base):
    """One point of a meeting's agenda, and what was decided on it."""

    __tablename__ = "agenda_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[AgendaKind] = mapped_column(word(AgendaKind), default=AgendaKind.OTHER)
    decided: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (UniqueConstraint("meeting_id", "position"),)


class Vote(Base):
    """One vote in the room, as it was counted there; a correction is a new row that names the one it replaces.

    `subject` is the motion or the name that was voted on. Ballots are counted only where the vote was `secret`.
    `written` are those in favour who could not come to an admission and had said so in writing beforehand: they count,
    and are in no other figure. At a joint meeting each branch votes for itself: `organization_id` is that of one that
    was asked to it, and empty for the one that convened it.
    """

    __tablename__ = "votes"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    agenda_item_id: Mapped[int] = mapped_column(ForeignKey("agenda_items.id", ondelete="CASCADE"), index=True)
    subject: Mapped[str] = mapped_column(String(120))
    secret: Mapped[bool]
    eligible: Mapped[int]
    present: Mapped[int]
    handed_out: Mapped[int | None]
    returned: Mapped[int | None]
    in_favour: Mapped[int]
    against: Mapped[int]
    abstained: Mapped[int]
    invalid: Mapped[int] = mapped_column(default=0)
    written: Mapped[int] = mapped_column(default=0)
    carried: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200), default="")
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("votes.id"), unique=True)


class Attendance(Base):
    """One person at one meeting; `eligible` is whether they counted for the quorum when it was convened.

    Who is not `expected` sits in (列席). `how` says how the secretary knew that somebody was there, `granted_by_id` who
    granted leave. `reminded_day_at` and `reminded_hour_at` say that a reminder went out.
    """

    __tablename__ = "attendances"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    expected: Mapped[bool] = mapped_column(default=True)
    eligible: Mapped[bool] = mapped_column(default=False)
    presence: Mapped[Presence] = mapped_column(word(Presence), default=Presence.EXPECTED)
    will_come: Mapped[bool | None]
    way: Mapped[CheckInWay | None] = mapped_column(word(CheckInWay))
    how: Mapped[str] = mapped_column(String(80), default="")
    checked_in_at: Mapped[datetime | None]
    late_minutes: Mapped[int] = mapped_column(default=0)
    left_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(200), default="")
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reminded_day_at: Mapped[datetime | None]
    reminded_hour_at: Mapped[datetime | None]

    meeting: Mapped[Meeting] = relationship(back_populates="attendances", lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])

    __table_args__ = (
        UniqueConstraint("meeting_id", "person_id"),
        Index("ix_attendances_person", "person_id"),
        CheckConstraint("presence <> 'present' OR way IS NOT NULL", name="present_has_a_way"),
    )


class MakeUp(Base):
    """What somebody who missed a meeting studies afterwards (补学), by when, and who saw that it was done."""

    __tablename__ = "make_ups"

    id: Mapped[int] = mapped_column(primary_key=True)
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendances.id", ondelete="CASCADE"), unique=True)
    what: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[datetime | None]


class MeetingFile(Base):
    """A file that lies with a meeting."""

    __tablename__ = "meeting_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)
    kind: Mapped[MeetingFileKind] = mapped_column(word(MeetingFileKind))
    name: Mapped[str] = mapped_column(String(200))
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime]


class MinutesCorrection(Base):
    """A correction of minutes that were signed: which part, what stood there, what stands there now, and why."""

    __tablename__ = "minutes_corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), index=True)
    part: Mapped[str] = mapped_column(String(60))
    old: Mapped[str] = mapped_column(Text)
    new: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(200))
    corrected_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    corrected_at: Mapped[datetime]


class Task(Base):
    """Something that was decided: who does it, by when; `who` names somebody who is not on the roster."""

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id", ondelete="SET NULL"))
    what: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    who: Mapped[str] = mapped_column(String(60), default="")
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_tasks_organization", "organization_id", "done_on"),)


class Poll(Base):
    """Opinions asked for in the chat (意见征集) on something that binds nobody; never a vote.

    `counts` are how many chose each of `options`. Who chose what is not kept.
    """

    __tablename__ = "polls"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    question: Mapped[str] = mapped_column(String(200))
    options: Mapped[list[Any]] = mapped_column(JSON)
    counts: Mapped[list[Any]] = mapped_column(JSON)
    closes_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]


class PollAnswer(Base):
    """That somebody has answered, so that nobody answers twice; not what."""

    __tablename__ = "poll_answers"

    poll_id: Mapped[int] = mapped_column(ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
