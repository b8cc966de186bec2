"""Imported readings: put, brought up to date, removed, and read by whoever answers from them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update

from storage.database import Session
from storage.models import Organization, OrganizationChange, ReadingPassage, ReadingText

AT_ONCE = 1000
"""Rows named in one statement: databases allow some 32,000 parameters."""


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage as it is kept."""

    chapter: str
    heading: str
    page: str
    text: str


@dataclass(frozen=True, slots=True)
class PutReading:
    """What an import changed, in passages."""

    reading_id: int
    added: int
    removed: int
    kept: int


@dataclass(frozen=True, slots=True)
class ReadingView:
    """One reading; `owner` is the name of the organization whose it is, None for everybody's."""

    id: int
    title: str
    file_name: str
    owner: str | None
    passages: int
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """One passage with the reading it is from; `path` is the owner's, None for everybody's."""

    id: int
    reading: str
    path: str | None
    passage: PassageText


@dataclass(frozen=True, slots=True)
class ReadingTitle:
    """A reading as somebody sees it on the shelf; `owner` is the name of the organization whose it is, or None."""

    id: int
    title: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class ChapterView:
    """A chapter: the id of its first passage, its name ("" where there is none), the page it begins on, its length."""

    first: int
    name: str
    page: str
    passages: int


@dataclass(frozen=True, slots=True)
class PassagePlace:
    """One passage with where it stands: its number in the chapter from 0, and the ids of those beside it."""

    reading: ReadingTitle
    number: int
    earlier: int | None
    further: int | None
    passage: PassageText


async def put_reading(
    session: Session,
    *,
    organization_id: int | None,
    title: str,
    file_name: str,
    digest: str,
    passages: Sequence[PassageText],
    now: datetime,
) -> PutReading:
    """Keep a reading; one of the same title and owner is brought up to date: only what differs is replaced."""
    reading_id = await _reading_id(session, organization_id, title)
    row = {"file_name": file_name[:200], "digest": digest, "changed_at": now}
    if reading_id is None:
        made = {"organization_id": organization_id, "title": title, "imported_at": now, **row}
        reading_id = (await session.execute(insert(ReadingText).values(made).returning(ReadingText.id))).scalar_one()
    else:
        await session.execute(update(ReadingText).where(ReadingText.id == reading_id).values(row))
    there: defaultdict[PassageText, list[tuple[int, int]]] = defaultdict(list)
    for stored_id, position, passage in await _passages_of(session, reading_id):
        there[passage].append((stored_id, position))
    added, moved = [], []
    for position, passage in enumerate(passages):
        if there[passage]:
            stored_id, before = there[passage].pop(0)
            if before != position:
                moved.append({"id": stored_id, "position": position})
        else:
            added.append(
                {
                    "reading_id": reading_id,
                    "position": position,
                    "chapter": passage.chapter,
                    "heading": passage.heading,
                    "page": passage.page[:20],
                    "text": passage.text,
                }
            )
    if moved:
        await session.execute(update(ReadingPassage), moved)
    gone = [stored_id for left in there.values() for stored_id, _ in left]
    for start in range(0, len(gone), AT_ONCE):
        await session.execute(delete(ReadingPassage).where(ReadingPassage.id.in_(gone[start : start + AT_ONCE])))
    if added:
        await session.execute(insert(ReadingPassage), added)
    return PutReading(reading_id, len(added), len(gone), len(passages) - len(added))


