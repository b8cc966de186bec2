"""Reports that members hand in, with their files and what was written back and forth; who may read them, the caller
sees to: their author, and the secretaries of the organization they were handed in to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, exists, func, insert, or_, select, update

from storage.database import Session
from storage.models import (
    File,
    Organization,
    Person,
    Report,
    ReportAttachment,
    ReportKind,
    ReportNote,
    ReportState,
)
from storage.people import with_predecessors


@dataclass(frozen=True, slots=True)
class FileView:
    """A file without its bytes."""

    id: int
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class ReportView:
    """One report; `read_at` is when its addressee first opened it, `accepted_at` when she put it on file."""

    id: int
    number: str
    kind: ReportKind
    state: ReportState
    period: str
    title: str
    hours: Decimal | None
    text: str
    author_id: int
    author_name: str
    organization_id: int
    organization_name: str
    path: str
    handed_in_at: datetime
    read_at: datetime | None
    accepted_at: datetime | None
    files: tuple[FileView, ...]


@dataclass(frozen=True, slots=True)
class NoteView:
    """One thing that was asked about a report, or added to it; with a file or in words."""

    report_id: int
    author_id: int
    author_name: str
    text: str
    file: FileView | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AuthorCount:
    """Somebody who handed in to an organization, and how many."""

    person_id: int
    name: str
    phone_last4: str
    count: int


async def add_report(
    session: Session,
    *,
    organization_id: int,
    author_id: int,
    kind: ReportKind,
    period: str,
    text: str,
    file_ids: Sequence[int],
    now: datetime,
    title: str = "",
    hours: Decimal | None = None,
) -> Report:
    """Take a report in under the next number of its organization and year, such as "2026-0012"."""
    report = Report(
        organization_id=organization_id,
        author_id=author_id,
        kind=kind,
        period=period,
        number=await _next_number(session, organization_id, now),
        title=title,
        hours=hours,
        text=text,
        handed_in_at=now,
        attachments=[ReportAttachment(position=position, file_id=id) for position, id in enumerate(file_ids, 1)],
    )
    session.add(report)
    await session.flush()
    return report


async def _next_number(session: Session, organization_id: int, now: datetime) -> str:
    # Whoever else hands in to this organization waits here until this number is committed.
    holding = select(Organization.timezone).where(Organization.id == organization_id).with_for_update(key_share=True)
    zone = (await session.execute(holding)).scalar_one()
    year = now.astimezone(ZoneInfo(zone)).year
    newest = (
        select(Report.number)
        .where(Report.organization_id == organization_id, Report.number.startswith(f"{year}-"))
        .order_by(func.length(Report.number).desc(), Report.number.desc())
        .limit(1)
    )
    last = (await session.execute(newest)).scalar_one_or_none()
    return f"{year}-{int(last.partition('-')[2]) + 1 if last else 1:04d}"


def _select_reports() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Report.id,
            Report.number,
            Report.kind,
            Report.state,
            Report.period,
            Report.title,
            Report.hours,
            Report.text,
            Report.author_id,
            Person.name,
            func.coalesce(Organization.successor_id, Organization.id),
            Organization.name,
            Organization.path,
            Report.handed_in_at,
            Report.read_at,
            Report.accepted_at,
        )
        .join(Person, Person.id == Report.author_id)
        .join(Organization, Organization.id == Report.organization_id)
    )


async def _views(session: Session, query: Select[*tuple[Any, ...]]) -> list[ReportView]:
    rows: Sequence[Sequence[Any]] = (await session.execute(query)).all()
    if not rows:
        return []
    files: dict[int, list[FileView]] = {}
    attached = (
        select(ReportAttachment.report_id, File.id, File.name, File.media_type, File.size)
        .join(File, File.id == ReportAttachment.file_id)
        .where(ReportAttachment.report_id.in_([row[0] for row in rows]))
        .order_by(ReportAttachment.report_id, ReportAttachment.position)
    )
    for report_id, id, name, media_type, size in await session.execute(attached):
        files.setdefault(report_id, []).append(FileView(id, name, media_type, size))
    filled: list[list[Any]] = [[*row, tuple(files.get(row[0], ()))] for row in rows]
    return [ReportView(*values) for values in filled]


async def report(session: Session, report_id: int) -> ReportView | None:
    """One report by id."""
    found = await _views(session, _select_reports().where(Report.id == report_id))
    return found[0] if found else None


async def reports_by(
    session: Session, author_id: int, limit: int | None = 10, *, organization_id: int | None = None
) -> list[ReportView]:
    """What somebody handed in, everywhere or to one organization, the newest first."""
    query = _select_reports().where(Report.author_id == author_id)
    if organization_id is not None:
        query = query.where(Report.organization_id.in_(with_predecessors(organization_id)))
    return await _views(session, query.order_by(Report.handed_in_at.desc(), Report.id.desc()).limit(limit))


async def reports_to(
    session: Session, organization_id: int, *, unread_only: bool = False, limit: int = 10, skip: int = 0
) -> list[ReportView]:
    """What was handed in to an organization, or to what became part of it: the unread first, then what is not on file
    yet, then the rest; among each the newest first. `skip` passes over so many."""
    query = _select_reports().where(Report.organization_id.in_(with_predecessors(organization_id)))
    if unread_only:
        query = query.where(Report.read_at.is_(None))
    step = case((Report.read_at.is_(None), 0), (Report.state != ReportState.ACCEPTED, 1), else_=2)
    order = (step, Report.handed_in_at.desc(), Report.id.desc())
    return await _views(session, query.order_by(*order).offset(skip).limit(limit))


async def count_reports(session: Session, organization_ids: Collection[int]) -> tuple[int, int]:
    """How many were handed in to some organizations, and how many of them were not read yet."""
    unread = func.coalesce(func.sum(case((Report.read_at.is_(None), 1), else_=0)), 0)
    query = select(func.count(Report.id), unread).where(
        Report.organization_id.in_(with_predecessors(*organization_ids))
    )
    count, waiting = (await session.execute(query)).one()
    return count, waiting


async def authors_to(session: Session, organization_id: int) -> list[AuthorCount]:
    """Everybody who ever handed in to an organization, by name."""
    query = (
        select(Person.id, Person.name, Person.phone_last4, func.count(Report.id))
        .join(Report, Report.author_id == Person.id)
        .where(Report.organization_id.in_(with_predecessors(organization_id)))
        .group_by(Person.id, Person.name, Person.phone_last4)
    )
    found = [AuthorCount(*row) for row in await session.execute(query)]
    return sorted(found, key=lambda one: (one.name, one.phone_last4, one.person_id))


async def notes_on(session: Session, report_ids: Collection[int]) -> list[NoteView]:
    """What was asked about some reports and added to them, the oldest first."""
    query = (
        select(
            ReportNote.report_id,
            ReportNote.author_id,
            Person.name,
            ReportNote.text,
            File.id,
            File.name,
            File.media_type,
            File.size,
            ReportNote.at,
        )
        .join(Person, Person.id == ReportNote.author_id)
        .outerjoin(File, File.id == ReportNote.file_id)
        .where(ReportNote.report_id.in_(report_ids))
        .order_by(ReportNote.id)
    )
    rows: Sequence[Sequence[Any]] = (await session.execute(query)).all()
    filled: list[list[Any]] = [[*row[:4], FileView(*row[4:8]) if row[4] is not None else None, row[8]] for row in rows]
    return [NoteView(*values) for values in filled]


async def mark_read(session: Session, report_id: int, reader_id: int, now: datetime) -> bool:
    """Note that the addressee reads it, or what its author has added since; False when nothing is new."""
    added = exists().where(
        ReportNote.report_id == report_id, ReportNote.author_id == Report.author_id, ReportNote.at > Report.read_at
    )
    reading = (
        update(Report)
        .where(Report.id == report_id, or_(Report.read_at.is_(None), added))
        .values(read_at=now, read_by_id=reader_id)
        .returning(Report.id)
    )
    return (await session.execute(reading)).first() is not None


async def ask_for_more(session: Session, report_id: int, asker_id: int, text: str, now: datetime) -> bool:
    """Give a report back with a question; False when it is on file already."""
    return await _answer(session, report_id, asker_id, ReportState.MORE_ASKED, text, (), now)


async def add_to_report(
    session: Session, report_id: int, author_id: int, text: str, file_ids: Sequence[int], now: datetime
) -> bool:
    """Add words and files to a report; False when it is on file already."""
    return await _answer(session, report_id, author_id, ReportState.HANDED_IN, text, file_ids, now)


async def _answer(
    session: Session,
    report_id: int,
    author_id: int,
    state: ReportState,
    text: str,
    file_ids: Sequence[int],
    now: datetime,
) -> bool:
    answering = (
        update(Report)
        .where(Report.id == report_id, Report.state != ReportState.ACCEPTED)
        .values(state=state)
        .returning(Report.id)
    )
    if (await session.execute(answering)).first() is None:
        return False
    words = [(text, None)] if text else []
    rows = [
        {"report_id": report_id, "author_id": author_id, "text": said, "file_id": file_id, "at": now}
        for said, file_id in [*words, *(("", file_id) for file_id in file_ids)]
    ]
    await session.execute(insert(ReportNote), rows)
    return True


async def accept_report(
    session: Session, report_id: int, person_id: int, now: datetime, *, hours: Decimal | None = None
) -> bool:
    """Put a report on file, of an activity with the hours that count; False when it is there already."""
    accepting = (
        update(Report)
        .where(Report.id == report_id, Report.state != ReportState.ACCEPTED)
        .values(
            state=ReportState.ACCEPTED,
            hours=Report.hours if hours is None else hours,
            accepted_at=now,
            accepted_by_id=person_id,
            read_at=func.coalesce(Report.read_at, now),
            read_by_id=func.coalesce(Report.read_by_id, person_id),
        )
        .returning(Report.id)
    )
    return (await session.execute(accepting)).first() is not None
