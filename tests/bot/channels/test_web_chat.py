"""The web chat over real HTTP: what is said comes in once, what is sent is seen once, and strangers stay outside."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import FormData, web

from bot.channels.web_chat import WebChat
from bot.channels.web_events import to_web_html
from bot.channels.web_requests import FILE_BYTES
from bot.channels.web_transcript import MemoryTranscript
from handlers.markup import escape
from handlers.messages import Address, Attachment, Button, Document, Failure, Incoming, Kind, NotSent, Outgoing
from tests.bot.channels.web_echo import LI, WANG, Echo, choice, echoing, frames

PNG = Document("签到码.png", "image/png", b"\x89PNG")


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    async with echoing() as served:
        yield served


def messages(stream: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [frame["data"] for frame in stream if frame["event"] == "message"]


def form(*files: tuple[str, bytes, str], id: str = "f1") -> FormData:
    data = FormData({"id": id}, quote_fields=False)
    for name, blob, media_type in files:
        data.add_field("file", io.BytesIO(blob), filename=name, content_type=media_type)
    return data


async def test_words_come_in_as_text_and_the_answer_is_seen(echo: Echo) -> None:
    assert await echo.says(text="开会") == (200, {"replies": 1})
    (heard,) = echo.heard
    assert (heard.kind, heard.text, heard.address) == (Kind.TEXT, "开会", Address("web", "local", "p1"))
    said, sent = messages(await echo.sees())
    assert (said["type"], said["text"]) == ("said", "开会")
    assert (sent["type"], sent["html"]) == ("sent", "<p>听到：开会</p>")


async def test_a_message_that_is_posted_again_is_heard_and_shown_once(echo: Echo) -> None:
    await echo.says(text="开会", id="same")
    assert await echo.says(text="开会", id="same") == (200, {"replies": 0})
    assert len(echo.heard) == 1
    assert len(messages(await echo.sees())) == 2


async def test_the_same_id_from_two_people_is_two_messages(echo: Echo) -> None:
    await echo.says(WANG.user, text="到", id="same")
    await echo.says(LI.user, text="到", id="same")
    assert [each.user for each in echo.heard] == ["p1", "p2"]


async def test_a_tap_carries_its_payload_and_the_bubble_it_was_in(echo: Echo) -> None:
    await echo.says(payload="7.1.0", label="党员大会", about="41")
    (heard,) = echo.heard
    assert (heard.kind, heard.payload, heard.about, heard.text) == (Kind.TAP, "7.1.0", "41", "")
    assert messages(await echo.sees())[0]["tap"] == "党员大会"


@pytest.mark.parametrize(
    ("posted", "payload"),
    [({"entry": "checkin-abc"}, "checkin-abc"), ({"entry": ""}, ""), ({"text": " /start AB12 "}, "AB12")],
)
async def test_an_opened_link_and_a_typed_start_are_entries(echo: Echo, posted: dict[str, str], payload: str) -> None:
    await echo.says(**posted)
    (heard,) = echo.heard
    assert (heard.kind, heard.payload, heard.text) == (Kind.ENTRY, payload, "")


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"text": "好", "payload": "1.1.1"},
        {"text": "好", "id": "no spaces allowed"},
        {"text": "\ud800"},
        {"payload": "x" * 49},
    ],
)
async def test_what_is_not_one_whole_message_is_refused_with_a_sentence(echo: Echo, posted: dict[str, str]) -> None:
    status, answer = await echo.says(**posted)
    assert status in (400, 413)
    assert re.search(r"[。]$", answer["problem"])
    assert echo.heard == []


async def test_a_text_above_the_limit_is_refused_and_one_at_the_limit_is_not(echo: Echo) -> None:
    assert (await echo.says(text="字" * 20_001))[0] == 413
    assert (await echo.says(text="字" * 50_000))[0] == 413
    assert (await echo.says(text="字" * 20_000))[0] == 200


async def test_a_stream_resumes_after_the_last_event_seen(echo: Echo) -> None:
    await echo.says(text="一", id="m1")
    first = await echo.sees()
    await echo.says(text="二", id="m2")
    last = [frame["id"] for frame in first if "id" in frame][-1]
    assert [event.get("text") or event.get("html") for event in messages(await echo.sees(after=last))] == [
        "二",
        "<p>听到：二</p>",
    ]


@pytest.mark.parametrize("seen", ["0000.99", "99", "x", "."])
async def test_a_page_of_an_earlier_life_of_the_server_sees_everything(echo: Echo, seen: str) -> None:
    await echo.says(text="一")
    assert len(messages(await echo.sees(after=seen))) == 2


async def test_an_open_stream_hears_of_a_message_at_once(echo: Echo) -> None:
    async with echo.watches() as stream:
        await frames(stream, until="ready")
        await echo.chat.send(echo.message(WANG.user, "**明天**开会"))
        (frame,) = await frames(stream, until="message")
    assert frame["data"]["html"] == "<p><b>明天</b>开会</p>"


async def test_a_silent_stream_beats_so_that_a_dead_line_is_noticed() -> None:
    async with echoing(beat_seconds=0.01) as echo:
        assert (await echo.sees(until="beat"))[-1]["event"] == "beat"


async def test_a_message_delivered_twice_is_one_event(echo: Echo) -> None:
    notice = echo.message(WANG.user, "明天开会")
    assert (await echo.chat.send(notice)).ref == (await echo.chat.send(notice)).ref == notice.id
    assert len(messages(await echo.sees())) == 1


async def test_an_edit_keeps_the_reference_of_the_first_bubble(echo: Echo) -> None:
    first = await echo.chat.send(echo.message(WANG.user, "实到 1 人", buttons=choice("刷新", "who")))
    second = await echo.chat.send(echo.message(WANG.user, "实到 2 人", replaces=first.ref))
    third = await echo.chat.send(echo.message(WANG.user, "实到 3 人", replaces=second.ref))
    assert first.ref == second.ref == third.ref
    assert [event["ref"] for event in messages(await echo.sees())] == [first.ref] * 3


async def test_a_message_for_another_channel_is_refused(echo: Echo) -> None:
    with pytest.raises(NotSent) as raised:
        await echo.chat.send(Outgoing("1", Address("telegram", "1", "p1"), "好"))
    assert raised.value.failure is Failure.REFUSED


async def test_documents_can_be_had_under_a_token_only(echo: Echo) -> None:
    paper = Document("会议 记录/1.docx", "application/msword", b"words")
    await echo.chat.send(echo.message(WANG.user, "写好了", documents=(PNG, paper)))
    (event,) = messages(await echo.sees())
    picture, record = event["files"]
    assert (picture["image"], record["image"], record["name"], record["size"]) == (True, False, "1.docx", 5)
    async with echo.client.get(record["url"]) as response:
        assert await response.read() == b"words"
        assert response.headers["Content-Disposition"].startswith("attachment;")
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    async with echo.client.get(picture["url"]) as response:
        assert (response.content_type, await response.read()) == ("image/png", PNG.blob)
    async with echo.client.get("/files/guessed/1.docx") as response:
        assert response.status == 404


async def test_an_uploaded_file_is_heard_and_can_be_fetched(echo: Echo) -> None:
    files = form(("我的/思想汇报.txt", "汇报".encode(), "text/plain"), ("照片.jpg", b"jpg", "image/jpeg"))
    async with echo.client.post("/chat/p1/files", data=files) as response:
        assert response.status == 200
    (heard,) = echo.heard
    assert (heard.kind, [each.name for each in heard.attachments]) == (Kind.FILE, ["思想汇报.txt", "照片.jpg"])
    assert await echo.chat.fetch(heard.attachments[0]) == "汇报".encode()
    assert [file["image"] for file in messages(await echo.sees())[0]["files"]] == [False, True]


@pytest.mark.parametrize("extra", [1, 1024 * 1024])
async def test_a_file_above_the_limit_is_refused_kindly_and_one_at_the_limit_is_not(echo: Echo, extra: int) -> None:
    whole = b"x" * FILE_BYTES
    async with echo.client.post("/chat/p1/files", data=form(("a.bin", whole + b"x" * extra, "a/b"))) as response:
        assert response.status == 413
        assert "20 MB" in (await response.json())["problem"]
    async with echo.client.post("/chat/p1/files", data=form(("a.bin", whole, "a/b"), id="f2")) as response:
        assert response.status == 200
    assert [each.id for each in echo.heard] == ["p1:f2"]


@pytest.mark.parametrize(
    ("id", "blobs"),
    [("f1", [b""]), ("f1", []), ("not an id", [b"a"]), ("f1", [b"a"] * 11)],
    ids=["empty", "none", "bad id", "eleven"],
)
async def test_uploads_that_make_no_sense_are_refused_kindly(echo: Echo, id: str, blobs: list[bytes]) -> None:
    data = form(*[(f"{number}.txt", blob, "text/plain") for number, blob in enumerate(blobs)], id=id)
    async with echo.client.post("/chat/p1/files", data=data) as response:
        assert response.status == 400
        assert (await response.json())["problem"].endswith("。")
    assert echo.heard == []


async def test_an_upload_is_forgotten_after_a_while() -> None:
    now = [datetime(2025, 11, 24, tzinfo=UTC)]
    async with echoing(now=lambda: now[0]) as echo:
        async with echo.client.post("/chat/p1/files", data=form(("a.txt", b"a", "text/plain"))):
            pass
        (attachment,) = echo.heard[0].attachments
        assert attachment.until == now[0] + timedelta(hours=1)
        now[0] += timedelta(hours=1)
        with pytest.raises(NotSent):
            await echo.chat.fetch(attachment)


async def test_a_file_that_was_never_sent_cannot_be_fetched(echo: Echo) -> None:
    with pytest.raises(NotSent):
        await echo.chat.fetch(Attachment("../../etc/passwd", "x", "text/plain"))


async def test_two_messages_of_one_person_keep_their_order() -> None:
    order: list[str] = []
    first_begins, first_may_end = asyncio.Event(), asyncio.Event()

    async def receive(incoming: Incoming) -> tuple[Outgoing, ...]:
        order.append(f"{incoming.text} begins")
        if incoming.text == "一":
            first_begins.set()
            await first_may_end.wait()
        order.append(f"{incoming.text} ends")
        return ()

    async with echoing() as echo:
        echo.chat._receive = receive
        first = asyncio.create_task(echo.says(text="一", id="m1"))
        await first_begins.wait()
        second = asyncio.create_task(echo.says(text="二", id="m2"))
        assert (await echo.says(LI.user, text="三", id="m3"))[0] == 200
        first_may_end.set()
        await asyncio.gather(first, second)
    assert [each for each in order if "三" not in each] == ["一 begins", "一 ends", "二 begins", "二 ends"]


async def test_before_the_assistant_runs_the_page_is_told_to_try_again() -> None:
    async with echoing() as echo:
        echo.chat._receive = None
        status, answer = await echo.says(text="开会")
        assert status == 503
        assert messages(await echo.sees()) == []
        assert "稍等" in answer["problem"]


async def test_another_persons_unread_messages_are_counted_until_they_look(echo: Echo) -> None:
    await echo.chat.send(echo.message(LI.user, "明天开会"))
    await echo.chat.send(echo.message(LI.user, "请带笔记本"))
    assert [frame["data"] for frame in await echo.sees(WANG.user) if frame["event"] == "unread"] == [{"p2": 2}]
    await echo.sees(LI.user)
    assert [frame["data"] for frame in await echo.sees(WANG.user) if frame["event"] == "unread"] == [{}]


async def test_the_demo_page_offers_its_people_and_selects_the_one_asked_for(echo: Echo) -> None:
    async with echo.client.get("/?as=p2") as response:
        page = await response.text()
        assert "Set-Cookie" not in response.headers
    assert 'data-user="p2"' in page
    assert all(name in page for name in ("王桂兰", "李建国", "赵敏", "青山街道党委"))
    assert "data-choose" not in page


async def test_a_scanned_code_in_the_demo_asks_who_opens_it(echo: Echo) -> None:
    async with echo.client.get('/?start="><b>') as response:
        page = await response.text()
    assert "data-choose" in page
    assert "<b>" not in page.replace("<b>王", "").replace("<b>李", "").replace("<b>赵", "")


async def test_somebody_who_is_not_in_the_demo_cannot_be_spoken_for(echo: Echo) -> None:
    assert (await echo.says("nobody", text="好"))[0] == 403
    async with echo.client.get("/chat/nobody/events") as response:
        assert response.status == 403


async def test_outside_the_demo_a_browser_is_known_again_by_its_cookie() -> None:
    async with echoing(people=None) as echo:
        users = []
        for _ in range(2):
            async with echo.client.get("/") as response:
                found = re.search(r'data-user="(\w+)"', await response.text())
                assert found
                users.append(found[1])
                cookie = response.headers["Set-Cookie"]
        assert users[0] == users[1]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert (await echo.says(users[0], text="好"))[0] == 200
        assert (await echo.says("p1", text="好"))[0] == 403


@pytest.mark.parametrize("cookie", ["w1.0000", "w1", ".", "w1.签名"])
async def test_a_forged_cookie_is_nobody(cookie: str) -> None:
    async with echoing(people=None) as echo:
        headers = {"Cookie": f"zhishu_visitor={cookie}"}
        async with echo.client.post("/chat/w1/messages", json={"id": "m1", "text": "好"}, headers=headers) as response:
            assert response.status == 403


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 200),
        ("localhost", 200),
        ("[::1]:8080", 200),
        ("town.example", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("[::1", 421),
        ("10.0.0.8", 421),
    ],
)
async def test_only_this_machine_and_the_hosts_in_the_settings_are_served(host: str, status: int) -> None:
    async with (
        echoing(hosts=["town.example"]) as echo,
        echo.client.get("/", headers={"Host": host}) as response,
    ):
        assert response.status == status


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
async def test_a_post_from_another_site_is_refused(echo: Echo, headers: dict[str, str]) -> None:
    body = {"id": "m1", "text": "好"}
    async with echo.client.post("/chat/p1/messages", json=body, headers=headers) as response:
        assert response.status == 403
    assert echo.heard == []


async def test_the_page_allows_no_inline_script_and_asks_nobody_else(echo: Echo) -> None:
    async with echo.client.get("/") as response:
        policy, page = response.headers["Content-Security-Policy"], await response.text()
    assert "script-src 'self';" in policy
    assert "unsafe-inline" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", page)
    names = ["chat.css", *(f"chat{part}.js" for part in ("", "_bubbles", "_compose", "_outbox", "_people", "_stream"))]
    for name in names:
        async with echo.client.get(f"/static/{name}") as response:
            assert response.status == 200
            assert not re.search(r"(?:https?:)?//[a-z]", re.sub(r"//\s.*", "", await response.text()))


async def test_stopping_the_server_ends_open_streams() -> None:
    async with echoing() as echo, echo.watches() as stream:
        await frames(stream, until="ready")
        await echo.app.shutdown()
        assert await frames(stream, until="nothing more") == []


async def test_the_transcript_keeps_the_last_events_of_each_person() -> None:
    transcript = MemoryTranscript(keep=3)
    for number in range(5):
        await transcript.append("p1", {"key": str(number)})
    await transcript.append("p2", {"key": "0"})
    assert [event["key"] for _, event in await transcript.since("p1", 0)] == ["2", "3", "4"]
    assert len(await transcript.since("p2", 0)) == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("一\n二\n\n三", "<p>一<br>二</p><p>三</p>"),
        (
            "要点：\n- 甲\n- **乙**\n> 引",
            "<p>要点：</p><ul><li>甲</li><li><b>乙</b></li></ul><blockquote>引</blockquote>",
        ),
        ("[读本](https://a.example/?b=1&c=2)", None),
        (
            "11月30日—12月6日超期 3 件，到会率 87%",
            '<p><span class="whole">11月30日—12月6日</span><span class="whole">超期 3 件</span>，到会率 87%</p>',
        ),
        (
            "还没绑定：白兰芳、江远帆",
            '<p>还没绑定：<span class="whole">白兰芳</span>、<span class="whole">江远帆</span></p>',
        ),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
        (escape("**<b>** [x](https://a.example)"), "<p>**&lt;b&gt;** [x](https://a.example)</p>"),
        ('[x](https://a.example/"onclick="y)', None),
    ],
)
def test_house_markup_becomes_html_that_cannot_run(body: str, expected: str | None) -> None:
    shown = to_web_html(body)
    if expected is not None:
        assert shown == expected
    else:
        assert re.fullmatch(
            r'<p><a href="https://a.example/[^"<>]*" target="_blank" rel="noopener noreferrer">\w+</a></p>', shown
        )


async def test_a_button_with_an_address_that_is_none_cannot_be_opened(echo: Echo) -> None:
    buttons = ((Button("看", url="https://a.example"), Button("坏", url="javascript:alert(1)")),)
    await echo.chat.send(echo.message(WANG.user, "请看", buttons=buttons))
    (event,) = messages(await echo.sees())
    assert event["buttons"] == [[{"label": "看", "url": "https://a.example"}, {"label": "坏", "payload": ""}]]


def test_the_routes_can_stand_beside_other_pages() -> None:
    app = web.Application()
    WebChat(b"secret").add_to(app)
    app.router.add_static("/static", "bot/pages/static")
    assert {"/", "/static"} <= {resource.canonical for resource in app.router.resources()}
