"""Meetings that come back every month: what a branch has fixed, and which month was proposed last."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select, update

from storage.database import Session
from storage.models import AgendaKind, Meeting, MeetingKind, MeetingSeries, MeetingState, Organization


@dataclass(frozen=True, slots=True)
class SeriesView:
    """One meeting of every month; `minute` counts from midnight on the branch's clock, `proposed` is a month's first
    day, and each point of the `agenda` stands with what it is."""

    id: int
    organization_id: int
    organization_name: str
    path: str
    timezone: str
    kind: MeetingKind
    day: int
    minute: int
    place: str
    agenda: tuple[tuple[str, AgendaKind], ...]
    active: bool
    proposed: date | None


def _select_series() -> Select[*tuple[Any, ...]]:
    return select(
        MeetingSeries.id,
        MeetingSeries.organization_id,
        Organization.name,
        Organization.path,
        Organization.timezone,
        MeetingSeries.kind,
        MeetingSeries.day,
        MeetingSeries.minute,
        MeetingSeries.place,
        MeetingSeries.agenda,
        MeetingSeries.active,
        MeetingSeries.proposed,
    ).join(Organization, Organization.id == MeetingSeries.organization_id)


async def _views(session: Session, query: Select[*tuple[Any, ...]]) -> list[SeriesView]:
    found = []
    for row in await session.execute(query):
        agenda = tuple((point, AgendaKind(kind)) for point, kind in row[9])
        values: list[Any] = [*row[:9], agenda, *row[10:]]
        found.append(SeriesView(*values))
    return found


async def add_series(
    session: Session,
    *,
    organization_id: int,
    kind: MeetingKind,
    day: int,
    minute: int,
    place: str,
    agenda: list[tuple[str, AgendaKind]],
    created_by_id: int,
) -> int:
    """Fix a meeting for a day of every month, in place of an earlier one of its kind; the id."""
    await session.execute(
        update(MeetingSeries)
        .where(MeetingSeries.organization_id == organization_id, MeetingSeries.kind == kind)
        .values(active=False)
    )
    added = MeetingSeries(
        organization_id=organization_id,
        kind=kind,
        day=day,
        minute=minute,
        place=place,
        agenda=[[point, what.value] for point, what in agenda],
        created_by_id=created_by_id,
    )
    session.add(added)
    await session.flush()
    return added.id


async def series_of(session: Session, organization_id: int) -> list[SeriesView]:
    """What comes back every month in an organization, by its day."""
    query = _select_series().where(MeetingSeries.organization_id == organization_id, MeetingSeries.active)
    return await _views(session, query.order_by(MeetingSeries.day, MeetingSeries.id))


async def active_series(session: Session) -> list[SeriesView]:
    """What comes back every month anywhere."""
    return await _views(session, _select_series().where(MeetingSeries.active).order_by(MeetingSeries.id))


async def hold_series(session: Session, series_id: int) -> SeriesView | None:
    """One of them, held until the end of the transaction, so that nobody else convenes its meeting meanwhile."""
    await session.execute(select(MeetingSeries.id).where(MeetingSeries.id == series_id).with_for_update())
    return next(iter(await _views(session, _select_series().where(MeetingSeries.id == series_id))), None)


async def stop_series(session: Session, series_id: int) -> bool:
    """Have a meeting come back no more; False when it does not any more."""
    stopping = (
        update(MeetingSeries)
        .where(MeetingSeries.id == series_id, MeetingSeries.active)
        .values(active=False)
        .returning(MeetingSeries.id)
    )
    return (await session.execute(stopping)).first() is not None


async def take_proposal(session: Session, series_id: int, month: date) -> bool:
    """Note that a month's meeting is proposed by this; False when it was, or a later one, or the series was stopped."""
    taking = (
        update(MeetingSeries)
        .where(
            MeetingSeries.id == series_id,
            MeetingSeries.active,
            or_(MeetingSeries.proposed.is_(None), MeetingSeries.proposed < month),
        )
        .values(proposed=month)
        .returning(MeetingSeries.id)
    )
    return (await session.execute(taking)).first() is not None


async def is_convened(
    session: Session, organization_id: int, kind: MeetingKind, first: datetime, last: datetime
) -> bool:
    """Whether an organization has a meeting of a kind, not called off, from one moment until before another."""
    query = select(Meeting.id).where(
        Meeting.organization_id == organization_id,
        Meeting.kind == kind,
        Meeting.state != MeetingState.CANCELLED,
        Meeting.starts_at >= first,
        Meeting.starts_at < last,
    )
    return (await session.execute(query.limit(1))).first() is not None
