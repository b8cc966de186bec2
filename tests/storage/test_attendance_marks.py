"""What a secretary notes by hand, on both databases: each note once, until the minutes are locked."""

import asyncio
from datetime import timedelta

from sqlalchemy import select, update

from storage.attendance import attendance_of, possible_guests, tally
from storage.attendance_marks import (
    add_guests,
    add_sheet,
    grant_leave,
    mark_present,
    may_be_marked,
    note_leave,
    note_left,
    take_mark_back,
)
from storage.checkin import allow_remote, check_in, open_check_in, open_check_ins_for, presence_of
from storage.database import Database
from storage.files import add_file
from storage.meetings import answer_notice, cancel_meeting, close_meeting, meeting
from storage.models import CheckInWay, Meeting, MeetingFile, MeetingFileKind, PostKind, Presence
from tests.storage.kit import NOW, Town, add_convened_meeting, add_member, add_open_meeting, add_post, add_town

LATER = NOW + timedelta(hours=2)


async def _row(database: Database, meeting_id: int, person_id: int) -> tuple[Presence, CheckInWay | None, str]:
    async with database.reading() as session:
        people = await attendance_of(session, meeting_id)
    return next((one.presence, one.way, one.how) for one in people if one.person_id == person_id)


async def _lock(database: Database, meeting_id: int) -> None:
    async with database.transaction() as session:
        await session.execute(update(Meeting).where(Meeting.id == meeting_id).values(locked_at=LATER))


