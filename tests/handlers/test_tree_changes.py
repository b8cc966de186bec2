"""Changing the tree from the chat: another's scope, forged buttons, two officials at once, what changed meanwhile."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.messages import Kind
from storage.database import Database
from storage.models import (
    Attendance,
    Meeting,
    Organization,
    OrganizationChange,
    OrganizationKind,
    Post,
    PostKind,
    Presence,
)
from storage.people import branches_under
from tests.branch import settled_town
from tests.fakes import MONDAY, TEXTS, Chat
from tests.storage.kit import START, add_organization
from tests.test_at_once import all_at_once, begin_check_in, said, tapped

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CHANGES = (
    *("tree", "new_organization", "rename_organization", "move_organization", "merge_organization"),
    *("dissolve_organization", "set_term"),
)
PAPER = ("11月18日", "清组批〔2026〕12号")


async def elsewhere(database: Database) -> tuple[int, int]:
    """Another town with a branch; their ids."""
    async with database.transaction() as session:
        town = await add_organization(session, OrganizationKind.COMMITTEE, "白石镇党委", None)
        branch = await add_organization(session, OrganizationKind.BRANCH, "石桥村党支部", town)
        return town.id, branch.id


def test_every_reason_of_the_tree_has_its_sentence() -> None:
    folder = Path(__file__).parents[2] / "storage"
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("tree*.py"))
    reasons = set(re.findall(r'NotPossible\("(\w+)"', source))
    assert len(reasons) > 10
    assert [reason for reason in reasons if not TEXTS.has("tree_changes", reason)] == []


@SQLITE
async def test_another_scope_cannot_be_seen_or_changed_by_guessing_its_id(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    official = chats["郑远"]
    for id in await elsewhere(database):
        for name in CHANGES:
            official.hears()
            await official.sends(Kind.TAP, payload=f"{name}.{id}")
            assert official.hears() == [TEXTS.say("shared", "not_yours")], name
    for name in ("rename_organization", "move_organization", "merge_organization", "dissolve_organization", "set_term"):
        await official.sends(Kind.TAP, payload=f"{name}.{ids['清河镇党委']}")
        assert official.hears() == [TEXTS.say("tree_changes", "own_top", name="清河镇党委")], name
    await official.sends(Kind.TAP, payload="tree.999999")
    assert official.hears() == [TEXTS.say("shared", "gone")]
    async with database.reading() as session:
        assert list(await session.scalars(select(OrganizationChange))) == []


@SQLITE
async def test_where_to_is_offered_within_the_scope_only(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    await elsewhere(database)
    official = chats["郑远"]
    await said(official, "合并支部", "桃花村党支部")
    assert [button.label for button in official.buttons()][:1] == ["杏花村党支部"]
    await official.says("石桥村党支部")
    assert official.hears()[-1].startswith(TEXTS.say("shared", "like_organizations"))
    assert "石桥村党支部" not in [button.label for button in official.buttons()]


async def test_two_officials_who_merge_two_branches_both_ways_leave_one(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    async with database.transaction() as session:
        session.add(
            Post(person_id=ids["吴长河"], organization_id=ids["清河镇党委"], kind=PostKind.OFFICIAL, since=START)
        )
    one, two = chats["郑远"], chats["吴长河"]
    await said(one, "合并支部", "桃花村党支部", "杏花村党支部", *PAPER)
    await said(two, "合并支部", "杏花村党支部", "桃花村党支部", *PAPER)
    for chat in (one, two):
        chat.hears()
    await all_at_once(town, tapped(one, "确认"), tapped(two, "确认"))
    heard = [words for chat in (one, two) for words in chat.hears()]
    assert sum(words.startswith("合并好了") for words in heard) == 1
    # Who comes second has nothing left to merge with, or, having looked before that, is told what happened.
    told = (TEXTS.say("tree_changes.merge_organization", "nothing_to_join"), "已经在2026年11月18日并入")
    assert sum(any(words.find(reason) >= 0 for reason in told) for words in heard) == 1
    async with database.reading() as session:
        assert len(await branches_under(session, "/")) == 1
        assert len(list(await session.scalars(select(OrganizationChange)))) == 1


@SQLITE
async def test_a_dialogue_about_a_branch_that_is_no_more_ends_with_what_became_of_it(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    official, secretary = chats["郑远"], chats["李向阳"]
    await said(secretary, "开会", "党课")
    await said(official, "合并支部", "桃花村党支部", "杏花村党支部", *PAPER, "确认")
    secretary.hears()
    await secretary.says("明天下午3点")
    assert secretary.hears() == [TEXTS.say("shared", "role_needed", role="secretary")]
    official.hears()
    await official.sends(Kind.TAP, payload=f"rename_organization.{ids['桃花村党支部']}")
    assert official.hears() == ["桃花村党支部已经在2026年11月18日并入杏花村党支部了。"]
    await official.sends(Kind.TAP, payload=f"tree.{ids['桃花村党支部']}")
    [page] = official.hears()
    assert "并入杏花村党支部。记录都保留着，由杏花村党支部的书记和上级查看。" in page
    # Up is what it became part of: where it was may be somebody else's by now.
    assert official.buttons()[0].label == TEXTS.say("tree.tree", "up")
    await official.taps(TEXTS.say("tree.tree", "up"))
    assert official.hears()[-1].startswith("杏花村党支部")


@SQLITE
async def test_the_secretary_of_what_it_became_part_of_has_its_records_and_other_branches_do_not(
    database: Database,
) -> None:
    _, chats, _ = await settled_town(database)
    async with database.transaction() as session:
        top = await session.scalar(select(Organization).where(Organization.name == "清河镇党委"))
        await add_organization(session, OrganizationKind.BRANCH, "梨花村党支部", top)
    await said(chats["李向阳"], "开会", "党课", "明天下午3点", "村小学", "讲党史", "确认")
    async with database.reading() as session:
        meeting = f"meeting.{await session.scalar(select(Meeting.id))}"
    await said(chats["郑远"], "合并支部", "桃花村党支部", "梨花村党支部", *PAPER, "确认")

    async def hears(chat: Chat) -> str:
        chat.hears()
        await chat.sends(Kind.TAP, payload=meeting)
        return chat.hears()[-1]

    assert await hears(chats["吴长河"]) == TEXTS.say("shared", "not_yours")
    await said(chats["郑远"], "合并支部", "梨花村党支部", "杏花村党支部", *PAPER, "确认")
    assert "村小学" in await hears(chats["吴长河"])


@SQLITE
async def test_thousands_of_branches_are_looked_for_by_a_part_of_the_name(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    async with database.transaction() as session:
        top = await session.scalar(select(Organization).where(Organization.name == "清河镇党委"))
        for number in (1, 2):
            general = await add_organization(session, OrganizationKind.GENERAL_BRANCH, f"第{number}党总支", top)
            await add_organization(session, OrganizationKind.BRANCH, "第一党支部", general)
        for number in range(9):
            await add_organization(session, OrganizationKind.BRANCH, f"梨花村{number}组党支部", top)
    official = chats["郑远"]
    await said(official, "支部改名")
    for words, answer in (
        ("梨花村", "找到 9 个，太多了，请把名字写全一点。"),
        ("没有的村", "没找到这个组织。"),
        ("第一党支部", "找到几个，请选一个："),
    ):
        official.hears()
        await official.says(words)
        assert official.hears()[-1].startswith(answer)
    assert [button.label for button in official.buttons()][:2] == ["第一党支部（第1党总支）", "第一党支部（第2党总支）"]
    await official.says("2")
    assert official.hears()[-1].startswith("“第一党支部”改成什么名字？")
    await said(official, "取消", "组织管理")
    assert any(button.label == "下一页 ›" for button in official.buttons())
    await official.taps("下一页 ›")
    assert official.hears()[-1].startswith("清河镇党委（党委）")
    assert official.town.now == MONDAY


async def test_members_check_in_while_their_branch_is_being_moved(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    official, secretary = chats["郑远"], chats["李向阳"]
    await said(official, "新建党总支", "清河镇党委", "党总支", "桃花村党总支", *PAPER, "确认")
    await begin_check_in(town, secretary)
    await said(official, "转隶", "桃花村党支部", "桃花村党总支", *PAPER)
    members = [chats[name] for name in ("王桂兰", "赵大海", "周福生")]
    await all_at_once(town, tapped(official, "确认"), *(tapped(chat, "签到") for chat in members))
    assert official.hears()[-1].startswith("转好了")
    async with database.reading() as session:
        [branch] = [one for one in await branches_under(session, "/") if one.name == "桃花村党支部"]
        general = await session.scalar(select(Organization.path).where(Organization.name == "桃花村党总支"))
        assert branch.path.startswith(general or "?")
        there = select(Attendance.person_id).where(Attendance.presence == Presence.PRESENT)
        assert len(list(await session.scalars(there))) == 3
    await said(secretary, "实到情况")
    assert "3" in secretary.hears()[-1]
