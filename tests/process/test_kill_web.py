"""kill -9 at every step of a conversation on the web page, which repeats a request that broke off under the same id."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import aiohttp
import pytest
from sqlalchemy import select

from storage.accounts import lock_account
from storage.database import Database
from storage.models import Attendance, Meeting, MeetingState, Presence, Run, RunState
from storage.reminders import note_round
from tests.bot_api import BotApi
from tests.branch import settle
from tests.fakes import MONDAY, ZONE
from tests.process.processes import Forked, Nursery

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]

Moment = Literal["sent", "seen"]
"""When the process dies: as soon as the request has left the page, or as soon as the answer is on the page."""

PAUSE = 0.05
"""Seconds between two tries, as the page makes them."""
LINES = (
    ("开会", "要开什么会"),
    ("支部党员大会", "什么时候开"),
    ("2099年5月8日下午3点", "在哪里开"),
    ("村委会二楼会议室", "有哪些议题"),
    ("学习条例", "请核对"),
    ("确认", "通知已发出"),
    ("开始签到", "还早"),
    ("是", "怎么签到"),
    ("也发按钮，远程可签", "请大家扫下面的码"),
)


@dataclass
class Page:
    """A browser with a cookie, which posts messages and watches what is said."""

    http: aiohttp.ClientSession
    user: str

    @classmethod
    async def opened(cls, http: aiohttp.ClientSession) -> "Page":
        """A visitor nobody knows yet, once the page is there."""
        async with asyncio.timeout(20):
            while True:
                with suppress(aiohttp.ClientConnectorError):
                    async with http.get("/") as response:
                        return cls(http, response.cookies["zhishu_visitor"].value.partition(".")[0])
                await asyncio.sleep(PAUSE)

    async def posts(self, message: dict[str, str]) -> None:
        """Post, and have it taken; like the page, again while the assistant is only starting."""
        async with asyncio.timeout(20):
            while True:
                with suppress(aiohttp.ClientConnectorError):
                    async with self.http.post(f"/chat/{self.user}/messages", json=message) as response:
                        assert response.status in (200, 503), await response.text()
                        if response.status == 200:
                            return
                await asyncio.sleep(PAUSE)

    async def posts_only(self, port: int, message: dict[str, str]) -> None:
        """Post, and wait for no answer."""
        body = json.dumps(message).encode()
        cookies = self.http.cookie_jar
        cookie = "; ".join(f"{each.key}={each.value}" for each in cookies)
        head = f"POST /chat/{self.user}/messages HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async def sees(self, words: str) -> None:
        """Watch until something is said with these words in it."""
        async with asyncio.timeout(20), self.http.get(f"/chat/{self.user}/events") as stream:
            async for line in stream.content:
                key, _, value = line.decode().partition(": ")
                if key == "data" and words in str(json.loads(value)):
                    return
        raise AssertionError(f"{words} is never seen")


@dataclass
class Site:
    """The process behind the page; the stand-in hears when a new one is nearly ready."""

    nursery: Nursery
    url: str
    api: BotApi
    folder: Path
    port: int
    process: Forked | None = None
    starts: int = 0

    async def start(self) -> None:
        """Start it, and wait until it asks Telegram for updates; the page is opened soon after."""
        polls = len(self.api.calls_of("getUpdates"))
        self.process = self.nursery.start("run", self.url, self.api, self.folder, self.port)
        self.starts += 1
        await self.api.called("getUpdates", polls + 1, within=30)

    def kill(self) -> None:
        """Kill -9."""
        if self.process is not None:
            self.process.kill()


async def dies_at(site: Site, page: Page, moment: Moment, message: dict[str, str], answer: str) -> None:
    """Post, let the process die of it, and post the same again, as the page does; the answer is seen in the end."""
    if moment == "sent":
        await page.posts_only(site.port, message)
        site.kill()
    else:
        posting = asyncio.create_task(page.posts(message))
        await page.sees(answer)
        site.kill()
        with suppress(aiohttp.ClientError):
            await posting
    await site.start()
    await page.posts(message)
    if moment == "sent":
        await page.sees(answer)


@asynccontextmanager
async def browser(port: int) -> AsyncIterator[Page]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", cookie_jar=jar) as http:
        yield await Page.opened(http)


def free_port() -> int:
    """One that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize(
    ("database_url", "moment"), [("sqlite", "sent"), ("postgres", "seen")], indirect=["database_url"]
)
async def test_a_web_chat_whose_process_dies_at_every_step_loses_nothing_and_records_nothing_twice(
    database: Database, database_url: str, api: BotApi, nursery: Nursery, tmp_path: Path, moment: Moment
) -> None:
    ids = await settle(database)
    async with database.transaction() as session:
        await note_round(session, str(ZONE), date.max, MONDAY)  # the site has the clock of the wall
    site = Site(nursery, database_url, api, tmp_path, free_port())
    await site.start()
    try:
        async with browser(site.port) as secretary, browser(site.port) as member:
            for page, name in ((secretary, "李向阳"), (member, "王桂兰")):
                await _is(database, page.user, ids[name])
            for number, (words, answer) in enumerate(LINES):
                await dies_at(site, secretary, moment, {"id": f"m{number}", "text": words}, answer)
            async with database.reading() as session:
                (meeting,) = await session.scalars(select(Meeting))
            tap = {"id": "tap", "payload": f"check_in.{meeting.id}", "label": "签到"}
            await dies_at(site, member, moment, tap, "签到成功")
    finally:
        site.kill()
    assert site.starts == len(LINES) + 2
    assert meeting.state is MeetingState.OPEN
    async with database.reading() as session:
        presences = sorted(await session.scalars(select(Attendance.presence)))
        assert list(await session.scalars(select(Run.state))) == [RunState.DONE] * 2
    assert presences == sorted([Presence.PRESENT, *[Presence.EXPECTED] * 4])


async def _is(database: Database, user: str, person_id: int) -> None:
    async with database.transaction() as session:
        account = await lock_account(session, "web", "local", user, user, MONDAY)
        account.person_id = person_id
