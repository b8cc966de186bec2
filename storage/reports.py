"""Reports that members hand in, with their files; read by author and addressee only, which the caller sees to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select, update

from storage.database import Session
from storage.models import File, Organization, Person, Report, ReportAttachment, ReportKind


@dataclass(frozen=True, slots=True)
class FileView:
    """A file without its bytes."""

    id: int
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class ReportView:
    """One report; `read_at` is when its addressee first opened it."""

    id: int
    number: str
    kind: ReportKind
    period: str
    text: str
    author_id: int
    author_name: str
    organization_id: int
    path: str
    handed_in_at: datetime
    read_at: datetime | None
    files: tuple[FileView, ...]


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
) -> Report:
    """Take a report in under the next number of its organization and year, such as "2026-0012"."""
    report = Report(
        organization_id=organization_id,
        author_id=author_id,
        kind=kind,
        period=period,
        number=await _next_number(session, organization_id, now),
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
            Report.period,
            Report.text,
            Report.author_id,
            Person.name,
            Report.organization_id,
            Organization.path,
            Report.handed_in_at,
            Report.read_at,
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


async def reports_by(session: Session, author_id: int, limit: int = 10) -> list[ReportView]:
    """What somebody handed in, the newest first."""
    query = _select_reports().where(Report.author_id == author_id)
    return await _views(session, query.order_by(Report.handed_in_at.desc(), Report.id.desc()).limit(limit))


async def reports_to(
    session: Session, organization_id: int, *, unread_only: bool = False, limit: int = 10
) -> list[ReportView]:
    """What was handed in to an organization: the unread first, among them and after them the newest first."""
    query = _select_reports().where(Report.organization_id == organization_id)
    if unread_only:
        query = query.where(Report.read_at.is_(None))
    order = (Report.read_at.is_not(None), Report.handed_in_at.desc(), Report.id.desc())
    return await _views(session, query.order_by(*order).limit(limit))


async def mark_read(session: Session, report_id: int, reader_id: int, now: datetime) -> bool:
    """Note the first reading by the addressee; False when it was noted before."""
    reading = (
        update(Report)
        .where(Report.id == report_id, Report.read_at.is_(None))
        .values(read_at=now, read_by_id=reader_id)
        .returning(Report.id)
    )
    return (await session.execute(reading)).first() is not None
