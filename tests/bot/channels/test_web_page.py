"""The chat page in a real Chromium at a phone's size: what a person sees and taps."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from handlers.answer_words import fitted_answer
from handlers.messages import Button, Document, Incoming, Kind, Outgoing
from handlers.screen import LINE, SCREEN, lines
from tests.bot.channels.web_echo import LI, WANG, Echo, choice, echoing
from tests.fakes import HANDBOOK, TEXTS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.page,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium fonts-noto-cjk"),
]


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    async with echoing() as served:
        yield served


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, echo: Echo) -> AsyncIterator[Page]:
    """An empty page of the narrowest phone; whatever its console complains about fails the test."""
    context = await browser.new_context(
        viewport={"width": 360, "height": 740},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        has_touch=True,
        is_mobile=True,
        base_url=str(echo.client.make_url("/")),
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    yield page
    await context.close()
    assert complaints == []


async def say(page: Page, words: str) -> None:
    await page.fill("#words", words)
    await page.tap("#send")


async def test_an_empty_chat_greets_and_answers_what_is_typed(page: Page, echo: Echo) -> None:
    await page.goto("/")
    await expect(page.locator(".words")).to_have_text("您好！口令：")
    await say(page, "下周三 <b>三点</b>")
    await expect(page.locator(".words").last).to_have_text("听到：下周三 <b>三点</b>")
    await expect(page.locator(".mine .bubble")).to_contain_text("下周三 <b>三点</b>")
    await expect(page.locator("#typing")).to_be_hidden()
    assert [each.kind for each in echo.heard] == [Kind.ENTRY, Kind.TEXT]


async def test_enter_sends_but_not_while_an_input_method_composes(page: Page, echo: Echo) -> None:
    await page.goto("/")
    await page.fill("#words", "kaihui")
    for extra in ("isComposing: true", "keyCode: 229"):
        await page.eval_on_selector(
            "#words",
            f"(box) => box.dispatchEvent(new KeyboardEvent('keydown', {{key: 'Enter', cancelable: true, {extra}}}))",
        )
    await expect(page.locator("#words")).to_have_value("kaihui")
    await page.press("#words", "Shift+Enter")
    await page.keyboard.type("tongzhi")
    await page.press("#words", "Enter")
    await expect(page.locator("#words")).to_have_value("")
    await expect(page.locator(".words").last).to_contain_text("tongzhi")
    assert echo.heard[-1].text == "kaihui\ntongzhi"


async def test_buttons_stay_tappable_and_an_edit_changes_the_bubble_in_place(page: Page, echo: Echo) -> None:
    def answer(incoming: Incoming) -> list[Outgoing]:
        if incoming.kind is Kind.TAP:
            return [echo.message("p1", "实到 **2** 人", buttons=choice("刷新", "who"), replaces=incoming.about)]
        return [echo.message("p1", "实到 1 人", buttons=choice("刷新", "who")), echo.message("p1", "后面一条")]

    echo.answer = answer
    await page.goto("/")
    for taps in (1, 2):
        await page.locator(".option").tap()
        await expect(page.locator(".words").first).to_have_text("实到 2 人")
        await expect(page.locator(".option.waiting")).to_have_count(0)
        assert [each.payload for each in echo.heard if each.kind is Kind.TAP] == ["who"] * taps
    await expect(page.locator(".words")).to_have_count(2)
    await expect(page.locator(".mine")).to_have_count(0)


async def test_a_tapped_choice_is_shown_as_said_and_marked_also_after_a_reload(page: Page, echo: Echo) -> None:
    def answer(incoming: Incoming) -> list[Outgoing]:
        if incoming.kind is Kind.TAP:
            return [echo.message("p1", "什么时候开？")]
        return [echo.message("p1", "开什么会？", buttons=((Button("党员大会", "7.1.0"), Button("党课", "7.1.1")),))]

    echo.answer = answer
    await page.goto("/")
    await page.get_by_role("button", name="党课").tap()
    for _ in range(2):
        await expect(page.locator(".mine.tap .bubble")).to_contain_text("党课")
        await expect(page.locator(".option.pressed")).to_have_text("党课")
        await expect(page.locator(".words").last).to_have_text("什么时候开？")
        await page.reload()
    assert [each.kind for each in echo.heard] == [Kind.ENTRY, Kind.TAP]


async def test_pictures_are_shown_and_papers_can_be_saved(page: Page, echo: Echo) -> None:
    square = b'<svg xmlns="http://www.w3.org/2000/svg" width="290" height="290"><rect width="290" height="290"/></svg>'
    papers = (
        Document("签到码.svg", "image/svg+xml", square),
        Document("记录.docx", "application/msword", b"x" * 38211),
    )
    await echo.chat.send(echo.message("p1", "签到开始了", documents=papers))
    await page.goto("/")
    await expect(page.locator(".picture img")).to_be_visible()
    assert (
        await page.eval_on_selector(".picture img", "(image) => image.decode().then(() => image.naturalWidth)") == 290
    )
    await expect(page.locator(".paper")).to_contain_text("37 KB")
    async with page.expect_download() as saved:
        await page.tap(".paper")
    download = await saved.value
    assert download.suggested_filename == "记录.docx"
    assert (await asyncio.to_thread(Path(await download.path()).read_bytes)) == b"x" * 38211


async def test_a_chosen_file_is_sent_and_one_that_is_too_big_is_explained(
    page: Page, echo: Echo, tmp_path: Path
) -> None:
    report, film = tmp_path / "思想汇报.txt", tmp_path / "录像.mp4"
    report.write_text("敬爱的党组织", encoding="utf-8")
    with film.open("wb") as file:
        file.truncate(20 * 1024 * 1024 + 1)
    await page.goto("/")
    await page.set_input_files("#file", film)
    await expect(page.get_by_role("alert")).to_contain_text("20 MB")
    await page.set_input_files("#file", report)
    await expect(page.locator(".words").last).to_have_text("听到：思想汇报.txt")
    await expect(page.locator(".mine .paper")).to_contain_text("思想汇报.txt")


async def test_what_is_said_without_a_connection_is_sent_once_when_it_is_back(page: Page, echo: Echo) -> None:
    await page.goto("/")
    await expect(page.locator(".words")).to_have_count(1)
    await page.context.set_offline(True)
    await expect(page.locator("#lost")).to_be_visible()
    await say(page, "离线说的第一句")
    await say(page, "第二句")
    await expect(page.locator(".pending .state").first).to_have_text("等待发送…")
    await page.context.set_offline(False)
    await expect(page.locator(".words").last).to_have_text("听到：第二句")
    await expect(page.locator(".pending")).to_have_count(0)
    await expect(page.locator("#lost")).to_be_hidden()
    assert [each.text for each in echo.heard] == ["", "离线说的第一句", "第二句"]


async def test_what_was_not_sent_survives_closing_the_page(page: Page, echo: Echo) -> None:
    await page.goto("/")
    await expect(page.locator(".words")).to_have_count(1)
    await page.route("**/messages", lambda route: route.abort())
    await say(page, "没发出去的话")
    await page.fill("#words", "写了一半")
    await expect(page.locator(".pending .state")).to_have_text("等待发送…")
    await page.unroute_all()
    await page.reload()
    await expect(page.locator(".words").last).to_have_text("听到：没发出去的话")
    await expect(page.locator("#words")).to_have_value("写了一半")
    assert [each.text for each in echo.heard] == ["", "没发出去的话"]


async def test_an_answer_that_was_lost_on_the_way_does_not_repeat_the_message(page: Page, echo: Echo) -> None:
    await page.goto("/")
    await expect(page.locator(".words")).to_have_count(1)
    lost: list[str] = []

    async def lose_the_first(route: object) -> None:
        if lost:
            await route.continue_()  # type: ignore[attr-defined]  # Playwright passes a Route and types it by overload
            return
        lost.append("answer")
        await route.fetch()  # type: ignore[attr-defined]
        await route.abort()  # type: ignore[attr-defined]

    await page.route("**/messages", lose_the_first)
    await say(page, "只说一次")
    await expect(page.locator(".words").last).to_have_text("听到：只说一次")
    await expect(page.locator(".state")).to_have_count(0)
    assert [each.text for each in echo.heard] == ["", "只说一次"]
    await expect(page.locator(".mine")).to_have_count(1)


async def test_a_message_that_the_server_cannot_take_can_be_sent_again_by_a_tap(page: Page, echo: Echo) -> None:
    await page.goto("/")
    await expect(page.locator(".words")).to_have_count(1)
    await page.route("**/messages", lambda route: route.fulfill(status=500))
    await say(page, "再试一次")
    # Looking at the page again cuts each wait short.
    hurried = "() => document.dispatchEvent(new Event('visibilitychange')) && document.querySelector('.again')"
    await page.wait_for_function(hurried, polling=100)
    await expect(page.locator(".again")).to_have_text("没发出去，点这里重发")
    await page.unroute_all()
    await page.tap(".again")
    await expect(page.locator(".words").last).to_have_text("听到：再试一次")
    await expect(page.locator(".state")).to_have_count(0)


async def test_a_lost_line_is_said_and_mended_and_nothing_is_missed(page: Page, echo: Echo) -> None:
    await page.goto("/")
    await expect(page.locator(".words")).to_have_count(1)
    await page.route("**/events*", lambda route: route.abort())
    echo.chat._streams.close()
    await expect(page.locator("#lost")).to_be_visible()
    await echo.chat.send(echo.message("p1", "断线时来的"))
    await page.unroute_all()
    await expect(page.locator(".words").last).to_have_text("断线时来的")
    await expect(page.locator("#lost")).to_be_hidden()
    await expect(page.locator(".words")).to_have_count(2)


async def test_who_acts_as_one_person_sees_that_another_got_a_notice(page: Page, echo: Echo) -> None:
    await page.goto("/?as=p1")
    await echo.chat.send(echo.message(LI.user, "明天下午三点开会"))
    await expect(page.locator("#others")).to_have_text("1")
    await page.tap("#switch")
    await expect(page.locator("[data-person=p2] .badge")).to_have_text("1")
    await page.tap("[data-person=p2]")
    await expect(page.locator(".me-name")).to_contain_text("李建国")
    await expect(page.locator(".words").first).to_have_text("明天下午三点开会")
    await expect(page.locator("#others")).to_be_hidden()


async def test_a_scanned_link_is_an_entry_that_a_reload_does_not_repeat(page: Page, echo: Echo) -> None:
    await page.goto("/?as=p2&start=checkin-7")
    await expect(page.locator(".words")).to_have_text("您好！口令：checkin-7")
    assert page.url.endswith("/?as=p2")
    await page.reload()
    await expect(page.locator(".words")).to_have_count(1)
    assert [(each.user, each.payload) for each in echo.heard] == [("p2", "checkin-7")]


async def test_a_scanned_link_without_a_person_asks_who_opens_it(page: Page, echo: Echo) -> None:
    await page.goto("/?start=checkin-7")
    await expect(page.get_by_role("heading", name="以谁的身份打开？")).to_be_visible()
    assert echo.heard == []
    await page.tap("[data-person=p2]")
    await expect(page.locator(".words")).to_have_text("您好！口令：checkin-7")
    assert [each.user for each in echo.heard] == [LI.user]


async def test_reading_further_up_is_left_alone_and_a_long_answer_is_shown_from_its_beginning(
    page: Page, echo: Echo
) -> None:
    for number in range(30):
        await echo.chat.send(echo.message(WANG.user, f"第 {number} 条"))
    await page.goto("/")
    await expect(page.locator(".words").last).to_be_in_viewport()
    await page.eval_on_selector("#scroll", "(view) => view.scrollTo(0, 200)")
    await expect(page.locator("#down")).to_be_visible()
    await echo.chat.send(echo.message(WANG.user, "新的一条"))
    await expect(page.locator("#below")).to_have_text("1")
    assert await page.eval_on_selector("#scroll", "(view) => view.scrollTop") == 200
    await page.tap("#down")
    await expect(page.get_by_text("新的一条")).to_be_in_viewport()
    echo.answer = lambda incoming: [echo.message(WANG.user, "开头在这里\n" + "很长。" * 600)]
    await say(page, "长一点")
    await expect(page.locator(".words").last).to_be_in_viewport(ratio=0.1)
    top = await page.locator(".words").last.evaluate("(words) => words.getBoundingClientRect().top")
    assert 0 < top < 200


async def test_a_notice_that_comes_by_itself_is_shown_from_its_beginning(page: Page, echo: Echo) -> None:
    await page.clock.install()
    echo.answer = lambda incoming: [echo.message(WANG.user, "要办什么？\n\n" + "\n\n".join("一二三四五六七八九"))]
    await page.goto("/")
    await expect(page.locator(".words")).to_have_count(1)
    await page.clock.run_for(60_000)
    await echo.chat.send(
        echo.message(WANG.user, "开会通知\n\n" + "\n\n".join("一二三四五六七八"), buttons=choice("参加", "a"))
    )
    await expect(page.get_by_role("button", name="参加")).to_be_in_viewport()
    await expect(page.get_by_text("开会通知")).to_be_in_viewport()
    await expect(page.locator("#down")).to_be_hidden()


@pytest.mark.parametrize("size", ["18px", "21px"])
async def test_at_360_pixels_all_fits_and_every_target_is_big_enough(page: Page, echo: Echo, size: str) -> None:
    buttons = (
        (Button("流动党员管理与服务办法说明二十个字以内", "a"),),
        tuple(Button(f"选项{n}", f"b{n}") for n in range(5)),
    )
    papers = (Document("很长的文件名" * 8 + ".docx", "application/msword", b"x"),)
    await echo.chat.send(
        echo.message("p1", "[链](https://a.example/" + "x" * 80 + ")" + "长" * 50, buttons=buttons, documents=papers)
    )
    await page.goto("/")
    if size == "21px":
        await page.tap("#large")
        await page.reload()
    await expect(page.locator("html")).to_have_css("font-size", size)
    await page.fill("#words", "一二三")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await page.tap("#switch")
    for target in await page.locator(
        "button:visible, .option:visible, .paper:visible, .people a:visible, textarea"
    ).all():
        box = await target.bounding_box()
        assert box is not None
        assert box["height"] >= 44, await target.text_content()
        assert box["width"] >= 44, await target.text_content()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


async def test_a_refusal_of_the_server_is_shown_as_it_is(page: Page, echo: Echo) -> None:
    await page.goto("/")
    await expect(page.locator(".words")).to_have_count(1)
    await page.eval_on_selector("#words", "(box) => { box.maxLength = 99999; box.value = '字'.repeat(20001); }")
    await page.press("#words", "Enter")
    await expect(page.get_by_role("alert")).to_contain_text("太长了")
    await say(page, "短一点")
    await expect(page.locator(".words").last).to_have_text("听到：短一点")


async def test_a_restarted_server_goes_on_with_the_open_page(page: Page, echo: Echo) -> None:
    await page.goto("/")
    await expect(page.locator(".words")).to_have_count(1)
    async with echoing() as again:
        echo.chat._transcript = again.chat._transcript
        echo.chat._streams.close()
        echo._ids = 0
        await echo.chat.send(echo.message("p1", "重启后的第一条"))
        await expect(page.locator(".words").last).to_have_text("重启后的第一条")
    await expect(page.locator(".words")).to_have_count(2)


async def test_outside_the_demo_there_is_one_person_and_no_switch(browser: Browser) -> None:
    async with echoing(people=None) as echo:
        context = await browser.new_context(base_url=str(echo.client.make_url("/")))
        page = await context.new_page()
        await page.goto("/")
        await say_by_keyboard(page, "/start AB12")
        await expect(page.locator(".words").last).to_have_text("您好！口令：AB12")
        await page.reload()
        await expect(page.locator(".words")).to_have_count(2)
        assert await page.locator("#switch").count() == 0
        assert re.fullmatch(r"w\w+", echo.heard[0].user)
        assert {each.user for each in echo.heard} == {echo.heard[0].user}
        await context.close()


async def say_by_keyboard(page: Page, words: str) -> None:
    await page.fill("#words", words)
    await page.press("#words", "Enter")


async def test_what_counts_as_a_screen_is_seen_at_once_and_so_are_the_longest_answers(page: Page, echo: Echo) -> None:
    bodies = ["\n".join(["国" * LINE] * SCREEN)]
    answers = [fitted_answer(TEXTS, entry, entry.answer, ())[0] for entry in HANDBOOK.entries]
    bodies += sorted(answers, key=lines)[-8:]
    echo.answer = lambda incoming: [echo.message("p1", bodies[int(incoming.text or "0")])]
    await page.goto("/")
    for number in range(len(bodies)):
        await say(page, str(number))
        await expect(page.locator(".turn:not(.mine)")).to_have_count(number + 2)
        bubble = await page.locator(".turn:not(.mine) .bubble").last.bounding_box()
        room = await page.locator(".scroll").bounding_box()
        assert bubble is not None
        assert room is not None
        assert bubble["height"] <= room["height"], bodies[number]
