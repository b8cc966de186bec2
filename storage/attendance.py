"""Who came to a meeting, who asked leave, and the count."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.orm import aliased

from storage.database import Session
from storage.models import (
    Attendance,
    CheckInWay,
    Meeting,
    MeetingState,
    Membership,
    Organization,
    Person,
    Presence,
    Status,
)


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """What became of a check-in; `at` and `late_minutes` are those of the record, also when it was made before."""

    outcome: Literal["recorded", "already", "not_expected", "not_open", "closed"]
    late_minutes: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AttendanceView:
    """One person at one meeting; `status` is that of its day, `eligible` whether they count for the quorum."""

    person_id: int
    name: str
    status: Status
    eligible: bool
    presence: Presence
    way: CheckInWay | None
    checked_in_at: datetime | None
    late_minutes: int
    reason: str
    will_come: bool | None


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of a meeting; expected = present + excused + absent, where absent are all whose coming is open too.

    `eligible` and `eligible_present` are the full members with a vote among them, `late` is part of `present`, `coming`
    part of `absent`: those who said that they will come.
    """

    expected: int
    eligible: int
    present: int
    eligible_present: int
    excused: int
    absent: int
    late: int
    coming: int


async def check_in(session: Session, meeting_id: int, person_id: int, *, way: CheckInWay, now: datetime) -> CheckedIn:
    """Record that somebody is there, once, however often it is tried; also of those who had asked leave.

    Late is counted in whole minutes after the start. Against closing in the same second one of the two is first.
    """
    held = await _hold(session, meeting_id)
    if held is None:
        return CheckedIn("not_expected")
    state, starts_at = held
    late = max(int((now - starts_at).total_seconds() // 60), 0)
    mine = (Attendance.meeting_id == meeting_id, Attendance.person_id == person_id)
    if state is MeetingState.OPEN:
        record = (
            update(Attendance)
            .where(*mine, Attendance.presence != Presence.PRESENT)
            .values(presence=Presence.PRESENT, way=way, checked_in_at=now, late_minutes=late)
            .returning(Attendance.id)
        )
        if (await session.execute(record)).first() is not None:
            return CheckedIn("recorded", late, now)
    found = await session.execute(
        select(Attendance.presence, Attendance.late_minutes, Attendance.checked_in_at).where(*mine)
    )
    row = found.one_or_none()
    if row is None:
        return CheckedIn("not_expected")
    if row.presence is Presence.PRESENT:
        return CheckedIn("already", row.late_minutes, row.checked_in_at)
    return CheckedIn("not_open" if state is MeetingState.CONVENED else "closed")


async def _hold(session: Session, meeting_id: int) -> tuple[MeetingState, datetime] | None:
    """Keep a meeting from being closed until the end of the transaction; many may hold it at once."""
    query = select(Meeting.state, Meeting.starts_at).where(Meeting.id == meeting_id).with_for_update(read=True)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (row[0], row[1])


async def answer_notice(
    session: Session, meeting_id: int, person_id: int, will_come: bool, reason: str = "", *, now: datetime
) -> bool:
    """Note whether somebody will come: not coming is asking leave, coming takes an earlier leave back.

    False, and nothing is noted, when the meeting is over, they are there already, or they are not on its list.
    """
    held = await _hold(session, meeting_id)
    if held is None or held[0] not in (MeetingState.CONVENED, MeetingState.OPEN):
        return False
    noted = (
        update(Attendance)
        .where(
            Attendance.meeting_id == meeting_id,
            Attendance.person_id == person_id,
            Attendance.presence != Presence.PRESENT,
        )
        .values(
            will_come=will_come,
            presence=Presence.EXPECTED if will_come else Presence.EXCUSED,
            reason="" if will_come else reason[:200],
        )
        .returning(Attendance.id)
    )
    return (await session.execute(noted)).first() is not None


async def mark_present(session: Session, meeting_id: int, person_ids: Collection[int], now: datetime) -> int:
    """Record as there those whom the secretary sees in the room; how many were not recorded before.

    It says nothing about when they came, so nobody is late by it. 0 when the check-in is not open.
    """
    held = await _hold(session, meeting_id)
    if held is None or held[0] is not MeetingState.OPEN:
        return 0
    missing = (
        select(Attendance.id)
        .where(
            Attendance.meeting_id == meeting_id,
            Attendance.person_id.in_(person_ids),
            Attendance.presence != Presence.PRESENT,
        )
        .order_by(Attendance.id)  # always in one order, so that two who mark at once do not wait for each other
        .with_for_update()
    )
    ids = list(await session.scalars(missing))
    if ids:
        await session.execute(
            update(Attendance)
            .where(Attendance.id.in_(ids))
            .values(presence=Presence.PRESENT, way=CheckInWay.BY_SECRETARY, checked_in_at=now, late_minutes=0)
        )
    return len(ids)


async def tally(session: Session, meeting_id: int) -> Tally:
    """The count of a meeting; all zeros when nobody is on its list."""
    there = Attendance.presence == Presence.PRESENT
    away = Attendance.presence.in_((Presence.EXPECTED, Presence.ABSENT))
    counted = (
        Attendance.expected,
        and_(Attendance.expected, Attendance.eligible),
        there,
        and_(there, Attendance.eligible),
        Attendance.presence == Presence.EXCUSED,
        away,
        and_(there, Attendance.late_minutes > 0),
        and_(away, Attendance.will_come.is_(True)),
    )
    query = select(*(func.coalesce(func.sum(case((each, 1), else_=0)), 0) for each in counted)).where(
        Attendance.meeting_id == meeting_id, Attendance.expected
    )
    return Tally(*(await session.execute(query)).one())


async def attendance_of(session: Session, meeting_id: int) -> list[AttendanceView]:
    """Everybody on a meeting's list, by code points of the name: sort by sound before people read it."""
    held = await session.execute(
        select(Meeting.starts_at, Organization.timezone)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(Meeting.id == meeting_id)
    )
    moment = held.one_or_none()
    if moment is None:
        return []
    day = moment.starts_at.astimezone(ZoneInfo(moment.timezone)).date()
    then, now = aliased(Membership), aliased(Membership)
    query = (
        select(
            Person.id,
            Person.name,
            # A roster imported later knows nothing of that day, so that today's status has to do.
            func.coalesce(then.status, now.status, case((Attendance.eligible, Status.FULL), else_=Status.PROBATIONARY)),
            Attendance.eligible,
            Attendance.presence,
            Attendance.way,
            Attendance.checked_in_at,
            Attendance.late_minutes,
            Attendance.reason,
            Attendance.will_come,
        )
        .join(Person, Person.id == Attendance.person_id)
        .outerjoin(
            then, and_(then.person_id == Person.id, then.since <= day, or_(then.until.is_(None), then.until > day))
        )
        .outerjoin(now, and_(now.person_id == Person.id, now.until.is_(None)))
        .where(Attendance.meeting_id == meeting_id)
    )
    rows: Sequence[Sequence[Any]] = (await session.execute(query)).all()
    found = [AttendanceView(*row) for row in rows]
    return sorted(found, key=lambda one: (one.name, one.person_id))
