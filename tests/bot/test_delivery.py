"""From the outbox to the platform: what fails is tried again in order, what cannot arrive is given up for a reason."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.delivery import FIRST_RETRY, LONGEST_RETRY, Delivery
from handlers.dialogue.turns import Answered
from handlers.messages import Failure, NotSent, Outgoing, Sent
from storage.accounts import lock_account
from storage.database import Database
from storage.models import Account, Lane, OutboxMessage
from storage.models import Delivery as State
from storage.outbox import LEASE, Draft, claim, put
from tests.fakes import LIMITS, MONDAY, FakePlatform

CHANNEL = ("fake", "t")
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what happens in Delivery and not in its queries."""


@dataclass
class Desk:
    """A delivery with its platform and a clock that is set by hand."""

    database: Database
    now: datetime = MONDAY
    platform: FakePlatform = field(default_factory=FakePlatform)

    def __post_init__(self) -> None:
        self.delivery = Delivery(self.database, {CHANNEL: self.platform}, lambda: self.now, gather=0)

    async def put(self, *bodies: str, chat: str = "王", lane: Lane = Lane.PUSH, **more: object) -> list[int]:
        """Messages to one chat, in one transaction."""
        drafts = [replace(Draft(*CHANNEL, chat, body, lane), **more) for body in bodies]  # type: ignore[arg-type]
        async with self.database.transaction() as session:
            return await put(session, drafts, self.now)

    async def answer(self, body: str, chat: str = "王") -> None:
        """What a turn does with its answer."""
        draft = Draft(*CHANNEL, chat, body)
        async with self.database.transaction() as session:
            ids = await put(session, [draft], self.now, claimed=True)
        await self.delivery.answer(Answered(tuple(ids), (draft,), ((),)))
        await self.delivery.settle()

    async def drain(self, *lanes: Lane) -> int:
        """Send everything that is due, of what nobody waits for unless a lane is named."""
        claimed = 0
        while found := await self.delivery.drain(*(lanes or (Lane.PUSH, Lane.DIGEST))):
            claimed += found
        return claimed

    def arrived(self, chat: str = "王") -> list[str]:
        """What a chat was sent."""
        return [message.body for message in self.platform.taken[chat]]

    async def rows(self) -> list[OutboxMessage]:
        """The outbox, oldest first."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


@pytest.fixture
def desk(database: Database) -> Desk:
    """A desk on this test's database."""
    return Desk(database)


def later(retry_after: float | None = None) -> NotSent:
    """The platform is busy."""
    return NotSent(Failure.LATER, "busy", retry_after)


async def test_what_was_sent_is_marked_with_its_reference_and_not_sent_again(desk: Desk) -> None:
    await desk.put("一", "二")
    assert await desk.drain() == 2
    assert await desk.drain() == 0
    assert desk.arrived() == ["一", "二"]
    assert [(row.state, row.sent_ref, row.claimed_until) for row in await desk.rows()] == [
        (State.SENT, "1", None),
        (State.SENT, "2", None),
    ]


@one_database
async def test_each_try_waits_longer_than_the_last_up_to_a_limit(desk: Desk) -> None:
    await desk.put("一")
    waits = []
    for attempt in range(12):
        desk.platform.failing.append(later())
        assert await desk.drain() == 1
        (row,) = await desk.rows()
        assert (row.state, row.attempts, row.detail) == (State.WAITING, attempt + 1, "busy")
        waits.append((row.due_at - desk.now).total_seconds())
        desk.now = row.due_at - timedelta(seconds=0.01)
        assert await desk.drain() == 0, "not before it is due"
        desk.now = row.due_at
    for attempt, wait in enumerate(waits):
        middle = min(FIRST_RETRY * 2**attempt, LONGEST_RETRY)
        assert middle * 0.79 < wait < middle * 1.21
    assert await desk.drain() == 1
    assert desk.arrived() == ["一"]


@one_database
async def test_the_platform_says_when_to_try_again(desk: Desk) -> None:
    await desk.put("一")
    desk.platform.failing.append(later(37))
    await desk.drain()
    assert [row.due_at - desk.now for row in await desk.rows()] == [timedelta(seconds=37)]


async def test_nothing_overtakes_what_waits_in_its_chat_and_other_chats_go_on(desk: Desk) -> None:
    await desk.put("一", "二", "三")
    await desk.put("甲", chat="赵")
    desk.platform.failing.append(later(60))
    await desk.drain()
    assert (desk.arrived(), desk.arrived("赵")) == ([], ["甲"])
    await desk.put("四")
    assert await desk.drain() == 0
    desk.now += timedelta(seconds=60)
    assert await desk.drain() == 4
    assert desk.arrived() == ["一", "二", "三", "四"]


