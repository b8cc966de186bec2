"""Who has not answered the notice of a meeting, and what they were reminded of already."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from storage.database import Session
from storage.meetings import MeetingView, meetings_between
from storage.models import Attendance, MeetingState, Presence


async def meetings_to_remind_of(session: Session, first: datetime, last: datetime) -> list[MeetingView]:
    """The meetings of all organizations that are convened for a time after `first` and up to `last`, by time."""
    return await meetings_between(session, first, last, states=[MeetingState.CONVENED])


async def note_reminded(
    session: Session, meeting_id: int, now: datetime, *, day: bool = False, hour: bool = False
) -> None:
    """Note for everybody on a meeting's list that no reminder of that sort goes out any more."""
    values = {name: now for name, is_so in (("reminded_day_at", day), ("reminded_hour_at", hour)) if is_so}
    if values:
        await session.execute(update(Attendance).where(Attendance.meeting_id == meeting_id).values(values))


async def take_unanswered(
    session: Session, meeting_id: int, now: datetime, *, hour: bool, except_for: Collection[int] = ()
) -> list[int]:
    """The people who have not answered and were not reminded yet, who are noted as reminded by this.

    A reminder an hour before is one a day before too: whoever gets it does not get the other any more.
    """
    due = Attendance.reminded_hour_at if hour else Attendance.reminded_day_at
    waiting = (
        select(Attendance.id)
        .where(
            Attendance.meeting_id == meeting_id,
            Attendance.expected,
            Attendance.presence == Presence.EXPECTED,
            Attendance.will_come.is_(None),
            Attendance.person_id.not_in(except_for),
            due.is_(None),
        )
        .order_by(Attendance.id)
        .with_for_update()
    )
    ids = list(await session.scalars(waiting))
    if not ids:
        return []
    values = {"reminded_day_at": now} | ({"reminded_hour_at": now} if hour else {})
    taken = update(Attendance).where(Attendance.id.in_(ids)).values(values).returning(Attendance.person_id)
    return sorted(await session.scalars(taken))
