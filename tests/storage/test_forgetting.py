"""What was said is forgotten when nobody can need it any more, and nothing else is."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

import storage.forgetting
from storage.database import Database
from storage.files import add_file
from storage.forgetting import FILES_KEPT, GIVEN_UP_KEPT, SENT_KEPT, forget_messages
from storage.models import Delivery, File, Lane, MeetingFile, MeetingFileKind, OutboxMessage
from storage.outbox import Draft, claim, give_up, mark_sent, put, send_again
from tests.fakes import MONDAY
from tests.storage.kit import add_convened_meeting, add_town

CHANNEL = ("fake", "t")
SECOND = timedelta(seconds=1)


async def _put(database: Database, body: str, at: datetime, **more: object) -> int:
    draft = replace(Draft(*CHANNEL, "王", body), **more)  # type: ignore[arg-type]
    async with database.transaction() as session:
        return (await put(session, [draft], at))[0]


async def _forget(database: Database, now: datetime) -> int:
    async with database.transaction() as session:
        return await forget_messages(session, now)


async def _left(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(OutboxMessage.body).order_by(OutboxMessage.id)))


async def _files(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(File.name).order_by(File.id)))


async def test_what_was_sent_goes_after_a_month_what_was_given_up_after_three_and_what_waits_never(
    database: Database,
) -> None:
    ids = {body: await _put(database, body, MONDAY) for body in ("sent", "late", "gone", "waits")}
    arrived = MONDAY + timedelta(days=5)
    async with database.transaction() as session:
        await mark_sent(session, [(ids["sent"], "1")], arrived)
        await give_up(session, ids["late"], Delivery.EXPIRED, "too late")
        await give_up(session, ids["gone"], Delivery.GONE, "blocked", declined_at=arrived)
    everything = ["sent", "late", "gone", "waits"]
    for now, left in (
        (arrived + SENT_KEPT, everything),
        (arrived + SENT_KEPT + SECOND, everything[1:]),
        (MONDAY + GIVEN_UP_KEPT, everything[1:]),
        (MONDAY + GIVEN_UP_KEPT + SECOND, ["gone", "waits"]),
        (arrived + GIVEN_UP_KEPT + SECOND, ["waits"]),
        (arrived + 10 * GIVEN_UP_KEPT, ["waits"]),
    ):
        await _forget(database, now)
        assert await _left(database) == left


async def test_a_file_made_for_messages_goes_when_the_last_of_them_has_been_sent(database: Database) -> None:
    async with database.transaction() as session:
        chart, table = [await add_file(session, name, "x/y", b"x", MONDAY, passing=True) for name in ("chart", "table")]
        await add_file(session, "never said", "x/y", b"x", MONDAY, passing=True)
    first = await _put(database, "first", MONDAY, documents=[chart, table])
    second = await _put(database, "second", MONDAY, documents=[chart])
    third = await _put(database, "third", MONDAY, documents=[table])
    async with database.transaction() as session:
        await mark_sent(session, [(first, "1")], MONDAY)
        await give_up(session, third, Delivery.REFUSED, "no")
    old = MONDAY + FILES_KEPT
    assert await _forget(database, old) == 0
    assert await _forget(database, old + SECOND) == 1
    assert await _files(database) == ["chart", "table"], "one waits with the chart, one was given up with the table"
    async with database.transaction() as session:
        await send_again(session, old, third)
        assert {one.body: len(one.documents) for one in await claim(session, [CHANNEL], [Lane.REPLY], old)} == {
            "second": 1
        }
        await mark_sent(session, [(second, "2")], old)
    await _forget(database, old + SECOND)
    assert await _files(database) == ["table"]
    async with database.transaction() as session:
        await mark_sent(session, [(third, "3")], old)
    await _forget(database, old + SECOND)
    assert await _files(database) == []
    assert len(await _left(database)) == 3, "that they were sent is known longer than what with"


async def test_no_file_goes_that_a_record_holds_or_that_somebody_brought(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_convened_meeting(database, town)
    async with database.transaction() as session:
        brought = await add_file(session, "brought", "x/y", b"x", MONDAY)
        kept = await add_file(session, "kept", "x/y", b"x", MONDAY, passing=True)
        file = MeetingFile(
            meeting_id=meeting_id, file_id=kept, kind=MeetingFileKind.MATERIAL, name="kept", added_at=MONDAY
        )
        session.add(file)
    told = await _put(database, "told", MONDAY, documents=[brought, kept])
    async with database.transaction() as session:
        await mark_sent(session, [(told, "1")], MONDAY)
    assert await _forget(database, MONDAY + 10 * GIVEN_UP_KEPT) == 1
    assert await _files(database) == ["brought", "kept"]


async def test_a_batch_at_a_time_the_oldest_first_in_as_many_statements_however_much_there_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.forgetting, "MESSAGES", 3)
    monkeypatch.setattr(storage.forgetting, "FILES", 2)
    async with database.transaction() as session:
        ids = await put(session, [Draft(*CHANNEL, "王", str(number)) for number in range(8)], MONDAY)
        for number, id in enumerate(ids):
            await mark_sent(session, [(id, "1")], MONDAY - timedelta(hours=number))
            await add_file(session, str(number), "x/y", b"x", MONDAY - timedelta(hours=number), passing=True)
    statements: list[int] = []
    now = MONDAY + GIVEN_UP_KEPT
    count = [0]
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *_: count.__setitem__(0, count[0] + 1))
    for left, files in ((5, 6), (2, 4), (0, 2), (0, 0), (0, 0)):
        count[0] = 0
        await _forget(database, now)
        statements.append(count[0])
        assert await _left(database) == [str(number) for number in range(left)]
        assert await _files(database) == [str(number) for number in range(files)]
    assert len(set(statements)) == 1


async def test_two_workers_at_once_do_not_wait_for_each_other_and_take_nothing_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        pytest.skip("there a second one waits until the first has committed")
    monkeypatch.setattr(storage.forgetting, "MESSAGES", 3)
    async with database.transaction() as session:
        ids = await put(session, [Draft(*CHANNEL, "王", str(number)) for number in range(5)], MONDAY)
        await mark_sent(session, [(id, "1") for id in ids], MONDAY)
        await add_file(session, "chart", "x/y", b"x", MONDAY, passing=True)
    now = MONDAY + GIVEN_UP_KEPT
    async with database.transaction() as first, database.transaction() as second:
        assert await forget_messages(first, now) == 4
        assert await forget_messages(second, now) == 2
    assert (await _left(database), await _files(database)) == ([], [])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_old_is_found_by_index_and_not_by_reading_everything(database: Database) -> None:
    found: list[str] = []
    event.listen(
        database.engine.sync_engine, "before_cursor_execute", lambda _c, _k, statement, *_: found.append(statement)
    )
    await _forget(database, MONDAY)
    queries = [one for one in found if one.startswith("SELECT")]
    assert len(queries) == 3
    async with database.engine.connect() as connection:
        for query in queries:
            values = ("2026-01-01",) * query.count("?")
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)
            scans = [row[3] for row in plan if row[3].startswith("SCAN") and "VIRTUAL TABLE" not in row[3]]
            assert [one for one in scans if "USING INDEX" not in one] == [], query
