"""Inline mode: answers of the handbook offered in any chat."""

import asyncio
from datetime import date

from bot.channels.telegram_chat import TelegramChat
from bot.channels.telegram_inline import Offered
from handlers.handbook import public_answers
from knowledge.readings import Passage
from tests.bot.channels.telegram_kit import Listener, MemoryInbox, Naps, running
from tests.bot_api import BotApi
from tests.fakes import HANDBOOK, TEXTS


def look(words: str) -> list[Offered]:
    """What the assistant offers."""
    return [Offered(*each) for each in public_answers(TEXTS, HANDBOOK, words, date(2026, 11, 24))]


async def test_an_answer_can_be_sent_to_any_chat(api: BotApi) -> None:
    inbox = MemoryInbox()
    chat = TelegramChat(api.token, inbox, base_url=api.url, sleep=Naps(), grace=0, look=look)
    task = asyncio.create_task(chat.run(Listener(inbox).receive))
    try:
        offered = await api.person(7).types_inline("预备期多长")
        assert offered[0]["title"] == "预备期多长，从哪天算"
        content = offered[0]["input_message_content"]
        assert content["parse_mode"] == "HTML"
        assert "<b>1年</b>" in content["message_text"]
        assert "出处：" in content["message_text"]
        assert await api.person(7).types_inline("红烧肉怎么做") == []
        assert await api.person(7).types_inline("") == []
        assert inbox.rows == {}
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await chat.close()


async def test_without_a_handbook_nothing_is_offered_and_the_chat_goes_on(api: BotApi) -> None:
    async with running(api) as at_work:
        assert await api.person(7).types_inline("预备期") == []
        api.person(7).says("你好")
        assert (await at_work.listener.next()).text == "你好"


def test_a_computed_answer_is_offered_and_what_has_an_owner_is_not() -> None:
    (first, *_) = look("应选5人候选人要几个")
    assert "**6人**" in first.body
    HANDBOOK.add_passage("p9.1", Passage("第一章", "食堂", "3", "食堂每天十一点半开饭。"), "村规", owner="/1/")
    try:
        assert look("食堂几点开饭") == []
    finally:
        HANDBOOK.passages.remove("p9.1")
