"""The message of the day goes out once, whatever crashes and however many workers there are, and at its hour."""

import asyncio
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert, select, update

import bot.reminder_round
from bot.reminder_round import remind_everybody
from storage.accounts import lock_account
from storage.database import Database
from storage.models import (
    Meeting,
    MeetingKind,
    MeetingSeries,
    MeetingState,
    Membership,
    Organization,
    OrganizationKind,
    OutboxMessage,
    Person,
    Post,
    PostKind,
    Status,
)
from storage.reminders import last_round
from tests.branch import settle
from tests.fakes import PROCEDURES, TEXTS, ZONE

LATE = datetime(2026, 12, 18, 8, 30, tzinfo=ZONE)
"""A Friday on which five things are due in a branch that has recorded nothing."""
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is decided in Python from what the queries gave."""


async def settled(database: Database) -> dict[str, int]:
    """The small town; two secretaries have accounts, one of them two."""
    ids = await settle(database)
    async with database.transaction() as session:
        for user, name in (("a", "李向阳"), ("b", "李向阳"), ("c", "吴长河"), ("d", "赵大海")):
            (await lock_account(session, "web", "t", user, f"{name}-{user}", LATE)).person_id = ids[name]
    return ids


async def chats(database: Database) -> list[str]:
    """To whom something was put into the outbox, in order."""
    async with database.reading() as session:
        return list(await session.scalars(select(OutboxMessage.chat).order_by(OutboxMessage.id)))


async def remind(database: Database, at: datetime) -> int:
    """A round, if one is due."""
    return await remind_everybody(database, TEXTS, PROCEDURES, at)


async def bodies(database: Database) -> list[str]:
    """What was put into the outbox for the secretary of the one branch, in order."""
    async with database.reading() as session:
        query = select(OutboxMessage.body).where(OutboxMessage.chat.startswith("李向阳")).order_by(OutboxMessage.id)
        return list(await session.scalars(query))


EVERYBODY = ["李向阳-a", "李向阳-b", "吴长河-c"]


async def test_each_account_gets_one_message_a_day(database: Database) -> None:
    await settled(database)
    assert await remind(database, LATE) == 3
    for later in (
        timedelta(minutes=1),
        timedelta(hours=3),
        timedelta(hours=-5),
        timedelta(days=-1),
        timedelta(days=-9),
    ):
        assert await remind(database, LATE + later) == 0, "whatever the clock does"
    assert await chats(database) == EVERYBODY


@one_database
async def test_a_clock_that_was_years_ahead_for_a_moment_silences_nothing(database: Database) -> None:
    await settled(database)
    assert await remind(database, LATE.replace(year=2031, day=17)) == 3
    assert await remind(database, LATE) == 3
    assert await remind(database, LATE + timedelta(minutes=1)) == 0
    assert await chats(database) == EVERYBODY * 2


@one_database
@pytest.mark.parametrize(
    ("first", "last", "said", "words"),
    [
        # The National Day is from 1 to 7 October; on the first of it a quarter without a meeting is over.
        (date(2026, 9, 28), date(2026, 10, 9), date(2026, 10, 8), "2026年第三季度没有记录"),
        # The Spring Festival is from 15 to 23 February; the theme day of the 17th is missed on the 20th.
        (date(2026, 2, 12), date(2026, 2, 26), date(2026, 2, 24), "主题党日：2026年2月还没有记录"),
    ],
)
async def test_what_comes_up_in_a_week_of_holidays_is_said_once_on_the_first_day_after(
    database: Database, first: date, last: date, said: date, words: str
) -> None:
    branch = (await settled(database))["桃花村党支部"]
    async with database.transaction() as session:
        began = datetime.combine(first - timedelta(days=200), LATE.timetz())
        met = {"starts_at": began, "state": MeetingState.CLOSED, "place": "村部"}
        session.add(Meeting(organization_id=branch, kind=MeetingKind.GENERAL_MEETING, **met))
        fixed = {"day": 17, "minute": 540, "place": "村部", "agenda": []}
        session.add(MeetingSeries(organization_id=branch, kind=MeetingKind.THEME_DAY, **fixed))
    heard: dict[date, int] = {}
    for day in (first + timedelta(days=step) for step in range((last - first).days + 1)):
        before = len(await bodies(database))
        await remind(database, datetime.combine(day, LATE.timetz()))
        if count := "".join((await bodies(database))[before:]).count(words):
            heard[day] = count
    assert heard == {said: 2}, "once on each account"


@one_database
@pytest.mark.parametrize(
    ("at", "count"),
    [
        ("2026-12-18T08:29:59", 0),
        ("2026-12-18T20:00:00", 3),
        ("2026-12-18T20:00:01", 0),
        ("2026-12-19T10:00:00", 0),
        ("2026-10-01T10:00:00", 0),
        ("2027-01-01T10:00:00", 0),
        ("2026-12-21T03:00:00", 0),
    ],
)
async def test_nobody_is_spoken_to_at_night_on_weekends_and_on_holidays(
    database: Database, at: str, count: int
) -> None:
    await settled(database)
    assert await remind(database, datetime.fromisoformat(at).replace(tzinfo=ZONE)) == count


@one_database
async def test_a_day_without_a_worker_is_not_made_up_for_but_what_came_up_on_it_is_said(database: Database) -> None:
    await settled(database)
    await remind(database, LATE - timedelta(days=7))
    assert await chats(database) == []
    assert await remind(database, LATE + timedelta(days=3)) == 3, "in one message, on Monday"
    assert await remind(database, LATE + timedelta(days=4)) == 0


async def test_of_several_workers_at_the_same_moment_each_message_goes_out_once(database: Database) -> None:
    await settled(database)
    elsewhere = Database(database.url.render_as_string(hide_password=False))
    try:
        counts = await asyncio.gather(*(remind(one, LATE) for one in (database, elsewhere, database, elsewhere)))
    finally:
        await elsewhere.close()
    assert sum(counts) == 3
    assert sorted(await chats(database)) == sorted(EVERYBODY)


@pytest.mark.parametrize("name", ["put", "note_round"])
async def test_after_a_crash_the_round_goes_on_and_repeats_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    await settled(database)
    monkeypatch.setattr(bot.reminder_round, "BATCH", 1)
    whole, calls = getattr(bot.reminder_round, name), []

    async def crash(*arguments: object) -> object:
        calls.append(name)
        if len(calls) == (2 if name == "put" else 1):
            raise ZeroDivisionError
        return await whole(*arguments)

    with monkeypatch.context() as broken:
        broken.setattr(bot.reminder_round, name, crash)
        with pytest.raises(ZeroDivisionError):
            await remind(database, LATE)
    before = await chats(database)
    assert before == (EVERYBODY[:2] if name == "put" else EVERYBODY)
    assert await remind(database, LATE + timedelta(minutes=1)) == 3 - len(before)
    assert await chats(database) == EVERYBODY


@one_database
async def test_everybody_is_spoken_to_in_the_morning_of_their_own_clock(database: Database) -> None:
    ids = await settled(database)
    async with database.transaction() as session:
        far = update(Organization).where(Organization.id == ids["杏花村党支部"])
        await session.execute(far.values(timezone="Europe/London"))
    assert await remind(database, LATE) == 2
    morning = datetime(2026, 12, 18, 8, 30, tzinfo=ZoneInfo("Europe/London"))
    assert await remind(database, morning - timedelta(minutes=1)) == 0
    assert await remind(database, morning) == 1
    assert await chats(database) == EVERYBODY


@one_database
async def test_a_branch_that_is_no_more_owes_nothing(database: Database) -> None:
    ids = await settled(database)
    async with database.transaction() as session:
        gone = update(Organization).where(Organization.id == ids["杏花村党支部"])
        await session.execute(gone.values(closed_on=date(2026, 12, 1)))
    assert await remind(database, LATE) == 2


@one_database
async def test_a_message_is_worth_nothing_after_its_day(database: Database) -> None:
    await settled(database)
    await remind(database, LATE)
    async with database.reading() as session:
        found = set(await session.scalars(select(OutboxMessage.not_after)))
        assert await last_round(session, "Asia/Shanghai") == LATE.date()
    assert found == {LATE.replace(hour=20, minute=0)}


async def grow(database: Database, parent: int, count: int) -> None:
    """So many more branches, each with a secretary who has an account."""
    async with database.transaction() as session:
        for number in range(count):
            place = Organization(kind=OrganizationKind.BRANCH, name=f"第{number}支部", parent_id=parent, path="")
            who = Person(name=f"书{number}", phone_last4=f"{number:04d}")
            session.add_all((place, who))
            await session.flush()
            place.path = f"/{parent}/{place.id}/"
            since = date(2020, 1, 1)
            joins = {"person_id": who.id, "organization_id": place.id, "since": since}
            await session.execute(insert(Membership).values(status=Status.FULL, may_vote=True, **joins))
            await session.execute(insert(Post).values(kind=PostKind.SECRETARY, **joins))
            (await lock_account(session, "web", "t", f"g{number}", "c", LATE)).person_id = who.id


async def test_a_batch_takes_as_many_statements_for_many_branches_as_for_two(database: Database) -> None:
    ids = await settled(database)
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    await remind(database, LATE)
    few = len(seen)
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    await grow(database, ids["清河镇党委"], 60)
    seen.clear()
    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    assert await remind(database, LATE.replace(year=2027, day=17)) == 63
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert len(seen) == few
