"""Steps whose day has come are said once a day at a civil hour, in one message a branch; so are terms that end."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.schedule import Schedule
from knowledge.procedure.files import Procedures
from storage.accounts import lock_account
from storage.case_steps import NewStep, record_steps
from storage.cases import add_case, case
from storage.database import Database
from storage.models import OutboxMessage, Post
from tests.branch import settle
from tests.fakes import TEXTS, ZONE

PROCEDURES = Procedures.load(Path(__file__).parents[1] / "handlers" / "procedures")
MORNING = datetime(2026, 11, 25, 8, 30, tzinfo=ZONE)


@dataclass
class Office:
    """A secretary on one account, and the worker of her town."""

    database: Database
    ids: dict[str, int]
    now: datetime = MORNING
    worker: Schedule = field(init=False)

    def __post_init__(self) -> None:
        self.worker = Schedule(self.database, TEXTS, PROCEDURES, lambda: self.now)

    async def tick(self, at: datetime) -> int:
        """One tick at a time; how many messages it put into the outbox."""
        self.now = at
        return await self.worker.tick()

    async def bodies(self) -> list[str]:
        """What waits to be sent, oldest first."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(OutboxMessage.body).order_by(OutboxMessage.id)))

    async def begun(self, name: str, received: date, remind_on: date) -> int:
        """A case that waits for its talk."""
        async with self.database.transaction() as session:
            id = await add_case(
                session,
                organization_id=self.ids["桃花村党支部"],
                procedure="walk",
                subject_id=self.ids[name],
                title=f"走一遍：{name}",
                started_on=received,
                remind_on=remind_on,
                started_by_id=self.ids["李向阳"],
            )
            step = NewStep("application", received, {"received_on": received.isoformat()})
            await record_steps(session, id, [step], after=0, recorded_by_id=self.ids["李向阳"], now=MORNING)
        return id


@pytest.fixture
async def office(database: Database) -> Office:
    """The small branch; its secretary has an account."""
    ids = await settle(database)
    async with database.transaction() as session:
        account = await lock_account(session, "web", "t", "李向阳", "chat", MORNING)
        account.person_id = ids["李向阳"]
    return Office(database, ids)


async def test_the_secretary_is_told_once_of_everything_that_is_due(office: Office) -> None:
    first = await office.begun("钱小满", date(2026, 11, 1), date(2026, 11, 24))
    await office.begun("孙小梅", date(2026, 11, 2), date(2026, 11, 25))
    assert await office.tick(MORNING - timedelta(minutes=1)) == 0, "nobody is woken"
    assert await office.tick(MORNING) == 1
    assert await office.tick(MORNING + timedelta(minutes=1)) == 0
    assert await office.tick(MORNING + timedelta(hours=9)) == 0
    [body] = await office.bodies()
    assert "走一遍：钱小满" in body
    assert "走一遍：孙小梅" in body
    assert "派人谈话" in body
    assert "最晚 2026年12月1日" in body
    async with office.database.reading() as session:
        view = await case(session, first)
    assert view is not None
    assert view.remind_on == date(2026, 12, 1), "the next one is on the last day"


async def test_what_fell_due_at_night_is_said_in_the_morning(office: Office) -> None:
    await office.begun("钱小满", date(2026, 11, 1), date(2026, 11, 25))
    assert await office.tick(datetime(2026, 11, 25, 22, 0, tzinfo=ZONE)) == 0
    assert await office.tick(datetime(2026, 11, 26, 8, 30, tzinfo=ZONE)) == 1


async def test_two_workers_say_it_once(office: Office) -> None:
    await office.begun("钱小满", date(2026, 11, 1), date(2026, 11, 25))
    other = Schedule(office.database, TEXTS, PROCEDURES, lambda: MORNING)
    assert await office.tick(MORNING) + await other.tick() == 1


async def test_an_election_is_proposed_half_a_year_before_the_term_ends_and_again_later(office: Office) -> None:
    ends = date(2027, 3, 1)
    async with office.database.transaction() as session:
        mine = Post.person_id == office.ids["李向阳"]
        await session.execute(update(Post).where(mine).values(term_ends=ends))
    assert await office.tick(MORNING) == 1
    [body] = await office.bodies()
    assert "2027年3月1日任期届满，还有 96 天" in body
    assert await office.tick(MORNING + timedelta(days=1)) == 0
    assert await office.tick(datetime(2026, 12, 2, 9, 0, tzinfo=ZONE)) == 1, "ninety days before"
    assert await office.tick(datetime(2027, 3, 2, 9, 0, tzinfo=ZONE)) == 1
    assert "已经过了 1 天" in (await office.bodies())[-1]


async def test_no_election_is_proposed_while_one_is_under_way(office: Office) -> None:
    async with office.database.transaction() as session:
        mine = Post.person_id == office.ids["李向阳"]
        await session.execute(update(Post).where(mine).values(term_ends=date(2027, 3, 1)))
        await add_case(
            session,
            organization_id=office.ids["桃花村党支部"],
            procedure="election",
            subject_id=None,
            title="换届",
            started_on=date(2026, 11, 1),
            remind_on=None,
            started_by_id=None,
        )
    assert await office.tick(MORNING) == 0
