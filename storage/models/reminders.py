"""What people answered to what they were reminded of; what is due itself follows from the records and is not stored."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, word


class ReminderAnswer(StrEnum):
    """知道了: not again until it gets worse; 稍后: again in some days; 已办: not again."""

    SEEN = "seen"
    LATER = "later"
    DONE = "done"


class AnsweredReminder(Base):
    """What one person answered to one occurrence of something due, and which `light` it was then.

    `until` is the local day from which it may be said again.
    """

    __tablename__ = "answered_reminders"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    key: Mapped[str] = mapped_column(String(160))
    answer: Mapped[ReminderAnswer] = mapped_column(word(ReminderAnswer))
    light: Mapped[str] = mapped_column(String(10))
    until: Mapped[date | None]
    answered_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("person_id", "key"),)
