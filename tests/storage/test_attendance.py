"""Check-in, leave and the count, on both databases."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.meetings import (
    CheckedIn,
    Tally,
    answer_notice,
    attendance_of,
    check_in,
    close_meeting,
    mark_present,
    meeting,
    tally,
)
from storage.models import Attendance, CheckInWay, MeetingState, Membership, Presence, Status
from tests.storage.kit import NOW, add_convened_meeting, add_open_meeting, add_town

LATER = NOW + timedelta(minutes=20, seconds=59)


async def _check_in(database: Database, meeting_id: int, person_id: int) -> CheckedIn:
    async with database.transaction() as session:
        return await check_in(session, meeting_id, person_id, way=CheckInWay.CODE, now=LATER)


async def _presences(database: Database, meeting_id: int) -> dict[int, Presence]:
    async with database.reading() as session:
        return {one.person_id: one.presence for one in await attendance_of(session, meeting_id)}


async def test_a_check_in_is_recorded_once_and_late_in_whole_minutes(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    assert await _check_in(database, meeting_id, town.full[3]) == CheckedIn("recorded", 20, LATER)
    async with database.transaction() as session:
        again = await check_in(session, meeting_id, town.full[3], way=CheckInWay.LINK, now=NOW + timedelta(hours=1))
    assert again == CheckedIn("already", 20, LATER)
    async with database.reading() as session:
        [recorded] = [one for one in await attendance_of(session, meeting_id) if one.presence is Presence.PRESENT]
    assert (recorded.way, recorded.checked_in_at, recorded.late_minutes) == (CheckInWay.CODE, LATER, 20)


async def test_who_comes_in_time_is_not_late(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.transaction() as session:
        for minutes, person_id in ((-10, town.full[0]), (0, town.full[1])):
            done = await check_in(
                session, meeting_id, person_id, way=CheckInWay.BUTTON, now=NOW + timedelta(minutes=minutes)
            )
            assert (done.outcome, done.late_minutes) == ("recorded", 0)


async def test_a_check_in_outside_its_time_or_list_records_nothing(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_convened_meeting(database, town)
    assert (await _check_in(database, meeting_id, town.full[0])).outcome == "not_open"
    opened = await add_open_meeting(database, town)
    assert (await _check_in(database, opened, town.activist)).outcome == "not_expected"
    assert (await _check_in(database, opened + 100, town.full[0])).outcome == "not_expected"
    await _check_in(database, opened, town.full[1])
    async with database.transaction() as session:
        await close_meeting(session, opened, now=LATER, summary="")
    assert (await _check_in(database, opened, town.full[0])).outcome == "closed"
    assert (await _check_in(database, opened, town.full[1])).outcome == "already"
    assert set((await _presences(database, meeting_id)).values()) == {Presence.EXPECTED}
    assert (await _presences(database, opened))[town.full[0]] is Presence.ABSENT


async def test_leave_is_kept_with_its_reason_and_taken_back_by_coming(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_convened_meeting(database, town)
    away, back = town.full[2], town.full[3]
    async with database.transaction() as session:
        for person_id in (away, back):
            assert await answer_notice(session, meeting_id, person_id, will_come=False, reason="出差", now=NOW)
        assert await answer_notice(session, meeting_id, back, will_come=True, now=NOW)
        assert not await answer_notice(session, meeting_id, town.activist, will_come=True, now=NOW)
    async with database.reading() as session:
        people = {one.person_id: one for one in await attendance_of(session, meeting_id)}
    assert (people[away].presence, people[away].reason, people[away].will_come) == (Presence.EXCUSED, "出差", False)
    assert (people[back].presence, people[back].reason, people[back].will_come) == (Presence.EXPECTED, "", True)


async def test_who_asked_leave_and_comes_anyway_is_there(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.transaction() as session:
        await answer_notice(session, meeting_id, town.full[2], will_come=False, reason="生病", now=NOW)
    assert (await _check_in(database, meeting_id, town.full[2])).outcome == "recorded"
    async with database.transaction() as session:
        assert not await answer_notice(session, meeting_id, town.full[2], will_come=False, reason="走了", now=NOW)
    assert (await _presences(database, meeting_id))[town.full[2]] is Presence.PRESENT


async def test_the_secretary_marks_those_in_the_room_and_nobody_twice(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    await _check_in(database, meeting_id, town.full[0])
    async with database.transaction() as session:
        marked = await mark_present(session, meeting_id, [*town.full[:3], town.activist], LATER, how="电话确认")
    assert sorted(marked) == sorted(town.full[1:3])
    async with database.reading() as session:
        ways = {one.person_id: one.way for one in await attendance_of(session, meeting_id) if one.way}
    assert ways == {
        town.full[0]: CheckInWay.CODE,
        town.full[1]: CheckInWay.BY_SECRETARY,
        town.full[2]: CheckInWay.BY_SECRETARY,
    }


async def test_the_count_adds_up_before_and_after_closing(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.transaction() as session:
        await check_in(session, meeting_id, town.full[0], way=CheckInWay.CODE, now=NOW)
        await check_in(session, meeting_id, town.full[7], way=CheckInWay.CODE, now=LATER)
        await check_in(session, meeting_id, town.probationary, way=CheckInWay.CODE, now=NOW)
        await answer_notice(session, meeting_id, town.full[1], will_come=False, reason="生病", now=NOW)
        await answer_notice(session, meeting_id, town.full[2], will_come=True, now=NOW)
        came = {"present": 3, "eligible_present": 1, "late": 1, "left": 0, "eligible_left": 0, "guests": 0}
        counted = Tally(expected=9, eligible=7, excused=1, absent=5, coming=1, **came)
        assert await tally(session, meeting_id) == counted
        await close_meeting(session, meeting_id, now=LATER, summary="")
        assert await tally(session, meeting_id) == counted
        assert await tally(session, meeting_id + 100) == Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


async def test_the_record_says_the_status_of_the_day(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_convened_meeting(database, town)
    async with database.transaction() as session:
        day = date(2026, 12, 1)
        mine = Membership.person_id == town.probationary
        await session.execute(update(Membership).where(mine).values(until=day))
        session.add(Membership(person_id=town.probationary, organization_id=town.branch, status=Status.FULL, since=day))
    async with database.reading() as session:
        statuses = {one.person_id: one.status for one in await attendance_of(session, meeting_id)}
    assert len(statuses) == 9
    assert statuses[town.probationary] is Status.PROBATIONARY


async def test_two_check_ins_at_once_make_one_record(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    done = await asyncio.gather(*(_check_in(database, meeting_id, town.full[0]) for _ in range(6)))
    assert sorted(one.outcome for one in done) == ["already"] * 5 + ["recorded"]


async def test_all_members_may_check_in_at_the_same_time(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    done = await asyncio.gather(*(_check_in(database, meeting_id, person_id) for person_id in town.full))
    assert [one.outcome for one in done] == ["recorded"] * len(town.full)


@pytest.mark.parametrize("closes", [0, 4, 8])
async def test_a_check_in_in_the_second_of_closing_is_either_in_the_record_or_refused(
    database: Database, closes: int
) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)

    async def close() -> bool:
        async with database.transaction() as session:
            return await close_meeting(session, meeting_id, now=LATER, summary="")

    work = [_check_in(database, meeting_id, person_id) for person_id in town.full]
    done = await asyncio.gather(*work[:closes], close(), *work[closes:])
    outcomes = [one.outcome for one in done if isinstance(one, CheckedIn)]
    presences = await _presences(database, meeting_id)
    told = dict(zip(town.full, outcomes, strict=True))
    assert set(outcomes) <= {"recorded", "closed"}
    assert {id for id, outcome in told.items() if outcome == "recorded"} == {
        id for id, presence in presences.items() if presence is Presence.PRESENT
    }
    assert Presence.EXPECTED not in presences.values()
    async with database.reading() as session:
        held = await meeting(session, meeting_id)
    assert held is not None
    assert held.state is MeetingState.CLOSED


async def test_the_database_itself_refuses_a_second_row_for_one_person(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_convened_meeting(database, town)
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            session.add(Attendance(meeting_id=meeting_id, person_id=town.full[0]))
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await session.execute(update(Attendance).values(presence=Presence.PRESENT))
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Attendance)) == 9
