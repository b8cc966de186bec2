"""What both Telegram senders promise alike: one contract, run through aiogram and through python-telegram-bot."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram_broadcast import TelegramBroadcast
from bot.channels.telegram_chat import TelegramChat
from bot.channels.telegram_wire import TelegramSender
from handlers.fitting import fit
from handlers.markup import escape
from handlers.messages import Address, Attachment, Button, Document, Failure, NotSent, Outgoing, Sent
from tests.bot.channels.telegram_kit import MemoryInbox
from tests.bot_api import BotApi, Fault, bad_request, blocked, dropped, garbled, hanging, server_error, too_many
from tests.bot_api.faults import Refusal
from tests.bot_api.people import PNG

NOW = datetime(2026, 3, 2, 8, 7, tzinfo=UTC)
ROWS = (
    (Button("参加", "r7.1.0"), Button("请假", "r7.1.1")),
    (Button("查看议程", url="https://zhishu.example/a?x=1&y=2"),),
)
MINUTES = Document("会议记录.docx", "application/msword", b"PK")
CHART = Document("图.png", "image/png", PNG)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        server.person(7, "王桂兰")
        yield server


@pytest.fixture(params=["aiogram", "python-telegram-bot"])
async def sender(api: BotApi, request: pytest.FixtureRequest) -> AsyncIterator[TelegramSender]:
    made: Any
    if request.param == "aiogram":
        made = TelegramChat(api.token, MemoryInbox(), base_url=api.url, send_seconds=3, now=lambda: NOW)
    else:
        made = TelegramBroadcast(api.token, base_url=api.url + "/", send_seconds=3, per_second=1000, now=lambda: NOW)
    yield made
    await made.close()


def _message(body: str = "您好", **more: Any) -> Outgoing:
    return Outgoing("11", more.pop("to", Address("telegram", "4242", "7")), body, **more)


async def test_the_house_markup_and_the_buttons_arrive_as_meant(api: BotApi, sender: TelegramSender) -> None:
    body = f"**开会** {escape('*<b>&_[x]')} [议程](https://zhishu.example/a?x=1&y=2)\n- 一\n> 原文\n> 两行"
    sent = await sender.send(_message(body, buttons=ROWS))
    (heard,) = await api.person(7).hears()
    assert sent == Sent(str(heard.message_id), NOW)
    assert heard.text == "开会 *<b>&_[x] 议程\n• 一\n原文\n两行"
    assert [each["type"] for each in heard.entities] == ["bold", "text_link", "blockquote"]
    assert heard.entities[1]["url"] == "https://zhishu.example/a?x=1&y=2"
    assert heard.buttons == [["参加", "请假"], ["查看议程"]]
    api.person(7).taps("r7.1.1")


@pytest.mark.parametrize("text", ["字" * 4096, "😀" * 2048, escape("*") * 4096, "&" * 4096, "**" + "字" * 4096 + "**"])
async def test_a_text_at_the_limit_goes_out_whole(api: BotApi, sender: TelegramSender, text: str) -> None:
    await sender.send(_message(text))
    (heard,) = await api.person(7).hears()
    assert len(heard.text.encode("utf-16-le")) == 8192


@pytest.mark.parametrize("text", ["字" * 4097, "😀" * 2048 + "。", "", "  \n"])
async def test_a_text_over_the_limit_or_empty_is_refused_as_ours_to_mend(
    api: BotApi, sender: TelegramSender, text: str
) -> None:
    with pytest.raises(NotSent) as trouble:
        await sender.send(_message(text))
    assert trouble.value.failure is Failure.REFUSED
    assert len(api.calls_of("sendMessage")) == 1


async def test_every_payload_that_a_button_may_hold_fits(api: BotApi, sender: TelegramSender) -> None:
    await sender.send(_message(buttons=((Button("满", "a" * 48),),)))
    api.person(7).taps("满")
    assert api.pending[-1]["callback_query"]["data"] == "a" * 48


async def test_a_message_that_replaces_another_edits_it_and_its_buttons(api: BotApi, sender: TelegramSender) -> None:
    first = await sender.send(_message("参加吗？", buttons=ROWS))
    second = await sender.send(_message("已记为**参加**", replaces=first.ref))
    assert second == Sent(first.ref, NOW)
    heard = await api.person(7).hears(at_least=2)
    assert [(each.text, each.edited, each.buttons) for each in heard[1:]] == [("已记为参加", True, [])]
    again = await sender.send(_message("已记为**参加**", replaces=first.ref))
    assert again.ref == first.ref, "“message is not modified” is as good as sent"
    assert len(api.messages) == 1


async def test_what_cannot_be_edited_any_more_is_sent_anew(api: BotApi, sender: TelegramSender) -> None:
    paper = await sender.send(_message("请查收", documents=(MINUTES,)))
    old = await sender.send(_message("一"))
    await api.person(7).hears(at_least=2)
    api.fault("editMessageText", bad_request("message can't be edited"))
    for replaces in (old.ref, "999", paper.ref, "", "not-a-telegram-reference"):
        await sender.send(_message("二", replaces=replaces))
        (heard,) = await api.person(7).hears()
        assert (heard.text, heard.edited) == ("二", False)


async def test_a_caption_carries_the_words_of_the_last_document(api: BotApi, sender: TelegramSender) -> None:
    message = _message("**请查收**", documents=(CHART, MINUTES), buttons=ROWS)
    sent = [await sender.send(part) for part in fit(message, sender.limits)]
    chart, minutes = await api.person(7).hears(at_least=2)
    assert [one.ref for one in sent] == [str(chart.message_id), str(minutes.message_id)]
    assert chart.file
    assert minutes.file
    assert (chart.text, chart.buttons, chart.file.is_photo, chart.file.blob) == ("", [], True, PNG)
    assert (minutes.text, len(minutes.buttons), minutes.file.name) == ("请查收", 2, "会议记录.docx")
    assert minutes.file.blob == b"PK"
    assert [each["type"] for each in minutes.entities] == ["bold"]


async def test_words_too_long_for_a_caption_go_first_with_the_buttons(api: BotApi, sender: TelegramSender) -> None:
    for words, count in (("😀" * 512, 1), ("😀" * 512 + "。", 2)):
        parts = fit(_message(words, documents=(MINUTES,), buttons=ROWS), sender.limits)
        for part in parts:
            await sender.send(part)
        heard = await api.person(7).hears(at_least=count)
        assert (heard[0].text, len(heard[0].buttons), len(parts)) == (words, 2, count)
        assert [bool(each.file) for each in heard] == ([True] if count == 1 else [False, True])


async def test_a_picture_that_telegram_cannot_show_goes_as_a_file(api: BotApi, sender: TelegramSender) -> None:
    svg = Document("图.svg", "image/svg+xml", b"<svg/>")
    broken = Document("图.png", "image/png", b"no picture")
    for document in (svg, broken):
        await sender.send(_message("", documents=(document,)))
    heard = await api.person(7).hears(at_least=2)
    assert [each.file.is_photo for each in heard if each.file] == [False, False]


@pytest.mark.parametrize(("wide", "high", "shown"), [(1080, 2560, True), (1080, 2561, False), (2561, 9, False)])
async def test_a_picture_that_telegram_would_make_too_small_to_read_goes_as_a_file(
    api: BotApi, sender: TelegramSender, wide: int, high: int, shown: bool
) -> None:
    picture = PNG[:16] + wide.to_bytes(4, "big") + high.to_bytes(4, "big") + PNG[24:]
    await sender.send(_message("", documents=(Document("时间表.png", "image/png", picture),)))
    (heard,) = await api.person(7).hears()
    assert heard.file
    assert heard.file.is_photo is shown
    assert heard.file.blob == picture


async def test_a_files_name_cannot_break_out_of_its_header(api: BotApi, sender: TelegramSender) -> None:
    await sender.send(_message("", documents=(Document('记"录\r\nX: y/../a.docx', "application/msword", b"PK"),)))
    (heard,) = await api.person(7).hears()
    assert heard.file
    assert heard.file.name == "记_录_X: y_.._a.docx"


@pytest.mark.parametrize(
    ("fault", "failure", "retry_after"),
    [
        (too_many(17), Failure.LATER, 17.0),
        (too_many(None), Failure.LATER, None),
        (server_error(500), Failure.LATER, None),
        (server_error(502), Failure.LATER, None),
        (dropped(), Failure.LATER, None),
        (dropped(accepted=True), Failure.LATER, None),
        (Fault(Refusal(401, "Unauthorized")), Failure.LATER, None),
        (blocked(), Failure.GONE, None),
        (Fault(Refusal(403, "Forbidden: user is deactivated")), Failure.GONE, None),
        (Fault(Refusal(403, "Forbidden: bot was kicked from the group chat")), Failure.GONE, None),
        (bad_request("chat not found"), Failure.GONE, None),
        (bad_request("user is deactivated"), Failure.GONE, None),
        (bad_request("BUTTON_DATA_INVALID"), Failure.REFUSED, None),
        (bad_request("message is too long"), Failure.REFUSED, None),
        (Fault(Refusal(413, "Request Entity Too Large")), Failure.REFUSED, None),
    ],
)
async def test_each_refusal_is_one_of_our_four_kinds(
    api: BotApi, sender: TelegramSender, fault: Fault, failure: Failure, retry_after: float | None
) -> None:
    api.fault("sendMessage", fault)
    with pytest.raises(NotSent) as trouble:
        await sender.send(_message())
    assert (trouble.value.failure, trouble.value.retry_after) == (failure, retry_after)
    assert api.token not in repr(trouble.value)
    assert len(api.calls_of("sendMessage")) == 1, "a sender never tries again by itself"
    await sender.send(_message())


async def test_a_server_that_never_answers_is_given_up_on(api: BotApi) -> None:
    senders: list[TelegramChat | TelegramBroadcast] = [
        TelegramChat(api.token, MemoryInbox(), base_url=api.url, send_seconds=0.1),
        TelegramBroadcast(api.token, base_url=api.url, send_seconds=0.1),
    ]
    for sender in senders:
        api.fault("sendMessage", hanging())
        with pytest.raises(NotSent) as trouble:
            await sender.send(_message())
        assert trouble.value.failure is Failure.LATER
        await sender.close()


async def test_a_server_that_is_not_there_means_later(sender: TelegramSender, api: BotApi) -> None:
    await api.stop()
    with pytest.raises(NotSent) as trouble:
        await sender.send(_message())
    assert trouble.value.failure is Failure.LATER


async def test_an_answer_that_is_not_the_bot_apis_means_later(api: BotApi, sender: TelegramSender) -> None:
    api.fault("sendMessage", garbled("<html>Bad Gateway</html>"))
    with pytest.raises(NotSent) as trouble:
        await sender.send(_message())
    assert trouble.value.failure is Failure.LATER


async def test_a_taken_message_is_not_sent_twice_because_its_receipt_is_odd(
    api: BotApi, sender: TelegramSender
) -> None:
    receipts = {
        '{"ok": true, "result": {"message_id": 5}}': "5",
        '{"ok": true, "result": {"message_id": 6, "date": 1, "chat": {"id": 7}}}': "6",
        '{"ok": true, "result": null}': "",
        '{"ok": true}': "",
    }
    for receipt, ref in receipts.items():
        api.fault("sendMessage", garbled(receipt))
        assert (await sender.send(_message())).ref == ref
    api.fault("editMessageText", garbled('{"ok": true, "result": {"message_id": 5}}'))
    assert (await sender.send(_message("二", replaces="1"))).ref == "1"
    assert len(api.calls) == len(receipts) + 1


@pytest.mark.parametrize(
    ("told", "failure"),
    [
        ('{"ok": false}', Failure.LATER),
        ("[]", Failure.LATER),
        ('{"ok": false, "error_code": 429, "description": "Too Many Requests"}', Failure.LATER),
        ('{"ok": false, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}', Failure.GONE),
        ('{"ok": false, "error_code": 400, "description": "Bad Request: message is too long"}', Failure.REFUSED),
    ],
)
async def test_a_refusal_counts_though_the_status_says_that_all_is_well(
    api: BotApi, sender: TelegramSender, told: str, failure: Failure
) -> None:
    api.fault("sendMessage", garbled(told))
    with pytest.raises(NotSent) as trouble:
        await sender.send(_message())
    assert trouble.value.failure is failure


async def test_a_file_is_fetched_though_the_server_says_little_about_it(api: BotApi) -> None:
    kept = api.keep(b"report", "report.txt", "text/plain")
    api.fault("getFile", garbled(f'{{"ok": true, "result": {{"file_path": "{kept.path}"}}}}'))
    chat = TelegramChat(api.token, MemoryInbox(), base_url=api.url)
    assert await chat.fetch(Attachment(kept.id, "report.txt", "text/plain")) == b"report"
    await chat.close()


async def test_what_the_server_cannot_read_goes_once_more_as_plain_text(api: BotApi, sender: TelegramSender) -> None:
    for times, arrives in ((1, True), (2, False)):
        api.fault("sendMessage", bad_request("can't parse entities: Unsupported start tag"), times)
        if arrives:
            await sender.send(_message("**开会**\n- 一"))
            (heard,) = await api.person(7).hears()
            assert (heard.text, heard.entities) == ("开会\n• 一", ())
        else:
            with pytest.raises(NotSent) as trouble:
                await sender.send(_message("**开会**"))
            assert trouble.value.failure is Failure.REFUSED


async def test_who_blocked_the_bot_or_never_started_it_is_gone(api: BotApi, sender: TelegramSender) -> None:
    api.person(7).blocks()
    api.person(8, started=False)
    for chat in ("7", "8", "9"):
        with pytest.raises(NotSent) as trouble:
            await sender.send(_message(to=Address("telegram", "4242", chat)))
        assert trouble.value.failure is Failure.GONE


async def test_many_at_once_all_arrive(api: BotApi, sender: TelegramSender) -> None:
    for number in range(20):
        api.person(100 + number)
    to = [Address("telegram", "4242", str(100 + number)) for number in range(20)]
    sent = await asyncio.gather(*(sender.send(_message(to=each)) for each in to))
    assert len({each.ref for each in sent}) == 20
