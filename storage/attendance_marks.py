"""What a secretary notes by hand of who came: marks, paper sheets, leave, leaving early, guests.

All of it until the minutes are locked, also after the meeting; each returns what it changed, and nothing is an error.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from storage.checkin import hold
from storage.database import Session, upsert
from storage.models import Attendance, CheckInWay, Meeting, MeetingFile, MeetingFileKind, MeetingState, Presence

BY_HAND = (CheckInWay.BY_SECRETARY, CheckInWay.PAPER)
"""The ways that the secretary notes; the others are what people did themselves."""


async def may_be_marked(session: Session, meeting_id: int) -> bool:
    """Whether the list of a meeting may still be written to by hand."""
    query = select(Meeting.id).where(
        Meeting.id == meeting_id, Meeting.locked_at.is_(None), Meeting.state != MeetingState.CANCELLED
    )
    return (await session.execute(query)).first() is not None


async def mark_present(
    session: Session,
    meeting_id: int,
    person_ids: Collection[int],
    now: datetime,
    *,
    way: CheckInWay = CheckInWay.BY_SECRETARY,
    how: str = "",
) -> list[int]:
    """Record as there those whom the secretary saw, or who signed on paper; the ids of those not recorded before.

    It says nothing about when they came, so nobody is late by it, and after the meeting no time is noted at all. Nobody
    is marked before the check-in is open, or when the minutes are locked.
    """
    state = await _to_mark(session, meeting_id)
    if state not in (MeetingState.OPEN, MeetingState.CLOSED):
        return []
    ids = await _locked_rows(session, meeting_id, person_ids, Attendance.presence != Presence.PRESENT)
    if not ids:
        return []
    marking = (
        update(Attendance)
        .where(Attendance.id.in_(ids))
        .values(
            presence=Presence.PRESENT,
            way=way,
            how=how[:80],
            checked_in_at=now if state is MeetingState.OPEN else None,
            late_minutes=0,
        )
        .returning(Attendance.person_id)
    )
    return list(await session.scalars(marking))


async def take_mark_back(session: Session, meeting_id: int, person_id: int) -> bool:
    """Undo a mark that was made by hand; what somebody did on their own phone stays. False when nothing was undone."""
    state = await _to_mark(session, meeting_id)
    if state not in (MeetingState.OPEN, MeetingState.CLOSED):
        return False
    undoing = (
        update(Attendance)
        .where(
            Attendance.meeting_id == meeting_id,
            Attendance.person_id == person_id,
            Attendance.presence == Presence.PRESENT,
            Attendance.way.in_(BY_HAND),
        )
        .values(
            presence=Presence.EXPECTED if state is MeetingState.OPEN else Presence.ABSENT,
            way=None,
            how="",
            checked_in_at=None,
            left_at=None,
        )
        .returning(Attendance.id)
    )
    return (await session.execute(undoing)).first() is not None


async def note_leave(session: Session, meeting_id: int, person_id: int, reason: str, granted_by_id: int) -> bool:
    """Note the leave of somebody who asked for it in person; False when they are there, not expected, or it is late."""
    return await _excuse(session, meeting_id, person_id, granted_by_id, reason=reason)


async def grant_leave(session: Session, meeting_id: int, person_id: int, granted_by_id: int) -> bool:
    """Grant the leave that somebody has asked for; False when they ask for none, any more, or somebody granted it."""
    return await _excuse(session, meeting_id, person_id, granted_by_id, reason=None)


async def _excuse(session: Session, meeting_id: int, person_id: int, granted_by_id: int, *, reason: str | None) -> bool:
    if await _to_mark(session, meeting_id) is None:
        return False
    excusing = update(Attendance).where(
        Attendance.meeting_id == meeting_id, Attendance.person_id == person_id, Attendance.expected
    )
    if reason is None:
        excusing = excusing.where(Attendance.presence == Presence.EXCUSED, Attendance.granted_by_id.is_(None))
    else:
        excusing = excusing.where(Attendance.presence != Presence.PRESENT).values(
            presence=Presence.EXCUSED, will_come=False, reason=reason[:200]
        )
    return (
        await session.execute(excusing.values(granted_by_id=granted_by_id).returning(Attendance.id))
    ).first() is not None


async def note_left(session: Session, meeting_id: int, person_id: int, at: datetime) -> bool:
    """Note that somebody left before the end; a second note corrects the first. False when they were not there."""
    if await _to_mark(session, meeting_id) is None:
        return False
    leaving = (
        update(Attendance)
        .where(
            Attendance.meeting_id == meeting_id,
            Attendance.person_id == person_id,
            Attendance.presence == Presence.PRESENT,
        )
        .values(left_at=at)
        .returning(Attendance.id)
    )
    return (await session.execute(leaving)).first() is not None


async def add_guests(session: Session, meeting_id: int, person_ids: Collection[int]) -> list[int]:
    """Put people on the list who sit in (列席): they check in like others and are counted nowhere.

    The ids of those who were not on it before; nobody when the meeting is over.
    """
    held = await hold(session, meeting_id)
    if held is None or held[0] not in (MeetingState.CONVENED, MeetingState.OPEN) or not person_ids:
        return []
    rows = [
        {"meeting_id": meeting_id, "person_id": one, "expected": False, "eligible": False} for one in sorted(person_ids)
    ]
    adding = upsert(session, Attendance).values(rows).on_conflict_do_nothing().returning(Attendance.person_id)
    return list(await session.scalars(adding))


async def add_sheet(
    session: Session, meeting_id: int, files: Sequence[tuple[int, str]], added_by_id: int, now: datetime
) -> None:
    """Lay the photos of the signed sheet, as (file id, name), with a meeting."""
    for file_id, name in files:
        session.add(
            MeetingFile(
                meeting_id=meeting_id,
                file_id=file_id,
                kind=MeetingFileKind.SHEET,
                name=name[:200],
                added_by_id=added_by_id,
                added_at=now,
            )
        )
    await session.flush()


async def _to_mark(session: Session, meeting_id: int) -> MeetingState | None:
    """Hold a meeting whose list may still be written to by hand, and its state: until its minutes are locked."""
    query = select(Meeting.state, Meeting.locked_at).where(Meeting.id == meeting_id).with_for_update(read=True)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    state, locked_at = row
    return None if locked_at is not None or state is MeetingState.CANCELLED else state


async def _locked_rows(
    session: Session, meeting_id: int, person_ids: Collection[int], *which: ColumnElement[bool]
) -> list[int]:
    # Always in one order, so that two who mark at once do not wait for each other.
    query = (
        select(Attendance.id)
        .where(Attendance.meeting_id == meeting_id, Attendance.person_id.in_(person_ids), *which)
        .order_by(Attendance.id)
        .with_for_update()
    )
    return list(await session.scalars(query))
