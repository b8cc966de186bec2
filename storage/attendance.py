"""Who came to a meeting, who asked leave, who sat in, and the count."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.orm import aliased

from storage.checkin import hold
from storage.database import Session
from storage.models import (
    Attendance,
    CheckInWay,
    Meeting,
    MeetingState,
    Membership,
    Organization,
    Person,
    PostKind,
    Presence,
    Status,
)
from storage.people import PersonView, holders, members_of, organizations_above


@dataclass(frozen=True, slots=True)
class AttendanceView:
    """One person at one meeting; `status` is that of its day, `eligible` whether they count for the quorum.

    Who is not `expected` sits in. `how` is how the secretary knew, `granted_by` the name of who granted leave.
    """

    person_id: int
    name: str
    phone_last4: str
    status: Status
    eligible: bool
    presence: Presence
    way: CheckInWay | None
    checked_in_at: datetime | None
    late_minutes: int
    reason: str
    will_come: bool | None
    expected: bool
    how: str
    left_at: datetime | None
    granted_by: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of a meeting; expected = present + excused + absent, where absent are all whose coming is open too.

    `eligible` and `eligible_present` are the full members with a vote among them, `late` is part of `present`, `coming`
    part of `absent`: those who said that they will come. `left` and `eligible_left` are those of the present who have
    left again. `guests` sit in: how many of them are there, counted nowhere else.
    """

    expected: int
    eligible: int
    present: int
    eligible_present: int
    excused: int
    absent: int
    late: int
    coming: int
    left: int
    eligible_left: int
    guests: int

    @property
    def eligible_in_the_room(self) -> int:
        """Who can vote now: those with a vote who came and have not left."""
        return self.eligible_present - self.eligible_left


NOBODY = Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


async def answer_notice(
    session: Session, meeting_id: int, person_id: int, will_come: bool, reason: str = "", *, now: datetime
) -> bool:
    """Note whether somebody will come: not coming is asking leave, coming takes an earlier leave back.

    False, and nothing is noted, when the meeting is over, they are there already, or they are not on its list.
    """
    held = await hold(session, meeting_id)
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
            granted_by_id=None,
        )
        .returning(Attendance.id)
    )
    return (await session.execute(noted)).first() is not None


async def tally(session: Session, meeting_id: int) -> Tally:
    """The count of a meeting; all zeros when nobody is on its list."""
    return (await tallies(session, [meeting_id])).get(meeting_id, NOBODY)


async def tallies(session: Session, meeting_ids: Collection[int]) -> dict[int, Tally]:
    """The counts of several meetings in one statement; those with nobody on their list are left out."""
    expected, came = Attendance.expected, Attendance.presence == Presence.PRESENT
    there = and_(expected, came)
    away = and_(expected, Attendance.presence.in_((Presence.EXPECTED, Presence.ABSENT)))
    gone = and_(there, Attendance.left_at.is_not(None))
    counted = (
        expected,
        and_(expected, Attendance.eligible),
        there,
        and_(there, Attendance.eligible),
        and_(expected, Attendance.presence == Presence.EXCUSED),
        away,
        and_(there, Attendance.late_minutes > 0),
        and_(away, Attendance.will_come.is_(True)),
        gone,
        and_(gone, Attendance.eligible),
        and_(expected.is_(False), came),
    )
    query = (
        select(Attendance.meeting_id, *(func.sum(case((each, 1), else_=0)) for each in counted))
        .where(Attendance.meeting_id.in_(meeting_ids))
        .group_by(Attendance.meeting_id)
    )
    return {row[0]: Tally(*row[1:]) for row in await session.execute(query)}


async def states_of(session: Session, meeting_ids: Collection[int]) -> dict[int, MeetingState]:
    """How far each of several meetings is."""
    rows = await session.execute(select(Meeting.id, Meeting.state).where(Meeting.id.in_(meeting_ids)))
    return {row[0]: row[1] for row in rows}


async def names_present(session: Session, meeting_id: int, *, newest: int) -> list[str]:
    """The names of those who are there, guests too: so many of them, whoever was recorded last first."""
    query = (
        select(Person.name)
        .join(Attendance, Attendance.person_id == Person.id)
        .where(Attendance.meeting_id == meeting_id, Attendance.presence == Presence.PRESENT)
        .order_by(Attendance.checked_in_at.desc(), Attendance.id.desc())
        .limit(newest)
    )
    return list(await session.scalars(query))


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
    then, now, granter = aliased(Membership), aliased(Membership), aliased(Person)
    query = (
        select(
            Person.id,
            Person.name,
            Person.phone_last4,
            # A roster imported later knows nothing of that day, so that today's status has to do.
            func.coalesce(then.status, now.status, case((Attendance.eligible, Status.FULL), else_=Status.PROBATIONARY)),
            Attendance.eligible,
            Attendance.presence,
            Attendance.way,
            Attendance.checked_in_at,
            Attendance.late_minutes,
            Attendance.reason,
            Attendance.will_come,
            Attendance.expected,
            Attendance.how,
            Attendance.left_at,
            func.coalesce(granter.name, ""),
        )
        .join(Person, Person.id == Attendance.person_id)
        .outerjoin(granter, granter.id == Attendance.granted_by_id)
        .outerjoin(
            then, and_(then.person_id == Person.id, then.since <= day, or_(then.until.is_(None), then.until > day))
        )
        .outerjoin(now, and_(now.person_id == Person.id, now.until.is_(None)))
        .where(Attendance.meeting_id == meeting_id)
    )
    rows: Sequence[Sequence[Any]] = (await session.execute(query)).all()
    found = [AttendanceView(*row) for row in rows]
    return sorted(found, key=lambda one: (one.name, one.person_id))


async def possible_guests(session: Session, organization_id: int) -> list[PersonView]:
    """Who may be asked to sit in: everybody of the branch, and the officials of the levels above, each once."""
    found = [PersonView(one.person_id, one.name, one.phone_last4) for one in await members_of(session, organization_id)]
    for above in await organizations_above(session, organization_id):
        found += await holders(session, above.id, PostKind.OFFICIAL)
    return list(dict.fromkeys(found))
