"""The dashboard in a real Chromium, on a computer, on the smallest phone, and on paper."""

import io
import unicodedata
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright, expect
from pypdf import PdfReader

from storage.database import Database
from storage.models import Organization, OrganizationKind
from tests.bot.channels.test_web_page import CHROMIUM, FLAGS
from tests.bot.pages.dashboards import District, district
from tests.storage.kit import add_organization

SIZES = "(all) => all.filter((one) => one.innerText?.trim()).map((one) => parseFloat(getComputedStyle(one).fontSize))"
HEIGHTS = "(all) => all.filter((one) => one.offsetParent).map((one) => one.getBoundingClientRect().height)"
ROWS = "tbody tr"

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


@pytest.fixture(params=[(1280, 800), (360, 740)], ids=["computer", "phone"])
async def page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """An empty page; what its console complains about, and what it asks of other sites, fails the test."""
    width, height = request.param
    context = await browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", has_touch=width < 500, is_mobile=width < 500
    )
    page = await context.new_page()
    complaints: list[str] = []

    def look(asked: Request) -> None:
        if not asked.url.startswith(("http://127.0.0.1:", "data:")):
            complaints.append(asked.url)

    page.on("request", look)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text))
    yield page
    await context.close()
    assert complaints == []


async def _lively(place: District) -> None:
    for where, weeks_ago, present in (("柳荫村党支部", 1, 4), ("渡口村党支部", 1, 1), ("石桥村党支部", 2, 2)):
        await place.meets(where, weeks_ago, present)


def is_phone(page: Page) -> bool:
    """Whether this is the small one."""
    assert page.viewport_size is not None
    return page.viewport_size["width"] < 500


async def test_all_is_read_without_scrolling_sideways_and_nothing_is_small(page: Page, database: Database) -> None:
    async with district(database) as place:
        await _lively(place)
        for query in ("", "?view=levels"):
            await page.goto(place.url(query))
            await expect(page.locator(ROWS).first).to_be_visible()
            assert page.viewport_size is not None
            assert await page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
            assert min(await page.eval_on_selector_all("body *", SIZES)) >= 14
            pressed = await page.eval_on_selector_all(".tools a, .tools button, .tools select", HEIGHTS)
            assert min(pressed) >= 44
        await expect(page.locator(ROWS).first).to_contain_text("河东片党总支")
        bars = await page.locator(ROWS).first.locator(".before").evaluate("(path) => path.getBBox().height")
        assert bars == 15  # 5 of 8 came, of 24


async def test_it_is_sorted_and_opened_with_the_keyboard_alone(page: Page, database: Database) -> None:
    async with district(database) as place:
        await _lively(place)
        await page.goto(place.url())
        if is_phone(page):
            await page.locator("#sort").select_option("rate")
        else:
            await page.get_by_role("link", name="近4周到会率").focus()
            await page.keyboard.press("Enter")
            await expect(page.locator("th[aria-sort=ascending]")).to_contain_text("近4周到会率")
        await expect(page.locator(ROWS).first).to_contain_text("渡口村党支部")
        await page.get_by_role("link", name="按下级组织").focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="河东片党总支").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("河东片党总支看板")
        await expect(page.locator(ROWS)).to_have_count(2)
        await page.get_by_role("navigation", name="上级").get_by_role("link").click()
        await expect(page.locator("h1")).to_have_text("清河镇党委看板")


async def test_without_scripts_it_sorts_as_well(browser: Browser, database: Database) -> None:
    context = await browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = await context.new_page()
    async with district(database) as place:
        await _lively(place)
        await page.goto(place.url())
        await page.locator("#sort").select_option("rate")
        await page.get_by_role("button", name="排").click()
        await expect(page.locator(ROWS).first).to_contain_text("渡口村党支部")
    await context.close()


async def test_on_paper_every_sheet_has_the_heads_and_nothing_to_press(browser: Browser, database: Database) -> None:
    page = await browser.new_page()
    async with district(database) as place:
        async with database.transaction() as session:
            parent = await session.get(Organization, place.ids["河西片党总支"])
            for number in range(120):
                await add_organization(session, OrganizationKind.BRANCH, f"第{number + 1}村党支部", parent)
        await page.goto(place.url(f"?at={place.ids['河西片党总支']}&whole=1"))
        await expect(page.locator("#print")).to_be_visible()
        printed = PdfReader(io.BytesIO(await page.pdf(prefer_css_page_size=True)))
    # A PDF names a glyph by any of the characters that share it, such as the radical for 支.
    words = [unicodedata.normalize("NFKC", "".join(sheet.extract_text().split())) for sheet in printed.pages]
    assert len(words) >= 3
    assert all("近4周开会" in sheet for sheet in words)
    assert "第120村党支部" in "".join(words)
    assert not any(button in "".join(words) for button in ("排序", "打印", "失效"))
    box = printed.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)
