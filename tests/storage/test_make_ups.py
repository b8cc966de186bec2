"""Make-up study: for those who missed a meeting that is over, one for each, confirmed once."""

import asyncio
from datetime import date

from storage.database import Database
from storage.make_ups import (
    add_make_ups,
    finish_make_up,
    make_up,
    make_ups_for,
    make_ups_of,
    who_missed,
)
from storage.meetings import answer_notice, close_meeting, mark_present
from storage.reminders import make_ups_near
from tests.storage.kit import NOW, Town, add_open_meeting, add_town

DUE = date(2026, 12, 1)


async def _closed(database: Database) -> tuple[Town, int]:
    """Five are there, one has leave, three are absent."""
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.reading() as session:
        assert await who_missed(session, meeting_id) == []
    async with database.transaction() as session:
        await mark_present(session, meeting_id, town.full[:5], NOW)
        await answer_notice(session, meeting_id, town.full[5], False, "出差", now=NOW)
        await close_meeting(session, meeting_id, now=NOW, summary="学习")
    return town, meeting_id


async def _set(database: Database, meeting_id: int, people: list[int]) -> dict[int, int]:
    async with database.transaction() as session:
        return await add_make_ups(session, meeting_id, people, "学习条例", DUE)


async def test_who_missed_it_gets_one_make_up_however_often_it_is_set(database: Database) -> None:
    town, meeting_id = await _closed(database)
    async with database.reading() as session:
        missed = [one.person_id for one in await who_missed(session, meeting_id)]
    assert sorted(missed) == sorted([*town.full[5:], town.probationary])
    done = await asyncio.gather(*(_set(database, meeting_id, missed) for _ in range(3)))
    assert sorted(map(len, done)) == [0, 0, 4]
    assert await _set(database, meeting_id, [town.activist]) == {}
    async with database.reading() as session:
        assert await who_missed(session, meeting_id) == []
        assert len(await make_ups_of(session, meeting_id)) == 4
        assert len(await make_ups_near(session, missed, DUE, DUE)) == 4
        assert len(await make_ups_near(session, missed[:1], DUE, DUE)) == 1
        [mine] = await make_ups_for(session, town.full[5])
    assert (mine.what, mine.due_on, mine.done_on, mine.name) == ("学习条例", DUE, None, "苏六")


async def test_it_is_confirmed_once(database: Database) -> None:
    town, meeting_id = await _closed(database)
    [id] = (await _set(database, meeting_id, [town.full[5]])).values()

    async def finish(by: int) -> bool:
        async with database.transaction() as session:
            return await finish_make_up(session, id, by, DUE, NOW)

    assert sorted(await asyncio.gather(finish(town.full[5]), finish(town.secretary))) == [False, True]
    async with database.reading() as session:
        found = await make_up(session, id)
        assert await make_ups_near(session, town.full, DUE, DUE) == []
        assert await make_up(session, id + 100) is None
    assert found is not None
    assert found.done_on == DUE
