"""Hours of learning: from meetings, from what members reported, and by hand with a proof; each activity counts once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, delete, func, or_, select

from storage.database import Session, table_of, upsert
from storage.models import (
    Attendance,
    Learning,
    Meeting,
    MeetingState,
    Membership,
    Person,
    Presence,
    Report,
    ReportAttachment,
    ReportKind,
    ReportState,
    Status,
)

LEARNING = (Status.FULL, Status.PROBATIONARY)
"""Whose hours are counted: what somebody learned before becoming a member is not a member's learning."""


class LearningKind(StrEnum):
    """Where hours come from."""

    MEETING = "meeting"
    THEME_DAY = "theme_day"
    TRAINING = "training"
    ONLINE = "online"
    HOME = "home"


@dataclass(frozen=True, slots=True)
class LearningView:
    """One activity of one person."""

    id: int
    person_id: int
    person_name: str
    organization_id: int
    held_on: date
    title: str
    kind: LearningKind
    hours: Decimal
    meeting_id: int | None
    report_id: int | None
    proof_id: int | None


def _select_learning() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Learning.id,
            Learning.person_id,
            Person.name,
            Learning.organization_id,
            Learning.held_on,
            Learning.title,
            Learning.kind,
            Learning.hours,
            Learning.meeting_id,
            Learning.report_id,
            Learning.proof_id,
        )
        .join(Person, Person.id == Learning.person_id)
        .order_by(Learning.held_on, Learning.id)
    )


def _view(row: Any) -> LearningView:
    values = list(row)
    values[6] = LearningKind(values[6])
    return LearningView(*values)


async def learning_of(session: Session, person_ids: Collection[int], year: int | None = None) -> list[LearningView]:
    """What these people learned, in a year or ever, the earliest first."""
    query = _select_learning().where(Learning.person_id.in_(person_ids))
    if year is not None:
        query = query.where(Learning.held_on.between(date(year, 1, 1), date(year, 12, 31)))
    return [_view(row) for row in await session.execute(query)]


async def learning(session: Session, learning_id: int) -> LearningView | None:
    """One activity of one person by id."""
    row = (await session.execute(_select_learning().where(Learning.id == learning_id))).one_or_none()
    return None if row is None else _view(row)


def _on_the_roster(day: Any) -> Any:
    """The stretch of a membership that a day lies in, as a full or probationary member."""
    return and_(
        Membership.status.in_(LEARNING),
        Membership.since <= day,
        or_(Membership.until.is_(None), Membership.until > day),
    )


async def learners_at(session: Session, meeting_id: int, day: date) -> list[int]:
    """Who was there of those who were expected at a meeting of that day and were members then, by id."""
    query = (
        select(Attendance.person_id)
        .join(Membership, and_(Membership.person_id == Attendance.person_id, _on_the_roster(day)))
        .where(Attendance.meeting_id == meeting_id, Attendance.expected, Attendance.presence == Presence.PRESENT)
        .distinct()
        .order_by(Attendance.person_id)
    )
    return list(await session.scalars(query))


async def set_hours_of_meeting(
    session: Session,
    meeting_id: int,
    *,
    held_on: date,
    title: str,
    kind: LearningKind,
    hours: Decimal,
    recorded_by_id: int | None,
    now: datetime,
) -> int:
    """Give everybody who was there the hours of a closed meeting; how many. Said again, it corrects the hours.

    Nothing happens where the meeting is not closed.
    """
    query = select(Meeting.organization_id).where(Meeting.id == meeting_id, Meeting.state == MeetingState.CLOSED)
    # Held until the end, so that two who confirm at once give the same people the same hours.
    organization_id = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if organization_id is None:
        return 0
    people = await learners_at(session, meeting_id, held_on)
    table = table_of(Learning)
    gone = delete(Learning).where(Learning.meeting_id == meeting_id, Learning.person_id.not_in(people))
    await session.execute(gone)
    for person_id in people:
        row = _row(organization_id, person_id, held_on, title, kind, hours, recorded_by_id, now)
        adding = upsert(session, table).values({**row, "meeting_id": meeting_id})
        changed = {name: row[name] for name in ("held_on", "title", "kind", "hours", "recorded_by_id", "recorded_at")}
        adding = adding.on_conflict_do_update(index_elements=["person_id", "meeting_id"], set_=changed)
        await session.execute(adding)
    return len(people)


