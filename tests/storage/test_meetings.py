"""Meetings from notice to record, on both databases."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.meetings import (
    MeetingOver,
    cancel_meeting,
    close_meeting,
    expected_attendees,
    meeting,
    meetings_for_person,
    meetings_of,
    open_check_in,
)
from storage.models import MeetingKind, MeetingState, Presence
from tests.storage.kit import NOW, add_convened_meeting, add_open_meeting, add_town


async def test_members_are_expected_at_the_general_meeting_and_applicants_are_not(database: Database) -> None:
    town = await add_town(database)
    async with database.reading() as session:
        expected = await expected_attendees(session, town.branch, MeetingKind.GENERAL_MEETING)
    assert {one.person_id for one in expected} == {*town.full, town.probationary}
    assert [one.name for one in expected] == sorted(one.name for one in expected)
    assert sum(one.eligible for one in expected) == 7


async def test_only_the_committee_is_expected_at_its_meeting(database: Database) -> None:
    town = await add_town(database)
    async with database.reading() as session:
        expected = await expected_attendees(session, town.branch, MeetingKind.COMMITTEE_MEETING)
    assert {one.person_id for one in expected} == set(town.full[:2])


async def test_only_the_group_is_expected_at_its_meeting(database: Database) -> None:
    town = await add_town(database)
    async with database.reading() as session:
        expected = await expected_attendees(session, town.group, MeetingKind.GROUP_MEETING)
    assert {one.person_id for one in expected} == set(town.full[:3])


async def test_a_convened_meeting_is_read_back_as_it_was_entered(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_convened_meeting(database, town)
    async with database.reading() as session:
        held = await meeting(session, meeting_id)
    assert held is not None
    assert held.organization_name == "柳荫村党支部"
    assert held.agenda == ("学习", "讨论")
    assert (held.state, held.starts_at, held.token, held.convened_by_id) == (
        MeetingState.CONVENED,
        NOW,
        None,
        town.secretary,
    )


async def test_the_newest_meetings_come_first_and_only_as_many_as_asked_for(database: Database) -> None:
    town = await add_town(database)
    ids = [await add_convened_meeting(database, town, starts_at=NOW + timedelta(days=day)) for day in range(4)]
    async with database.transaction() as session:
        assert await cancel_meeting(session, ids[1])
        assert not await cancel_meeting(session, ids[1])
    async with database.reading() as session:
        assert [one.id for one in await meetings_of(session, town.branch, limit=2)] == [ids[3], ids[2]]
        convened = await meetings_of(session, town.branch, states=[MeetingState.CONVENED])
        assert [one.id for one in convened] == [ids[3], ids[2], ids[0]]
        recent = await meetings_of(session, town.branch, since=NOW + timedelta(days=2))
        assert [one.id for one in recent] == [ids[3], ids[2]]
        mine = await meetings_for_person(session, town.probationary, states=[MeetingState.CONVENED])
        assert [(one.id, presence) for one, presence in mine] == [(id, Presence.EXPECTED) for id in (ids[0], *ids[2:])]
        assert await meetings_for_person(session, town.activist, states=[MeetingState.CONVENED]) == []


async def test_a_meeting_that_is_over_cannot_be_opened(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_convened_meeting(database, town)
    async with database.transaction() as session:
        await cancel_meeting(session, meeting_id)
        with pytest.raises(MeetingOver):
            await open_check_in(session, meeting_id, NOW, "one", remote=False)


async def test_closing_keeps_the_record_and_happens_once(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.transaction() as session:
        assert await close_meeting(session, meeting_id, now=NOW, summary="学了文件")
    async with database.transaction() as session:
        assert not await close_meeting(session, meeting_id, now=NOW, summary="别的")
    async with database.reading() as session:
        held = await meeting(session, meeting_id)
        assert held is not None
        assert (held.state, held.closed_at, held.summary) == (MeetingState.CLOSED, NOW, "学了文件")
