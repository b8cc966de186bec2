"""Two updates of one person at once, and two people at once: nothing is lost, nothing is recorded twice."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from handlers.messages import Address, Incoming, Kind
from storage.database import Database
from storage.models import (
    Account,
    Attendance,
    AuditEntry,
    Meeting,
    MeetingState,
    Post,
    PostKind,
    Presence,
    Report,
    Run,
    RunState,
)
from tests.branch import settled_town
from tests.fakes import TEXTS, Chat, FakeTown

FINISHED = TEXTS.say("shared", "finished_button")


def an_update(chat: Chat, kind: Kind, *, text: str = "", payload: str = "") -> Incoming:
    """One more update of somebody, with an id of its own."""
    chat.town.updates += 1
    return Incoming(
        f"u{chat.town.updates}", Address("fake", "t", chat.user), chat.user, kind, chat.town.now, text, payload
    )


def typed(chat: Chat, text: str) -> Incoming:
    """What somebody types."""
    return an_update(chat, Kind.TEXT, text=text)


def tapped(chat: Chat, label: str) -> Incoming:
    """A tap on the newest button that reads so."""
    button = next(button for button in chat.buttons() if button.label == label)
    return an_update(chat, Kind.TAP, payload=button.payload)


async def all_at_once(town: FakeTown, *updates: Incoming) -> None:
    """Turns that begin together; what they said is sent afterwards."""
    answers = await asyncio.gather(*(town.turns.take(update) for update in updates))
    for answered in answers:
        await town.delivery.answer(answered)
    await town.deliver()


async def rows(database: Database, table: Any) -> list[Any]:
    """All rows of a table, oldest first."""
    async with database.reading() as session:
        return list(await session.scalars(select(table).order_by(table.id)))


async def said(chat: Chat, *lines: str) -> None:
    """One line after another."""
    for line in lines:
        await chat.says(line)


async def begin_check_in(town: FakeTown, secretary: Chat) -> None:
    """A meeting tomorrow, its hour, and check-in by button open to everybody."""
    await said(secretary, *CONVENE, "确认")
    town.later(hours=29)
    await said(secretary, "开始签到", "也发按钮，远程可签")


CONVENE = ("开会", "支部党员大会", "明天下午3点", "村委会二楼会议室", "学习条例")


async def test_two_answers_at_once_are_both_kept(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await said(secretary, *CONVENE[:3])
    await all_at_once(town, typed(secretary, "村委会二楼会议室"), typed(secretary, "学习条例"))
    (run,) = await rows(database, Run)
    answers = run.journal["answers"]
    assert {answers["place"], *answers["agenda"]} == {"村委会二楼会议室", "学习条例"}
    assert run.journal["asked"] == "confirm"


async def test_a_double_tap_on_confirm_convenes_one_meeting(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await said(secretary, *CONVENE)
    secretary.hears()
    await all_at_once(town, *(tapped(secretary, "确认") for _ in range(4)))
    (meeting,) = await rows(database, Meeting)
    assert len(await rows(database, Attendance)) == 5
    assert [entry.action for entry in await rows(database, AuditEntry)] == ["convene"]
    heard = secretary.hears()
    assert sum(words.startswith("通知已发出") for words in heard) == 1
    assert sum(words.startswith(FINISHED) for words in heard) == 3
    assert len([words for words in chats["王桂兰"].hears() if words.startswith("开会通知")]) == 1
    assert meeting.place == "村委会二楼会议室"


async def test_the_same_update_brought_several_times_at_once_is_played_once(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await said(secretary, *CONVENE)
    secretary.hears()
    update = tapped(secretary, "确认")
    await all_at_once(town, *(update for _ in range(5)))
    assert len(await rows(database, Meeting)) == 1
    assert len(secretary.hears()) == 1


async def test_first_contact_by_several_messages_at_once_makes_one_account(database: Database) -> None:
    town, _, _ = await settled_town(database)
    stranger = Chat(town, "从没来过")
    await all_at_once(town, *(typed(stranger, "菜单") for _ in range(4)))
    assert [account.user for account in await rows(database, Account)].count("从没来过") == 1
    assert len(stranger.hears()) == 4


async def test_opening_two_dialogues_at_once_leaves_one_open_and_one_set_aside(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await all_at_once(town, typed(secretary, "开会"), typed(secretary, "/report"))
    assert sorted(run.state for run in await rows(database, Run)) == [RunState.OPEN, RunState.PARKED]


async def test_everybody_checks_in_in_the_same_moment(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await begin_check_in(town, secretary)
    members = [chats[name] for name in ("王桂兰", "赵大海", "周福生", "孙小梅")]
    taps = [tapped(chat, "签到") for chat in members]
    again = [replace(update, id=f"{update.id}-again") for update in taps]
    for chat in members:
        chat.hears()
    await all_at_once(town, *taps, *again)
    attendances = await rows(database, Attendance)
    assert sum(one.presence is Presence.PRESENT for one in attendances) == 4
    assert len(attendances) == 5
    for chat in members:
        heard = chat.hears()
        assert sum("签到成功" in words for words in heard) == 1
        assert sum("已经签过到" in words for words in heard) == 1


async def test_checking_in_while_the_meeting_is_closed_counts_or_is_told_so(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    secretary, member = chats["李向阳"], chats["王桂兰"]
    await begin_check_in(town, secretary)
    await said(secretary, "结束会议", "学习了条例")
    tap = tapped(member, "签到")
    member.hears()
    await all_at_once(town, typed(secretary, "确认"), tap)
    (heard,) = member.hears()
    (meeting,) = await rows(database, Meeting)
    assert meeting.state is MeetingState.CLOSED
    mine = next(one for one in await rows(database, Attendance) if one.person_id == ids["王桂兰"])
    assert (mine.presence is Presence.PRESENT) == ("签到成功" in heard)
    assert (mine.presence is Presence.ABSENT) == ("已经结束" in heard)


async def test_two_phones_of_one_person_check_in_at_once_and_are_one(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    secretary = chats["李向阳"]
    second = await town.chat("王桂兰的平板", ids["王桂兰"])
    await begin_check_in(town, secretary)
    await all_at_once(town, tapped(chats["王桂兰"], "签到"), tapped(second, "签到"))
    assert [one.presence for one in await rows(database, Attendance)].count(Presence.PRESENT) == 1
    assert "签到成功" in chats["王桂兰"].hears()[-1] + second.hears()[-1]


async def test_secretary_and_deputy_convene_at_once_and_both_meetings_stand(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    async with database.transaction() as session:
        post = {"person_id": ids["赵大海"], "organization_id": ids["桃花村党支部"], "since": date(2024, 1, 1)}
        session.add(Post(**post, kind=PostKind.DEPUTY_SECRETARY))
    pair = [chats["李向阳"], chats["赵大海"]]
    for line in (*CONVENE, "确认"):
        await all_at_once(town, *(typed(chat, line) for chat in pair))
    assert len(await rows(database, Meeting)) == 2
    async with database.reading() as session:
        per_meeting = select(func.count()).select_from(Attendance).group_by(Attendance.meeting_id)
        assert list(await session.scalars(per_meeting)) == [5, 5]


async def test_reports_handed_in_at_once_are_numbered_one_after_another(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    writers = [chats[name] for name in ("王桂兰", "赵大海", "周福生", "孙小梅", "钱小满")]
    for line in ("交材料", "思想汇报", "1", "这个季度我学习了条例。", "好了", "确认"):
        await all_at_once(town, *(typed(chat, line) for chat in writers))
    numbers = sorted(report.number for report in await rows(database, Report))
    assert len(set(numbers)) == len(writers), numbers
