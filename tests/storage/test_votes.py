"""Votes as they were counted: noted once, corrected without losing what stood there, and only while that may be."""

import asyncio

from sqlalchemy import select, update

from storage.database import Database
from storage.minutes import is_locked, write_minutes
from storage.models import AgendaItem, AgendaKind, Meeting, MeetingState, Vote
from storage.votes import Counted, add_votes, all_votes_of, correct_vote, items_of, vote, votes_of
from tests.storage.kit import NOW, Town, add_convened_meeting, add_open_meeting, add_town

CARRIED = Counted(True, 7, 6, 6, 6, 5, 1, 0, 0, 0, True)
LOST = Counted(True, 7, 6, 6, 6, 3, 3, 0, 0, 0, False)


async def _hall(database: Database) -> tuple[Town, int, int]:
    """A town, its open meeting, and the id of the first item."""
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.reading() as session:
        return town, meeting_id, (await items_of(session, meeting_id))[0].id


async def _note(database: Database, item: int, subject: str = "学习", *, by: int | None = None) -> list[int]:
    async with database.transaction() as session:
        return await add_votes(session, item, AgendaKind.DECISION, [(subject, CARRIED)], recorded_by_id=by, now=NOW)


async def _correct(database: Database, vote_id: int, *, by: int | None = None) -> int | None:
    async with database.transaction() as session:
        return await correct_vote(session, vote_id, LOST, reason="看错了一行", recorded_by_id=by, now=NOW)


async def test_a_vote_is_read_as_it_was_counted_and_tells_what_the_item_is(database: Database) -> None:
    town, meeting_id, item = await _hall(database)
    [id] = await _note(database, item, by=town.secretary)
    async with database.reading() as session:
        [found] = await votes_of(session, meeting_id)
        assert (await items_of(session, meeting_id))[0].kind is AgendaKind.DECISION
    assert (found.id, found.subject, found.counted, found.recorded_by) == (id, "学习", CARRIED, "苏一")
    assert found.counted.for_it == 5


async def test_of_two_who_note_the_same_vote_at_once_one_does(database: Database) -> None:
    town, meeting_id, item = await _hall(database)
    done = await asyncio.gather(*(_note(database, item, by=id) for id in town.full[:4]))
    assert sorted(map(len, done)) == [0, 0, 0, 1]
    async with database.reading() as session:
        assert len(await all_votes_of(session, meeting_id)) == 1


async def test_a_correction_takes_the_place_and_the_old_one_stays_to_be_read(database: Database) -> None:
    town, meeting_id, item = await _hall(database)
    [first] = await _note(database, item)
    second = await _correct(database, first, by=town.secretary)
    async with database.reading() as session:
        [standing] = await votes_of(session, meeting_id)
        assert [one.id for one in await all_votes_of(session, meeting_id)] == [first, second]
    assert (standing.id, standing.counted, standing.reason, standing.replaces_id) == (second, LOST, "看错了一行", first)
    assert await _correct(database, first) is None
    assert await _correct(database, first + 100) is None


async def test_of_two_who_correct_at_once_one_does(database: Database) -> None:
    town, meeting_id, item = await _hall(database)
    [first] = await _note(database, item)
    done = await asyncio.gather(*(_correct(database, first, by=id) for id in town.full[:4]))
    assert sum(one is not None for one in done) == 1
    async with database.reading() as session:
        assert len(await votes_of(session, meeting_id)) == 1


async def test_a_second_vote_on_one_matter_is_not_noted_unseen(
    database: Database,
) -> None:
    _, _, item = await _hall(database)
    [first] = await _note(database, item)
    await _correct(database, first)
    assert await _note(database, item) == []
    assert len(await _note(database, item, "学习（再次表决）")) == 1


async def test_nothing_is_noted_before_the_meeting_or_when_the_minutes_are_locked(database: Database) -> None:
    town, meeting_id, item = await _hall(database)
    convened = await add_convened_meeting(database, town)
    async with database.reading() as session:
        early = (await items_of(session, convened))[0].id
    assert await _note(database, early) == []
    async with database.transaction() as session:
        await session.execute(update(Meeting).where(Meeting.id == meeting_id).values(locked_at=NOW))
    assert await _note(database, item) == []
    async with database.reading() as session:
        assert await is_locked(session, meeting_id)
        assert list(await session.scalars(select(Vote.id))) == []


async def test_figures_that_change_ask_for_the_signatures_again(database: Database) -> None:
    town, meeting_id, item = await _hall(database)
    [first] = await _note(database, item)
    async with database.transaction() as session:
        await session.execute(update(Meeting).where(Meeting.id == meeting_id).values(state=MeetingState.CLOSED))
        await write_minutes(
            session, meeting_id, host_id=town.full[0], recorder_id=town.full[1], summary="学习", decided={}
        )
        await session.execute(update(Meeting).where(Meeting.id == meeting_id).values(host_signed_at=NOW))
    await _correct(database, first)
    async with database.reading() as session:
        held = await session.get_one(Meeting, meeting_id)
        assert held.host_signed_at is None


async def test_a_vote_that_is_not_there_is_none(database: Database) -> None:
    async with database.reading() as session:
        assert await vote(session, 99) is None
        assert list(await session.scalars(select(AgendaItem.id))) == []
