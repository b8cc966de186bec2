"""What people asked the handbook, and who reads which digest."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, word
from storage.models.organizations import Organization, Person


class Outcome(StrEnum):
    """How a look-up in the handbook ended."""

    ANSWERED = "answered"
    UNSURE = "unsure"
    UNKNOWN = "unknown"


class Question(Base):
    """A question to the handbook, kept without who asked it; `helpful` is what the person said of the answer.

    `settled_at` is when a curator has dealt with it.
    """

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[Outcome] = mapped_column(word(Outcome))
    entry: Mapped[str | None] = mapped_column(String(80))
    score: Mapped[float]
    helpful: Mapped[bool | None]
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_questions_asked_at", "asked_at"),)


class DigestSubscription(Base):
    """Somebody reads about a subtree, weekly, at a local weekday (1 is Monday) and minute of the day.

    `after_holidays`: on a public holiday it waits for the next working day. `pressing_only`: only what needs somebody.
    `skipped_week` ("2026-W47") is a week of which nothing is to be sent. `quiet_days`: a branch without a record for
    so long is named.
    """

    __tablename__ = "digest_subscriptions"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    weekday: Mapped[int] = mapped_column(default=1)
    minute: Mapped[int] = mapped_column(default=8 * 60 + 30)
    timezone: Mapped[str] = mapped_column(String(60), default="Asia/Shanghai")
    active: Mapped[bool] = mapped_column(default=True)
    after_holidays: Mapped[bool] = mapped_column(default=True)
    pressing_only: Mapped[bool] = mapped_column(default=False)
    skipped_week: Mapped[str] = mapped_column(String(8), default="")
    since: Mapped[datetime | None]
    quiet_days: Mapped[int] = mapped_column(default=30)

    person: Mapped[Person] = relationship(lazy="raise")
    organization: Mapped[Organization] = relationship(lazy="raise")

    __table_args__ = (UniqueConstraint("person_id", "organization_id"),)


class DigestIssue(Base):
    """One digest sent for one subscription and one ISO week ("2026-W47"); `late` when its hour was long past."""

    __tablename__ = "digest_issues"

    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("digest_subscriptions.id"))
    week: Mapped[str] = mapped_column(String(8))
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    late: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("subscription_id", "week"),)
