"""Opinions: no vote, no names, no counts before the end, and no counts that would tell who chose what."""

from datetime import timedelta

from sqlalchemy import select

from bot.schedule import Schedule
from handlers.messages import Kind
from storage.database import Database
from storage.models import OutboxMessage, Poll
from tests.branch import settled_town
from tests.fakes import PROCEDURES, TEXTS, Chat, FakeTown

ASKED = ("征集意见", "主题党日去哪里参观", "纪念馆、示范村", "明天下午5点", "确认")


async def asked(chat: Chat) -> None:
    """The secretary asks."""
    for words in ASKED:
        await chat.says(words)


async def tick(town: FakeTown) -> None:
    """The worker looks what is due, as after a restart."""
    await Schedule(town.database, TEXTS, PROCEDURES, town.clock).tick()
    await town.deliver()


async def test_the_result_comes_once_when_the_time_is_over_and_in_the_morning(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    await asked(chats["李向阳"])
    for who, words in (("王桂兰", "纪念馆"), ("赵大海", "示范村"), ("孙小梅", "纪念馆")):
        await chats[who].taps(words)
    chats["李向阳"].hears()
    town.later(hours=38)
    await tick(town)
    assert chats["李向阳"].hears() == []
    town.later(hours=10)
    await tick(town)
    town.later(hours=2)
    await tick(town)
    [heard] = [words for words in chats["李向阳"].hears() if words.startswith("意见征集的结果")]
    assert "纪念馆：2 人" in heard
    assert "不是表决" in heard
    assert chats["王桂兰"].hears()[-1].startswith("收到，谢谢")


async def test_who_closes_early_hears_the_result_once(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await asked(secretary)
    await chats["王桂兰"].taps("纪念馆")
    await secretary.sends(Kind.TAP, payload="close_opinions.1")
    await secretary.says("确认")
    town.later(hours=1)
    await tick(town)
    results = [words for words in secretary.hears() if words.startswith("意见征集的结果")]
    assert len(results) == 1
    assert "不到 3 人" in results[0]
    assert "纪念馆" not in results[0]
    await secretary.sends(Kind.TAP, payload="close_opinions.1")
    assert secretary.hears() == ["这次征集已经截止了。"]


async def test_no_message_that_is_kept_tells_what_somebody_chose(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    await asked(chats["李向阳"])
    async with database.reading() as session:
        before = len(list(await session.scalars(select(OutboxMessage.id))))
    await chats["王桂兰"].taps("纪念馆")
    async with database.reading() as session:
        kept = list(await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))[before:]
        [poll] = list(await session.scalars(select(Poll)))
    assert [one.body for one in kept] == [TEXTS.say("opinions.opinion", "noted")]
    assert poll.counts == [1, 0]


async def test_only_who_was_asked_answers_and_forged_answers_count_nothing(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    await asked(chats["李向阳"])
    for who in ("吴长河", "郑远", "钱小满"):
        chats[who].hears()
        await chats[who].sends(Kind.TAP, payload="opinion.1.0")
        assert chats[who].hears() == ["这次征集不是发给您的。"], who
    for payload in ("opinion.1.2", "opinion.1.99999999", "opinion.1", "opinion.9.0", "opinion.1.-1", "opinion.x.0"):
        chats["王桂兰"].hears()
        await chats["王桂兰"].sends(Kind.TAP, payload=payload)
        assert chats["王桂兰"].hears() == ["这次征集不在了。"], payload
    for name in ("opinions_of", "close_opinions"):
        chats["吴长河"].hears()
        await chats["吴长河"].sends(Kind.TAP, payload=f"{name}.1")
        assert chats["吴长河"].hears() == [TEXTS.say("shared", "not_yours")], name
    async with database.reading() as session:
        [poll] = list(await session.scalars(select(Poll)))
    assert poll.counts == [0, 0]


async def test_too_late_an_end_and_answers_that_are_too_long_are_asked_again(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    for words in ASKED[:2]:
        await secretary.says(words)
    secretary.hears()
    await secretary.says("好" * 4000)
    await secretary.says("纪念馆\n" + "好" * 31)
    assert all("有哪些选项" in words for words in secretary.hears())
    await secretary.says(ASKED[2])
    secretary.hears()
    await secretary.says((secretary.town.now + timedelta(days=80)).strftime("%Y年%m月%d日下午3点"))
    assert secretary.hears()[0].startswith("太晚了")
