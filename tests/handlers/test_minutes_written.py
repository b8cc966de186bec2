"""Minutes as they are lived: guided, signed by those two only, and never changed without a trace."""

import asyncio
import io

import pytest
from docx import Document as Word
from sqlalchemy import select

from handlers.messages import Kind
from storage.database import Database
from storage.models import AgendaItem, Meeting, MinutesCorrection, Task
from tests.branch import settled_town
from tests.fakes import TEXTS, Chat
from tests.meeting_room import open_meeting, said

WRITTEN = ("李向阳", "王桂兰", "是", "先硬化村东头", "赵大海", "12月5日", "否", "确认")


async def closed_meeting(chat: Chat) -> int:
    """A meeting that three attended, closed; its id."""
    meeting_id = await open_meeting(chat, "李向阳", "王桂兰", "赵大海")
    await said(chat, "结束会议", "讨论了道路硬化", "确认")
    return meeting_id


async def row(database: Database, meeting_id: int) -> Meeting:
    """The meeting as it is recorded."""
    async with database.reading() as session:
        return await session.get_one(Meeting, meeting_id)


def words_of(blob: bytes) -> str:
    """Everything that stands in a Word file."""
    paper = Word(io.BytesIO(blob))
    cells = [cell.text for table in paper.tables for each in table.rows for cell in each.cells]
    return "\n".join([*(each.text for each in paper.paragraphs), *cells])


