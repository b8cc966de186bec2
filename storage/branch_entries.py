"""Entries that branches have written: added, listed for the level above, adopted, taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from storage.database import Session
from storage.models import BranchEntry, EntryState, Organization, OrganizationChange


@dataclass(frozen=True, slots=True)
class BranchEntryView:
    """One standing entry with the organization whose it is; `extends` names the curated entry that it renames."""

    id: int
    organization_id: int
    organization_name: str
    path: str
    title: str
    aliases: tuple[str, ...]
    answer: str
    source: str
    extends: str | None


async def add_entry(
    session: Session,
    *,
    organization_id: int,
    author_id: int | None,
    title: str,
    aliases: Sequence[str],
    answer: str,
    source: str,
    extends: str | None = None,
    adopted_from_id: int | None = None,
    now: datetime,
) -> int:
    """Keep an entry of an organization; its id."""
    entry = BranchEntry(
        organization_id=organization_id,
        author_id=author_id,
        title=title,
        aliases=list(aliases),
        answer=answer,
        source=source,
        extends=extends,
        adopted_from_id=adopted_from_id,
        created_at=now,
        changed_at=now,
    )
    session.add(entry)
    await session.flush()
    return entry.id


async def standing_entries(session: Session, path: str = "") -> list[BranchEntryView]:
    """What stands at or below a path, the newest first."""
    query = (
        select(
            BranchEntry.id,
            BranchEntry.organization_id,
            Organization.name,
            Organization.path,
            BranchEntry.title,
            BranchEntry.aliases,
            BranchEntry.answer,
            BranchEntry.source,
            BranchEntry.extends,
        )
        .join(Organization, Organization.id == BranchEntry.organization_id)
        .where(BranchEntry.state == EntryState.STANDING, Organization.path.startswith(path))
        .order_by(BranchEntry.id.desc())
    )
    return [
        BranchEntryView(id, at, name, where, title, tuple(aliases), answer, source, extends)
        for id, at, name, where, title, aliases, answer, source, extends in await session.execute(query)
    ]


async def standing_entry(session: Session, entry_id: int) -> BranchEntryView | None:
    """One entry, if it stands."""
    return next((entry for entry in await standing_entries(session) if entry.id == entry_id), None)


async def adopt_entry(
    session: Session, entry: BranchEntryView, *, organization_id: int, author_id: int | None, now: datetime
) -> bool:
    """Take an entry over for a higher organization; False when somebody else has ended it meanwhile."""
    if not await _end(session, entry.id, EntryState.ADOPTED, now):
        return False
    await add_entry(
        session,
        organization_id=organization_id,
        author_id=author_id,
        title=entry.title,
        aliases=entry.aliases,
        answer=entry.answer,
        source=entry.source,
        extends=entry.extends,
        adopted_from_id=entry.id,
        now=now,
    )
    return True


async def remove_entry(session: Session, entry_id: int, now: datetime) -> bool:
    """Take an entry back; False when it did not stand any more."""
    return await _end(session, entry_id, EntryState.REMOVED, now)


async def _end(session: Session, entry_id: int, state: EntryState, now: datetime) -> bool:
    ended = await session.execute(
        update(BranchEntry)
        .where(BranchEntry.id == entry_id, BranchEntry.state == EntryState.STANDING)
        .values(state=state, changed_at=now)
        .returning(BranchEntry.id)
    )
    return ended.first() is not None


async def entries_version(session: Session) -> str:
    """Changes whenever any entry was added, adopted or taken back, or its organization has another place."""
    # Whatever ends an entry lowers the count; whatever adds one raises the id.
    standing = func.count().filter(BranchEntry.state == EntryState.STANDING)
    query = select(standing, func.max(BranchEntry.id), select(func.max(OrganizationChange.id)).scalar_subquery())
    return ":".join(map(str, (await session.execute(query)).one()))
