"""A board on loopback for the tests of what it serves and of the page: a real database, a clock set by hand."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.pages.board import Boards
from handlers.codes import board_ticket
from storage.checkin import check_in
from storage.database import Database
from storage.models import CheckInWay
from tests.bot.channels.running import running
from tests.fakes import TEXTS
from tests.storage.kit import NOW, Town, add_open_meeting, add_town

SECRET = "the secret of this meeting"
ENTRY = "https://chat.example/?start=c_"


@dataclass
class Hall:
    """A meeting whose check-in is open, and its board."""

    database: Database
    town: Town
    meeting_id: int
    server: TestServer
    now: datetime = NOW + timedelta(seconds=7)

    def ticket(self, secret: str = SECRET, hours: float = 4, meeting_id: int | None = None) -> str:
        """The last part of the board's address."""
        id = self.meeting_id if meeting_id is None else meeting_id
        return board_ticket(id, secret, NOW + timedelta(hours=hours), ENTRY)

    def url(self, ticket: str | None = None, tail: str = "") -> str:
        """The board's address."""
        return str(self.server.make_url(f"/board/{ticket or self.ticket()}{tail}"))

    async def comes(self, *person_ids: int) -> None:
        """People check in."""
        async with self.database.transaction() as session:
            for person_id in person_ids:
                await check_in(session, self.meeting_id, person_id, way=CheckInWay.CODE, now=NOW)


@asynccontextmanager
async def hall(database: Database, *, port: int | None = None, beat_seconds: float = 15) -> AsyncIterator[Hall]:
    """A hall with eight full members, one of them without a vote, and one probationary member."""
    town = await add_town(database)
    found = Hall(database, town, await add_open_meeting(database, town, secret=SECRET), TestServer(web.Application()))
    async with served(found, port=port, beat_seconds=beat_seconds):
        yield found


@asynccontextmanager
async def served(of: Hall, *, port: int | None = None, beat_seconds: float = 15) -> AsyncIterator[None]:
    """Its board is served inside the block; a block after the first is what a restart is."""
    boards = Boards(of.database, TEXTS, lambda: of.now, look_seconds=0.02, beat_seconds=beat_seconds)
    pages = web.Application()
    boards.add_to(pages)
    of.server = TestServer(pages, port=port)
    async with running(boards.run()), of.server:
        yield


@asynccontextmanager
async def listening(url: str) -> AsyncIterator["Heard"]:
    """A stream of events that stays open inside the block."""
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        yield Heard(response)


@dataclass
class Heard:
    """What comes from a board, one event after another."""

    response: aiohttp.ClientResponse

    async def next(self, *kinds: str) -> tuple[str, dict[str, Any]]:
        """The next event of one of these kinds."""
        kind = ""
        async for line in self.response.content:
            name, _, value = line.decode().strip().partition(": ")
            if name == "event":
                kind = value
            elif name == "data" and kind in kinds:
                return kind, json.loads(value)
        raise AssertionError(f"the stream ends without any of {kinds}")

    async def ends(self) -> bool:
        """Whether nothing follows."""
        return not (await self.response.content.read()).strip()
