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
from storage.files import add_file, add_files
from storage.group_chats import groups_of, link_chat
from storage.models import Account, Lane, Organization, OrganizationKind, OutboxMessage
from storage.models import Delivery as State
from storage.outbox import CHAT_GAP, GROUP_GAP, LEASE, Draft, claim, put, release_claims
from storage.paces import reserve
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


@one_database
@pytest.mark.parametrize(("answered", "taken"), [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3)])
async def test_of_a_message_of_several_calls_only_the_one_is_made_again_whose_answer_died_with_its_process(
    desk: Desk, answered: int, taken: int
) -> None:
    desk.platform.limits = replace(LIMITS, caption=10)
    calls = ["本周的情况，写得比图下面放得下的长", "图.png", "表.xlsx"]
    async with desk.database.transaction() as session:
        files = await add_files(session, [(name, "x/y", b"x") for name in calls[1:]], desk.now)
    await desk.put(calls[0], documents=files, lane=Lane.DIGEST)
    sent = desk.platform.send

    async def send(message: Outgoing) -> Sent:
        if desk.platform.count < answered:
            return await sent(message)
        if answered < taken:
            await sent(message)
        raise asyncio.CancelledError  # nobody is there any more to hear the answer

    desk.platform.send = send  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await desk.drain()
    assert [row.parts_sent for row in await desk.rows()] == [answered]
    desk.platform.send = sent  # type: ignore[method-assign]
    other = Desk(desk.database, desk.now + LEASE, desk.platform)
    assert await other.drain() == 1
    arrived = [message.body or message.documents[0].name for message in desk.platform.taken["王"]]
    assert arrived == calls[:taken] + calls[answered:]
    words = 1 + max(number for number, call in enumerate(arrived) if call == calls[0])
    assert [(row.state, row.sent_ref) for row in await desk.rows()] == [(State.SENT, str(words))]


