"""Opinions: every answer is counted once, whoever answers at the same time, and nowhere stands who chose what."""

import asyncio
from datetime import timedelta

from storage.database import Database
from storage.models import Base
from storage.polls import (
    Answering,
    add_poll,
    answer_poll,
    close_poll,
    has_answered,
    poll,
    polls_closed_between,
    polls_of,
)
from tests.storage.kit import NOW, Town, add_town

END = NOW + timedelta(days=1)


async def _asked(database: Database) -> tuple[Town, int]:
    town = await add_town(database)
    async with database.transaction() as session:
        id = await add_poll(
            session,
            organization_id=town.branch,
            question="去哪里参观",
            options=["纪念馆", "示范村"],
            closes_at=END,
            created_by_id=town.secretary,
            now=NOW,
        )
    return town, id


async def _answer(database: Database, id: int, person: int, option: int) -> Answering:
    async with database.transaction() as session:
        return await answer_poll(session, id, person, option, NOW)


async def test_answers_at_once_are_all_counted_and_each_person_once(database: Database) -> None:
    town, id = await _asked(database)
    people = [*town.full, *town.full]
    done = await asyncio.gather(*(_answer(database, id, one, place % 2) for place, one in enumerate(people)))
    assert sorted(done) == ["already"] * 8 + ["noted"] * 8
    async with database.reading() as session:
        found = await poll(session, id)
        assert await has_answered(session, id, town.full[0])
        assert not await has_answered(session, id, town.probationary)
    assert found is not None
    assert (sum(found.counts), found.answered) == (8, 8)


async def test_no_column_could_hold_who_chose_what() -> None:
    columns = {column.name for column in Base.metadata.tables["poll_answers"].columns}
    assert columns == {"poll_id", "person_id"}


async def test_after_the_end_and_for_answers_that_are_not_offered_nothing_is_counted(database: Database) -> None:
    town, id = await _asked(database)
    assert await _answer(database, id, town.full[0], 2) == "unknown"
    assert await _answer(database, id + 100, town.full[0], 0) == "unknown"
    async with database.transaction() as session:
        assert await close_poll(session, id, NOW)
        assert not await close_poll(session, id, NOW)
    assert await _answer(database, id, town.full[0], 0) == "closed"
    async with database.reading() as session:
        [found] = await polls_of(session, town.branch, 5)
        assert await polls_of(session, town.other_branch, 5) == []
        ended = await polls_closed_between(session, NOW - timedelta(days=1), NOW)
        later = await polls_closed_between(session, NOW, END)
    assert (found.counts, found.answered) == ((0, 0), 0)
    assert [one.id for one in ended] == [id]
    assert later == []