async def test_a_mark_says_how_and_after_the_meeting_has_no_time(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.transaction() as session:
        assert await mark_present(session, meeting_id, [town.full[0]], LATER, how="电话确认") == [town.full[0]]
        await close_meeting(session, meeting_id, now=LATER, summary="")
        assert await mark_present(session, meeting_id, [town.full[1]], LATER, way=CheckInWay.PAPER) == [town.full[1]]
    assert await _row(database, meeting_id, town.full[0]) == (Presence.PRESENT, CheckInWay.BY_SECRETARY, "电话确认")
    async with database.reading() as session:
        people = {one.person_id: one for one in await attendance_of(session, meeting_id)}
    assert people[town.full[0]].checked_in_at == LATER
    assert (people[town.full[1]].way, people[town.full[1]].checked_in_at) == (CheckInWay.PAPER, None)


async def test_only_what_was_marked_by_hand_is_taken_back(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.transaction() as session:
        await check_in(session, meeting_id, town.full[0], way=CheckInWay.CODE, now=NOW)
        await mark_present(session, meeting_id, [town.full[1]], NOW)
        assert not await take_mark_back(session, meeting_id, town.full[0])
        assert await take_mark_back(session, meeting_id, town.full[1])
        assert not await take_mark_back(session, meeting_id, town.full[1])
        assert not await take_mark_back(session, meeting_id, town.activist)
    assert await _row(database, meeting_id, town.full[0]) == (Presence.PRESENT, CheckInWay.CODE, "")
    assert await _row(database, meeting_id, town.full[1]) == (Presence.EXPECTED, None, "")
    async with database.transaction() as session:
        await mark_present(session, meeting_id, [town.full[1]], NOW)
        await close_meeting(session, meeting_id, now=LATER, summary="")
        assert await take_mark_back(session, meeting_id, town.full[1])
    assert await _row(database, meeting_id, town.full[1]) == (Presence.ABSENT, None, "")


async def test_leave_names_who_granted_it_and_coming_after_all_takes_it_back(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.transaction() as session:
        assert await note_leave(session, meeting_id, town.full[1], "公出", town.secretary)
        assert not await note_leave(session, meeting_id, town.activist, "公出", town.secretary)
        assert not await grant_leave(session, meeting_id, town.full[2], town.secretary)
        await answer_notice(session, meeting_id, town.full[2], will_come=False, reason="生病", now=NOW)
        assert await grant_leave(session, meeting_id, town.full[2], town.secretary)
        assert not await grant_leave(session, meeting_id, town.full[2], town.full[3])
    async with database.reading() as session:
        people = {one.person_id: one for one in await attendance_of(session, meeting_id)}
    for id, reason in ((town.full[1], "公出"), (town.full[2], "生病")):
        found = people[id]
        assert (found.presence, found.reason, found.granted_by) == (Presence.EXCUSED, reason, "苏一")
    async with database.transaction() as session:
        await answer_notice(session, meeting_id, town.full[2], will_come=True, now=NOW)
        await check_in(session, meeting_id, town.full[1], way=CheckInWay.CODE, now=NOW)
        assert not await note_leave(session, meeting_id, town.full[1], "事假", town.secretary)
    async with database.reading() as session:
        people = {one.person_id: one for one in await attendance_of(session, meeting_id)}
    assert (people[town.full[2]].presence, people[town.full[2]].granted_by) == (Presence.EXPECTED, "")
    assert people[town.full[1]].presence is Presence.PRESENT


async def test_who_left_came_but_counts_for_no_vote(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.transaction() as session:
        for person_id in (*town.full[:3], town.probationary):
            await check_in(session, meeting_id, person_id, way=CheckInWay.CODE, now=NOW)
        assert await note_left(session, meeting_id, town.full[0], NOW)
        assert await note_left(session, meeting_id, town.full[0], LATER)
        assert await note_left(session, meeting_id, town.probationary, LATER)
        assert not await note_left(session, meeting_id, town.full[5], LATER)
        count = await tally(session, meeting_id)
    assert (count.present, count.eligible_present, count.left, count.eligible_left) == (4, 3, 2, 1)
    assert count.eligible_in_the_room == 2


async def test_guests_come_and_are_in_no_figure_but_their_own(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.transaction() as session:
        before = await tally(session, meeting_id)
        assert await add_guests(session, meeting_id, [town.activist, town.full[0]]) == [town.activist]
        assert await add_guests(session, meeting_id, [town.activist]) == []
        assert await add_guests(session, meeting_id, []) == []
        assert await tally(session, meeting_id) == before
        assert (await check_in(session, meeting_id, town.activist, way=CheckInWay.LINK, now=NOW)).outcome == "recorded"
        count = await tally(session, meeting_id)
        assert (count.guests, count.present, count.expected, count.late) == (1, 0, 9, 0)
        await close_meeting(session, meeting_id, now=LATER, summary="")
        assert await add_guests(session, meeting_id, [town.full[0] + 100]) == []


async def test_a_guest_who_stays_away_is_not_absent(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.transaction() as session:
        await add_guests(session, meeting_id, [town.activist])
        await close_meeting(session, meeting_id, now=LATER, summary="")
        assert await presence_of(session, meeting_id, town.activist) is Presence.EXPECTED
        assert (await tally(session, meeting_id)).absent == 9


async def test_officials_of_the_levels_above_may_be_asked_to_sit_in(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        official = await add_member(session, "何官", town.other_branch)
        await add_post(session, official, town.committee, PostKind.OFFICIAL)
        stranger = await add_member(session, "何远", town.other_branch)
        asked = {one.id for one in await possible_guests(session, town.branch)}
    assert asked == {*town.full, town.probationary, town.activist, official}
    assert stranger not in asked


async def test_photos_of_the_signed_sheet_lie_with_the_meeting(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.transaction() as session:
        file_id = await add_file(session, "照片.jpg", "image/jpeg", b"\xff\xd8", NOW)
        await add_sheet(session, meeting_id, [(file_id, "照" * 300)], town.secretary, NOW)
    async with database.reading() as session:
        (kept,) = await session.scalars(select(MeetingFile))
    assert (kept.meeting_id, kept.file_id, kept.kind, kept.added_by_id) == (
        meeting_id,
        file_id,
        MeetingFileKind.SHEET,
        town.secretary,
    )
    assert len(kept.name) == 200


async def _everything(database: Database, meeting_id: int, town: Town) -> list[object]:
    async with database.transaction() as session:
        return [
            await may_be_marked(session, meeting_id),
            await mark_present(session, meeting_id, [town.full[3]], LATER),
            await take_mark_back(session, meeting_id, town.full[1]),
            await note_leave(session, meeting_id, town.full[4], "事假", town.secretary),
            await grant_leave(session, meeting_id, town.full[2], town.secretary),
            await note_left(session, meeting_id, town.full[0], LATER),
        ]


async def test_nothing_is_noted_once_the_minutes_are_locked_or_the_meeting_is_called_off(database: Database) -> None:
    town = await add_town(database)
    for ending in ("locked", "cancelled", "gone"):
        meeting_id = await add_open_meeting(database, town, secret=ending)
        async with database.transaction() as session:
            await check_in(session, meeting_id, town.full[0], way=CheckInWay.CODE, now=NOW)
            await mark_present(session, meeting_id, [town.full[1]], NOW)
            await answer_notice(session, meeting_id, town.full[2], will_come=False, reason="生病", now=NOW)
            if ending == "cancelled":
                await cancel_meeting(session, meeting_id)
        if ending == "locked":
            await _lock(database, meeting_id)
        about = meeting_id + 1000 if ending == "gone" else meeting_id
        async with database.reading() as session:
            before = await attendance_of(session, meeting_id)
        assert await _everything(database, about, town) == [False, [], False, False, False, False], ending
        async with database.reading() as session:
            assert await attendance_of(session, meeting_id) == before


async def test_nobody_is_marked_before_the_check_in_is_open(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_convened_meeting(database, town)
    async with database.transaction() as session:
        assert await mark_present(session, meeting_id, [town.full[0]], NOW) == []
        assert await note_leave(session, meeting_id, town.full[0], "事假", town.secretary)


async def test_a_mark_and_a_check_in_at_once_are_one_record(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)

    async def mark() -> list[int]:
        async with database.transaction() as session:
            return await mark_present(session, meeting_id, town.full, NOW)

    async def come(person_id: int) -> str:
        async with database.transaction() as session:
            return (await check_in(session, meeting_id, person_id, way=CheckInWay.CODE, now=NOW)).outcome

    marked, *outcomes, marked_too = await asyncio.gather(mark(), *map(come, town.full), mark())
    assert isinstance(marked, list)
    assert isinstance(marked_too, list)
    recorded = [one for one, outcome in zip(town.full, outcomes, strict=True) if outcome == "recorded"]
    assert sorted([*marked, *marked_too, *recorded]) == sorted(town.full)
    async with database.reading() as session:
        ways = {one.person_id: one.way for one in await attendance_of(session, meeting_id) if one.way}
    assert {one for one, way in ways.items() if way is CheckInWay.CODE} == set(recorded)
    assert set(ways) == set(town.full)


async def test_the_open_check_ins_of_somebody_are_those_that_list_them(database: Database) -> None:
    town = await add_town(database)
    second = await add_open_meeting(database, town, starts_at=LATER, secret="two", remote=True)
    first = await add_open_meeting(database, town, secret="one")
    await add_convened_meeting(database, town)
    async with database.transaction() as session:
        found = await open_check_ins_for(session, town.full[0])
        assert [(one.meeting_id, one.secret, one.remote) for one in found] == [
            (first, "one", False),
            (second, "two", True),
        ]
        assert await open_check_ins_for(session, town.activist) == []
        await close_meeting(session, first, now=NOW, summary="")
        assert [one.meeting_id for one in await open_check_ins_for(session, town.full[0])] == [second]


async def test_opening_again_keeps_the_secret_and_remote_is_allowed_once(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town, secret="first")
    async with database.transaction() as session:
        assert await open_check_in(session, meeting_id, LATER, "second", remote=True) == "first"
        held = await meeting(session, meeting_id)
        assert held is not None
        assert (held.token, held.remote) == ("first", False)
        assert [await allow_remote(session, meeting_id) for _ in range(2)] == [True, False]
        held = await meeting(session, meeting_id)
        assert held is not None
        assert held.remote
        await close_meeting(session, meeting_id, now=LATER, summary="")
        assert not await allow_remote(session, meeting_id)
