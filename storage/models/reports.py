"""What members hand in, and what is written back and forth about it."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, Hundredths, word
from storage.models.conversation import File
from storage.models.organizations import Person


class ReportKind(StrEnum):
    """What a member hands in."""

    THOUGHT_REPORT = "thought_report"
    MOBILE_REPORT = "mobile_report"
    CONVERSION = "conversion"
    APPLICATION = "application"
    DUTY_REPORT = "duty_report"
    ACTIVITY = "activity"
    FEEDBACK = "feedback"
    CORRECTION = "correction"


class ReportState(StrEnum):
    """Handed in, given back with a question, or noted by its addressee."""

    HANDED_IN = "handed_in"
    MORE_ASKED = "more_asked"
    ACCEPTED = "accepted"


class Report(Base):
    """Something a member handed in; read by its author and its addressee only.

    `number` counts within an organization and a year: "2026-0012". `period` is a quarter ("2026-Q4"), a year, the day
    of an activity, or empty where there is none. `title` is what is applied for or was taken part in, `hours` what the
    author takes an activity for, and once it is on file what counts.
    """

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[ReportKind] = mapped_column(word(ReportKind))
    state: Mapped[ReportState] = mapped_column(word(ReportState), default=ReportState.HANDED_IN)
    period: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120), default="")
    hours: Mapped[Decimal | None] = mapped_column(Hundredths())
    text: Mapped[str] = mapped_column(Text, default="")
    handed_in_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

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
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)

    file: Mapped[File] = relationship(lazy="raise")


class ReportNote(Base):
    """What the addressee asked about a report, and what its author added."""

    __tablename__ = "report_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), index=True)
    at: Mapped[datetime]