@one_database
async def test_the_next_answer_waits_behind_one_that_failed(desk: Desk) -> None:
    desk.platform.failing.append(later(5))
    await desk.answer("一")
    await desk.answer("二")
    await desk.answer("甲", chat="赵")
    assert (desk.arrived(), desk.arrived("赵")) == ([], ["甲"])
    assert await desk.drain(Lane.REPLY) == 0
    desk.now += timedelta(seconds=5)
    assert await desk.drain(Lane.REPLY) == 2
    await desk.answer("三")
    assert desk.arrived() == ["一", "二", "三"]


async def test_what_cannot_arrive_is_given_up_with_its_reason_and_the_next_one_goes(desk: Desk) -> None:
    await desk.put("一", "二", "三", "四")
    failures = (Failure.GONE, Failure.CLOSED, Failure.REFUSED)
    desk.platform.failing += [NotSent(failure, f"no way: {failure}") for failure in failures]
    await desk.drain()
    assert [(row.state, row.detail, row.claimed_until) for row in await desk.rows()] == [
        (State.GONE, "no way: gone", None),
        (State.CLOSED, "no way: closed", None),
        (State.REFUSED, "no way: refused", None),
        (State.SENT, "", None),
    ]
    assert desk.arrived() == ["四"]


async def test_who_has_gone_is_unreachable_until_they_write_again(desk: Desk) -> None:
    async with desk.database.transaction() as session:
        accounts = [(await lock_account(session, *CHANNEL, name, name, desk.now)).id for name in "王赵"]
    for name, account_id in zip("王赵", accounts, strict=True):
        await desk.put("一", chat=name, account_id=account_id)
        desk.platform.failing.append(NotSent(Failure.GONE if name == "王" else Failure.REFUSED, "no way"))
        await desk.drain()
    async with desk.database.reading() as session:
        assert list(await session.scalars(select(Account.reachable).order_by(Account.id))) == [False, True]
    async with desk.database.transaction() as session:
        assert (await lock_account(session, *CHANNEL, "王", "王", desk.now)).reachable


@one_database
async def test_what_comes_too_late_is_not_sent(desk: Desk) -> None:
    await desk.put("签到了", not_after=MONDAY + timedelta(minutes=5))
    desk.now += timedelta(minutes=6)
    await desk.drain()
    assert desk.arrived() == []
    assert [row.state for row in await desk.rows()] == [State.EXPIRED]


async def test_a_long_message_goes_on_after_the_parts_that_arrived(desk: Desk) -> None:
    desk.platform.limits = replace(LIMITS, text=20, documents=0)
    await desk.put("\n\n".join(f"第{number}段，一共十几个字左右" for number in range(4)))
    sent, failing = desk.platform.send, [False, False, True, True]

    async def send(message: Outgoing) -> Sent:
        if failing and failing.pop(0):
            raise later(1)
        return await sent(message)

    desk.platform.send = send  # type: ignore[method-assign]
    for parts in (2, 2):
        await desk.drain()
        assert [row.parts_sent for row in await desk.rows()] == [parts]
        desk.now += timedelta(seconds=1)
    await desk.drain()
    assert [body[:3] for body in desk.arrived()] == ["第0段", "第1段", "第2段", "第3段"]
    assert [(row.state, row.sent_ref) for row in await desk.rows()] == [(State.SENT, "4")]


async def test_what_a_dead_process_had_claimed_is_sent_by_another_when_its_claim_runs_out(desk: Desk) -> None:
    await desk.put("一")
    async with desk.database.transaction() as session:
        assert len(await claim(session, [CHANNEL], (Lane.PUSH,), desk.now)) == 1
    assert await desk.drain() == 0
    desk.now += LEASE
    assert await desk.drain() == 1
    assert desk.arrived() == ["一"]


async def test_a_second_worker_leaves_a_chat_to_the_one_that_is_at_it(desk: Desk) -> None:
    if desk.database.is_sqlite:
        pytest.skip("there a second one waits until the first has committed")
    await desk.put("一", "二")
    await desk.put("甲", chat="赵")
    async with desk.database.transaction() as first, desk.database.transaction() as second:
        assert [one.body for one in await claim(first, [CHANNEL], (Lane.PUSH,), desk.now, 1)] == ["一"]
        assert [one.body for one in await claim(second, [CHANNEL], (Lane.PUSH,), desk.now)] == ["甲"]
    async with desk.database.transaction() as third:
        assert await claim(third, [CHANNEL], (Lane.PUSH,), desk.now) == []


