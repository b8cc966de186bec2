"""Readings that somebody has imported, in passages."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class ReadingText(Base):
    """One imported reading; without an organization it is everybody's, else that subtree's. A title is there once."""

    __tablename__ = "readings"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    title: Mapped[str] = mapped_column(String(120))
    file_name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("organization_id", "title"),
        Index(
            "one_reading_of_a_title_for_everybody",
            "title",
            unique=True,
            sqlite_where=text("organization_id IS NULL"),
            postgresql_where=text("organization_id IS NULL"),
        ),
    )


class ReadingPassage(Base):
    """A few sentences of a reading, in order."""

    __tablename__ = "passages"

    id: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey("readings.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    chapter: Mapped[str] = mapped_column(Text)
    heading: Mapped[str] = mapped_column(Text)
    page: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)

    # A process that has loaded a passage knows it by its id: an id must never come back as another passage.
    __table_args__ = ({"sqlite_autoincrement": True},)
