"""Who hands in by custom is reminded kindly: once a period, in its last days, at a civil hour, and only who is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, select, update

from bot.reminder_round import remind_everybody
from bot.schedule import Schedule
from handlers.reminders import Looked
from handlers.report_reminders import report_items
from knowledge.rules.customs import Every
from storage.accounts import lock_account
from storage.cases import add_case
from storage.customs import set_custom
from storage.database import Database
from storage.memberships import enrol
from storage.models import Membership, OutboxMessage, ReportKind, Status
from storage.reports import add_report
from tests.branch import settle
from tests.fakes import PROCEDURES, TEXTS, ZONE

LATE = datetime(2026, 12, 17, 10, 0, tzinfo=ZONE)
"""Fifteen days before the end of a quarter."""
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is decided in Python from what the queries gave."""


@dataclass
class Village:
    """The small branch with its one activist, who has two accounts."""

    database: Database
    ids: dict[str, int]
    now: datetime = LATE

    async def tick(self, at: datetime) -> list[tuple[str, str]]:
        """The round at a time, if it is due: who was reminded of which report in it, by chat."""
        before = await self.sent()
        self.now = at
        await remind_everybody(self.database, TEXTS, PROCEDURES, at)
        return (await self.sent())[len(before) :]

    async def sent(self) -> list[tuple[str, str]]:
        """Who was reminded of which report, oldest first."""
        async with self.database.reading() as session:
            rows = await session.execute(select(OutboxMessage.chat, OutboxMessage.body).order_by(OutboxMessage.id))
            return [
                (chat, TEXTS.word(kind))
                for chat, body in rows
                for kind in (ReportKind.THOUGHT_REPORT, ReportKind.MOBILE_REPORT)
                if f"的{TEXTS.word(kind)}还没有收到" in body
            ]

    async def hand_in(self, name: str, kind: ReportKind, period: str) -> None:
        """Somebody has written."""
        async with self.database.transaction() as session:
            await add_report(
                session,
                organization_id=self.ids["桃花村党支部"],
                author_id=self.ids[name],
                kind=kind,
                period=period,
                text="……",
                file_ids=(),
                now=self.now,
            )

    async def agree(self, place: str, name: str, every: Every) -> None:
        """A branch or the level above sets a custom."""
        async with self.database.transaction() as session:
            await set_custom(session, self.ids[place], name, {"every": every.value}, self.ids["李向阳"], self.now)


@pytest.fixture
async def village(database: Database) -> Village:
    ids = await settle(database)
    async with database.transaction() as session:
        for user, name in (("a", "钱小满"), ("b", "钱小满"), ("c", "李向阳"), ("d", "王桂兰")):
            account = await lock_account(session, "web", "t", user, f"{name}-{user}", LATE)
            account.person_id = ids[name]
    return Village(database, ids)


BOTH = [("钱小满-a", "思想汇报"), ("钱小满-b", "思想汇报")]


async def test_a_late_activist_is_told_once_on_every_account_and_again_in_the_next_quarter(village: Village) -> None:
    assert await village.tick(LATE - timedelta(days=1)) == []
    assert await village.tick(LATE.replace(hour=8, minute=29)) == [], "nobody is woken"
    assert await village.tick(LATE) == BOTH
    for later in (timedelta(minutes=1), timedelta(hours=2), timedelta(days=1), timedelta(days=14)):
        assert await village.tick(LATE + later) == []
    assert await village.tick(datetime(2027, 1, 4, 10, 0, tzinfo=ZONE)) == []
    assert await village.tick(datetime(2027, 3, 22, 10, 0, tzinfo=ZONE)) == BOTH


async def test_the_words_are_kind_say_that_it_is_custom_and_lead_to_writing(village: Village) -> None:
    await village.tick(LATE)
    async with village.database.reading() as session:
        message = (await session.scalars(select(OutboxMessage).where(OutboxMessage.chat == "钱小满-a"))).one()
    assert "2026年第四季度的思想汇报还没有收到（惯例每季度一次）" in message.body
    assert "已经交了纸质的，点“已办”" in message.body
    assert "hand_in_report.thought_report" in str(message.buttons)


