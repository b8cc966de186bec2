"""What those who missed a meeting study afterwards (补学), by when, and who saw that it was done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select, update

from storage.database import Session, upsert
from storage.models import Attendance, MakeUp, Meeting, MeetingKind, MeetingState, Organization, Person, Presence


@dataclass(frozen=True, slots=True)
class MakeUpView:
    """One make-up of one person, with the meeting that was missed."""

    id: int
    meeting_id: int
    kind: MeetingKind
    title: str
    starts_at: datetime
    organization_id: int
    path: str
    timezone: str
    person_id: int
    name: str
    what: str
    due_on: date
    done_on: date | None
    confirmed_by_id: int | None


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody who was expected at a meeting and was not there."""

    person_id: int
    name: str
    presence: Presence


def _select_make_ups() -> Select[*tuple[Any, ...]]:
    return (
        select(
            MakeUp.id,
            Meeting.id,
            Meeting.kind,
            Meeting.title,
            Meeting.starts_at,
            Meeting.organization_id,
            Organization.path,
            Organization.timezone,
            Person.id,
            Person.name,
            MakeUp.what,
            MakeUp.due_on,
            MakeUp.done_on,
            MakeUp.confirmed_by_id,
        )
        .join(Attendance, Attendance.id == MakeUp.attendance_id)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .join(Organization, Organization.id == Meeting.organization_id)
        .join(Person, Person.id == Attendance.person_id)
    )


async def _views(session: Session, query: Select[*tuple[Any, ...]]) -> list[MakeUpView]:
    rows: Sequence[Sequence[Any]] = (await session.execute(query)).all()
    return [MakeUpView(*row) for row in rows]


async def who_missed(session: Session, meeting_id: int) -> list[Missing]:
    """Who was expected at a meeting that is over, was not there, and has nothing to make up yet; by code points."""
    query = (
        select(Person.id, Person.name, Attendance.presence)
        .join(Attendance, Attendance.person_id == Person.id)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .outerjoin(MakeUp, MakeUp.attendance_id == Attendance.id)
        .where(
            Attendance.meeting_id == meeting_id,
            Meeting.state == MeetingState.CLOSED,
            Attendance.expected,
            Attendance.presence.in_((Presence.EXCUSED, Presence.ABSENT)),
            MakeUp.id.is_(None),
        )
    )
    return sorted((Missing(*row) for row in await session.execute(query)), key=lambda one: (one.name, one.person_id))


async def add_make_ups(
    session: Session, meeting_id: int, person_ids: Collection[int], what: str, due_on: date
) -> dict[int, int]:
    """Give those who missed a meeting something to make up; the ids of the make-ups by person, of the new ones only."""
    query = select(Attendance.id, Attendance.person_id).where(
        Attendance.meeting_id == meeting_id, Attendance.person_id.in_(person_ids)
    )
    people = {row[0]: row[1] for row in await session.execute(query.order_by(Attendance.id))}
    if not people:
        return {}
    rows = [{"attendance_id": id, "what": what[:200], "due_on": due_on} for id in people]
    adding = upsert(session, MakeUp).values(rows).on_conflict_do_nothing()
    added = await session.execute(adding.returning(MakeUp.attendance_id, MakeUp.id))
    return {people[row[0]]: row[1] for row in added}


async def make_up(session: Session, make_up_id: int) -> MakeUpView | None:
    """One make-up by id."""
    found = await _views(session, _select_make_ups().where(MakeUp.id == make_up_id))
    return found[0] if found else None


async def make_ups_of(session: Session, meeting_id: int) -> list[MakeUpView]:
    """The make-ups of a meeting, those that are still open first."""
    found = await _views(session, _select_make_ups().where(Meeting.id == meeting_id))
    return sorted(found, key=lambda one: (one.done_on is not None, one.name, one.id))


async def make_ups_for(session: Session, person_id: int) -> list[MakeUpView]:
    """Everything one person has or had to make up, the oldest first."""
    return await _views(session, _select_make_ups().where(Person.id == person_id).order_by(MakeUp.due_on, MakeUp.id))


async def finish_make_up(session: Session, make_up_id: int, by_id: int, today: date, now: datetime) -> bool:
    """Note that something was made up, and who says so; False when it was noted already."""
    finishing = (
        update(MakeUp)
        .where(MakeUp.id == make_up_id, MakeUp.done_on.is_(None))
        .values(done_on=today, confirmed_by_id=by_id, confirmed_at=now)
        .returning(MakeUp.id)
    )
    return (await session.execute(finishing)).first() is not None
