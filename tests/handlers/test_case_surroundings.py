"""What a case knows of its branch and of whom it is about, as the rules of a procedure use it in a conversation."""

from datetime import date

from handlers.messages import Kind
from storage.database import Database
from storage.memberships import change_status, give_post
from storage.models import PostKind, Status
from tests.branch import settled_town
from tests.fakes import Chat


async def _said(chat: Chat, *lines: str) -> str:
    for line in lines:
        chat.hears()
        await chat.says(line)
    return "\n".join(chat.hears())


async def test_dues_run_from_the_meeting_that_admitted_somebody(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    async with database.transaction() as session:
        await change_status(session, ids["钱小满"], Status.PROBATIONARY, date(2026, 5, 20))
    secretary = chats["李向阳"]
    await secretary.sends(Kind.TAP, payload="start_case.dues")
    heard = await _said(secretary, "钱小满", "今天", "农民", "1")
    assert "支部大会哪天通过接收的" in heard
    assert "2026年5月20日" in [button.label for button in secretary.buttons()]
    heard = await _said(secretary, "2026年8月20日")
    assert "党费从支部大会通过的2026年5月20日起交，不是从审批那天起" in heard
    assert "支部大会哪天通过接收的" in heard
    assert "开始办" in await _said(secretary, "2026年5月20日")


async def test_of_whom_the_roster_does_not_know_it_the_day_is_only_asked(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await secretary.sends(Kind.TAP, payload="start_case.dues")
    await _said(secretary, "孙小梅", "今天", "农民", "1")
    assert "开始办" in await _said(secretary, "2026年8月20日")


async def test_members_of_the_committee_learn_as_its_members(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    async with database.transaction() as session:
        post = PostKind.ORGANIZATION_COMMISSIONER
        await give_post(session, ids["王桂兰"], ids["桃花村党支部"], post, date(2024, 1, 1), None)
    secretary = chats["李向阳"]
    await secretary.sends(Kind.TAP, payload="start_case.training-hours")
    heard = await _said(secretary, "王桂兰", "今天", "党员")
    assert "书记和班子成员按56学时算" in heard
    assert "请写明原因" in heard
    await _said(secretary, "取消", "确认")
    await secretary.sends(Kind.TAP, payload="start_case.training-hours")
    assert "开始办" in await _said(secretary, "赵大海", "今天", "党员")


async def test_a_reason_does_not_stand_in_the_way_of_a_field_that_is_called_so(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await secretary.sends(Kind.TAP, payload="start_case.transfer")
    late = ("王桂兰", "是", "今天", "转出", "毕业离校", "2020年6月30日", "单位一直不接", "中共某某街道工委")
    await _said(secretary, *late, "先记到这里", "确认")
    await secretary.sends(Kind.TAP, payload="correct_step.1")
    await _said(secretary, "改其中一项")
    assert "原因：毕业离校" in [button.label for button in secretary.buttons()]
    heard = await _said(secretary, "原因：毕业离校", "换了工作单位", "选错了", "确认")
    assert "支部核对" in heard
