"""A tick does all that is due and drops what is old; a database that is away is waited for."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

import bot.schedule
import handlers.case_due
from bot.schedule import KEPT, Schedule
from storage.accounts import lock_account
from storage.cases import add_case
from storage.database import Database
from storage.models import DigestSubscription, Organization, OutboxMessage, Update
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
async def test_digests_wait_until_it_is_known_of_all_cases_whether_they_are_late(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers.case_due, "PATIENCE", 0.0)
    async with hall.database.transaction() as session:
        branch = await session.scalar(select(Organization.id).where(Organization.name == "桃花村党支部"))
        assert branch is not None
        await add_case(
            session,
            organization_id=branch,
            procedure="admission",
            subject_id=None,
            title="发展党员",
            started_on=EARLY.date(),
            remind_on=None,
            started_by_id=None,
        )
    assert [await hall.tick(MOMENT) for _ in range(3)] == [0, 2, 0]


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