async def _reading_id(session: Session, organization_id: int | None, title: str) -> int | None:
    query = select(ReadingText.id).where(
        ReadingText.title == title, ReadingText.organization_id.is_not_distinct_from(organization_id)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def _passages_of(
    session: Session, reading_id: int, *those: ColumnElement[bool]
) -> list[tuple[int, int, PassageText]]:
    query = (
        select(
            ReadingPassage.id,
            ReadingPassage.position,
            ReadingPassage.chapter,
            ReadingPassage.heading,
            ReadingPassage.page,
            ReadingPassage.text,
        )
        .where(ReadingPassage.reading_id == reading_id, *those)
        .order_by(ReadingPassage.position)
    )
    return [(id, position, PassageText(*rest)) for id, position, *rest in await session.execute(query)]


async def remove_reading(session: Session, organization_id: int | None, title: str) -> bool:
    """Remove a reading with its passages; False when there is none of that title and owner."""
    reading_id = await _reading_id(session, organization_id, title)
    if reading_id is None:
        return False
    await session.execute(delete(ReadingPassage).where(ReadingPassage.reading_id == reading_id))
    await session.execute(delete(ReadingText).where(ReadingText.id == reading_id))
    return True


async def readings(session: Session) -> list[ReadingView]:
    """All readings by title, everybody's first."""
    query = (
        select(
            ReadingText.id,
            ReadingText.title,
            ReadingText.file_name,
            Organization.name,
            func.count(ReadingPassage.id),
            ReadingText.imported_at,
        )
        .outerjoin(Organization, Organization.id == ReadingText.organization_id)
        .outerjoin(ReadingPassage, ReadingPassage.reading_id == ReadingText.id)
        .group_by(ReadingText.id, Organization.name)
    )
    found = [ReadingView(*row) for row in await session.execute(query)]
    return sorted(found, key=lambda one: (one.owner is not None, one.owner or "", one.title))


def _above(paths: Collection[str]) -> set[str]:
    """The paths of these organizations and of all above them: "/1/2/" gives "/1/" and "/1/2/"."""
    return {path[: at + 1] for path in paths for at, mark in enumerate(path) if mark == "/" and at}


def _is_seen(paths: Collection[str]) -> ColumnElement[bool]:
    """Whether a reading is everybody's, or of an organization at or above one of these paths."""
    return or_(ReadingText.organization_id.is_(None), Organization.path.in_(_above(paths)))


async def readings_seen(session: Session, paths: Collection[str]) -> list[ReadingTitle]:
    """What somebody who belongs at these paths may read, everybody's first, then by title."""
    query = (
        select(ReadingText.id, ReadingText.title, Organization.name)
        .outerjoin(Organization, Organization.id == ReadingText.organization_id)
        .where(_is_seen(paths))
        .order_by(ReadingText.title, ReadingText.id)
    )
    found = [ReadingTitle(*row) for row in await session.execute(query)]
    return sorted(found, key=lambda one: one.owner is not None)


async def reading_seen(session: Session, reading_id: int, paths: Collection[str]) -> ReadingTitle | None:
    """A reading that somebody who belongs at these paths may read; None when it is gone or not theirs."""
    query = (
        select(ReadingText.id, ReadingText.title, Organization.name)
        .outerjoin(Organization, Organization.id == ReadingText.organization_id)
        .where(ReadingText.id == reading_id, _is_seen(paths))
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else ReadingTitle(*row)


async def chapters_of(session: Session, reading_id: int) -> list[ChapterView]:
    """The chapters of a reading in the order of the book; a reading without chapters has one without a name."""
    chapters = (
        select(func.min(ReadingPassage.position).label("first"), func.count().label("passages"))
        .where(ReadingPassage.reading_id == reading_id)
        .group_by(ReadingPassage.chapter)
        .subquery()
    )
    query = (
        select(ReadingPassage.id, ReadingPassage.chapter, ReadingPassage.page, chapters.c.passages)
        .join(chapters, chapters.c.first == ReadingPassage.position)
        .where(ReadingPassage.reading_id == reading_id)
        .order_by(ReadingPassage.position)
    )
    return [
        ChapterView(id, name, page.partition("—")[0], count) for id, name, page, count in await session.execute(query)
    ]


async def passages_of_chapter(session: Session, reading_id: int, chapter: str) -> list[tuple[int, PassageText]]:
    """All passages of a chapter in order, with their ids."""
    found = await _passages_of(session, reading_id, ReadingPassage.chapter == chapter)
    return [(id, passage) for id, _, passage in found]


async def passage_place(session: Session, passage_id: int, paths: Collection[str]) -> PassagePlace | None:
    """A passage that somebody who belongs at these paths may read; None when it is gone or not theirs."""
    query = (
        select(
            ReadingText.id,
            ReadingText.title,
            Organization.name,
            ReadingPassage.position,
            ReadingPassage.chapter,
            ReadingPassage.heading,
            ReadingPassage.page,
            ReadingPassage.text,
        )
        .join(ReadingText, ReadingText.id == ReadingPassage.reading_id)
        .outerjoin(Organization, Organization.id == ReadingText.organization_id)
        .where(ReadingPassage.id == passage_id, _is_seen(paths))
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    reading_id, title, owner, position, *rest = row
    text = PassageText(*rest)
    same = (ReadingPassage.reading_id == reading_id, ReadingPassage.chapter == text.chapter)
    before = select(ReadingPassage.id).where(*same, ReadingPassage.position < position)
    after = select(ReadingPassage.id).where(*same, ReadingPassage.position > position)
    earlier = list(await session.scalars(before.order_by(ReadingPassage.position.desc())))
    further = await session.scalar(after.order_by(ReadingPassage.position).limit(1))
    reading = ReadingTitle(reading_id, title, owner)
    return PassagePlace(reading, len(earlier), earlier[0] if earlier else None, further, text)


async def readings_version(session: Session) -> str:
    """Changes whenever a reading was imported, brought up to date or removed, or its owner has another place."""
    # Not the newest time alone: the clock of another machine may be behind.
    rows = await session.execute(select(ReadingText.id, ReadingText.changed_at).order_by(ReadingText.id))
    version = " ".join(f"{id}:{changed_at.timestamp()}" for id, changed_at in rows)
    return f"{version} {await session.scalar(select(func.max(OrganizationChange.id)))}"


async def passage_owners(session: Session) -> dict[int, str]:
    """Where the owner of each passage is, by the passage's id; those of everybody are left out."""
    query = (
        select(ReadingPassage.id, Organization.path)
        .join(ReadingText, ReadingText.id == ReadingPassage.reading_id)
        .join(Organization, Organization.id == ReadingText.organization_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def passage_ids(session: Session) -> set[int]:
    """The ids of all passages."""
    return set(await session.scalars(select(ReadingPassage.id)))


async def stored_passages(session: Session, ids: Collection[int]) -> list[StoredPassage]:
    """These passages; those that are gone are left out."""
    query = (
        select(
            ReadingPassage.id,
            ReadingText.title,
            Organization.path,
            ReadingPassage.chapter,
            ReadingPassage.heading,
            ReadingPassage.page,
            ReadingPassage.text,
        )
        .join(ReadingText, ReadingText.id == ReadingPassage.reading_id)
        .outerjoin(Organization, Organization.id == ReadingText.organization_id)
        .where(ReadingPassage.id.in_(ids))
    )
    return [
        StoredPassage(id, title, path, PassageText(*rest)) for id, title, path, *rest in await session.execute(query)
    ]
