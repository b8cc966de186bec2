"""Who cannot be reached is told to their own secretary, by cause, on as many pages as it takes, and to nobody else."""

import pytest
from sqlalchemy import update

from handlers.messages import Kind
from storage.database import Database
from storage.memberships import enrol
from storage.models import Account, Status
from storage.unreachable import unreachable_in
from tests.branch import settled_town
from tests.fakes import MONDAY


async def test_who_stopped_the_bot_and_who_was_never_bound_are_named_apart(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    secretary = chats["李向阳"]
    async with database.transaction() as session:
        stopped = update(Account).where(Account.person_id.in_([ids["王桂兰"], ids["吴长河"]]))
        await session.execute(stopped.values(reachable=False))
        await session.execute(update(Account).where(Account.person_id == ids["赵大海"]).values(person_id=None))
    await secretary.says("收不到消息的人")
    (said,) = secretary.hears()
    assert "停用了机器人（1 位）：王桂兰" in said
    assert "还没绑定（1 位）：赵大海" in said
    assert "吴长河" not in said, "he is next door"
    async with database.reading() as session:
        found = await unreachable_in(session, [ids["桃花村党支部"], ids["杏花村党支部"]])
    assert [(one.person_id, one.bound) for one in found] == [
        (ids["王桂兰"], True),
        (ids["赵大海"], False),
        (ids["吴长河"], True),
    ]
    await chats["王桂兰"].says("菜单")
    await secretary.says("收不到消息的人")
    assert "王桂兰" not in "".join(secretary.hears()), "who writes again is reached again"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_many_fill_pages_and_a_forged_page_is_the_first(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    async with database.transaction() as session:
        for number in range(30):
            await enrol(
                session,
                name=f"新同志{number:02}",
                phone_last4=f"{number:04}",
                organization_id=ids["桃花村党支部"],
                status=Status.FULL,
                since=MONDAY.date(),
            )
    secretary, pages = chats["李向阳"], []
    await secretary.says("谁收不到消息")
    pages += secretary.hears()
    await secretary.taps("下一页 ›")
    pages += secretary.hears()
    assert [page.count("新同志") for page in pages] == [24, 6]
    assert all("还没绑定（30 位）" in page for page in pages)
    for forged in ("unreachable.99", "unreachable.-1", "unreachable.x"):
        await secretary.sends(Kind.TAP, payload=forged)
        assert secretary.hears()[-1] == pages[0]
    member = chats["王桂兰"]
    await member.sends(Kind.TAP, payload="unreachable")
    assert "新同志" not in "".join(member.hears())