async def test_who_has_written_for_the_period_is_left_alone_and_who_wrote_for_the_last_is_not(village: Village) -> None:
    await village.hand_in("钱小满", ReportKind.THOUGHT_REPORT, "2026-Q3")
    await village.hand_in("钱小满", ReportKind.FEEDBACK, "2026-Q4")
    assert await village.tick(LATE) == BOTH
    await village.hand_in("钱小满", ReportKind.THOUGHT_REPORT, "2027-Q1")
    assert await village.tick(datetime(2027, 3, 22, 10, 0, tzinfo=ZONE)) == []


@one_database
async def test_who_became_an_activist_in_this_quarter_writes_first_in_the_next(village: Village) -> None:
    async with village.database.transaction() as session:
        mine = update(Membership).where(Membership.person_id == village.ids["钱小满"])
        await session.execute(mine.values(since=date(2026, 10, 2)))
    assert await village.tick(LATE) == []
    assert await village.tick(datetime(2027, 3, 22, 10, 0, tzinfo=ZONE)) == BOTH


@one_database
async def test_who_is_away_by_an_open_case_is_reminded_of_another_report(village: Village) -> None:
    async with village.database.transaction() as session:
        await add_case(
            session,
            organization_id=village.ids["桃花村党支部"],
            procedure="mobile-member",
            subject_id=village.ids["王桂兰"],
            title="流动党员",
            started_on=date(2026, 6, 1),
            remind_on=None,
            started_by_id=village.ids["李向阳"],
        )
    assert sorted(await village.tick(LATE)) == sorted([*BOTH, ("王桂兰-d", "流动党员汇报")])


@one_database
@pytest.mark.parametrize(
    ("every", "quiet", "told"),
    [
        (Every.MONTH, "2026-11-25", "2026-11-26"),
        (Every.QUARTER, "2026-12-16", "2026-12-17"),
        (Every.HALF_YEAR, "2026-06-15", "2026-06-16"),
        (Every.YEAR, "2026-09-17", "2026-12-17"),
    ],
)
async def test_a_custom_says_how_often(village: Village, every: Every, quiet: str, told: str) -> None:
    await village.agree("桃花村党支部", "thought_report", every)
    assert await village.tick(datetime.fromisoformat(f"{quiet}T10:00:00+08:00")) == []
    assert await village.tick(datetime.fromisoformat(f"{told}T10:00:00+08:00")) == BOTH


@one_database
async def test_where_it_is_not_asked_for_nobody_is_reminded_unless_the_level_above_asks(village: Village) -> None:
    await village.agree("桃花村党支部", "thought_report", Every.NEVER)
    assert await village.tick(LATE) == []
    await village.agree("清河镇党委", "thought_report", Every.QUARTER)
    assert await village.tick(datetime(2027, 3, 22, 10, 0, tzinfo=ZONE)) == BOTH


@one_database
async def test_the_worker_says_it_whenever_it_ticks_first(village: Village) -> None:
    for _ in range(2):
        await Schedule(village.database, TEXTS, PROCEDURES, lambda: LATE).tick()
    assert await village.sent() == BOTH


async def test_the_number_of_statements_does_not_depend_on_how_many_are_late(village: Village) -> None:
    async def statements(people: Sequence[int]) -> int:
        seen: list[str] = []
        engine = village.database.engine.sync_engine

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        async with village.database.reading() as session:
            found = await report_items(Looked(session, TEXTS, PROCEDURES, LATE, people))
        event.remove(engine, "before_cursor_execute", note)
        assert len(found) == len(people)
        return len(seen)

    people = [village.ids["钱小满"]]
    few = await statements(people)
    async with village.database.transaction() as session:
        for number in range(30):
            people.append(
                await enrol(
                    session,
                    organization_id=village.ids["杏花村党支部"],
                    name=f"新{number}",
                    phone_last4=f"{5000 + number}",
                    status=Status.ACTIVIST,
                    since=date(2020, 1, 1),
                )
            )
    assert await statements(people) == few
