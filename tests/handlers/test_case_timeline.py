"""A case on three tracks in the chat: a screen a stage, the picture and the calendar once, and whose it is."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from handlers.case_timeline import ROOM
from handlers.messages import Document, Kind
from handlers.screen import SCREEN, lines
from knowledge.procedure.picture import WIDTH
from storage.case_steps import NewStep, correct_step, newest_record, record_steps
from storage.cases import add_case, close_case, pause_case
from storage.database import Database, Session
from tests.branch import settled_town
from tests.fakes import MONDAY, PROCEDURES, TEXTS, Chat

APPLIED = date(2026, 11, 20)
APPLICATION = ("application", APPLIED, {"received_on": APPLIED.isoformat(), "born_on": "1998-06-01"})
Done = tuple[str, date, Mapping[str, Any]]


async def begin(
    database: Database, ids: Mapping[str, int], *done: Done, procedure: str = "admission", at: str = "", title: str = ""
) -> int:
    """A case of 桃花村党支部 with some steps recorded; its id."""
    about = PROCEDURES.named(procedure).about.value == "person"
    async with database.transaction() as session:
        case = await add_case(
            session,
            organization_id=ids["桃花村党支部"],
            procedure=procedure,
            subject_id=ids["钱小满"] if about else None,
            title=title or f"{PROCEDURES.named(procedure).title}：钱小满",
            started_on=done[0][1] if done else MONDAY.date(),
            remind_on=None,
            started_by_id=ids["李向阳"],
            taken_over_at=at,
        )
        for step, day, answers in done:
            await record(session, case, step, day, answers)
    return case


async def record(session: Session, case: int, step: str, day: date, answers: Mapping[str, Any]) -> int:
    """One more step; the id of its record."""
    after = await newest_record(session, case)
    new = [NewStep(step, day, answers)]
    (id,) = await record_steps(session, case, new, after=after, recorded_by_id=None, now=MONDAY)
    return id


async def tap(chat: Chat, payload: str) -> str:
    """Press a button by what it carries; what is heard."""
    chat.hears()
    await chat.sends(Kind.TAP, payload=payload)
    return "\n".join(chat.hears())


def documents(chat: Chat) -> list[Document]:
    """What came with the newest message."""
    return list(chat.messages[-1].documents)


def payloads(chat: Chat) -> dict[str, str]:
    """The newest buttons, by label."""
    return {button.label: button.payload for button in chat.buttons()}


async def test_one_application_shows_the_whole_plan_a_stage_a_screen(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    case = await begin(database, ids, APPLICATION)
    chat = chats["李向阳"]
    heard = [await tap(chat, f"timeline.{case}")]
    assert "递交入党申请书\n● 已办 2026年11月20日" in heard[0]
    assert "党组织派人谈话（现在可办）\n▬ 最晚2026年12月20日\n○ 计划 2026年12月4日" in heard[0]
    for _ in range(30):
        forward = [label for label in payloads(chat) if label.endswith(" ›")]
        if not forward:
            break
        heard.append(await tap(chat, payloads(chat)[forward[0]]))
    assert len(set(heard)) == len(heard)
    whole = "\n".join(heard)
    assert "（2 次）" in whole  # the half-year reviews of a year
    assert "暂算" in whole  # the notice falls into a year whose holidays are not published
    for step in ("确定发展对象", "党员大会讨论接收", "党员大会讨论转正", "材料归档"):
        assert step in whole
    assert "2029年" in heard[-1]
    assert list(payloads(chat).values())[-1] == f"case.{case}"


async def test_the_picture_and_the_calendar_come_once(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    case = await begin(database, ids, APPLICATION)
    chat = chats["李向阳"]
    heard = await tap(chat, f"timeline.{case}")
    picture, file = documents(chat)
    assert (picture.name, picture.is_image) == ("发展党员：钱小满_时间表.png", True)
    assert picture.blob[:4] == b"\x89PNG"
    assert int.from_bytes(picture.blob[16:20], "big") == WIDTH
    assert file.name == "发展党员：钱小满_日历.ics"
    events = {str(event["uid"]): event for event in Calendar.from_ical(file.blob).events}
    assert events[f"zhishu-case-{case}-talk-1-latest"]["dtstart"].dt == date(2026, 12, 20)
    assert "日历文件" in heard
    assert "日历文件" not in await tap(chat, f"timeline.{case}.1")
    assert documents(chat) == []
    await tap(chat, f"timeline.{case}.0")
    assert documents(chat) == []


async def test_every_page_of_every_procedure_is_one_screen(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    chat, seen = chats["李向阳"], 0
    for procedure in PROCEDURES:
        if not procedure.steps:
            continue
        case = await begin(database, ids, procedure=procedure.id)
        for page in range(40):
            payload = f"timeline.{case}.{page}"
            heard = await tap(chat, payload)
            assert lines(heard) <= SCREEN, (procedure.id, page, heard)
            seen += 1
            if f"timeline.{case}.{page + 1}" not in payloads(chat).values():
                break
    assert seen > 20
    assert ROOM < SCREEN


async def test_a_long_name_is_cut_on_the_screen_and_in_the_names_of_files(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    case = await begin(database, ids, APPLICATION, title="关于*本年度*工作/安排的请示：" + "很长" * 40)
    chat = chats["李向阳"]
    heard = await tap(chat, f"timeline.{case}")
    assert heard.startswith("关于*本年度*工作/安排的请示：很长")
    assert lines(heard) <= SCREEN
    assert "…" in heard
    assert [one.name for one in documents(chat)] == [
        f"关于本年度工作安排的请示：{'很长' * 18}很_{end}" for end in ("时间表.png", "日历.ics")
    ]


async def test_the_plan_moves_with_a_fact_and_a_correction_and_the_calendar_with_it(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    case = await begin(database, ids, APPLICATION)
    chat = chats["李向阳"]
    before = await tap(chat, f"timeline.{case}")
    talked = date(2026, 12, 11)
    async with database.transaction() as session:
        id = await record(session, case, "talk", talked, {"held_on": talked.isoformat()})
    chat.town.later(days=21)
    moved = await tap(chat, f"timeline.{case}.0")
    assert "● 已办 2026年12月11日" in moved
    assert "计划 2026年12月4日" in before
    assert "计划 2026年12月4日" not in moved
    async with database.transaction() as session:
        corrected = talked - timedelta(days=3)
        answers = {"held_on": corrected.isoformat()}
        await correct_step(
            session, id, done_on=corrected, answers=answers, reason="记错了", recorded_by_id=None, now=MONDAY
        )
    assert "● 已办 2026年12月8日" in await tap(chat, f"timeline.{case}.0")


async def test_it_opens_where_the_case_stands(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    talk = ("talk", date(2026, 11, 22), {"held_on": "2026-11-22"})
    case = await begin(database, ids, APPLICATION, talk)
    heard = await tap(chats["李向阳"], f"timeline.{case}")
    assert "推荐和确定积极分子（现在可办）" in heard
    assert "递交入党申请书" not in heard


async def test_what_was_done_before_it_was_taken_over_is_left_out(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    day = date(2026, 10, 12)
    case = await begin(database, ids, ("activist", day, {"decided_on": day.isoformat()}), at="activist_filing")
    heard = await tap(chats["李向阳"], f"timeline.{case}.0")
    assert "递交入党申请书" not in heard
    assert "● 已办 2026年10月12日" in heard


async def test_a_case_that_rests_or_is_over_shows_what_happened_and_calls_off_the_rest(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    case = await begin(database, ids, APPLICATION)
    chat = chats["李向阳"]
    async with database.transaction() as session:
        await pause_case(session, case, "外出")
    for state in ("暂停着", "已经结束"):
        heard = await tap(chat, f"timeline.{case}")
        assert "● 已办" in heard
        assert "○" not in heard
        assert "现在可办" not in heard
        assert f"{state}，不再排计划" in heard
        events = Calendar.from_ical(documents(chat)[1].blob).events
        off = [event for event in events if event.get("status") == "CANCELLED"]
        assert len(off) == len(events) - 1
        assert not any(event.walk("VALARM") for event in events)
        async with database.transaction() as session:
            await close_case(session, case, outcome="stopped", on=MONDAY.date(), why="本人撤回")


async def test_a_case_that_is_over_before_anything_happened_has_no_timeline(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    case = await begin(database, ids)
    async with database.transaction() as session:
        await close_case(session, case, outcome="stopped", on=MONDAY.date(), why="本人撤回")
    heard = await tap(chats["李向阳"], f"timeline.{case}")
    assert heard == TEXTS.say("case_timeline.timeline", "nothing_to_show", title="发展党员：钱小满")


@pytest.mark.parametrize("page", ["99", "-1", "x", "0.0", "99999999999"])
async def test_a_page_that_is_not_there_is_where_the_case_stands(database: Database, page: str) -> None:
    _, chats, ids = await settled_town(database)
    case = await begin(database, ids, APPLICATION)
    chat = chats["李向阳"]
    assert "党组织派人谈话" in await tap(chat, f"timeline.{case}.{page}")


@pytest.mark.parametrize("argument", ["", "0", "x", "9" * 20, "12.1"])
async def test_a_forged_button_finds_nothing(database: Database, argument: str) -> None:
    _, chats, _ = await settled_town(database)
    assert await tap(chats["李向阳"], f"timeline.{argument}") == TEXTS.say("shared", "gone")


async def test_another_branchs_case_and_a_members_own_stay_closed(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    case = await begin(database, ids, APPLICATION)
    for who in ("吴长河", "王桂兰", "钱小满", "新手机"):
        heard = await tap(chats[who], f"timeline.{case}")
        assert "递交入党申请书" not in heard, who
        assert documents(chats[who]) == []
