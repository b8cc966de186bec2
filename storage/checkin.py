"""Checking in: opened by the secretary, then each person recorded once, whoever tries at the same time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select, update

from storage.database import Session
from storage.models import Attendance, CheckInWay, Meeting, MeetingState, Presence


class MeetingOver(Exception):
    """The meeting was closed or called off in the meantime."""


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """What became of a check-in; `at` and `late_minutes` are those of the record, also when it was made before."""

    outcome: Literal["recorded", "already", "not_expected", "not_open", "closed"]
    late_minutes: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenCheckIn:
    """A check-in that is open now: the secret that its codes are made from, and whether buttons count too."""

    meeting_id: int
    secret: str
    remote: bool


async def open_check_in(session: Session, meeting_id: int, now: datetime, secret: str, *, remote: bool) -> str:
    """Let people check in; the secret that counts, which is the first one when it was open already.

    Opening twice changes nothing. Raises `MeetingOver` when there is nothing to open.
    """
    query = select(Meeting.state, Meeting.check_in_token).where(Meeting.id == meeting_id).with_for_update()
    found = (await session.execute(query)).one_or_none()
    if found is None or found.state not in (MeetingState.CONVENED, MeetingState.OPEN):
        raise MeetingOver
    if found.state is MeetingState.OPEN and found.check_in_token:
        return str(found.check_in_token)
    opening = update(Meeting).where(Meeting.id == meeting_id)
    await session.execute(opening.values(state=MeetingState.OPEN, opened_at=now, check_in_token=secret, remote=remote))
    return secret


async def allow_remote(session: Session, meeting_id: int) -> bool:
    """Let people check in from elsewhere too; False when that was so before, or the check-in is not open."""
    allowing = (
        update(Meeting)
        .where(Meeting.id == meeting_id, Meeting.state == MeetingState.OPEN, Meeting.remote.is_(False))
        .values(remote=True)
        .returning(Meeting.id)
    )
    return (await session.execute(allowing)).first() is not None


async def open_check_ins_for(session: Session, person_id: int) -> list[OpenCheckIn]:
    """The check-ins that are open now and have this person on their list, the earliest meeting first."""
    query = (
        select(Meeting.id, Meeting.check_in_token, Meeting.remote)
        .join(Attendance, Attendance.meeting_id == Meeting.id)
        .where(Attendance.person_id == person_id, Meeting.state == MeetingState.OPEN)
        .order_by(Meeting.starts_at, Meeting.id)
    )
    rows = await session.execute(query)
    return [OpenCheckIn(meeting_id, secret, remote) for meeting_id, secret, remote in rows if secret]


async def presence_of(session: Session, meeting_id: int, person_id: int) -> Presence | None:
    """What is known of one person at a meeting; None for who is not on its list."""
    query = select(Attendance.presence).where(Attendance.meeting_id == meeting_id, Attendance.person_id == person_id)
    return await session.scalar(query)


async def check_in(session: Session, meeting_id: int, person_id: int, *, way: CheckInWay, now: datetime) -> CheckedIn:
    """Record that somebody is there, once, however often it is tried; also of those who had asked leave.

    Late is counted in whole minutes after the start. Against closing in the same second one of the two is first.
    """
    held = await hold(session, meeting_id)
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


async def hold(session: Session, meeting_id: int) -> tuple[MeetingState, datetime] | None:
    """Keep a meeting from being closed until the end of the transaction; many may hold it at once."""
    query = select(Meeting.state, Meeting.starts_at).where(Meeting.id == meeting_id).with_for_update(read=True)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (row[0], row[1])
