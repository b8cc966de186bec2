"""A branch's group chat: linked by its secretary, quiet, and nothing personal is said where others read along."""

from dataclasses import dataclass

import pytest

from handlers.messages import Address, Incoming, Kind
from storage.accounts import reach
from storage.attendance import attendance_of
from storage.database import Database
from storage.group_chats import group_at, groups_of, link_chat
from storage.meetings import meetings_of
from tests.branch import settled_town
from tests.fakes import TEXTS, Chat, FakeTown

GROUP = "-1007"
QUIET = TEXTS.say("group_chats", "quiet")
CONVENE = ("开会", "党课", "周五下午3点", "村小学", "讲党史", "确认")


@dataclass
class Hall:
    """The branch, and a group chat in which its people and others are."""

    town: FakeTown
    chats: dict[str, Chat]
    ids: dict[str, int]

    async def in_group(self, who: str, kind: Kind = Kind.TEXT, *, text: str = "", payload: str = "") -> list[str]:
        """Somebody does something in the group; what the group hears."""
        self.town.updates += 1
        before = len(self.said())
        address = Address("fake", "t", GROUP, group=True)
        update = Incoming(f"g{self.town.updates}", address, who, kind, self.town.now, text, payload, about="5")
        await self.town.delivery.answer(await self.town.turns.take(update))
        await self.town.deliver()
        return self.said()[before:]

    def said(self) -> list[str]:
        """All that was posted in the group."""
        return [message.body for message in self.town.platform.taken[GROUP]]

    async def linked(self) -> str:
        """What the group is linked to."""
        async with self.town.database.reading() as session:
            found = await group_at(session, "fake", "t", GROUP)
        return found.organization_name if found else ""


@pytest.fixture
async def hall(database: Database) -> Hall:
    """The branch with its secretary at hand."""
    town, chats, ids = await settled_town(database)
    return Hall(town, chats, ids)


async def link(hall: Hall) -> None:
    """The secretary links the group."""
    assert await hall.in_group("李向阳", text="关联本群") == []
    await hall.chats["李向阳"].says("确认")
    hall.chats["李向阳"].hears()


async def test_a_secretary_links_a_group_and_confirms_it_in_private(hall: Hall) -> None:
    assert await hall.in_group("李向阳", text="关联本群") == []
    [asked] = hall.chats["李向阳"].hears()
    assert "桃花村党支部" in asked
    assert await hall.linked() == ""
    await hall.chats["李向阳"].says("确认")
    assert "关联好了" in hall.chats["李向阳"].hears()[0]
    assert await hall.linked() == "桃花村党支部"


async def test_a_group_that_is_linked_is_not_linked_again_and_its_branch_is_not_named_to_others(hall: Hall) -> None:
    await link(hall)
    assert await hall.in_group("李向阳", text="/link") == []
    assert "已经关联了桃花村党支部" in hall.chats["李向阳"].hears()[0]
    assert await hall.in_group("吴长河", text="关联本群") == []
    assert "已经关联了一个支部" in hall.chats["吴长河"].hears()[0]


@pytest.mark.parametrize("who", ["王桂兰", "郑远"])
async def test_who_is_no_secretary_links_nothing(hall: Hall, who: str) -> None:
    assert await hall.in_group(who, text="关联本群") == []
    assert "支部书记" in hall.chats[who].hears()[0]
    assert await hall.linked() == ""


async def test_a_group_named_by_a_forged_button_is_not_linked(hall: Hall) -> None:
    chat = hall.chats["李向阳"]
    for payload in (f"link_group.{GROUP}", "link_group"):
        await chat.sends(Kind.TAP, payload=payload)
        assert chat.hears() == [TEXTS.say("group_chats.link_group", "from_the_group")]
    await chat.says("确认")
    assert await hall.linked() == ""


async def test_two_secretaries_link_one_group_and_one_of_them_has_it(hall: Hall) -> None:
    assert await hall.in_group("李向阳", text="关联本群") == []
    assert await hall.in_group("吴长河", text="关联本群") == []
    await hall.chats["吴长河"].says("确认")
    await hall.chats["李向阳"].says("确认")
    assert await hall.linked() == "杏花村党支部"
    assert "已经关联了一个支部" in hall.chats["李向阳"].hears()[-1]


async def test_a_notice_is_posted_and_answered_in_the_group_without_a_word_about_who(hall: Hall) -> None:
    await link(hall)
    for words in CONVENE:
        await hall.chats["李向阳"].says(words)
    assert "也发到了关联的群里" in hall.chats["李向阳"].hears()[-1]
    [posted] = hall.said()
    assert "召开党课" in posted
    buttons = [button for row in hall.town.platform.taken[GROUP][0].buttons for button in row]
    assert [button.label for button in buttons] == ["参加", "请假"]
    hall.chats["王桂兰"].hears()
    assert await hall.in_group("王桂兰", Kind.TAP, payload=buttons[0].payload) == []
    assert "记下您参加" in hall.chats["王桂兰"].hears()[0]
    assert await hall.in_group("赵大海", Kind.TAP, payload=buttons[1].payload) == []
    await hall.chats["赵大海"].says("出差")
    await hall.chats["赵大海"].says("确认")
    async with hall.town.database.reading() as session:
        [held] = await meetings_of(session, hall.ids["桃花村党支部"])
        answers = {one.name: one.will_come for one in await attendance_of(session, held.id)}
    assert (answers["王桂兰"], answers["赵大海"], answers["周福生"]) == (True, False, None)
    assert hall.said() == [posted]


