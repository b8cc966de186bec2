"""What is due can be answered by whom it is due for, by nobody else, and each answer means what it says."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, update

from bot.reminder_round import remind_everybody
from handlers.daily_reminders import SHOWN, lines_of, message
from handlers.daily_reminders import Stood as Standing
from handlers.messages import Button, Kind
from handlers.reminders import Item
from handlers.screen import SCREEN, lines
from knowledge.rules.owed import Light
from storage.database import Database
from storage.memberships import end_posts, give_post
from storage.models import Account, PostKind, Task
from storage.tasks import add_task
from tests.branch import settled_town
from tests.fakes import PROCEDURES, TEXTS, ZONE, Chat, FakeTown
from tests.meeting_room import open_meeting

LATE = datetime(2026, 12, 18, 10, 0, tzinfo=ZONE)
"""The quarter and the year end soon: five things are due for a branch that has recorded nothing."""
TODAY = LATE.date()
NOT_DUE = TEXTS.say("my_reminders", "not_due")
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is decided in Python from what the queries gave."""


async def remind(town: FakeTown, at: datetime) -> None:
    """The round of a day."""
    town.now = at
    await remind_everybody(town.database, TEXTS, PROCEDURES, at)
    await town.deliver()


def said(chat: Chat) -> list[str]:
    """The reminders that came since last asked."""
    return [words for words in chat.hears() if "提醒您" in words]


async def with_a_deputy(database: Database) -> tuple[FakeTown, Chat, Chat, dict[str, int]]:
    """The town late in the year; the branch has a deputy secretary."""
    town, chats, ids = await settled_town(database)
    async with database.transaction() as session:
        await give_post(
            session, ids["王桂兰"], ids["桃花村党支部"], PostKind.DEPUTY_SECRETARY, TODAY - timedelta(days=300), None
        )
    town.now = LATE
    return town, chats["李向阳"], chats["王桂兰"], ids


@one_database
async def test_secretary_and_deputy_are_told_and_done_holds_for_both_but_seen_for_one(database: Database) -> None:
    town, secretary, deputy, _ = await with_a_deputy(database)
    await remind(town, LATE)
    assert len(said(secretary)) == len(said(deputy)) == 1
    await secretary.says("党员大会")
    await secretary.taps("已办")
    await secretary.says("提醒")
    await secretary.says("党课")
    await secretary.taps("知道了")
    deputy.hears()
    await deputy.says("提醒")
    [heard] = deputy.hears()
    assert "提醒 5 件（1 件答复过）" in heard
    assert "党员大会：2026年第四季度还没有记录，12月31日前要办（条例每季度一次）（李向阳：已办）" in heard
    await deputy.says("党员大会")
    assert "重新提醒" not in [button.label for button in deputy.buttons()], "it is not the deputy's to take back"


@one_database
async def test_a_new_secretary_sees_what_the_old_one_had_answered(database: Database) -> None:
    town, secretary, _, ids = await with_a_deputy(database)
    await remind(town, LATE)
    await secretary.taps("都知道了")
    await secretary.says("提醒")
    await secretary.says("党员大会")
    async with database.transaction() as session:
        await end_posts(session, ids["桃花村党支部"], [PostKind.SECRETARY], TODAY)
        await give_post(session, ids["赵大海"], ids["桃花村党支部"], PostKind.SECRETARY, TODAY, None)
    fresh = town.people["赵大海"]
    await fresh.says("提醒")
    assert fresh.hears()[-1].startswith("提醒 5 件\n")
    mark = next(button.payload for button in secretary.buttons() if button.label == "重新提醒").partition(".")[2]
    await secretary.sends(Kind.TAP, payload=f"reminders_done.{mark}")
    assert secretary.hears()[-1] == NOT_DUE, "who is no secretary any more has nothing to answer"