@one_database
async def test_what_arrived_is_noted_though_the_database_is_away_for_a_while(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.FIRST_RETRY", 0)
    dying, sent, asleep = Dying(desk.database), desk.platform.send, asyncio.sleep
    desk.platform.limits = replace(LIMITS, text=20, documents=0)
    await desk.put("第一段，一共十几个字左右\n\n第二段，一共十几个字左右")

    async def send(message: Outgoing) -> Sent:
        if not desk.platform.count:
            dying.die()
        return await sent(message)

    async def wake(seconds: float) -> None:
        dying.revive()
        await asleep(seconds)

    desk.platform.send = send  # type: ignore[method-assign]
    monkeypatch.setattr("bot.delivery.asyncio.sleep", wake)
    assert await desk.drain() == 1
    assert [body[:3] for body in desk.arrived()] == ["第一段", "第二段"]
    assert [(row.state, row.parts_sent) for row in await desk.rows()] == [(State.SENT, 1)]


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


async def test_news_goes_before_digests_and_an_answer_before_both_however_many_wait(desk: Desk) -> None:
    digests = [Draft(*CHANNEL, f"书记{number}", "周报", Lane.DIGEST) for number in range(10_000)]
    async with desk.database.transaction() as session:
        await put(session, digests, desk.now)
    await desk.put("会议取消", chat="书记9999")
    await desk.answer("签到成功", chat="王桂兰")
    assert desk.arrived("王桂兰") == ["签到成功"]
    assert len(desk.platform.taken) == 1, "no digest was sent before it"
    assert await desk.delivery.drain(Lane.PUSH, Lane.DIGEST, limit=20) == 20
    assert desk.arrived("书记9999") == ["会议取消"]
    assert len(desk.platform.taken) == 21
    # An answer that has to be tried again has a lane of its own as well.
    desk.platform.failing.append(later(0))
    await desk.answer("已请假", chat="赵大海")
    assert await desk.drain(Lane.REPLY) == 1
    assert desk.arrived("赵大海") == ["已请假"]


@one_database
async def test_one_message_that_hangs_holds_up_its_chat_and_nobody_else(desk: Desk) -> None:
    sent, hanging, over, done = desk.platform.send, asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def send(message: Outgoing) -> Sent:
        if message.body == "一":
            hanging.set()
            await over.wait()
        if message.body == "九":
            over.set()
        if message.body == "二":
            done.set()
        return await sent(message)

    desk.platform.send = send  # type: ignore[method-assign]
    await desk.put("一", "二")
    running = asyncio.create_task(desk.delivery.run(Lane.PUSH, pause=0))
    await hanging.wait()
    await desk.put(*"三四五六七八九", chat="赵")
    await done.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (desk.arrived(), desk.arrived("赵")) == (["一", "二"], [*"三四五六七八九"])


@one_database
async def test_a_claim_is_held_on_to_while_its_message_is_under_way(desk: Desk) -> None:
    sent, over = desk.platform.send, asyncio.Event()
    started = asyncio.Event()

    async def send(message: Outgoing) -> Sent:
        started.set()
        await over.wait()
        return await sent(message)

    desk.platform.send = send  # type: ignore[method-assign]
    desk.delivery.lease = timedelta(microseconds=1)  # by the clock of the loop it is always time to renew
    await desk.put("一")
    running = asyncio.create_task(desk.delivery.run(Lane.PUSH, pause=0))
    await started.wait()
    desk.now += timedelta(minutes=5)
    while (await desk.rows())[0].claimed_until != desk.now + desk.delivery.lease:
        pass  # each look at the database lets the others have their turn
    over.set()
    while (await desk.rows())[0].state is not State.SENT:
        pass
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert desk.arrived() == ["一"]


async def test_where_a_pace_is_kept_a_chat_that_has_just_had_a_message_is_passed_over(desk: Desk) -> None:
    desk.delivery.paced = True
    async with desk.database.transaction() as session:
        account_id = (await lock_account(session, *CHANNEL, "王", "王", desk.now)).id
    await desk.put("一", "二", account_id=account_id)
    await desk.put("周报", account_id=account_id, lane=Lane.DIGEST)
    await desk.put("甲", "乙", chat="支部群")
    assert await desk.drain() == 2
    assert (desk.arrived(), desk.arrived("支部群")) == (["一"], ["甲"])
    desk.now += CHAT_GAP
    assert await desk.drain() == 1, "of one chat one message, though it waits in two lanes"
    assert desk.arrived() == ["一", "二"]
    desk.now += GROUP_GAP - CHAT_GAP
    assert await desk.drain() == 2
    assert (desk.arrived(), desk.arrived("支部群")) == (["一", "二", "周报"], ["甲", "乙"])


async def test_a_refusal_is_about_the_chat_in_all_lanes_and_for_all_workers(desk: Desk) -> None:
    desk.delivery.paced = True
    async with desk.database.transaction() as session:
        account_id = (await lock_account(session, *CHANNEL, "王", "王", desk.now)).id
    await desk.put("会议取消", account_id=account_id)
    await desk.put("周报", account_id=account_id, lane=Lane.DIGEST)
    desk.platform.failing += [later(7), later()]
    other = Desk(desk.database, platform=desk.platform)
    other.delivery.paced = True
    for wait in (timedelta(seconds=7), CHAT_GAP):
        assert await desk.drain() == 1
        other.now = desk.now = desk.now + wait - timedelta(seconds=0.01)
        assert (await other.drain(), await desk.drain()) == (0, 0), "one failed in one lane, and the chat is left alone"
        other.now = desk.now = desk.now + timedelta(seconds=0.01)
    assert await other.drain() == 1
    assert desk.arrived() == ["周报"], "what is put off for longer than the chat needs holds up its own lane alone"


@pytest.mark.parametrize("failure", [Failure.GONE, Failure.CLOSED, Failure.REFUSED])
async def test_a_chat_that_declined_one_message_is_left_alone_as_if_it_had_taken_it(
    desk: Desk, failure: Failure
) -> None:
    desk.delivery.paced = True
    async with desk.database.transaction() as session:
        account_id = (await lock_account(session, *CHANNEL, "王", "王", desk.now)).id
    await desk.put("一", "二", account_id=account_id)
    await desk.put("周报", account_id=account_id, lane=Lane.DIGEST)
    desk.platform.failing.append(NotSent(failure, "no way"))
    assert await desk.drain() == 1
    other = Desk(desk.database, desk.now + CHAT_GAP - timedelta(seconds=0.01), desk.platform)
    other.delivery.paced = True
    assert await other.drain() == 0, "a call that was in vain was a call"
    other.now = desk.now + CHAT_GAP
    assert await other.drain() == 1
    assert desk.arrived() == ["二"]


@one_database
async def test_what_a_process_had_claimed_is_not_sent_at_once_by_the_next_one(desk: Desk) -> None:
    await desk.put("一", "二")
    async with desk.database.transaction() as session:
        assert len(await claim(session, [CHANNEL], (Lane.PUSH,), desk.now)) == 1
        await release_claims(session, *CHANNEL, Lane.PUSH, due_at=desk.now + GROUP_GAP)
    assert await desk.drain() == 0
    desk.now += GROUP_GAP
    assert await desk.drain() == 2
    assert desk.arrived() == ["一", "二"]


async def test_documents_are_loaded_once_for_many_and_no_more_of_them_than_there_is_room_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.outbox.BATCH_BYTES", 100)
    async with desk.database.transaction() as session:
        same, other, large = [await add_file(session, "a.ics", "x/y", bytes(size), desk.now) for size in (60, 50, 999)]
    for chat, file_id in (("甲", same), ("乙", same), ("丙", other), ("丁", large)):
        await desk.put("通知", chat=chat, documents=[file_id])
    async with desk.database.transaction() as session:
        claimed = await claim(session, [CHANNEL], (Lane.PUSH,), desk.now)
    assert [one.chat for one in claimed] == ["甲", "乙"]
    assert claimed[0].documents[0][2] is claimed[1].documents[0][2]
    for chat in "丙丁":
        async with desk.database.transaction() as session:
            assert [one.chat for one in await claim(session, [CHANNEL], (Lane.PUSH,), desk.now)] == [chat]


async def test_a_group_that_has_moved_is_followed_with_its_link_and_all_that_waits(desk: Desk) -> None:
    async with desk.database.transaction() as session:
        branch = Organization(kind=OrganizationKind.BRANCH, name="桃花村党支部", parent_id=None, path="/1/")
        session.add(branch)
        await session.flush()
        for chat in ("-7", "-8"):
            await link_chat(session, *CHANNEL, chat, organization_id=branch.id, person_id=None, now=desk.now)
    await desk.put("一", "二", chat="-7")
    desk.platform.failing.append(NotSent(Failure.LATER, "upgraded", 0, moved_to="-1007"))
    assert await desk.drain() == 3
    assert (desk.arrived("-7"), desk.arrived("-1007")) == ([], ["一", "二"])
    await desk.put("三", chat="-8")
    desk.platform.failing.append(NotSent(Failure.GONE, "bot was kicked from the group chat"))
    await desk.drain()
    async with desk.database.reading() as session:
        assert [one.chat for one in await groups_of(session, branch.id)] == ["-1007"]


async def test_whoever_spoke_in_a_group_that_has_put_us_out_can_still_be_reached(desk: Desk) -> None:
    async with desk.database.transaction() as session:
        account_id = (await lock_account(session, *CHANNEL, "王", "王", desk.now)).id
    await desk.put("在群里的回答", chat="-7", account_id=account_id)
    desk.platform.failing.append(NotSent(Failure.GONE, "bot was kicked from the group chat"))
    await desk.drain()
    async with desk.database.reading() as session:
        assert all(await session.scalars(select(Account.reachable)))


@one_database
async def test_what_nobody_takes_for_days_is_given_up_so_that_its_chat_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.MOST_ATTEMPTS", 1)
    await desk.put("一", "二")
    for _ in range(2):
        desk.platform.failing.append(later(0))
    await desk.drain()
    assert [(row.state, row.detail) for row in await desk.rows()] == [(State.EXPIRED, "busy"), (State.SENT, "")]


async def test_workers_reserve_stretches_that_follow_each_other_and_a_clock_put_right_stops_nobody(
    database: Database,
) -> None:
    long = timedelta(seconds=0.25)

    async def reserved(now: datetime) -> datetime:
        async with database.transaction() as session:
            return await reserve(session, *CHANNEL, long, now)

    assert [await reserved(MONDAY) for _ in range(3)] == [MONDAY, MONDAY + long, MONDAY + 2 * long]
    side_by_side = await asyncio.gather(*(reserved(MONDAY) for _ in range(5)))
    assert sorted(side_by_side) == [MONDAY + number * long for number in range(3, 8)]
    later_on = MONDAY + timedelta(minutes=1)
    assert await reserved(later_on) == later_on, "what nobody used is gone"
    assert await reserved(MONDAY - timedelta(hours=1)) == MONDAY - timedelta(hours=1)


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
