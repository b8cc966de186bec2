"""Hours in the chat: counted once, seen by their owner and by the secretary only."""

from datetime import date, timedelta

from sqlalchemy import update

from handlers.messages import Kind
from storage.database import Database
from storage.learning import learning_of
from storage.models import Membership
from tests.branch import settled_town
from tests.fakes import Chat

SECRETARY, MEMBER, NEIGHBOUR = "李向阳", "王桂兰", "吴长河"


async def note(chat: Chat, *who: str, day: str = "11月10日", topic: str = "支部工作条例", hours: str = "8") -> None:
    for words in ("记学时", *who, "好了", day, "集中培训", topic, hours):
        await chat.says(words)
    await chat.sends_file()
    await chat.says("确认")


async def test_the_same_activity_is_not_noted_twice_for_anybody(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    chat = chats[SECRETARY]
    await note(chat, "王桂兰")
    await note(chat, "王桂兰", "赵大海", topic="支部 工作条例")
    assert "1 人，每人 8 学时" in chat.hears()[-1]
    await note(chat, "王桂兰")
    assert "同一次活动只算一次" in "".join(chat.hears())
    async with database.reading() as session:
        views = await learning_of(session, [ids["王桂兰"], ids["赵大海"]])
    assert sorted(view.person_name for view in views) == ["王桂兰", "赵大海"]


async def test_what_was_learned_before_becoming_a_member_does_not_count(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    async with database.transaction() as session:
        joined = update(Membership).where(Membership.person_id == ids["王桂兰"])
        await session.execute(joined.values(since=date(2026, 11, 15)))
    await note(chats[SECRETARY], "王桂兰")
    assert "那一天还不是党员" in "".join(chats[SECRETARY].hears())


async def test_hours_without_a_proof_are_not_taken(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    chat = chats[SECRETARY]
    for words in ("记学时", "王桂兰", "好了", "11月10日", "集中培训", "条例", "8"):
        await chat.says(words)
    chat.hears()
    await chat.says("好了")
    assert chat.hears()[0].startswith("这里需要图片或文件")
    await chat.says("没有")
    assert chat.hears()[0].startswith("这里需要图片或文件")


async def test_a_day_far_back_or_to_come_is_refused(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    chat = chats[SECRETARY]
    for words in ("记学时", "王桂兰", "好了"):
        await chat.says(words)
    for day in (town.now + timedelta(days=2), town.now - timedelta(days=500)):
        chat.hears()
        await chat.says(f"{day:%Y}年{day.month}月{day.day}日")
        assert "不能" in chat.hears()[0]


async def test_hours_of_another_branch_are_neither_seen_nor_changed(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    await note(chats[SECRETARY], "王桂兰")
    async with database.reading() as session:
        (view,) = await learning_of(session, [ids["王桂兰"]])
    branch = ids["桃花村党支部"]
    names = ("learning", "give_hours", "record_hours", "hours_ledger")
    payloads = [*(f"{name}.{branch}" for name in names), f"hours_of.{ids[MEMBER]}", f"drop_hours.{view.id}"]
    for payload in payloads:
        for who in (NEIGHBOUR, MEMBER, "郑远"):
            chats[who].hears()
            await chats[who].sends(Kind.TAP, payload=payload)
            heard = chats[who].hears()
            assert len(heard) == 1, (payload, who)
            assert "支部工作条例" not in heard[0], (payload, who)
            assert "王桂兰" not in heard[0], (payload, who)
    await chats["赵大海"].says("我的学时")
    assert "支部工作条例" not in chats["赵大海"].hears()[-1]


async def test_the_secretary_and_the_committee_have_56_hours_to_reach_and_red_comes_in_december(
    database: Database,
) -> None:
    town, chats, _ = await settled_town(database)
    await chats[SECRETARY].says("学时进度")
    heard = chats[SECRETARY].hears()[-1]
    assert "🟡 李向阳：0／56" in heard
    assert "🟡 王桂兰：0／32" in heard
    town.now = town.now.replace(month=12, day=2)
    await chats[SECRETARY].says("学时进度")
    assert "🔴 王桂兰：0／32" in chats[SECRETARY].hears()[-1]