@one_database
async def test_seen_is_silent_until_it_is_red(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    town.now = datetime(2026, 9, 1, 10, 0, tzinfo=ZONE)
    await open_meeting(secretary, "李向阳", "王桂兰", kind="党课", agenda="讲党史")
    await secretary.says("结束会议")
    for words in ("讲了党史", "确认"):
        await secretary.says(words)
    await remind(town, LATE)
    [heard] = said(secretary)
    assert "【黄】党员大会" in heard
    await secretary.taps("都知道了")
    for day in (LATE + timedelta(days=3), LATE + timedelta(days=13)):
        await remind(town, day)
        assert "党员大会" not in "".join(said(secretary))
    await remind(town, datetime(2027, 1, 4, 10, 0, tzinfo=ZONE))
    [heard] = said(secretary)
    assert "【红】党员大会：2026年第四季度没有记录，2027年第一季度要抓紧补上" in heard


@one_database
async def test_put_off_comes_back_on_the_third_working_day(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await remind(town, LATE)
    await secretary.taps("都稍后提醒")
    assert secretary.hears()[-1] == "好的，这 5 件12月23日再提醒。"
    for days, count in ((3, 0), (4, 0), (5, 1), (6, 0)):
        await remind(town, LATE + timedelta(days=days))
        assert len(said(secretary)) == count, days


@one_database
async def test_done_holds_for_this_occurrence_only(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await remind(town, datetime(2026, 11, 25, 10, 0, tzinfo=ZONE))
    await secretary.taps("已办")
    await remind(town, datetime(2026, 11, 30, 10, 0, tzinfo=ZONE))
    assert said(secretary)[1:] == []
    await remind(town, datetime(2026, 12, 25, 10, 0, tzinfo=ZONE))
    assert "主题党日：2026年12月" in said(secretary)[-1]


@one_database
async def test_what_has_been_held_in_the_meantime_is_not_due_and_its_button_says_so(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await remind(town, datetime(2026, 11, 25, 10, 0, tzinfo=ZONE))
    old = secretary.buttons()
    await open_meeting(secretary, "李向阳", kind="主题党日", agenda="学习")
    await secretary.says("结束会议")
    for words in ("学习", "确认"):
        await secretary.says(words)
    secretary.hears()
    for button in old:
        if button.payload.startswith("reminders_"):
            await secretary.sends(Kind.TAP, payload=button.payload)
            assert secretary.hears() == [NOT_DUE], button.label
    await secretary.says("提醒")
    assert secretary.hears() == ["现在没有要提醒您的事。"]


@one_database
async def test_others_forged_and_repeated_buttons_are_answered_politely(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary, neighbour, member = chats["李向阳"], chats["吴长河"], chats["王桂兰"]
    await remind(town, LATE)
    marks = next(button.payload for button in secretary.buttons() if button.label == "都知道了").partition(".")[2]
    tries = [(neighbour, marks), (member, marks), (secretary, ""), (secretary, "?0%"), (secretary, "a" * 30)]
    for name in ("reminder", "reminders_seen", "reminders_later", "reminders_done", "remind_again"):
        for chat, argument in tries:
            chat.hears()
            await chat.sends(Kind.TAP, payload=f"{name}.{argument}")
            assert chat.hears() == [NOT_DUE], (name, argument)
    for name in ("reminders_seen", "reminders_seen", "reminders_done", "remind_again", "remind_again"):
        await secretary.sends(Kind.TAP, payload=f"{name}.{marks[:5]}")
        assert len(secretary.hears()) == 1
    await secretary.again()
    assert secretary.hears() == [], "the very same update does nothing"


@one_database
async def test_a_button_of_weeks_ago_answers_what_is_still_due_and_nothing_else(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await remind(town, datetime(2026, 11, 25, 10, 0, tzinfo=ZONE))
    old = [button.payload for button in secretary.buttons() if button.label == "知道了"]
    assert "主题党日" in said(secretary)[-1]
    town.now = datetime(2026, 11, 30, 23, 50, tzinfo=ZONE)
    await secretary.sends(Kind.TAP, payload=old[0])
    assert secretary.hears()[-1].startswith("好的"), "it is still November's"
    town.now = datetime(2026, 12, 28, 10, 0, tzinfo=ZONE)
    await secretary.sends(Kind.TAP, payload=old[0])
    assert secretary.hears()[-1] == NOT_DUE, "December's is another"


@one_database
async def test_on_two_telephones_an_answer_holds_on_both(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    secretary = chats["李向阳"]
    other = await town.chat("李向阳的平板", ids["李向阳"])
    await remind(town, LATE)
    assert len(said(secretary)) == len(said(other)) == 1
    buttons = {button.label: button.payload for button in other.buttons()}
    await secretary.taps("都知道了")
    await other.sends(Kind.TAP, payload=buttons["都稍后提醒"])
    assert other.hears()[-1] == "好的，这 5 件12月23日再提醒。", "whoever changes their mind says so later"
    await secretary.says("提醒")
    assert "（都答复过）" in secretary.hears()[-1]
    await remind(town, LATE + timedelta(days=5))
    assert len(said(secretary)) == len(said(other)) == 1


@one_database
async def test_who_keeps_two_branches_is_asked_which_and_answers_each_for_itself(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    async with database.transaction() as session:
        await give_post(session, ids["李向阳"], ids["杏花村党支部"], PostKind.DEPUTY_SECRETARY, TODAY, None)
    secretary, neighbour = chats["李向阳"], chats["吴长河"]
    await remind(town, LATE)
    [heard] = said(secretary)
    assert "今天提醒您 10 件事" in heard
    assert heard.count("桃花村党支部　") + heard.count("杏花村党支部　") == heard.count("【黄】")
    labels = [button.label for button in secretary.buttons()]
    assert sum(label.endswith(("（桃花村党支部）", "（杏花村党支部）")) for label in labels) == heard.count("【黄】")
    assert len(set(labels)) == len(labels), "no two buttons are called alike"
    await secretary.says("提醒")
    await secretary.says("党员大会（杏花村党支部）")
    await secretary.taps("已办")
    await secretary.says("提醒")
    assert "提醒 10 件（1 件答复过）" in secretary.hears()[-1]
    neighbour.hears()
    await neighbour.says("提醒")
    assert "提醒 5 件（1 件答复过）" in neighbour.hears()[-1], "what the deputy has done is done for the secretary"
    await secretary.says("党员大会（桃花村党支部）")
    assert "已办" in [button.label for button in secretary.buttons()]


@one_database
async def test_who_cannot_be_reached_misses_nothing_once_they_are_back(database: Database) -> None:
    town, secretary, deputy, _ = await with_a_deputy(database)
    async with database.transaction() as session:
        await session.execute(update(Account).where(Account.user == secretary.user).values(reachable=False))
    await remind(town, LATE)
    assert (len(said(secretary)), len(said(deputy))) == (0, 1)
    await secretary.says("提醒")
    assert "提醒 5 件" in secretary.hears()[-1]
    await remind(town, LATE + timedelta(days=13))
    assert len(said(secretary)) == 1, "who writes is reached again"


@one_database
async def test_a_thousand_things_are_one_message_of_one_screen_and_pages(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    who, branch = chats["赵大海"], ids["桃花村党支部"]
    owed = {"organization_id": branch, "person_id": ids["赵大海"], "due_on": TODAY, "created_at": LATE}
    async with database.transaction() as session:
        await session.execute(insert(Task), [{**owed, "what": f"第{number}件事"} for number in range(1000)])
    await remind(town, LATE)
    [heard] = said(who)
    assert lines(heard) <= SCREEN
    assert "今天提醒您 1000 件事" in heard
    await who.taps("都知道了")
    await who.says("提醒")
    assert "提醒 1000 件（6 件答复过）" in who.hears()[-1]
    await who.sends(Kind.TAP, payload="reminders.166")
    assert lines(who.hears()[-1]) <= SCREEN


@one_database
async def test_a_task_is_done_by_its_own_record(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    who = chats["赵大海"]
    async with database.transaction() as session:
        for what in ("修灯", "买灯泡"):
            await add_task(
                session,
                organization_id=ids["桃花村党支部"],
                what=what,
                person_id=ids["赵大海"],
                due_on=TODAY,
                created_by_id=ids["李向阳"],
                now=LATE,
            )
    await remind(town, LATE)
    [heard] = said(who)
    assert "【黄】修灯，今天到期" in heard
    mark = next(button.payload for button in who.buttons() if button.label == "都知道了").partition(".")[2][:5]
    await who.taps("办好了：买灯泡")
    await who.sends(Kind.TAP, payload=f"reminders_done.{mark}")
    assert who.hears()[-1] == TEXTS.say("my_reminders", "record_it")
    await who.says("提醒")
    assert "提醒 1 件" in who.hears()[-1]


@one_database
async def test_a_list_of_many_has_pages(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    who = chats["赵大海"]
    async with database.transaction() as session:
        for number in range(SHOWN + 3):
            await add_task(
                session,
                organization_id=ids["桃花村党支部"],
                what=f"第{number}件事",
                person_id=ids["赵大海"],
                due_on=TODAY,
                created_by_id=ids["李向阳"],
                now=LATE,
            )
    await remind(town, LATE)
    [heard] = said(who)
    assert "还有 3 件，点“提醒”看" in heard
    await who.taps("都知道了")
    assert who.hears()[-1] == "好的，这 6 件先不提醒了，变紧了再说。", "of what was not shown nothing is answered"
    await who.says("提醒")
    assert "提醒 9 件（6 件答复过）" in who.hears()[-1]
    await who.taps("下一页 ›")
    assert "第3件事" in who.hears()[-1]
    for page in ("reminders.99", "reminders.-1", "reminders.x"):
        await who.sends(Kind.TAP, payload=page)
        assert "提醒 9 件" in who.hears()[-1]


def item(number: int, light: Light, words: str = "党员大会还没有记录") -> Item:
    """Something due since today."""
    return Item(f"k{number}", (1,), light, TODAY, f"第{number}件", words, (Button("办", "menu"),), marks=(TODAY,))


def test_the_message_fits_one_screen_and_its_buttons_carry_what_it_shows() -> None:
    due = [Standing(item(number, Light.RED, "很长的一句话，" * 9)) for number in range(9)]
    found = message(TEXTS, 1, due, LATE, TODAY - timedelta(days=1))
    assert found is not None
    assert lines(found.body) <= SCREEN
    shown = found.body.count("- **【红】**")
    assert 1 <= shown < len(due)
    assert f"还有 {len(due) - shown} 件" in found.body
    assert len(found.rows[-2][0].payload.partition(".")[2]) == 5 * shown
    assert found.rows[-1][0].payload == "reminders"


def test_whose_it_is_is_said_where_there_are_several() -> None:
    one, other = (Item(f"k{of}", (1,), Light.NONE, TODAY, "x", "党课", of=of) for of in ("甲支部", "乙支部"))
    assert lines_of(TEXTS, [one, one]) == ["党课", "党课"]
    assert lines_of(TEXTS, [one, other]) == ["甲支部　党课", "乙支部　党课"]


def test_nothing_to_say_is_no_message() -> None:
    assert message(TEXTS, 1, [Standing(item(1, Light.RED))], LATE, TODAY) is None
