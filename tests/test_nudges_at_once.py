"""Two officials remind one branch in the same moment, on both databases."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from handlers.messages import Kind
from storage.database import Database
from storage.models import AuditEntry, Post, PostKind
from tests.branch import settled_town
from tests.fakes import MONDAY, Chat

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


async def test_of_two_who_remind_at_once_one_is_told_that_it_was_done(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    branch = ids["桃花村党支部"]
    await make(database, ids["王桂兰"], ids["清河镇党委"], PostKind.OFFICIAL)
    both = chats["郑远"], chats["王桂兰"]
    for chat in both:
        assert "发给桃花村党支部的李向阳同志" in await opened(chat, branch)
    await asyncio.gather(*(chat.says("确认") for chat in both))
    heard = sorted(chat.hears()[-1] for chat in both)
    assert [words[:4] for words in heard] == ["今天已经", SENT]
    assert sum("给您捎句话" in words for words in chats["李向阳"].hears()) == 1
    async with database.reading() as session:
        kept = list(await session.scalars(select(AuditEntry.action).where(AuditEntry.action == "remind_branch")))
    assert len(kept) == 1
    town.later(days=1)
    assert "发给桃花村党支部的李向阳同志" in await opened(both[0], branch)
