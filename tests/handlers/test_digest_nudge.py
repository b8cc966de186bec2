"""A branch is reminded once a day, by whoever may, and only if somebody there can be reached; and lists by pages."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from handlers.messages import Kind
from storage.database import Database
from storage.models import Account, Organization, OrganizationKind, OutboxMessage, Post, PostKind
from tests.branch import settled_town
from tests.fakes import MONDAY, TEXTS, Chat

SENT = "发出去了"


async def make(database: Database, person_id: int, organization_id: int, kind: PostKind) -> None:
    """Give somebody a post."""
    async with database.transaction() as session:
        since = MONDAY.date() - timedelta(days=30)
        session.add(Post(person_id=person_id, organization_id=organization_id, kind=kind, since=since))


async def opened(chat: Chat, branch: int) -> str:
    """What somebody hears who presses the button."""
    chat.hears()
    await chat.sends(Kind.TAP, payload=f"remind_branch.{branch}")
    return chat.hears()[-1]


async def test_a_day_is_the_branches_and_ends_at_its_midnight(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    town.now = MONDAY.replace(hour=23, minute=50)
    await opened(chats["郑远"], ids["桃花村党支部"])
    await chats["郑远"].says("确认")
    assert chats["郑远"].hears()[-1].startswith(SENT)
    assert "今天已经有人提醒过" in await opened(chats["郑远"], ids["桃花村党支部"])
    town.later(minutes=11)
    assert "发给" in await opened(chats["郑远"], ids["桃花村党支部"])


async def test_who_comes_into_a_post_on_the_day_is_not_a_reason_to_remind_the_branch_again(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    branch = ids["桃花村党支部"]
    await opened(chats["郑远"], branch)
    await chats["郑远"].says("确认")
    async with database.transaction() as session:
        await session.execute(update(Post).where(Post.organization_id == branch).values(until=MONDAY.date()))
    await make(database, ids["赵大海"], branch, PostKind.SECRETARY)
    assert "今天已经有人提醒过" in await opened(chats["郑远"], branch)
    assert "发给杏花村党支部" in await opened(chats["郑远"], ids["杏花村党支部"]), "another branch is another matter"


async def test_who_cannot_be_reached_is_named_and_nothing_is_said_to_have_been_sent(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    branch, secretary = ids["桃花村党支部"], Account.person_id == ids["李向阳"]
    async with database.transaction() as session:
        await session.execute(update(Account).where(secretary).values(reachable=False))
    assert "李向阳同志的手机现在收不到消息" in await opened(chats["郑远"], branch)
    async with database.transaction() as session:
        await session.execute(update(Account).where(secretary).values(person_id=None))
    assert "李向阳同志还没有绑定手机" in await opened(chats["郑远"], branch)
    await make(database, ids["赵大海"], branch, PostKind.DEPUTY_SECRETARY)
    assert "发给桃花村党支部的赵大海同志" in await opened(chats["郑远"], branch)
    await chats["郑远"].says("取消")
    async with database.transaction() as session:
        await session.execute(update(Post).where(Post.organization_id == branch).values(until=MONDAY.date()))
    assert "没有登记书记" in await opened(chats["郑远"], branch)
    async with database.reading() as session:
        pushed = select(OutboxMessage.id).where(OutboxMessage.unique_key.startswith("nudge:"))
        assert (await session.scalars(pushed)).all() == []


async def test_only_a_level_above_reminds(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    branch = ids["桃花村党支部"]
    for who in ("李向阳", "王桂兰", "吴长河"):
        assert await opened(chats[who], branch) == TEXTS.say("shared", "not_yours"), who
    assert await opened(chats["郑远"], ids["清河镇党委"]) == TEXTS.say("shared", "gone")
    await make(database, ids["郑远"], branch, PostKind.SECRETARY)
    async with database.transaction() as session:
        mine = Post.organization_id == branch, Post.person_id == ids["李向阳"]
        await session.execute(update(Post).where(*mine).values(until=MONDAY.date()))
    assert "书记就是您" in await opened(chats["郑远"], branch)


@pytest.mark.parametrize("name", ["digest_branch", "digest_branches", "digest_whole"])
async def test_a_week_or_branch_that_somebody_may_not_see_or_that_is_none_is_refused(
    database: Database, name: str
) -> None:
    _, chats, ids = await settled_town(database)
    mine, other = ids["桃花村党支部"], ids["杏花村党支部"]
    for argument in ("2026-W60", "2026-W00", "2027-W20", "2019-W01", "last", "2026-W４７"):
        await chats["郑远"].sends(Kind.TAP, payload=f"{name}.{mine}.{argument}".encode("ascii", "ignore").decode())
        assert chats["郑远"].hears()[-1] == TEXTS.say("shared", "gone"), argument
    for place in (other, ids["清河镇党委"]):
        await chats["李向阳"].sends(Kind.TAP, payload=f"{name}.{place}.2026-W47")
        assert chats["李向阳"].hears() == [TEXTS.say("shared", "not_yours")]
    await chats["李向阳"].sends(Kind.TAP, payload=f"{name}.{mine}.2026-W47")
    assert "桃花村党支部" in chats["李向阳"].hears()[-1]


async def test_many_branches_are_listed_by_pages(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    committee = ids["清河镇党委"]
    async with database.transaction() as session:
        for number in range(20):
            place = Organization(kind=OrganizationKind.BRANCH, name=f"第{number}村党支部", parent_id=committee, path="")
            session.add(place)
            await session.flush()
            place.path = f"/{committee}/{place.id}/"
    chat = chats["郑远"]
    await chat.says("周报")
    digest = chat.hears()[-1]
    assert "另有 19 个要操心，共 22 个支部。" in digest
    await chat.taps("全部支部")
    assert "22 个支部（第 1/3 页）" in chat.hears()[-1]
    await chat.taps("下一页 ›")
    await chat.taps("下一页 ›")
    assert "（第 3/3 页）" in (last := chat.hears()[-1])
    assert "第19村党支部：还没有任何记录" in last
    await chat.taps("第19村党支部")
    assert chat.hears()[-1].startswith("第19村党支部 11月23日—29日")
