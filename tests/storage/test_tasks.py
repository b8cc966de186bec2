"""Tasks: noted, found by whose and how urgent they are, done once."""

import asyncio
from datetime import date, timedelta

from storage.database import Database
from storage.reminders import tasks_near
from storage.tasks import add_task, finish_task, open_tasks_for, open_tasks_of, reopen_task, task, tasks_for
from tests.storage.kit import NOW, Town, add_town

DAY = date(2026, 12, 5)


async def _noted(database: Database, town: Town, what: str, due_on: date | None, *, person: int | None) -> int:
    async with database.transaction() as session:
        return await add_task(
            session,
            organization_id=town.branch,
            what=what,
            person_id=person,
            who="" if person else "村会计",
            due_on=due_on,
            created_by_id=town.secretary,
            now=NOW,
        )


async def test_tasks_come_by_urgency_and_only_to_whom_they_belong(database: Database) -> None:
    town = await add_town(database)
    whenever = await _noted(database, town, "有空再办", None, person=town.full[2])
    late = await _noted(database, town, "修灯", DAY, person=town.full[2])
    soon = await _noted(database, town, "联系施工队", date(2026, 11, 25), person=None)
    async with database.reading() as session:
        mine = await open_tasks_for(session, town.full[2])
        all_of_them = await open_tasks_of(session, [town.branch])
        due = await tasks_near(session, town.full, [town.branch], date(2026, 11, 25), DAY)
        passed_on = await tasks_near(session, [town.full[1]], [town.branch], date(2026, 11, 25), DAY)
        assert await tasks_near(session, [town.full[1]], [town.other_branch], date(2026, 11, 25), DAY) == []
        assert await tasks_near(session, town.full, [town.branch], date(2026, 11, 26), DAY - timedelta(days=1)) == []
        assert await open_tasks_of(session, [town.other_branch]) == []
        assert await open_tasks_for(session, town.full[1]) == []
    assert [one.id for one in mine] == [late, whenever]
    assert [one.id for one in all_of_them] == [soon, late, whenever]
    assert [(one.id, one.who) for one in due] == [(soon, "村会计"), (late, "苏三")]
    assert [one.id for one in passed_on] == [soon]


async def test_a_task_is_finished_once_whoever_says_so_at_once(database: Database) -> None:
    town = await add_town(database)
    id = await _noted(database, town, "修灯", DAY, person=town.full[2])

    async def finish(by: int) -> bool:
        async with database.transaction() as session:
            return await finish_task(session, id, by, DAY)

    assert sorted(await asyncio.gather(*(finish(one) for one in town.full[:4]))) == [False, False, False, True]
    async with database.transaction() as session:
        assert await reopen_task(session, id)
        assert not await reopen_task(session, id)
    async with database.reading() as session:
        found = await task(session, id)
        assert [one.id for one in await tasks_for(session, town.full[2])] == [id]
        assert await task(session, id + 100) is None
    assert found is not None
    assert (found.done_on, found.done_by) == (None, "")
