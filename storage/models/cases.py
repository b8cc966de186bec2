"""Cases: one run of a procedure for one subject, its steps as they were done, and the papers that belong to it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, word

NEVER_DUE = date.max
"""In place of the day by which a case has to go on, where no rule names one."""


class CaseState(StrEnum):
    """Whether a procedure is still running."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class Case(Base):
    """One run of a procedure for one subject; it may take years, and belongs to the branch whoever its secretary is.

    `outcome` is how it ended, in one word; `remind_on` is from which day on something has to be said, and
    `due_on` the day by which it has to go on by its rules: `NEVER_DUE` where none says so, None until it is reckoned.
    `taken_over_at` is the step at which a case that had begun elsewhere was taken over, else empty.
    """

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    procedure: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    state: Mapped[CaseState] = mapped_column(word(CaseState), default=CaseState.OPEN)
    outcome: Mapped[str | None] = mapped_column(String(20))
    started_on: Mapped[date]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closed_on: Mapped[date | None]
    remind_on: Mapped[date | None]
    due_on: Mapped[date | None]
    paused_why: Mapped[str] = mapped_column(String(200), default="")
    taken_over_at: Mapped[str] = mapped_column(String(60), default="")

    steps: Mapped[list["CaseStep"]] = relationship(lazy="raise", order_by="CaseStep.id")

    __table_args__ = (
        Index("ix_cases_organization", "organization_id", "id"),
        Index(
            "ix_cases_remind",
            "remind_on",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_cases_unreckoned",
            "id",
            sqlite_where=text("state = 'open' AND due_on IS NULL"),
            postgresql_where=text("state = 'open' AND due_on IS NULL"),
        ),
    )


class CaseStep(Base):
    """One step of a case as it was done; `answers` are what was asked, by field.

    A correction is a new row that names the one it replaces, with its reason in `note`; a `withdrawn` one says that
    what it replaces was never done.
    """

    __tablename__ = "case_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    step: Mapped[str] = mapped_column(String(60))
    done_on: Mapped[date]
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
    withdrawn: Mapped[bool] = mapped_column(default=False)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("case_steps.id"), unique=True)


class CaseFile(Base):
    """A paper of a case: one that a step made, or one that somebody handed in for it."""

    __tablename__ = "case_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    step: Mapped[str] = mapped_column(String(60))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime]