def _row(
    organization_id: int,
    person_id: int,
    held_on: date,
    title: str,
    kind: LearningKind,
    hours: Decimal,
    recorded_by_id: int | None,
    now: datetime,
) -> dict[str, Any]:
    return {
        "organization_id": organization_id,
        "person_id": person_id,
        "held_on": held_on,
        "title": title[:120],
        "kind": kind.value,
        "hours": hours,
        "recorded_by_id": recorded_by_id,
        "recorded_at": now,
    }


async def hours_of_meetings(session: Session, meeting_ids: Collection[int]) -> dict[int, tuple[int, Decimal]]:
    """For each of these meetings whose hours were given: to how many, and how many each."""
    query = (
        select(Learning.meeting_id, func.count(Learning.id), func.max(Learning.hours))
        .where(Learning.meeting_id.in_(meeting_ids))
        .group_by(Learning.meeting_id)
    )
    return {row[0]: (row[1], row[2]) for row in await session.execute(query) if row[0] is not None}


async def counted_before(session: Session, person_ids: Collection[int], held_on: date) -> list[LearningView]:
    """What these people have learned on that day already, to see whether it is the same activity."""
    query = _select_learning().where(Learning.person_id.in_(person_ids), Learning.held_on == held_on)
    return [_view(row) for row in await session.execute(query)]


async def members_on(session: Session, person_ids: Collection[int], day: date) -> set[int]:
    """Who of these people was a full or probationary member on a day."""
    query = select(Membership.person_id).where(Membership.person_id.in_(person_ids), _on_the_roster(day))
    return set(await session.scalars(query))


async def count_report(
    session: Session, report_id: int, kind: LearningKind, *, recorded_by_id: int | None, now: datetime
) -> bool:
    """Count the hours that an accepted report of an activity tells of, as of a kind; its file is the proof.

    False, and nothing is counted, when it is no such report, when its author was no member on that day, or when an
    activity of that day and title is counted for them already, from whatever source.
    """
    query = (
        select(Report.organization_id, Report.author_id, Report.period, Report.title, Report.hours)
        .where(
            Report.id == report_id,
            Report.kind == ReportKind.ACTIVITY,
            Report.state == ReportState.ACCEPTED,
            Report.hours.is_not(None),
        )
        .with_for_update()
    )
    told = (await session.execute(query)).one_or_none()
    if told is None or told.hours is None:
        return False
    try:
        held_on = date.fromisoformat(told.period)
    except ValueError:
        return False
    before = await counted_before(session, [told.author_id], held_on)
    if any(one.title.strip() == told.title.strip() for one in before):
        return False
    if not await members_on(session, [told.author_id], held_on):
        return False
    proof = select(ReportAttachment.file_id).where(ReportAttachment.report_id == report_id)
    proof_id = await session.scalar(proof.order_by(ReportAttachment.position).limit(1))
    row = _row(
        told.organization_id,
        told.author_id,
        held_on,
        told.title,
        kind,
        told.hours,
        recorded_by_id,
        now,
    )
    table = table_of(Learning)
    adding = upsert(session, table).values({**row, "report_id": report_id, "proof_id": proof_id})
    done = await session.execute(adding.on_conflict_do_nothing().returning(table.c.id))
    return done.first() is not None


async def add_hours(
    session: Session,
    organization_id: int,
    person_ids: Collection[int],
    *,
    held_on: date,
    title: str,
    kind: LearningKind,
    hours: Decimal,
    proof_id: int | None,
    recorded_by_id: int | None,
    now: datetime,
) -> None:
    """Note by hand what several people learned together, with its proof."""
    session.add_all(
        Learning(
            **_row(organization_id, person_id, held_on, title, kind, hours, recorded_by_id, now), proof_id=proof_id
        )
        for person_id in sorted(person_ids)
    )
    await session.flush()


async def drop_hours(session: Session, learning_id: int) -> bool:
    """Take back what was counted by mistake; False when it is gone already."""
    dropping = delete(Learning).where(Learning.id == learning_id).returning(Learning.id)
    return (await session.execute(dropping)).first() is not None
