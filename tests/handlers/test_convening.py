"""Who is told of which kind of meeting: the group, the branches of a general branch, the committee; and odd answers."""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import update

from handlers.messages import Kind
from storage.attendance import attendance_of
from storage.database import Database
from storage.meetings import MeetingView, meetings_of
from storage.models import MeetingKind, Membership, Organization, OrganizationKind, Post, PostKind
from tests.branch import settled_town
from tests.fakes import TEXTS, Chat, FakeTown


@dataclass
class Hall:
    """The branch with two groups, one of them empty of others, under a committee."""

    town: FakeTown
    chats: dict[str, Chat]
    ids: dict[str, int]

    async def says(self, who: str, *lines: str) -> list[str]:
        """One line after another; the last answer."""
        for line in lines:
            self.chats[who].hears()
            await self.chats[who].says(line)
        return self.chats[who].hears()

    async def held(self, organization: str) -> tuple[MeetingView, dict[str, bool]]:
        """The newest meeting, and who should come with whether they count."""
        async with self.town.database.reading() as session:
            found = (await meetings_of(session, self.ids[organization]))[0]
            return found, {one.name: one.eligible for one in await attendance_of(session, found.id)}

    async def add(self, name: str, kind: OrganizationKind, parent: str) -> int:
        """One more organization."""
        async with self.town.database.transaction() as session:
            above = await session.get_one(Organization, self.ids[parent])
            added = Organization(name=name, kind=kind, parent_id=above.id, path="")
            session.add(added)
            await session.flush()
            added.path = f"{above.path}{added.id}/"
        self.ids[name] = added.id
        return added.id

    async def group(self, name: str, *people: str) -> None:
        """A group of the branch with these people."""
        id = await self.add(name, OrganizationKind.GROUP, "桃花村党支部")
        async with self.town.database.transaction() as session:
            whose = Membership.person_id.in_([self.ids[one] for one in people])
            await session.execute(update(Membership).where(whose).values(group_id=id))


@pytest.fixture
async def hall(database: Database) -> Hall:
    """The branch as it is, without groups."""
    return Hall(*await settled_town(database))


async def test_a_groups_meeting_is_told_to_the_group_alone(hall: Hall) -> None:
    await hall.group("第一党小组", "王桂兰", "赵大海", "钱小满")
    await hall.group("第二党小组", "周福生", "孙小梅")
    for chat in hall.chats.values():
        chat.hears()
    asked = await hall.says("李向阳", "开会", "党小组会")
    assert "哪个党小组开会" in asked[0]
    [said] = await hall.says("李向阳", "第一党小组", "明天下午3点", "村小学", "用惯例议题", "确认")
    assert "党小组会（第一党小组），通知 2 位" in said
    held, people = await hall.held("桃花村党支部")
    assert held.group_name == "第一党小组"
    assert set(people) == {"王桂兰", "赵大海"}
    assert "第一党小组" in hall.chats["王桂兰"].hears()[0]
    for who in ("周福生", "孙小梅", "钱小满"):
        assert hall.chats[who].hears() == [], who


async def test_without_groups_no_meeting_of_a_group_is_offered(hall: Hall) -> None:
    await hall.says("李向阳", "开会")
    labels = [button.label for button in hall.chats["李向阳"].buttons()]
    assert "党小组会" not in labels
    assert "其他会议" in labels


async def test_a_group_with_nobody_in_it_is_not_convened(hall: Hall) -> None:
    await hall.group("空组")
    [said] = await hall.says("李向阳", "开会", "党小组会")
    assert said == TEXTS.say("convening.convene", "nobody_expected", kind=MeetingKind.GROUP_MEETING)


