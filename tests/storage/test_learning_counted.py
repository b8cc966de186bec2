"""Hours on both databases: each activity once, whoever says so and however often."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from storage.database import Database
from storage.learning import (
    LearningKind,
    add_hours,
    count_report,
    counted_before,
    drop_hours,
    hours_of_meetings,
    learners_at,
    learning_of,
    members_on,
    set_hours_of_meeting,
)
from storage.models import (
    Attendance,
    CheckInWay,
    Learning,
    Meeting,
    MeetingState,
    Presence,
    Report,
    ReportKind,
    ReportState,
)
from storage.reports import add_report
from tests.storage.kit import NOW, START, Town, add_convened_meeting, add_town

DAY = date(2026, 11, 20)


async def _held(database: Database, town: Town, present: Sequence[int], *, closed: bool = True) -> int:
    meeting_id = await add_convened_meeting(database, town)
    async with database.transaction() as session:
        there = update(Attendance).where(Attendance.meeting_id == meeting_id, Attendance.person_id.in_(present))
        await session.execute(there.values(presence=Presence.PRESENT, way=CheckInWay.CODE))
        if closed:
            await session.execute(update(Meeting).where(Meeting.id == meeting_id).values(state=MeetingState.CLOSED))
    return meeting_id


async def _give(database: Database, town: Town, meeting_id: int, hours: str) -> int:
    async with database.transaction() as session:
        return await set_hours_of_meeting(
            session,
            meeting_id,
            held_on=DAY,
            title="党课",
            kind=LearningKind.MEETING,
            hours=Decimal(hours),
            recorded_by_id=town.secretary,
            now=NOW,
        )


async def test_everybody_who_was_there_gets_the_hours_once_and_a_correction_replaces_them(database: Database) -> None:
    town = await add_town(database)
    there = [*town.full[:2], town.probationary]
    meeting_id = await _held(database, town, there)
    assert await _give(database, town, meeting_id, "1.5") == 3
    assert await _give(database, town, meeting_id, "2") == 3
    async with database.reading() as session:
        views = await learning_of(session, there, 2026)
        assert await learning_of(session, there, 2025) == []
        assert await hours_of_meetings(session, [meeting_id]) == {meeting_id: (3, Decimal("2.00"))}
    assert [view.hours for view in views] == [Decimal("2.00")] * 3


async def test_two_secretaries_who_give_hours_at_once_give_each_person_hours_once(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await _held(database, town, town.full)
    await asyncio.gather(*(_give(database, town, meeting_id, hours) for hours in ("1", "2", "3")))
    async with database.reading() as session:
        views = await learning_of(session, town.full)
    assert len(views) == len(town.full)
    assert len({view.hours for view in views}) == 1


async def test_a_meeting_that_is_not_closed_gives_nobody_hours(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await _held(database, town, town.full, closed=False)
    assert await _give(database, town, meeting_id, "2") == 0


async def test_guests_and_those_who_were_no_members_yet_are_left_out(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await _held(database, town, town.full[:1])
    async with database.transaction() as session:
        for person_id, expected in ((town.activist, True), (town.full[1], False)):
            await session.merge(
                Attendance(
                    id=await session.scalar(
                        select(Attendance.id).where(
                            Attendance.meeting_id == meeting_id, Attendance.person_id == person_id
                        )
                    ),
                    meeting_id=meeting_id,
                    person_id=person_id,
                    expected=expected,
                    eligible=False,
                    presence=Presence.PRESENT,
                    way=CheckInWay.CODE,
                    late_minutes=0,
                )
            )
        await session.flush()
        assert await learners_at(session, meeting_id, DAY) == [town.full[0]]
        assert await learners_at(session, meeting_id, START - timedelta(days=1)) == []
        assert await members_on(session, [*town.full[:2], town.activist], DAY) == set(town.full[:2])


async def _accepted(
    database: Database,
    town: Town,
    *,
    title: str = "线上学党史",
    period: str = "2026-11-20",
    hours: Decimal | None = Decimal("1.5"),
    kind: ReportKind = ReportKind.ACTIVITY,
    state: ReportState = ReportState.ACCEPTED,
    author: int | None = None,
) -> int:
    async with database.transaction() as session:
        report = await add_report(
            session,
            organization_id=town.branch,
            author_id=author or town.full[2],
            kind=kind,
            period=period,
            text="",
            file_ids=[],
            now=datetime(2026, 11, 20, 8, tzinfo=UTC),
            title=title,
            hours=hours,
        )
        await session.execute(update(Report).where(Report.id == report.id).values(state=state))
        return report.id


async def _count(database: Database, report_id: int) -> bool:
    async with database.transaction() as session:
        return await count_report(session, report_id, LearningKind.HOME, recorded_by_id=None, now=NOW)


async def test_an_accepted_report_of_an_activity_counts_once(database: Database) -> None:
    town = await add_town(database)
    report_id = await _accepted(database, town)
    done = await asyncio.gather(*(_count(database, report_id) for _ in range(3)))
    assert sorted(done) == [False, False, True]
    again = await _accepted(database, town)  # the same activity, handed in a second time
    assert not await _count(database, again)
    async with database.reading() as session:
        (view,) = await learning_of(session, [town.full[2]])
    assert (view.hours, view.title, view.held_on) == (Decimal("1.50"), "线上学党史", DAY)


@pytest.mark.parametrize("wrong", ["kind", "state", "day", "hours", "too early", "no member"])
async def test_a_report_that_gives_no_hours_counts_nothing(database: Database, wrong: str) -> None:
    town = await add_town(database)
    report_id = await _accepted(
        database,
        town,
        kind=ReportKind.FEEDBACK if wrong == "kind" else ReportKind.ACTIVITY,
        state=ReportState.HANDED_IN if wrong == "state" else ReportState.ACCEPTED,
        period={"day": "2026-Q4", "too early": "2020-06-30"}.get(wrong, "2026-11-20"),
        hours=None if wrong == "hours" else Decimal(1),
        author=town.activist if wrong == "no member" else None,
    )
    assert not await _count(database, report_id)
    assert not await _count(database, 10**6)
    async with database.reading() as session:
        assert (await session.scalars(select(Learning.id))).all() == []


async def test_what_was_noted_by_hand_is_found_by_its_day_and_taken_back_once(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        await add_hours(
            session,
            town.branch,
            town.full[:2],
            held_on=DAY,
            title="支部工作条例",
            kind=LearningKind.TRAINING,
            hours=Decimal(8),
            proof_id=None,
            recorded_by_id=town.secretary,
            now=NOW,
        )
    async with database.transaction() as session:
        first, second = await counted_before(session, town.full, DAY)
        assert await counted_before(session, town.full, DAY - timedelta(days=1)) == []
        assert await drop_hours(session, first.id)
        assert not await drop_hours(session, first.id)
        assert [view.id for view in await learning_of(session, town.full)] == [second.id]
