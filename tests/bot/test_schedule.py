"""What is due is done once: at its moment, late when nobody was there, and whatever the clock and other workers do."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

import bot.schedule
from bot.schedule import KEPT, Schedule, is_due
from storage.accounts import lock_account
from storage.database import Database
from storage.digest import Subscription
from storage.models import DigestIssue, DigestSubscription, Lane, OutboxMessage, Update
from storage.updates import finish_update, store_updates
from tests.branch import settle
from tests.fakes import PROCEDURES, TEXTS, ZONE

EARLY = datetime(2026, 11, 23, 8, 29, 59, tzinfo=ZONE)
"""One second before the digest of a Monday is due."""
MOMENT = EARLY + timedelta(seconds=1)
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what happens in Schedule and not in its queries."""


@dataclass
class Hall:
    """The official of a town, on two accounts, who reads a digest; a worker, and a clock that is set by hand."""

    database: Database
    now: datetime = EARLY
    worker: Schedule = field(init=False)

    def __post_init__(self) -> None:
        self.worker = Schedule(self.database, TEXTS, PROCEDURES, lambda: self.now)

    async def tick(self, at: datetime) -> int:
        """One tick at a time; how many messages it put into the outbox."""
        self.now = at
        return await self.worker.tick()

    async def weeks(self) -> list[str]:
        """The weeks whose digest was issued, in the order of issue."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(DigestIssue.week).order_by(DigestIssue.id)))

    async def messages(self) -> list[OutboxMessage]:
        """What waits to be sent."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


@pytest.fixture
async def hall(database: Database) -> Hall:
    """A town with one subscription."""
    ids = await settle(database)
    async with database.transaction() as session:
        session.add(DigestSubscription(person_id=ids["郑远"], organization_id=ids["清河镇党委"]))
        for channel in ("telegram", "web"):
            account = await lock_account(session, channel, "t", "z", f"chat-{channel}", EARLY)
            account.person_id = ids["郑远"]
    return Hall(database)


async def test_the_digest_goes_out_at_its_minute_once_to_every_account_of_its_reader(hall: Hall) -> None:
    assert await hall.tick(EARLY) == 0
    assert await hall.tick(MOMENT) == 2
    for minutes in (0, 1, 60, 24 * 60, 6 * 24 * 60):
        assert await hall.tick(MOMENT + timedelta(minutes=minutes)) == 0
    assert await hall.weeks() == ["2026-W47"]
    found = await hall.messages()
    assert [message.chat for message in found] == ["chat-telegram", "chat-web"]
    for message in found:
        assert message.lane is Lane.PUSH
        assert "清河镇党委" in message.body
        assert message.title == "上周周报"
        assert len(message.documents) == 2  # the chart and the table


@one_database
async def test_a_week_that_was_missed_is_sent_late_and_once(hall: Hall) -> None:
    assert await hall.tick(MOMENT + timedelta(days=3)) == 2
    assert await hall.tick(MOMENT + timedelta(days=4)) == 0
    assert await hall.tick(MOMENT + timedelta(days=7)) == 2
    assert await hall.weeks() == ["2026-W47", "2026-W48"]


@one_database
async def test_after_weeks_of_silence_only_the_last_week_is_told(hall: Hall) -> None:
    assert await hall.tick(MOMENT + timedelta(weeks=5)) == 2
    assert await hall.weeks() == ["2026-W52"]


@one_database
async def test_a_clock_that_jumps_sends_no_week_twice(hall: Hall) -> None:
    await hall.tick(MOMENT)
    for jump in (timedelta(hours=-1), timedelta(hours=1), timedelta(days=-1), timedelta(weeks=1), timedelta(0)):
        await hall.tick(MOMENT + jump)
    weeks = await hall.weeks()
    assert len(weeks) == len(set(weeks))
    assert {"2026-W47", "2026-W48"} <= set(weeks)


@one_database
async def test_the_last_week_of_a_long_year_has_its_own_number(hall: Hall) -> None:
    assert await hall.tick(datetime(2027, 1, 4, 8, 30, tzinfo=ZONE)) == 2
    assert await hall.weeks() == ["2026-W53"]


async def test_of_two_workers_at_the_same_moment_one_sends(hall: Hall) -> None:
    elsewhere = Database(hall.database.url.render_as_string(hide_password=False))
    other = Schedule(elsewhere, TEXTS, PROCEDURES, lambda: MOMENT)
    hall.now = MOMENT
    try:
        sent = await asyncio.gather(hall.worker.tick(), other.tick(), hall.worker.tick(), other.tick())
    finally:
        await elsewhere.close()
    assert sorted(sent) == [0, 0, 0, 2]
    assert await hall.weeks() == ["2026-W47"]
    assert len(await hall.messages()) == 2


async def test_a_crash_between_the_note_and_the_message_costs_no_digest(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(bot.schedule, "put", crash)
        with pytest.raises(ZeroDivisionError):
            await hall.tick(MOMENT)
    assert (await hall.weeks(), await hall.messages()) == ([], [])
    assert await hall.tick(MOMENT + timedelta(seconds=30)) == 2


async def test_the_ids_of_updates_are_kept_until_no_platform_repeats_them(hall: Hall) -> None:
    async with hall.database.transaction() as session:
        await store_updates(session, "telegram", "t", [("unfinished", {})], MOMENT - 2 * KEPT)
        await finish_update(session, "telegram", "t", "old", MOMENT - KEPT)
        await finish_update(session, "telegram", "t", "new", MOMENT - KEPT + timedelta(seconds=1))
    await hall.tick(MOMENT + timedelta(microseconds=1))
    async with hall.database.reading() as session:
        kept = await session.scalars(select(Update.update_id).order_by(Update.update_id))
        assert list(kept) == ["new", "unfinished"]


@one_database
async def test_a_database_that_is_away_is_waited_for(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    ticked, tick = asyncio.Event(), hall.worker.tick
    failing = [OperationalError("SELECT", {}, ConnectionError("gone away"))]

    async def once_away() -> int:
        if failing:
            raise failing.pop()
        sent = await tick()
        ticked.set()
        return sent

    hall.now = MOMENT
    monkeypatch.setattr(hall.worker, "tick", once_away)
    monkeypatch.setattr(bot.schedule, "TICK", 0)
    running = asyncio.create_task(hall.worker.run())
    await ticked.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(await hall.messages()) == 2


@pytest.mark.parametrize(
    ("zone", "weekday", "minute", "utc", "due"),
    [
        ("Asia/Shanghai", 1, 510, "2026-11-23T00:29:59", False),
        ("Asia/Shanghai", 1, 510, "2026-11-23T00:30:00", True),
        ("Asia/Shanghai", 1, 510, "2026-11-22T23:00:00", False),
        ("Asia/Shanghai", 7, 0, "2026-11-28T15:59:59", False),
        ("Asia/Shanghai", 7, 0, "2026-11-28T16:00:00", True),
        ("Asia/Urumqi", 1, 510, "2026-11-23T00:30:00", False),
        ("America/New_York", 1, 510, "2026-11-23T13:30:00", True),
        ("America/New_York", 1, 510, "2026-11-23T13:29:59", False),
    ],
)
def test_the_moment_is_on_the_readers_clock(zone: str, weekday: int, minute: int, utc: str, due: bool) -> None:
    subscription = Subscription(1, 1, 1, "清河镇党委", "/1/", weekday, minute, zone)
    assert is_due(subscription, datetime.fromisoformat(utc).replace(tzinfo=ZoneInfo("UTC"))) is due
