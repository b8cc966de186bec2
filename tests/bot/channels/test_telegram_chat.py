"""Telegram's receiving half against the stand-in: every update's meaning, order, crashes, and bad days."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.channels.telegram_chat import TelegramChat
from bot.channels.telegram_wire import TokenRefused
from handlers.messages import Address, Attachment, Failure, Incoming, Kind, NotSent
from tests.bot.channels.telegram_kit import MemoryInbox, Running, running
from tests.bot_api import BotApi, Fault, bad_request, dropped, garbled, server_error, too_many
from tests.bot_api.faults import Refusal
from tests.bot_api.people import PNG


@pytest.fixture
async def at_work(api: BotApi) -> AsyncIterator[Running]:
    async with running(api) as channel:
        yield channel


def _meaning(found: Incoming) -> tuple[Kind, str, str]:
    return found.kind, found.text, found.payload


# What an update means


async def test_a_text_comes_with_who_where_and_when(at_work: Running) -> None:
    update_id = at_work.api.person(7, "王桂兰").says("下周三下午三点")
    found = await at_work.listener.next()
    assert replace(found, at=datetime(2026, 3, 2, tzinfo=UTC)) == Incoming(
        id=str(update_id),
        address=Address("telegram", "4242", "7"),
        user="7",
        kind=Kind.TEXT,
        at=datetime(2026, 3, 2, tzinfo=UTC),
        text="下周三下午三点",
        name="王桂兰",
    )
    assert found.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("/start", (Kind.ENTRY, "", "")),
        ("/start K7-abc_9", (Kind.ENTRY, "", "K7-abc_9")),
        ("/start@Zhishu_Test_Bot K7", (Kind.ENTRY, "", "K7")),
        ("/startle", (Kind.TEXT, "/startle", "")),
        ("/menu", (Kind.TEXT, "/menu", "")),
        ("/menu@zhishu_test_bot", (Kind.TEXT, "/menu", "")),
        ("  开会\n", (Kind.TEXT, "  开会\n", "")),
        ("😀" * 2048, (Kind.TEXT, "😀" * 2048, "")),
    ],
)
async def test_typed_words_are_a_text_and_start_is_an_entry(
    at_work: Running, said: str, meaning: tuple[Kind, str, str]
) -> None:
    at_work.api.person(7).says(said)
    assert _meaning(await at_work.listener.next()) == meaning


async def test_files_of_all_sorts_become_attachments_with_their_caption(at_work: Running) -> None:
    wang = at_work.api.person(7)
    wang.sends_document(b"12345", "思想汇报.docx", "application/msword", caption="请支部审阅")
    wang.sends_document(b"12345", None, None)
    wang.sends_photo(PNG * 2)
    wang.sends_voice()
    found = [await at_work.listener.next() for _ in range(4)]
    assert [each.kind for each in found] == [Kind.FILE] * 4
    assert [each.text for each in found] == ["请支部审阅", "", "", ""]
    assert [replace(each.attachments[0], ref="") for each in found] == [
        Attachment("", "思想汇报.docx", "application/msword", 5),
        Attachment("", "文件", "application/octet-stream", 5),
        Attachment("", "照片.jpg", "image/jpeg", 80),
        Attachment("", "语音.ogg", "audio/ogg", 4),
    ]
    assert await at_work.chat.fetch(found[0].attachments[0]) == b"12345"
    assert await at_work.chat.fetch(found[2].attachments[0]) == PNG * 2, "the largest size is the one we keep"


async def test_what_the_bot_cannot_read_is_unknown_and_still_gets_a_turn(at_work: Running) -> None:
    wang = at_work.api.person(7)
    wang.sends_sticker()
    wang.sends_location()
    wang.sends({"contact": {"phone_number": "+8613800000000", "first_name": "李"}})
    wang.sends({"something_telegram_invented_yesterday": {"x": 1}})
    assert [_meaning(await at_work.listener.next()) for _ in range(4)] == [(Kind.UNKNOWN, "", "")] * 4


async def test_edits_and_the_chats_own_announcements_need_no_turn_and_are_not_kept(at_work: Running) -> None:
    wang = at_work.api.person(7)
    at_work.api.allowed = []
    wang.edits("改一下")
    wang.sends({"pinned_message": {"message_id": 1, "date": 0, "chat": wang.description}})
    wang.unblocks()
    last = wang.says("好了")
    assert _meaning(await at_work.listener.next()) == (Kind.TEXT, "好了", "")
    assert list(at_work.inbox.rows) == [str(last)]
    await at_work.api.called("getUpdates", len(at_work.api.calls_of("getUpdates")) + 1)
    assert at_work.api.pending == [], "what needs no turn is confirmed like the rest"


async def test_telegram_is_asked_for_nothing_that_we_do_not_read(at_work: Running) -> None:
    (call, *_) = await at_work.api.called("getUpdates")
    assert call.params["allowed_updates"] == '["message", "callback_query", "my_chat_member", "inline_query"]'


async def test_blocking_the_bot_is_leaving(at_work: Running) -> None:
    at_work.api.person(7, "王桂兰").blocks()
    found = await at_work.listener.next()
    assert (found.kind, found.user, found.address.chat) == (Kind.LEFT, "7", "7")


async def test_a_group_that_becomes_a_supergroup_says_under_which_id_it_goes_on(at_work: Running) -> None:
    wang, group = at_work.api.person(7), at_work.api.group(-100)
    wang.sends({"migrate_to_chat_id": -1007}, to=group)
    wang.sends({"migrate_from_chat_id": -100}, to=group.moves(-1007))
    wang.says("/menu", to=at_work.api.group(-1007))
    found = [await at_work.listener.next() for _ in range(2)]
    assert [(one.kind, one.address.chat, one.payload) for one in found] == [
        (Kind.MOVED, "-100", "-1007"),
        (Kind.TEXT, "-1007", ""),
    ]


async def test_in_a_group_only_commands_mentions_and_replies_reach_us(at_work: Running) -> None:
    wang, group = at_work.api.person(7), at_work.api.group(-100)
    from_bot = {"message_id": 500, "from": at_work.api.bot, "chat": group.description, "date": 0, "text": "签到吗"}
    at_work.api.messages[-100, 500] = from_bot
    wang.says("今天天气不错", to=group)
    wang.says("@zhishu_test_bot_2 你好", to=group)
    wang.says("/menu@other_bot", to=group)
    wang.sends_photo(to=group)
    wang.says("/menu", to=group)
    wang.says("@Zhishu_Test_Bot 开会", to=group)
    wang.says("签到", to=group, reply_to=500)
    found = [await at_work.listener.next() for _ in range(3)]
    assert [_meaning(each) for each in found] == [
        (Kind.TEXT, "/menu", ""),
        (Kind.TEXT, "开会", ""),
        (Kind.TEXT, "签到", ""),
    ]
    assert found[0].address == Address("telegram", "4242", "-100", group=True)
    assert len(at_work.inbox.rows) == 3, "what is not for us is not kept"


async def test_a_tap_brings_its_payload_and_is_answered_at_once(at_work: Running) -> None:
    wang = at_work.api.person(7)
    message_id = await _show_a_button(at_work)
    still_busy = asyncio.Event()
    at_work.listener.during = lambda found: still_busy
    wang.taps("参加")
    await at_work.api.called("answerCallbackQuery")
    still_busy.set()
    found = await at_work.listener.next()
    assert (found.kind, found.payload, found.about) == (Kind.TAP, "r7.1.0", str(message_id))
    assert found.reply_ticket == {"callback_query_id": "1", "message_id": str(message_id)}


async def test_a_tap_that_cannot_be_answered_any_more_still_has_its_turn(at_work: Running) -> None:
    wang = at_work.api.person(7)
    await _show_a_button(at_work)
    for fault in (bad_request("query is too old and response timeout expired"), too_many(9), dropped()):
        at_work.api.fault("answerCallbackQuery", fault)
        wang.taps("参加")
        assert (await at_work.listener.next()).payload == "r7.1.0"
    assert at_work.naps.taken == []


async def _show_a_button(at_work: Running) -> int:
    async with asyncio.timeout(10):
        await at_work.api.called("getUpdates")
    keyboard = [[{"text": "参加", "callback_data": "r7.1.0"}]]
    ref = await at_work.chat._text(7, "参加吗？", False, keyboard)
    return int(ref)


# Confirmation, order, crashes


async def test_an_update_is_confirmed_only_after_it_is_in_the_inbox(api: BotApi) -> None:
    wang, inbox, offsets = api.person(7), MemoryInbox(), []
    inbox.before_store = lambda: offsets.append([call.params.get("offset") for call in api.calls_of("getUpdates")])
    update_id = wang.says("一")
    async with running(api, inbox) as channel:
        await channel.listener.next()
        calls = await api.called("getUpdates", 2)
    assert offsets == [[None]], "nothing was confirmed while the inbox was being written"
    assert calls[1].params["offset"] == str(update_id + 1)


async def test_a_batch_is_one_commit(api: BotApi) -> None:
    ids = [str(api.person(7 + number).says("在")) for number in range(5)]
    async with running(api) as channel:
        for _ in ids:
            await channel.listener.next()
        assert channel.inbox.stores == [ids]


async def test_one_persons_turns_keep_their_order_while_others_go_ahead(at_work: Running) -> None:
    held = asyncio.Event()
    at_work.listener.during = lambda found: held if found.text == "王一" else None
    wang, li = at_work.api.person(7), at_work.api.person(8)
    wang.says("王一")
    wang.says("王二")
    li.says("李一")
    wang.says("王三")
    li.says("李二")
    assert [(await at_work.listener.next()).text for _ in range(2)] == ["李一", "李二"]
    held.set()
    assert [(await at_work.listener.next()).text for _ in range(3)] == ["王一", "王二", "王三"]


async def test_what_a_crash_left_in_the_inbox_is_played_first(api: BotApi) -> None:
    inbox, wang = MemoryInbox(), api.person(7)
    first, second = wang.says("一"), wang.says("二")
    async with running(api, inbox) as channel:
        channel.listener.during = lambda found: asyncio.Event()
        await api.called("getUpdates", 2)
    assert (len(inbox.rows), inbox.done) == (2, set()), "stored and confirmed, and no turn was finished"
    third = wang.says("三")
    async with running(api, inbox) as channel:
        found = [await channel.listener.next() for _ in range(3)]
    assert [each.id for each in found] == [str(first), str(second), str(third)]
    assert [each.text for each in found] == ["一", "二", "三"]


async def test_an_update_whose_storing_failed_is_brought_again_by_telegram(api: BotApi) -> None:
    def breaks() -> None:
        raise MemoryError

    inbox = MemoryInbox(before_store=breaks)
    update_id = api.person(7).says("一")
    async with running(api, inbox) as channel:
        with pytest.raises(MemoryError):
            await channel.task
    inbox.before_store = lambda: None
    async with running(api, inbox) as channel:
        assert (await channel.listener.next()).id == str(update_id)


async def test_a_tap_replayed_after_a_crash_keeps_the_moment_it_was_made(api: BotApi) -> None:
    query = {"id": "q", "from": {"id": 7, "is_bot": False, "first_name": "王"}, "chat_instance": "1", "data": "r7.1.0"}
    stored = {"update_id": 55, "callback_query": query, "received_at": datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp()}
    async with running(api, MemoryInbox({"55": stored})) as channel:
        found = await channel.listener.next()
    assert found.at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert found.address.chat == "7"


async def test_the_same_update_twice_reaches_the_turn_under_the_same_id(at_work: Running) -> None:
    wang = at_work.api.person(7)
    update_id = wang.says("一")
    await at_work.listener.next()
    at_work.api.repeat_last_update()
    wang.says("二")
    assert (await at_work.listener.next()).text == "二"
    assert [each.id for each in at_work.listener.turns[:2]] == [str(update_id)] * 2


async def test_a_turn_that_breaks_is_logged_without_what_was_said_and_stays_unfinished(at_work: Running) -> None:
    def breaks(found: Incoming) -> None:
        if found.text == "我的密码是七":
            raise LookupError(found.text)

    at_work.listener.during = breaks
    wang = at_work.api.person(7)
    with capture_logs() as logs:
        broken = wang.says("我的密码是七")
        wang.says("二")
        assert (await at_work.listener.next()).text == "二"
    assert [each["update_id"] for each in logs if each["event"] == "telegram_turn_failed"] == [str(broken)]
    assert "密码" not in repr(logs)
    assert [update_id for update_id, _ in await at_work.inbox.unfinished("telegram", "4242")] == [str(broken)]


async def test_a_database_that_is_away_for_a_moment_loses_neither_batch_nor_turn(at_work: Running) -> None:
    away = [OperationalError("", {}, Exception())] * 2

    def breaks(*found: Incoming) -> None:
        if away:
            raise away.pop()

    at_work.inbox.before_store = breaks
    wang = at_work.api.person(7)
    wang.says("一")
    assert (await at_work.listener.next()).text == "一"
    away += [OperationalError("", {}, Exception())] * 4
    at_work.inbox.before_store = lambda: None
    at_work.listener.during = breaks
    wang.says("二")
    wang.says("三")
    assert [(await at_work.listener.next()).text for _ in range(2)] == ["二", "三"]
    assert len(at_work.naps.taken) == 6


async def test_an_update_that_is_not_shaped_like_one_spoils_no_batch(api: BotApi) -> None:
    api.queue({"message": {"message_id": 1, "text": "没有发件人也没有会话"}})
    api.person(7).says("在吗")
    with capture_logs() as logs:
        async with running(api) as channel:
            assert (await channel.listener.next()).text == "在吗"
            assert len(channel.inbox.rows) == 1
    assert [each["event"] for each in logs if each["log_level"] == "error"] == ["telegram_update_not_understood"]


# Bad days


async def test_trouble_on_the_line_is_waited_out_with_growing_pauses(api: BotApi) -> None:
    for fault in (
        server_error(),
        server_error(502),
        dropped(),
        dropped(accepted=True),
        bad_request("x"),
        server_error(),
    ):
        api.fault("getUpdates", fault)
    api.person(7).says("还在吗")
    async with running(api) as channel:
        assert (await channel.listener.next()).text == "还在吗"
        naps = channel.naps.taken
    assert len(naps) == 6
    for nap, expected in zip(naps, (1, 2, 4, 8, 16, 30), strict=True):
        assert expected * 0.8 <= nap <= expected * 1.2


async def test_a_429_while_listening_is_waited_out_for_as_long_as_it_says(api: BotApi) -> None:
    api.fault("getUpdates", too_many(17))
    api.person(7).says("在")
    async with running(api) as channel:
        await channel.listener.next()
        assert channel.naps.taken == [17]


async def test_a_second_poller_is_named_in_the_log_and_waited_out(api: BotApi) -> None:
    with capture_logs() as logs:
        async with running(api) as channel:
            await api.called("getUpdates")
            async with running(api, channel.inbox) as other:
                await api.called("getUpdates", 3)
                other.task.cancel()
                await asyncio.gather(other.task, return_exceptions=True)
                api.person(7).says("在")
                await channel.listener.next()
    assert "telegram_conflict" in [each["event"] for each in logs]


async def test_trouble_before_the_first_poll_is_waited_out_too(api: BotApi) -> None:
    api.fault("getMe", server_error(), 2)
    api.fault("deleteWebhook", dropped())
    api.person(7).says("在")
    async with running(api) as channel:
        assert (await channel.listener.next()).text == "在"


async def test_a_token_that_telegram_does_not_know_ends_the_channel_with_a_clear_word(api: BotApi) -> None:
    async with running(api, token="4242:wrong") as channel:
        with pytest.raises(TokenRefused, match="does not know the bot's token"):
            await channel.task


async def test_a_token_that_is_withdrawn_while_listening_ends_the_channel_too(api: BotApi) -> None:
    api.fault("getUpdates", Fault(Refusal(401, "Unauthorized")))
    async with running(api) as channel:
        with pytest.raises(TokenRefused, match="no longer accepts"):
            await channel.task


async def test_a_server_without_webhooks_or_long_polling_will_do(api: BotApi) -> None:
    api.fault("deleteWebhook", Fault(Refusal(404, "Not Found")))
    api.fault("getUpdates", garbled('{"ok": true, "result": null}'))
    api.fault("getUpdates", garbled('{"ok": true, "result": []}'))
    api.person(7).says("在")
    async with running(api) as channel:
        assert (await channel.listener.next()).text == "在"
        assert channel.naps.taken == [0.5, 0.5], "a server that answers at once is not asked without a pause"


def test_what_cannot_be_a_token_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(TokenRefused, match="123456:letters"):
        TelegramChat("令牌", MemoryInbox())


# Files and commands


@pytest.mark.parametrize(
    ("fault", "method", "failure"),
    [
        (bad_request("wrong file_id or the file is temporarily unavailable"), "getFile", Failure.REFUSED),
        (too_many(5), "getFile", Failure.LATER),
        (server_error(), "file", Failure.LATER),
        (dropped(), "file", Failure.LATER),
        (bad_request("gone"), "file", Failure.REFUSED),
    ],
)
async def test_a_file_that_does_not_come_says_why(
    at_work: Running, fault: object, method: str, failure: Failure
) -> None:
    at_work.api.person(7).sends_document(b"12345")
    (attachment,) = (await at_work.listener.next()).attachments
    at_work.api.fault(method, fault, times=3)  # type: ignore[arg-type]  # the parameters hold several types
    with pytest.raises(NotSent) as trouble:  # aiohttp itself asks twice for a download that breaks
        await at_work.chat.fetch(attachment)
    assert trouble.value.failure is failure
    assert at_work.api.token not in str(trouble.value)


async def test_a_file_above_twenty_megabytes_is_too_big_whoever_notices(at_work: Running) -> None:
    at_work.api.person(7).sends_document(b"x", size=20 * 1024 * 1024 + 1)
    (attachment,) = (await at_work.listener.next()).attachments
    for each in (attachment, replace(attachment, size=None)):
        with pytest.raises(NotSent) as trouble:
            await at_work.chat.fetch(each)
        assert (trouble.value.failure, trouble.value.detail) == (Failure.REFUSED, "too big")
    assert len(at_work.api.calls_of("getFile")) == 1, "a size that Telegram told us needs no call"


async def test_the_commands_appear_in_the_phones_menu(at_work: Running) -> None:
    await at_work.chat.register_commands([("menu", "打开菜单"), ("checkin", "签到")])
    assert at_work.api.commands[1] == {"command": "checkin", "description": "签到"}
    with pytest.raises(NotSent) as trouble:
        await at_work.chat.register_commands([("菜单", "打开菜单")])
    assert trouble.value.failure is Failure.REFUSED
