"""待办: each light on its day, each button where it leads, for each kind of branch."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

import pytest
from sqlalchemy import update

from handlers.messages import Kind
from storage.case_steps import NewStep, record_steps
from storage.cases import add_case
from storage.database import Database
from storage.memberships import give_post
from storage.models import (
    Meeting,
    MeetingKind,
    MeetingSeries,
    MeetingState,
    Membership,
    Organization,
    OrganizationKind,
    PostKind,
)
from tests.branch import settled_town
from tests.fakes import ZONE, Chat, FakeTown


@dataclass
class Office:
    """The secretary of the small branch before her list of what is owed."""

    town: FakeTown
    secretary: Chat
    ids: dict[str, int]

    async def looks(self, day: str) -> str:
        """What she reads on a day."""
        self.town.now = datetime.fromisoformat(f"{day}T10:00:00+08:00")
        self.secretary.hears()
        await self.secretary.sends(Kind.TAP, payload="owed")
        return self.secretary.hears()[-1]

    async def line(self, day: str, what: str) -> str:
        """The line of the list that is about something; empty when there is none."""
        return next((line for line in (await self.looks(day)).splitlines() if what in line), "")

    async def met(self, kind: MeetingKind, day: str, *, state: MeetingState = MeetingState.CLOSED) -> None:
        """A meeting was held."""
        async with self.town.database.transaction() as session:
            at = datetime.fromisoformat(f"{day}T15:00:00+08:00")
            branch = self.ids["桃花村党支部"]
            session.add(Meeting(organization_id=branch, kind=kind, state=state, starts_at=at, place="村部"))


@pytest.fixture
async def office(database: Database) -> Office:
    town, chats, ids = await settled_town(database)
    return Office(town, chats["李向阳"], ids)


async def test_a_general_meeting_that_is_only_convened_is_still_owed(office: Office) -> None:
    await office.met(MeetingKind.GENERAL_MEETING, "2026-12-20", state=MeetingState.CONVENED)
    assert "【黄】党员大会" in await office.line("2026-12-20", "党员大会")
    await office.met(MeetingKind.GENERAL_MEETING, "2026-12-19")
    words = await office.looks("2026-12-20")
    assert "【黄】党员大会" not in words
    assert "已办：党员大会" in words


async def test_a_missed_quarter_is_red_and_says_which_and_stands_first(office: Office) -> None:
    await office.met(MeetingKind.GENERAL_MEETING, "2026-09-10")
    words = await office.looks("2027-01-06")
    first = next(line for line in words.splitlines() if "：" in line)
    assert "【红】党员大会：2026年第四季度没有记录，2027年第一季度要抓紧补上（条例每季度一次）" in first
    assert "【红】" not in await office.line("2026-12-31", "党员大会")


async def test_a_committee_meets_monthly_where_there_is_one(office: Office) -> None:
    assert await office.line("2026-11-26", "支委会") == ""
    async with office.town.database.transaction() as session:
        for name, kind in (
            ("王桂兰", PostKind.ORGANIZATION_COMMISSIONER),
            ("赵大海", PostKind.DISCIPLINE_COMMISSIONER),
        ):
            await give_post(session, office.ids[name], office.ids["桃花村党支部"], kind, date(2024, 1, 1), None)
    assert "【" not in await office.line("2026-11-24", "支委会")
    assert "【黄】" in await office.line("2026-11-25", "支委会")
    await office.met(MeetingKind.COMMITTEE_MEETING, "2026-09-25")
    assert "【红】支委会：2026年10月没有记录" in await office.line("2026-11-02", "支委会")


async def test_each_group_is_owed_its_own_meeting_and_one_button_convenes_it(office: Office) -> None:
    async with office.town.database.transaction() as session:
        home = await session.get_one(Organization, office.ids["桃花村党支部"])
        for number, name in enumerate(("王桂兰", "赵大海"), 1):
            group = Organization(kind=OrganizationKind.GROUP, name=f"第{number}党小组", parent_id=home.id, path="")
            session.add(group)
            await session.flush()
            group.path = f"{home.path}{group.id}/"
            mine = update(Membership).where(Membership.person_id == office.ids[name])
            await session.execute(mine.values(group_id=group.id))
            if number == 1:
                at = datetime(2026, 11, 20, 15, tzinfo=ZONE)
                kind, state = MeetingKind.GROUP_MEETING, MeetingState.CLOSED
                session.add(
                    Meeting(
                        organization_id=home.id, group_id=group.id, kind=kind, state=state, starts_at=at, place="家"
                    )
                )
    words = await office.looks("2026-11-25")
    assert "【黄】第2党小组会" in words
    assert "第1党小组会" in words.partition("已办：")[2]
    payloads = [button.payload for button in office.secretary.buttons()]
    assert payloads.count("convene.group_meeting") == 1


async def test_a_theme_day_on_a_fixed_day_is_missed_three_days_after_it(office: Office) -> None:
    async with office.town.database.transaction() as session:
        branch = office.ids["桃花村党支部"]
        session.add(MeetingSeries(organization_id=branch, kind=MeetingKind.THEME_DAY, day=10, minute=900, place="村部"))
    assert "【" not in await office.line("2026-11-12", "主题党日")
    assert "【黄】" in await office.line("2026-11-13", "主题党日")


async def test_a_criticism_meeting_of_last_year_is_yellow_until_april_and_then_red(office: Office) -> None:
    await office.met(MeetingKind.CRITICISM_MEETING, "2025-12-10")
    assert "【黄】组织生活会：2026年的还没有记录" in await office.line("2027-02-01", "组织生活会")
    assert "【红】组织生活会：2026年的没有记录" in await office.line("2027-04-01", "组织生活会")
    await office.met(MeetingKind.CRITICISM_MEETING, "2027-02-10")
    assert "【" not in await office.line("2027-04-01", "组织生活会")


async def test_a_talk_that_was_recorded_in_the_year_is_done(office: Office) -> None:
    assert "2026年还没有记录" in await office.line("2026-11-23", "谈心谈话")
    async with office.town.database.transaction() as session:
        case = await add_case(
            session,
            organization_id=office.ids["桃花村党支部"],
            procedure="heart-to-heart",
            subject_id=office.ids["王桂兰"],
            title="谈心谈话",
            started_on=date(2026, 11, 1),
            remind_on=None,
            started_by_id=office.ids["李向阳"],
        )
        talk = NewStep("talk", date(2026, 11, 1), {})
        await record_steps(session, case, [talk], after=0, recorded_by_id=None, now=office.town.now)
    assert "谈心谈话" in (await office.looks("2026-11-23")).partition("已办：")[2]


async def test_every_button_opens_what_it_says(office: Office) -> None:
    await office.looks("2026-11-23")
    buttons = office.secretary.buttons()
    assert {button.payload for button in buttons} >= {
        "convene.general_meeting",
        "convene.lecture",
        "convene.theme_day",
        "convene.criticism_meeting",
        "convene.appraisal",
        "start_case.heart-to-heart",
    }
    for button in buttons:
        office.secretary.hears()
        await office.secretary.sends(Kind.TAP, payload=button.payload)
        heard = office.secretary.hears()
        assert heard, button
        if button.payload.startswith("convene."):
            assert heard == ["什么时候开？例如：下周三下午3点。"] or heard[0].startswith("什么时候开"), button
        await office.secretary.says("取消")


async def test_lights_are_ordered_by_how_urgent_they_are(office: Office) -> None:
    await office.met(MeetingKind.GENERAL_MEETING, "2026-09-10")
    words = await office.looks("2027-01-26")
    lights = [0 if "【红】" in line else 1 if "【黄】" in line else 2 for line in words.splitlines() if "：" in line]
    listed = lights[: lights.index(2) + 1]
    assert 0 in listed
    assert 1 in listed
    assert all(one <= other for one, other in pairwise(listed))


async def test_who_serves_two_branches_reads_both_and_is_asked_for_which(office: Office) -> None:
    async with office.town.database.transaction() as session:
        place = office.ids["杏花村党支部"]
        await give_post(session, office.ids["李向阳"], place, PostKind.DEPUTY_SECRETARY, date(2024, 1, 1), None)
    office.secretary.hears()
    await office.secretary.sends(Kind.TAP, payload="owed")
    heard = office.secretary.hears()
    assert ["桃花村党支部" in heard[0], "杏花村党支部" in heard[1]] == [True, True]
    assert {button.payload for button in office.secretary.buttons()} >= {"convene"}
    await office.secretary.taps("通知开党员大会")
    assert "为哪个办" in office.secretary.hears()[-1]


@pytest.mark.parametrize("who", ["王桂兰", "郑远", "新手机"])
async def test_nobody_else_sees_what_a_branch_owes(office: Office, who: str) -> None:
    chat = office.town.people[who]
    await chat.sends(Kind.TAP, payload="owed")
    (words,) = chat.hears()
    assert "党员大会" not in words