async def test_a_general_branch_convenes_the_members_of_its_branches_who_all_count(hall: Hall) -> None:
    await hall.add("清河党总支", OrganizationKind.GENERAL_BRANCH, "清河镇党委")
    first = await hall.add("东岸党支部", OrganizationKind.BRANCH, "清河党总支")
    second = await hall.add("西岸党支部", OrganizationKind.BRANCH, "清河党总支")
    async with hall.town.database.transaction() as session:
        for name, branch in (("王桂兰", first), ("赵大海", second), ("孙小梅", second)):
            whose = Membership.person_id == hall.ids[name]
            await session.execute(update(Membership).where(whose).values(organization_id=branch))
        session.add(
            Post(
                person_id=hall.ids["周福生"],
                organization_id=hall.ids["清河党总支"],
                kind=PostKind.SECRETARY,
                since=date(2024, 1, 1),
            )
        )
    agenda = ("开会", "支部党员大会", "明天下午3点", "礼堂", "审议年度计划")
    [asked] = await hall.says("周福生", *agenda)
    assert "有表决权的正式党员 2 人" in asked
    await hall.says("周福生", "确认")
    held, people = await hall.held("清河党总支")
    assert people == {"王桂兰": True, "赵大海": True, "孙小梅": False}
    assert "清河党总支定于" in hall.chats["赵大海"].hears()[-1]
    hall.chats["李向阳"].hears()
    await hall.chats["李向阳"].sends(Kind.TAP, payload=f"meeting.{held.id}")
    assert hall.chats["李向阳"].hears() == [TEXTS.say("shared", "not_yours")]


async def test_a_committee_of_the_party_convenes_no_branch_meeting(hall: Hall) -> None:
    async with hall.town.database.transaction() as session:
        session.add(
            Post(
                person_id=hall.ids["周福生"],
                organization_id=hall.ids["清河镇党委"],
                kind=PostKind.SECRETARY,
                since=date(2024, 1, 1),
            )
        )
    [said] = await hall.says("周福生", "开会")
    assert said == TEXTS.say("convening.convene", "branches_only")


@pytest.mark.parametrize("odd", ["😀", "字" * 4000, "\n\n", "确认"])
async def test_odd_answers_to_what_a_point_is_are_asked_again(hall: Hall, odd: str) -> None:
    await hall.says("李向阳", "开会", "党课", "明天下午3点", "村小学", "讲党史", "修改", "性质")
    before = [button.label for button in hall.chats["李向阳"].buttons()]
    said = await hall.says("李向阳", odd)
    assert TEXTS.say("shared", "crashed") not in said
    assert [button.label for button in hall.chats["李向阳"].buttons()] == before
    said = await hall.says("李向阳", "1", "讨论", "好了")
    assert "性质：讨论" in said[0]


async def test_another_agenda_is_guessed_anew_and_going_back_leaves_what_was_presumed(hall: Hall) -> None:
    await hall.says(
        "李向阳", "开会", "党课", "明天下午3点", "村小学", "讲党史\n表决修路", "修改", "性质", "1", "讨论", "好了"
    )
    said = await hall.says("李向阳", "修改", "议题", "通报党费")
    assert "性质：报告、通报" in said[-1]
    await hall.says("李向阳", "修改", "性质")
    said = await hall.says("李向阳", "返回")
    assert "性质：报告、通报" in said[-1]


async def test_a_button_names_the_kind_and_a_forged_one_is_asked(hall: Hall) -> None:
    secretary = hall.chats["李向阳"]
    await secretary.sends(Kind.TAP, payload="convene.theme_day")
    assert "什么时候开" in secretary.hears()[-1]
    await secretary.says("取消")
    secretary.hears()
    for argument in ("group_meeting", "nothing", "1"):
        await secretary.sends(Kind.TAP, payload=f"convene.{argument}")
        assert "要开什么会" in secretary.hears()[-1]
        await secretary.says("取消")
        secretary.hears()


@pytest.mark.parametrize("name", ["change_meeting", "add_material", "cancel_meeting"])
async def test_a_meeting_that_is_over_or_of_another_branch_is_not_changed(hall: Hall, name: str) -> None:
    await hall.says("李向阳", "开会", "党课", "明天下午3点", "村小学", "讲党史", "确认")
    held, _ = await hall.held("桃花村党支部")
    neighbour = hall.chats["吴长河"]
    await neighbour.sends(Kind.TAP, payload=f"{name}.{held.id}")
    assert neighbour.hears() == [TEXTS.say("shared", "not_yours")]
    await hall.says("李向阳", "取消会议", "下雪", "确认")
    secretary = hall.chats["李向阳"]
    await secretary.sends(Kind.TAP, payload=f"{name}.{held.id}")
    [said] = secretary.hears()
    assert "已经取消" in said