async def test_two_workers_at_once_send_everything_once(database: Database) -> None:
    one, other = Desk(database), Desk(Database(database.url.render_as_string(hide_password=False)))
    other.platform = one.platform
    other.__post_init__()
    for chat in "甲乙丙丁":
        await one.put(*"一二三四五六七八", chat=chat)
    try:
        while sum(
            await asyncio.gather(one.delivery.drain(Lane.PUSH, limit=5), other.delivery.drain(Lane.PUSH, limit=5))
        ):
            pass
    finally:
        await other.database.close()
    assert {chat: one.arrived(chat) for chat in "甲乙丙丁"} == {chat: [*"一二三四五六七八"] for chat in "甲乙丙丁"}


class Dying:
    """Lets a database die in the middle, and come back."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.transaction = database.transaction

    def die(self) -> None:
        """Every transaction fails from now on."""

        def fail() -> None:
            raise OperationalError("BEGIN", {}, ConnectionError("gone away"))

        self.database.transaction = fail  # type: ignore[assignment, method-assign]

    def revive(self) -> None:
        """It is back."""
        self.database.transaction = self.transaction  # type: ignore[method-assign]


@one_database
async def test_a_database_that_dies_while_sending_costs_no_message_and_no_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying, sent, dead = Dying(desk.database), desk.platform.send, asyncio.Event()
    monkeypatch.setattr("bot.delivery.FIRST_RETRY", 0)
    await desk.put("一", "二", "三")
    await desk.put("甲", chat="赵")

    async def send(message: Outgoing) -> Sent:
        if message.body == "二":
            dying.die()
            dead.set()
            raise later(1)
        return await sent(message)

    desk.platform.send = send  # type: ignore[method-assign]
    draining = asyncio.create_task(desk.drain())
    await dead.wait()
    await asyncio.sleep(0)
    desk.platform.send = sent  # type: ignore[method-assign]
    dying.revive()
    assert await draining == 3
    assert [row.state for row in await desk.rows()] == [State.SENT, State.WAITING, State.WAITING, State.SENT]
    desk.now += LEASE
    await desk.drain()
    assert (desk.arrived(), desk.arrived("赵")) == (["一", "二", "三"], ["甲"])


@one_database
async def test_an_answer_that_failed_while_the_database_died_is_not_overtaken(desk: Desk) -> None:
    dying, sent = Dying(desk.database), desk.platform.send

    async def send(message: Outgoing) -> Sent:
        dying.die()
        raise later(1)

    desk.platform.send = send  # type: ignore[method-assign]
    await desk.answer("一")
    desk.platform.send = sent  # type: ignore[method-assign]
    dying.revive()
    await desk.answer("二")
    assert desk.arrived() == []
    desk.now += LEASE
    await desk.drain(Lane.REPLY)
    assert desk.arrived() == ["一", "二"]


@one_database
async def test_a_process_that_ends_does_not_wait_for_ever_for_a_dead_database(desk: Desk) -> None:
    dying = Dying(desk.database)
    await desk.put("一")
    async with desk.database.transaction() as session:
        (claimed,) = await claim(session, [CHANNEL], (Lane.PUSH,), desk.now)
    dying.die()
    await desk.delivery.answer(Answered((claimed.id,), (Draft(*CHANNEL, "王", "一"),), ((),)))
    await desk.delivery.settle(within=0.01)
    dying.revive()
    assert desk.arrived() == ["一"]
    assert [row.state for row in await desk.rows()] == [State.WAITING]


@one_database
async def test_a_message_that_breaks_our_own_code_is_kept_to_be_looked_at_and_the_next_one_goes(desk: Desk) -> None:
    await desk.put("一", "二")
    sent = desk.platform.send

    async def send(message: Outgoing) -> Sent:
        if message.body == "一":
            raise ZeroDivisionError("a bug")
        return await sent(message)

    desk.platform.send = send  # type: ignore[method-assign]
    await desk.drain()
    assert desk.arrived() == ["二"]
    assert [(row.state, row.detail) for row in await desk.rows()] == [
        (State.REFUSED, "ZeroDivisionError"),
        (State.SENT, ""),
    ]
