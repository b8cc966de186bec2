"""The board in a real Chromium, on a projector and on the smallest phone: what a hall sees."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright, expect

from handlers.codes import digits_of, link_of, qr_path, window_at
from storage.database import Database
from storage.meetings import close_meeting
from tests.bot.channels.test_web_page import CHROMIUM, FLAGS
from tests.bot.pages.boards import ENTRY, SECRET, Hall, hall, served
from tests.storage.kit import NOW

PROJECTOR, PHONE = {"width": 1920, "height": 1080}, {"width": 360, "height": 740}
SMALLEST = {1920: 27, 360: 18}
"""No words on the page are smaller than so many pixels, buttons apart."""
SIZES = "(all) => all.filter((one) => one.innerText.trim()).map((one) => parseFloat(getComputedStyle(one).fontSize))"

pytestmark = [
    pytest.mark.page,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium fonts-noto-cjk"),
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture(params=[PROJECTOR, PHONE], ids=["projector", "phone"])
async def page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """An empty page; what its console complains about, and what it asks of other sites, fails the test."""
    context = await browser.new_context(viewport=request.param, locale="zh-CN", timezone_id="Asia/Shanghai")
    page = await context.new_page()
    complaints: list[str] = []

    def look(asked: Request) -> None:
        if not asked.url.startswith(("http://127.0.0.1:", "data:")):
            complaints.append(asked.url)

    page.on("request", look)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    yield page
    await context.close()
    assert complaints == []


def spaced(digits: str) -> str:
    """Six digits as they are shown."""
    return f"{digits[:3]} {digits[3:]}"


async def bottom_of(page: Page, selector: str) -> float:
    """How far down something reaches."""
    box = await page.locator(selector).bounding_box()
    assert box is not None
    return box["y"] + box["height"]


async def width_of(page: Page) -> int:
    """How wide the window is."""
    assert page.viewport_size is not None
    return page.viewport_size["width"]


async def test_code_and_count_are_seen_without_scrolling_and_nothing_is_small(page: Page, database: Database) -> None:
    async with hall(database) as place:
        await place.comes(*place.town.full[:5])
        await page.goto(place.url())
        window = window_at(place.now)
        await expect(page.locator("#digits")).to_have_text(spaced(digits_of(SECRET, window)))
        link = ENTRY + link_of(place.meeting_id, SECRET, window)
        await expect(page.locator("#qr-path")).to_have_attribute("d", qr_path(link)[1])
        await expect(page.locator("#present")).to_have_text("5")
        await expect(page.locator("#expected")).to_have_text("9")
        words = "应到有表决权的正式党员 7 人，实到 5 人，已达半数以上，可以表决，赞成至少 4 票才通过。"
        await expect(page.locator("#quorum li")).to_have_text([words])
        assert page.viewport_size is not None
        assert await bottom_of(page, "#quorum") <= page.viewport_size["height"]
        assert await page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
        sizes = await page.eval_on_selector_all("main p, main li, main h2, header *", SIZES)
        assert min(sizes) >= SMALLEST[await width_of(page)]
        square = await page.locator("#qr").bounding_box()
        assert square is not None
        assert square["width"] >= 0.2 * page.viewport_size["width"] + 130
        await page.locator("#names-switch").click()
        await expect(page.locator("#list li")).to_have_count(5)
        assert await page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]


async def test_names_appear_only_when_asked_for_and_go_again(page: Page, database: Database) -> None:
    async with hall(database) as place:
        await place.comes(*place.town.full[:2])
        await page.goto(place.url())
        await expect(page.locator("#present")).to_have_text("2")
        assert "苏一" not in await page.content()
        switch = page.locator("#names-switch")
        await switch.click()
        await expect(page.locator("#list li")).to_have_text(["苏二", "苏一"])
        await expect(switch).to_have_text("不显示姓名")
        await switch.click()
        await expect(page.locator("#names")).to_be_hidden()
        await expect(page.locator("#list li")).to_have_count(0)
        await page.reload()
        await expect(page.locator("#present")).to_have_text("2")
        await expect(page.locator("#names")).to_be_hidden()


async def test_count_and_code_change_by_themselves_until_the_meeting_is_over(page: Page, database: Database) -> None:
    async with hall(database) as place:
        await page.goto(place.url())
        await expect(page.locator("#quorum li.short")).to_have_count(1)
        await place.comes(*place.town.full[:4])
        await expect(page.locator("#present")).to_have_text("4")
        await expect(page.locator("#quorum li.short")).to_have_count(0)
        place.now += timedelta(seconds=30)
        await place.comes(place.town.full[4])
        await expect(page.locator("#digits")).to_have_text(spaced(digits_of(SECRET, window_at(place.now))))
        async with database.transaction() as session:
            await close_meeting(session, place.meeting_id, now=NOW, summary="")
        await expect(page.locator("#over")).to_have_text("签到结束，谢谢大家！")
        await expect(page.locator("#digits")).to_be_hidden()
        await expect(page.locator("#present")).to_have_text("5")


async def test_a_board_comes_back_by_itself_after_a_restart(page: Page, database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    async with hall(database, port=port) as place:
        await page.goto(place.url())
        await expect(page.locator("#present")).to_have_text("0")
        await _stop(place)
        await expect(page.locator("#lost")).to_contain_text("正在自动重新连接")
        await place.comes(*place.town.full[:3])
        await expect(page.locator("#present")).to_have_text("0")
        async with served(place, port=port):
            await expect(page.locator("#present")).to_have_text("3", timeout=20_000)
            await expect(page.locator("#lost")).to_be_hidden()
            await expect(page.locator("#digits")).to_have_text(spaced(digits_of(SECRET, window_at(place.now))))


async def _stop(place: Hall) -> None:
    await place.server.close()
    await asyncio.sleep(0)


async def test_a_link_that_ran_out_says_where_to_get_another(page: Page, database: Database) -> None:
    async with hall(database) as place:
        await page.goto(place.url(place.ticket(hours=0)))
        await expect(page.locator(".sorry")).to_contain_text("再看签到码")
        await page.goto(place.url())
        await expect(page.locator("#digits")).to_have_text(spaced(digits_of(SECRET, window_at(place.now))))
        place.now += timedelta(hours=4)
        await place.comes(place.town.full[0])
        await expect(page.locator("#lost")).to_contain_text("过期了")
        await expect(page.locator("#digits")).to_have_text("……")
