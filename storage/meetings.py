"""Meetings from notice to record: who is expected, when and where, opened, closed or called off."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import aliased

from storage.attendance import AttendanceView, Tally, answer_notice, attendance_of, tally
from storage.attendance_marks import mark_present
from storage.checkin import CheckedIn, MeetingOver, check_in, open_check_in
from storage.database import Session
from storage.models import (
    AgendaItem,
    AgendaKind,
    Attendance,
    Meeting,
    MeetingKind,
    MeetingState,
    Organization,
    OrganizationKind,
    Person,
    Post,
    Presence,
    Status,
)
from storage.people import COMMITTEE, Member, members_of, select_members, with_predecessors

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
    "meetings_between",
    "meetings_for_person",
    "meetings_of",
    "open_check_in",
    "tally",
]

RUNNING = (MeetingState.CONVENED, MeetingState.OPEN)


@dataclass(frozen=True, slots=True)
class MeetingView:
    """One meeting; `token` is the secret of its check-in, `remote` whether people may check in from elsewhere.

    `kinds` are what the points of the `agenda` are, in their order; `title` and `group_name` are empty where it has
    none; `revision` counts the changes that were told.
    """

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
    title: str
    group_name: str
    lasts_minutes: int
    revision: int
    organization_kind: OrganizationKind
    kinds: tuple[AgendaKind, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The clock of the organization that holds it."""
        return ZoneInfo(self.timezone)


async def expected_attendees(session: Session, organization_id: int, kind: MeetingKind) -> list[Member]:
    """Who should come: the committee to its meeting, otherwise the full and the probationary members, of the branch, of
    all branches of a general branch, or, for a group's meeting, of the group.

    Source: 支部工作条例（试行）2018, articles 11 to 18.
    """
    if kind is not MeetingKind.COMMITTEE_MEETING:
        statuses = (Status.FULL, Status.PROBATIONARY)
        path = select(Organization.path).where(Organization.id == organization_id).scalar_subquery()
        below = select(Organization.id).where(
            Organization.path.startswith(path), Organization.kind == OrganizationKind.BRANCH
        )
        found = await members_of(session, organization_id, statuses)
        for branch_id in await session.scalars(below):
            if branch_id != organization_id:
                found += await members_of(session, branch_id, statuses)
        return _by_name(found)
    serving = select(Post.person_id).where(
        Post.organization_id == organization_id, Post.kind.in_(COMMITTEE), Post.until.is_(None)
    )
    return _by_name([Member(*row) for row in await session.execute(select_members().where(Person.id.in_(serving)))])


def _by_name(people: list[Member]) -> list[Member]:
    return sorted(people, key=lambda member: (member.name, member.phone_last4, member.person_id))


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
    kinds: Sequence[AgendaKind] = (),
    title: str = "",
    group_id: int | None = None,
    series_id: int | None = None,
) -> Meeting:
    """Convene a meeting with its list; who counts for the quorum is fixed with it.

    `kinds` are what the points of the agenda are, one for each; without them they are OTHER.
    """
    held = Meeting(
        organization_id=organization_id,
        kind=kind,
        state=MeetingState.CONVENED,
        starts_at=starts_at,
        place=place,
        convened_by_id=convened_by_id,
        title=title,
        group_id=group_id,
        series_id=series_id,
        agenda=agenda_items(agenda, kinds),
        attendances=[Attendance(person_id=member.person_id, eligible=member.eligible) for member in expected],
    )
    session.add(held)
    await session.flush()
    return held


def agenda_items(agenda: Sequence[str], kinds: Sequence[AgendaKind] = ()) -> list[AgendaItem]:
    """The points of an agenda as rows, not yet of a meeting."""
    filled = kinds or [AgendaKind.OTHER] * len(agenda)
    return [
        AgendaItem(position=position, title=point, kind=kind)
        for position, (point, kind) in enumerate(zip(agenda, filled, strict=True), 1)
    ]


_Group = aliased(Organization)


def _select_meetings() -> Select[*tuple[Any, ...]]:
    return (
        select(
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
            Meeting.title,
            func.coalesce(_Group.name, ""),
            Meeting.lasts_minutes,
            Meeting.revision,
            Organization.kind,
        )
        .join(Organization, Organization.id == Meeting.organization_id)
        .outerjoin(_Group, _Group.id == Meeting.group_id)
    )


_COLUMNS = 20


async def _views(session: Session, rows: Sequence[Sequence[Any]]) -> list[MeetingView]:
    """Rows of `_select_meetings` with their agendas, in their order."""
    if not rows:
        return []
    points: dict[int, list[tuple[str, AgendaKind]]] = {}
    query = (
        select(AgendaItem.meeting_id, AgendaItem.title, AgendaItem.kind)
        .where(AgendaItem.meeting_id.in_([row[0] for row in rows]))
        .order_by(AgendaItem.meeting_id, AgendaItem.position)
    )
    for meeting_id, title, kind in await session.execute(query):
        points.setdefault(meeting_id, []).append((title, kind))
    found = []
    for row in rows:
        mine = points.get(row[0], [])
        agenda, kinds = tuple(title for title, _ in mine), tuple(kind for _, kind in mine)
        values: list[Any] = [*row[:9], agenda, *row[9:_COLUMNS], kinds]
        found.append(MeetingView(*values))
    return found


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
    """The meetings of one organization and of what became part of it, the newest first."""
    query = _select_meetings().where(Meeting.organization_id.in_(with_predecessors(organization_id)))
    if states is not None:
        query = query.where(Meeting.state.in_(states))
    if since is not None:
        query = query.where(Meeting.starts_at >= since)
    query = query.order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(limit)
    return await _views(session, (await session.execute(query)).all())


async def meetings_between(
    session: Session, first: datetime, last: datetime, *, states: Collection[MeetingState]
) -> list[MeetingView]:
    """The meetings of all organizations that begin after `first` and not after `last`, the earliest first."""
    query = (
        _select_meetings()
        .where(Meeting.starts_at > first, Meeting.starts_at <= last, Meeting.state.in_(states))
        .order_by(Meeting.starts_at, Meeting.id)
    )
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
    return [(view, row[_COLUMNS]) for view, row in zip(await _views(session, rows), rows, strict=True)]


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
        .values(state=MeetingState.CANCELLED, revision=Meeting.revision + 1)
        .returning(Meeting.id)
    )
    return (await session.execute(calling_off)).first() is not None
