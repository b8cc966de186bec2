"""The stand-in for the Bot API, driven by both real libraries."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest
import telegram
import telegram.error
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramUnauthorizedError,
)
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram_client import open_bot
from tests.bot_api import BotApi, blocked, dropped, server_error, too_many
from tests.bot_api.people import PNG
from tests.bot_api.rules import parsed

TEA = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="喝茶", callback_data="tea")]])


@pytest.fixture
async def aio(api: BotApi) -> AsyncIterator[Bot]:
    bot = open_bot(api.token, api.url, 5)
    yield bot
    await bot.session.close()


@pytest.fixture
async def ptb(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[telegram.Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    async with telegram.Bot(api.token, base_url=f"{api.url}/bot", base_file_url=f"{api.url}/file/bot") as bot:
        yield bot


async def test_both_libraries_learn_who_the_bot_is(api: BotApi, aio: Bot, ptb: telegram.Bot) -> None:
    assert (await aio.me()).username == "zhishu_test_bot"
    assert ptb.username == "zhishu_test_bot"
    assert (await aio.get_chat(api.person(7, "王桂兰").id)).first_name == "王桂兰"
    assert (await ptb.get_chat(7)).first_name == "王桂兰"


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(
    api: BotApi, aio: Bot, ptb: telegram.Bot
) -> None:
    first, second = api.person(7).says("一"), api.person(8).says("二")
    assert [each.update_id for each in await aio.get_updates()] == [first, second]
    assert [each.update_id for each in await ptb.get_updates(limit=1)] == [first]
    assert [each.update_id for each in await ptb.get_updates(offset=second)] == [second]
    assert await aio.get_updates(offset=second + 1) == []


async def test_a_long_poll_returns_when_somebody_writes(api: BotApi, aio: Bot) -> None:
    polling = asyncio.create_task(aio.get_updates(timeout=30))
    await api.called("getUpdates")
    api.person(7, "王桂兰").opens("/start K7")
    (update,) = await polling
    assert update.message
    assert update.message.text == "/start K7"
    assert update.message.entities
    assert update.message.entities[0].type == "bot_command"


async def test_a_second_poller_ends_the_first_ones_wait_with_409(api: BotApi, aio: Bot) -> None:
    first = asyncio.create_task(aio.get_updates(timeout=30))
    await api.called("getUpdates")
    second = asyncio.create_task(aio.get_updates(timeout=30))
    with pytest.raises(TelegramConflictError):
        await first
    api.person(7).says("在吗")
    assert len(await second) == 1


async def test_an_update_can_be_delivered_again_after_it_was_confirmed(api: BotApi, aio: Bot) -> None:
    update_id = api.person(7).says("一")
    await aio.get_updates(offset=update_id + 1)
    assert api.repeat_last_update() == update_id
    assert [each.update_id for each in await aio.get_updates(offset=update_id + 1)] == [update_id]
    assert await aio.get_updates(offset=update_id + 1) == []


async def test_a_tap_brings_the_message_and_its_data_and_is_answered_once(api: BotApi, aio: Bot) -> None:
    wang = api.person(7)
    await aio.send_message(7, "<b>歇会儿</b>", parse_mode="HTML", reply_markup=TEA)
    (heard,) = await wang.hears()
    assert (heard.text, heard.buttons) == ("歇会儿", [["喝茶"]])
    assert heard.entities == ({"type": "bold", "offset": 0, "length": 3},)
    wang.taps("喝茶")
    (update,) = await aio.get_updates()
    assert update.callback_query
    assert update.callback_query.data == "tea"
    assert update.callback_query.message
    assert update.callback_query.message.message_id == heard.message_id
    assert await aio.answer_callback_query(update.callback_query.id)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await aio.answer_callback_query(update.callback_query.id)
    with pytest.raises(AssertionError, match="喝茶"):
        wang.taps("喝咖啡")


async def test_an_edit_must_change_something_and_meet_a_text_of_ours(api: BotApi, aio: Bot, ptb: telegram.Bot) -> None:
    wang = api.person(7)
    sent = await aio.send_message(7, "一", reply_markup=TEA)
    await ptb.edit_message_text("二", chat_id=7, message_id=sent.message_id)
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await aio.edit_message_text("二", chat_id=7, message_id=sent.message_id)
    await aio.edit_message_reply_markup(chat_id=7, message_id=sent.message_id, reply_markup=TEA)
    with pytest.raises(telegram.error.BadRequest, match="Message to edit not found"):
        await ptb.edit_message_text("三", chat_id=7, message_id=999)
    paper = await aio.send_document(7, BufferedInputFile(b"x", "x.txt"))
    with pytest.raises(TelegramBadRequest, match="there is no text in the message to edit"):
        await aio.edit_message_text("三", chat_id=7, message_id=paper.message_id)
    heard = await wang.hears(at_least=4)
    assert [(each.text, each.edited, each.buttons) for each in heard[:3]] == [
        ("一", False, [["喝茶"]]),
        ("二", True, []),
        ("二", True, [["喝茶"]]),
    ]


async def test_files_go_both_ways_through_both_libraries(api: BotApi, aio: Bot, ptb: telegram.Bot) -> None:
    wang = api.person(7)
    await aio.send_document(7, BufferedInputFile(b"PK 1", "会议记录.docx"), caption="请查收")
    await ptb.send_document(7, b"PK 2", filename="会议记录.xlsx", reply_markup=telegram.InlineKeyboardMarkup([]))
    await aio.send_photo(7, BufferedInputFile(PNG, "图.png"))
    await ptb.send_photo(7, PNG)
    heard = await wang.hears(at_least=4)
    assert [(each.file.name, each.file.blob) for each in heard[:2] if each.file] == [
        ("会议记录.docx", b"PK 1"),
        ("会议记录.xlsx", b"PK 2"),
    ]
    assert [each.file.is_photo for each in heard if each.file] == [False, False, True, True]
    assert heard[0].text == "请查收"

    wang.sends_document("汇报".encode(), "汇报.txt", "text/plain")
    (update,) = await aio.get_updates()
    assert update.message
    assert update.message.document
    downloaded = await aio.download(update.message.document.file_id)
    assert downloaded
    assert downloaded.read() == "汇报".encode()
    file = await ptb.get_file(update.message.document.file_id)
    assert bytes(await file.download_as_bytearray()) == "汇报".encode()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "字" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "<b>开", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "a <x> b", "parse_mode": "HTML"}, "can't parse entities: Unsupported start tag"),
        ({"text": "<b><i>x</b></i>", "parse_mode": "HTML"}, "can't parse entities: Unmatched end tag"),
        ({"text": "1 < 2", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "x", "chat_id": 404}, "chat not found"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x"}]]}}, "Text buttons are unallowed"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x", "url": "kaihui"}]]}}, "Wrong HTTP URL"),
    ],
)
async def test_what_the_real_server_refuses_is_refused_in_its_words(
    api: BotApi, aio: Bot, call: dict[str, object], words: str
) -> None:
    api.person(7)
    with pytest.raises(TelegramBadRequest, match=words):
        await aio.send_message(**{"chat_id": 7, **call})  # type: ignore[arg-type]  # one dict holds every argument


async def test_button_data_holds_64_bytes_and_no_more(api: BotApi, aio: Bot) -> None:
    api.person(7)
    for data, fits in (("a" * 64, True), ("字" * 21, True), ("a" * 65, False), ("字" * 22, False)):
        keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="x", callback_data=data)]])
        if fits:
            await aio.send_message(7, "x", reply_markup=keyboard)
        else:
            with pytest.raises(TelegramBadRequest, match="BUTTON_DATA_INVALID"):
                await aio.send_message(7, "x", reply_markup=keyboard)


async def test_the_limit_counts_what_is_shown_and_not_the_marks(api: BotApi, aio: Bot) -> None:
    wang = api.person(7)
    await aio.send_message(7, "<b>" + "&lt;" * 4096 + "</b>", parse_mode="HTML")
    await aio.send_message(7, "😀" * 2048)
    assert [len(each.text) for each in await wang.hears(at_least=2)] == [4096, 2048]
    await aio.send_document(7, BufferedInputFile(b"x", "x"), caption="字" * 1024)
    with pytest.raises(TelegramBadRequest, match="message caption is too long"):
        await aio.send_document(7, BufferedInputFile(b"x", "x"), caption="字" * 1025)


def test_entities_are_counted_in_utf_16_after_the_edges_are_trimmed() -> None:
    assert parsed(' 😀<b>好</b> <a href="https://a.example/?x=1&amp;y">这里</a>\n', "HTML") == (
        "😀好 这里",
        [
            {"type": "bold", "offset": 2, "length": 1},
            {"type": "text_link", "offset": 4, "length": 2, "url": "https://a.example/?x=1&y"},
        ],
    )


async def test_faults_come_as_often_as_asked_and_then_all_is_well(api: BotApi, aio: Bot, ptb: telegram.Bot) -> None:
    wang = api.person(7)
    api.fault("sendMessage", too_many(3))
    api.fault("sendMessage", blocked())
    api.fault("sendMessage", server_error(502))
    with pytest.raises(telegram.error.RetryAfter):
        await ptb.send_message(7, "一")
    with pytest.raises(telegram.error.Forbidden):
        await ptb.send_message(7, "一")
    with pytest.raises(telegram.error.NetworkError):
        await ptb.send_message(7, "一")
    await ptb.send_message(7, "一")
    assert [each.status for each in api.calls_of("sendMessage")] == [429, 403, 502, 200]
    assert len(await wang.hears()) == 1


async def test_a_connection_can_break_before_or_after_the_message_is_taken(api: BotApi, ptb: telegram.Bot) -> None:
    wang = api.person(7)
    for accepted in (False, True):
        api.fault("sendMessage", dropped(accepted=accepted))
        with pytest.raises(telegram.error.NetworkError):
            await ptb.send_message(7, f"accepted={accepted}")
    assert [each.text for each in await wang.hears()] == ["accepted=True"]


async def test_who_never_started_or_has_blocked_the_bot_cannot_be_written_to(api: BotApi, aio: Bot) -> None:
    stranger, wang = api.person(6, started=False), api.person(7)
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await aio.send_message(6, "您好")
    stranger.opens()
    await aio.send_message(6, "您好")
    wang.blocks()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await aio.send_message(7, "您好")
    wang.unblocks()
    await aio.send_message(7, "您好")


async def test_a_foreign_token_is_unauthorized(api: BotApi) -> None:
    bot = open_bot("4242:another", api.url, 5)
    try:
        with pytest.raises(TelegramUnauthorizedError):
            await bot.get_me()
    finally:
        await bot.session.close()


async def test_arguments_may_come_as_json_a_form_or_in_the_address(api: BotApi) -> None:
    wang = api.person(7)
    address = f"{api.url}/bot{api.token}/SENDMESSAGE"
    async with aiohttp.ClientSession() as session:
        for arguments in (
            {"json": {"chat_id": 7, "text": "json", "reply_markup": json.loads(TEA.model_dump_json())}},
            {"data": {"chat_id": "7", "text": "form"}},
            {"params": {"chat_id": "7", "text": "address"}},
        ):
            async with session.post(address, **arguments) as response:
                assert (await response.json())["ok"]
        async with session.post(f"{api.url}/bot{api.token}/noSuchMethod") as response:
            assert response.status == 404
    assert [each.text for each in await wang.hears(at_least=3)] == ["json", "form", "address"]


async def test_it_runs_by_itself_and_is_driven_over_http() -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bot_api", stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."}
    )
    assert server.stdout
    try:
        url, token = (await server.stdout.readline()).decode().split()
        bot = open_bot(token, url, 5)
        async with aiohttp.ClientSession() as session:

            async def control(verb: str, **given: object) -> object:
                async with session.post(f"{url}/control/{verb}", json=given) as response:
                    return await response.json()

            await control("says", id=7, name="王桂兰", text="开会")
            (update,) = await bot.get_updates()
            assert update.message
            assert update.message.text == "开会"
            await bot.send_message(7, "什么会？", reply_markup=TEA)
            heard = await control("hears", id=7)
            assert isinstance(heard, list)
            assert heard[0]["text"] == "什么会？"
            assert await control("taps", id=7, button="喝茶") == {"update_id": update.update_id + 1}
            assert "error" in str(await control("taps", id=7, button="没有"))
            await control("fault", method="sendMessage", kind="blocked")
            with pytest.raises(TelegramForbiddenError):
                await bot.send_message(7, "？")
        await bot.session.close()
    finally:
        server.terminate()
        await server.wait()
