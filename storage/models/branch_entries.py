"""Entries that a branch has written for itself, beside the curated handbook."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, word


class EntryState(StrEnum):
    """What has become of an entry: it stands, or the level above has taken it over, or it was taken back."""

    STANDING = "standing"
    ADOPTED = "adopted"
    REMOVED = "removed"


class BranchEntry(Base):
    """One entry, seen in its organization and everything below; `extends` is the curated entry that it only renames."""

    __tablename__ = "branch_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    title: Mapped[str] = mapped_column(String(80))
    aliases: Mapped[list[Any]]
    answer: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200))
    extends: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[EntryState] = mapped_column(word(EntryState), default=EntryState.STANDING)
    adopted_from_id: Mapped[int | None] = mapped_column(ForeignKey("branch_entries.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (Index("ix_branch_entries_organization_id_state", "organization_id", "state"),)