async def test_a_change_and_a_cancellation_are_posted_too_until_the_group_is_let_go(hall: Hall) -> None:
    await link(hall)
    secretary = hall.chats["李向阳"]
    for words in (*CONVENE, "改会议", "地点", "村委会", "确认"):
        await secretary.says(words)
    assert "原定村小学" in hall.said()[-1]
    assert await hall.in_group("李向阳", text="解除关联") == []
    assert await hall.linked() == "桃花村党支部"
    await secretary.says("确认")
    assert await hall.linked() == ""
    for words in ("取消会议", "下雪", "确认"):
        await secretary.says(words)
    assert len(hall.said()) == 2


async def test_a_stranger_who_taps_is_told_where_to_go_and_nothing_is_recorded(hall: Hall) -> None:
    await link(hall)
    for words in CONVENE:
        await hall.chats["李向阳"].says(words)
    payload = hall.town.platform.taken[GROUP][0].buttons[0][0].payload
    assert await hall.in_group("路人", Kind.TAP, payload=payload) == [TEXTS.say("group_chats", "find_me_first")]


@pytest.mark.parametrize("payload", ["my_data", "count.1", "attendance.1", "r1.1.0", "menu", "in_group"])
async def test_no_other_button_does_anything_in_a_group(hall: Hall, payload: str) -> None:
    assert await hall.in_group("李向阳", Kind.TAP, payload=payload) == [QUIET]
    assert hall.chats["李向阳"].hears() == []


@pytest.mark.parametrize("words", ["我的", "会议记录", "谁没来", "请假", "王桂兰交党费了吗" * 60, "😀"])
async def test_personal_matters_are_not_spoken_of_in_a_group(hall: Hall, words: str) -> None:
    assert await hall.in_group("李向阳", text=words) == [QUIET]


async def test_a_general_question_is_answered_from_the_handbook(hall: Hall) -> None:
    [answer] = await hall.in_group("王桂兰", text="支部多久换届一次？")
    assert "任期" in answer
    assert hall.town.platform.taken[GROUP][0].buttons == ()


async def test_a_group_that_put_the_bot_out_is_forgotten_and_who_did_it_is_still_reached(hall: Hall) -> None:
    await link(hall)
    await hall.in_group("李向阳", Kind.LEFT)
    assert await hall.linked() == ""
    async with hall.town.database.reading() as session:
        assert await reach(session, [hall.ids["李向阳"]])


async def test_a_group_that_goes_on_under_another_id_stays_linked_and_nobody_says_a_word(hall: Hall) -> None:
    await link(hall)
    before = hall.said()
    assert await hall.in_group("王桂兰", Kind.MOVED, payload="-1007-new") == []
    assert await hall.linked() == ""
    async with hall.town.database.reading() as session:
        found = await groups_of(session, hall.ids["桃花村党支部"])
    assert [one.chat for one in found] == ["-1007-new"]
    for words in CONVENE:
        await hall.chats["李向阳"].says(words)
    assert hall.said() == before
    assert len(hall.town.platform.taken["-1007-new"]) == 1, "what is convened is announced there"


async def test_groups_of_another_branch_are_not_let_go_by_guessing(hall: Hall) -> None:
    await link(hall)
    async with hall.town.database.reading() as session:
        [group] = await groups_of(session, hall.ids["桃花村党支部"])
    await hall.chats["吴长河"].sends(Kind.TAP, payload=f"unlink_group.{group.id}")
    assert hall.chats["吴长河"].hears() == [TEXTS.say("shared", "not_yours")]
    assert await hall.linked() == "桃花村党支部"


async def test_a_list_names_the_groups_and_lets_go_of_one(hall: Hall) -> None:
    await link(hall)
    async with hall.town.database.transaction() as session:
        assert await link_chat(
            session,
            "fake",
            "t",
            "-1008",
            organization_id=hall.ids["桃花村党支部"],
            person_id=hall.ids["李向阳"],
            now=hall.town.now,
        )
    secretary = hall.chats["李向阳"]
    await secretary.says("关联的群")
    await secretary.taps("解除第 2 个")
    await secretary.says("确认")
    async with hall.town.database.reading() as session:
        assert [one.chat for one in await groups_of(session, hall.ids["桃花村党支部"])] == [GROUP]
