"""Meetings from notice to record: who is expected, when and where, opened, closed or called off."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update

from storage.attendance import AttendanceView, Tally, answer_notice, attendance_of, tally
from storage.attendance_marks import mark_present
from storage.checkin import CheckedIn, MeetingOver, check_in, open_check_in
from storage.database import Session
from storage.models import (
    AgendaItem,
    Attendance,
    Meeting,
    MeetingKind,
    MeetingState,
    Organization,
    Person,
    Post,
    Presence,
    Status,
)
from storage.people import COMMITTEE, Member, members_of, select_members

__all__ = [
    "AttendanceView",
    "CheckedIn",
    "MeetingOver",
    "MeetingView",
    "Tally",
    "add_meeting",
    "answer_notice",
    "attendance_of",
    "cancel_meeting",
    "check_in",
    "close_meeting",
    "expected_attendees",
    "mark_present",
    "meeting",
    "meetings_for_person",
    "meetings_of",
    "open_check_in",
    "tally",
]

RUNNING = (MeetingState.CONVENED, MeetingState.OPEN)


@dataclass(frozen=True, slots=True)
class MeetingView:
    """One meeting; `token` is the secret of its check-in, `remote` whether people may check in from elsewhere."""

    id: int
    organization_id: int
    organization_name: str
    path: str
    timezone: str
    kind: MeetingKind
    state: MeetingState
    starts_at: datetime
    place: str
    agenda: tuple[str, ...]
    opened_at: datetime | None
    closed_at: datetime | None
    remote: bool
    token: str | None
    summary: str
    convened_by_id: int | None


async def expected_attendees(session: Session, organization_id: int, kind: MeetingKind) -> list[Member]:
    """Who should come: the committee to its meeting, otherwise the full and the probationary members, of the branch or,
    for a group's meeting, of the group.

    Source: 支部工作条例（试行）2018, articles 11 to 18.
    """
    if kind is not MeetingKind.COMMITTEE_MEETING:
        return await members_of(session, organization_id, (Status.FULL, Status.PROBATIONARY))
    serving = select(Post.person_id).where(
        Post.organization_id == organization_id, Post.kind.in_(COMMITTEE), Post.until.is_(None)
    )
    found = [Member(*row) for row in await session.execute(select_members().where(Person.id.in_(serving)))]
    return sorted(found, key=lambda member: (member.name, member.phone_last4, member.person_id))


async def add_meeting(
    session: Session,
    *,
    organization_id: int,
    kind: MeetingKind,
    starts_at: datetime,
    place: str,
    agenda: Sequence[str],
    expected: Sequence[Member],
    convened_by_id: int | None,
) -> Meeting:
    """Convene a meeting with its list; who counts for the quorum is fixed with it."""
    held = Meeting(
        organization_id=organization_id,
        kind=kind,
        state=MeetingState.CONVENED,
        starts_at=starts_at,
        place=place,
        convened_by_id=convened_by_id,
        agenda=[AgendaItem(position=position, title=title) for position, title in enumerate(agenda, 1)],
        attendances=[Attendance(person_id=member.person_id, eligible=member.eligible) for member in expected],
    )
    session.add(held)
    await session.flush()
    return held


def _select_meetings() -> Select[*tuple[Any, ...]]:
    return select(
        Meeting.id,
        Meeting.organization_id,
        Organization.name,
        Organization.path,
        Organization.timezone,
        Meeting.kind,
        Meeting.state,
        Meeting.starts_at,
        Meeting.place,
        Meeting.opened_at,
        Meeting.closed_at,
        Meeting.remote,
        Meeting.check_in_token,
        Meeting.summary,
        Meeting.convened_by_id,
    ).join(Organization, Organization.id == Meeting.organization_id)


async def _views(session: Session, rows: Sequence[Sequence[Any]]) -> list[MeetingView]:
    """Rows of `_select_meetings` with their agendas, in their order."""
    if not rows:
        return []
    points: dict[int, list[str]] = {}
    query = (
        select(AgendaItem.meeting_id, AgendaItem.title)
        .where(AgendaItem.meeting_id.in_([row[0] for row in rows]))
        .order_by(AgendaItem.meeting_id, AgendaItem.position)
    )
    for meeting_id, title in await session.execute(query):
        points.setdefault(meeting_id, []).append(title)
    filled: list[list[Any]] = [[*row[:9], tuple(points.get(row[0], ())), *row[9:15]] for row in rows]
    return [MeetingView(*values) for values in filled]


async def _one(session: Session, query: Select[*tuple[Any, ...]]) -> MeetingView | None:
    found = await _views(session, (await session.execute(query)).all())
    return found[0] if found else None


async def meeting(session: Session, meeting_id: int) -> MeetingView | None:
    """One meeting by id."""
    return await _one(session, _select_meetings().where(Meeting.id == meeting_id))


async def meetings_of(
    session: Session,
    organization_id: int,
    *,
    states: Collection[MeetingState] | None = None,
    since: datetime | None = None,
    limit: int = 10,
) -> list[MeetingView]:
    """The meetings of one organization, the newest first."""
    query = _select_meetings().where(Meeting.organization_id == organization_id)
    if states is not None:
        query = query.where(Meeting.state.in_(states))
    if since is not None:
        query = query.where(Meeting.starts_at >= since)
    query = query.order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(limit)
    return await _views(session, (await session.execute(query)).all())


async def meetings_for_person(
    session: Session, person_id: int, *, states: Collection[MeetingState]
) -> list[tuple[MeetingView, Presence]]:
    """The meetings that somebody is on the list of, each with what is known of their coming, the earliest first."""
    query = (
        _select_meetings()
        .join(Attendance, Attendance.meeting_id == Meeting.id)
        .add_columns(Attendance.presence)
        .where(Attendance.person_id == person_id, Meeting.state.in_(states))
        .order_by(Meeting.starts_at, Meeting.id)
    )
    rows = (await session.execute(query)).all()
    return [(view, row[15]) for view, row in zip(await _views(session, rows), rows, strict=True)]


async def close_meeting(session: Session, meeting_id: int, *, now: datetime, summary: str) -> bool:
    """End a meeting with its record; who neither came nor asked leave was absent. False when it was not open."""
    closing = (
        update(Meeting)
        .where(Meeting.id == meeting_id, Meeting.state == MeetingState.OPEN)
        .values(state=MeetingState.CLOSED, closed_at=now, summary=summary)
        .returning(Meeting.id)
    )
    if (await session.execute(closing)).first() is None:
        return False
    missing = update(Attendance).where(
        Attendance.meeting_id == meeting_id, Attendance.presence == Presence.EXPECTED, Attendance.expected
    )
    await session.execute(missing.values(presence=Presence.ABSENT))
    return True


async def cancel_meeting(session: Session, meeting_id: int) -> bool:
    """Call a meeting off; False when it is over or called off already."""
    calling_off = (
        update(Meeting)
        .where(Meeting.id == meeting_id, Meeting.state.in_(RUNNING))
        .values(state=MeetingState.CANCELLED)
        .returning(Meeting.id)
    )
    return (await session.execute(calling_off)).first() is not None