async def test_the_paper_holds_votes_decisions_and_who_was_there(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    meeting_id = await open_meeting(secretary, "李向阳", "王桂兰", "赵大海")
    await said(secretary, "记表决", "一般表决", "举手表决", "3 0 0", "确认")
    await said(secretary, "结束会议", "讨论了道路硬化", "确认", "写会议记录", *WRITTEN)
    [document] = secretary.messages[-1].documents
    words = words_of(document.blob)
    for expected in (
        "桃花村党支部党员大会记录",
        "讨论道路硬化方案：赞成 3，反对 0，弃权 0，通过",
        "讨论道路硬化方案：先硬化村东头",
        "讨论了道路硬化",
        "2026年12月5日",
        "周福生",
        "缺席",
        "书记代签",
    ):
        assert expected in words
    assert "在线确认" not in words
    await secretary.taps("签字")
    await chats["王桂兰"].taps("签字")
    await secretary.sends(Kind.TAP, payload=f"minutes_paper.{meeting_id}")
    assert "王桂兰（2026年11月23日（周一）上午10:00在线确认）" in words_of(secretary.messages[-1].documents[0].blob)


async def test_only_host_and_recorder_sign_and_only_they_and_the_secretary_look(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    meeting_id = await closed_meeting(secretary)
    await said(secretary, "写会议记录", *WRITTEN)
    payload = next(one.payload for one in secretary.buttons() if one.label == "签字")
    for who in ("赵大海", "吴长河", "郑远"):
        chat = chats[who]
        for each in (payload, f"minutes.{meeting_id}", f"minutes_paper.{meeting_id}", f"meeting_files.{meeting_id}"):
            chat.hears()
            await chat.sends(Kind.TAP, payload=each)
            assert chat.hears() == [TEXTS.say("shared", "not_yours")], (who, each)
        for name in ("write_minutes", "correct_minutes", "signed_on_paper", "make_ups", "set_make_up", "add_task"):
            await chat.sends(Kind.TAP, payload=f"{name}.{meeting_id}")
            expected = "not_yours" if who == "吴长河" else "role_needed"
            assert chat.hears() == [TEXTS.say("shared", expected, role="secretary")], (who, name)
    assert (await row(database, meeting_id)).host_signed_at is None
    await chats["新手机"].sends(Kind.TAP, payload=payload)
    assert chats["新手机"].hears() == [TEXTS.say("shared", "role_needed", role="bound")]


@pytest.mark.parametrize("version", ["", ".", ".00000000", ".x" * 9])
async def test_a_forged_version_is_shown_the_minutes_and_signs_nothing(database: Database, version: str) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    meeting_id = await closed_meeting(secretary)
    await said(secretary, "写会议记录", *WRITTEN)
    secretary.hears()
    await secretary.sends(Kind.TAP, payload=f"sign_minutes.{meeting_id}{version}")
    assert secretary.hears()[0].startswith("记录在这之后改过，请再看一遍")
    assert (await row(database, meeting_id)).host_signed_at is None
    await secretary.taps("签字")
    assert (await row(database, meeting_id)).host_signed_at is not None


async def test_an_old_button_does_not_sign_minutes_that_were_written_anew(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary, recorder = chats["李向阳"], chats["王桂兰"]
    meeting_id = await closed_meeting(secretary)
    await said(secretary, "写会议记录", *WRITTEN)
    old = next(one.payload for one in recorder.buttons() if one.label == "签字")
    await said(secretary, "写会议记录", "李向阳", "王桂兰", "否", "另写一句", *WRITTEN[3:])
    recorder.hears()
    await recorder.sends(Kind.TAP, payload=old)
    assert "另写一句" in recorder.hears()[0]
    assert (await row(database, meeting_id)).recorder_signed_at is None


async def test_confirming_twice_gives_out_one_task_and_writing_anew_no_second(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await closed_meeting(secretary)
    await said(secretary, "写会议记录", *WRITTEN[:-1])
    await secretary.taps("确认")
    assert secretary.last_update is not None
    await asyncio.gather(*(town.turns.take(secretary.last_update, ()) for _ in range(3)))
    await said(secretary, "写会议记录", *WRITTEN)
    async with database.reading() as session:
        tasks = list(await session.scalars(select(Task)))
    assert [(one.what, one.due_on.isoformat()) for one in tasks if one.due_on] == [("先硬化村东头", "2026-12-05")]


async def test_minutes_signed_on_paper_are_locked_with_the_photo_and_then_corrected_only(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    meeting_id = await closed_meeting(secretary)
    await said(secretary, "写会议记录", *WRITTEN)
    await secretary.taps("纸上签的")
    secretary.hears()
    await secretary.says("都签了")
    assert "这里需要图片或文件" in secretary.hears()[0]
    await secretary.sends_file("签字.jpg")
    await said(secretary, "好了", "确认")
    assert secretary.hears()[-1].startswith("照片收好了，记录定稿")
    await secretary.sends(Kind.TAP, payload=f"signed_on_paper.{meeting_id}")
    await secretary.sends(Kind.TAP, payload=f"write_minutes.{meeting_id}")
    await secretary.sends(Kind.TAP, payload=f"mark_present.{meeting_id}")
    heard = secretary.hears()
    assert heard[0].startswith("记录已经定稿，不用再签")
    assert heard[1].startswith("记录已经定稿，不能重写")
    assert heard[2] == TEXTS.say("shared", "minutes_locked")
    await secretary.sends(Kind.TAP, payload=f"correct_minutes.{meeting_id}")
    await said(secretary, "记录人", "赵大海", "写错了人", "确认")
    async with database.reading() as session:
        [kept] = list(await session.scalars(select(MinutesCorrection)))
    assert (kept.part, kept.old, kept.new, kept.reason) == ("recorder", "王桂兰", "赵大海", "写错了人")


async def test_a_vote_corrected_after_the_lock_is_a_correction_of_the_minutes(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    meeting_id = await open_meeting(secretary, "李向阳", "王桂兰", "赵大海")
    await said(secretary, "记表决", "一般表决", "举手表决", "3 0 0", "确认")
    vote = next(one.payload for one in secretary.buttons() if one.label == "决议和计票表").partition(".")[2]
    await said(secretary, "结束会议", "讨论了道路硬化", "确认", "写会议记录", *WRITTEN)
    await secretary.taps("签字")
    await chats["王桂兰"].taps("签字")
    secretary.hears()
    await secretary.sends(Kind.TAP, payload=f"record_vote.{meeting_id}")
    assert secretary.hears() == [TEXTS.say("shared", "minutes_locked")]
    await secretary.sends(Kind.TAP, payload=f"correct_vote.{vote}")
    await said(secretary, "数错了", "3", "2 1 0", "确认")
    await secretary.sends(Kind.TAP, payload=f"minutes.{meeting_id}")
    heard = secretary.hears()[-1]
    assert "原为“讨论道路硬化方案：赞成 3，反对 0，弃权 0，通过”" in heard
    assert (await row(database, meeting_id)).locked_at is not None


async def test_a_decision_of_4000_characters_is_refused_and_nothing_is_lost(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    meeting_id = await closed_meeting(secretary)
    await said(secretary, "写会议记录", "李向阳", "王桂兰", "是")
    for words in ("好" * 4000, "👍👍"):
        secretary.hears()
        await secretary.says(words)
        assert "议定了什么" in secretary.hears()[0]
    await said(secretary, *WRITTEN[3:])
    async with database.reading() as session:
        decided = list(await session.scalars(select(AgendaItem.decided).where(AgendaItem.meeting_id == meeting_id)))
    assert decided == ["先硬化村东头"]
