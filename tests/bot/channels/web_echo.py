"""A web chat that answers with what it heard, served on loopback for the tests of channel and page."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.web_chat import DemoPerson, WebChat
from handlers.markup import escape
from handlers.messages import Address, Button, Document, Incoming, Kind, Outgoing, Rows
from tests.bot.channels.running import running

NOON = datetime(2025, 11, 24, 4, 0, tzinfo=UTC)
WANG = DemoPerson("p1", "王桂兰", "支部书记", "青山第一党支部")
LI = DemoPerson("p2", "李建国", "党员", "青山第一党支部")
ZHAO = DemoPerson("p3", "赵敏", "党委组织委员", "青山街道党委")

Answer = Callable[[Incoming], Sequence[Outgoing]]
Client = TestClient[web.Request, web.Application]


async def town() -> list[DemoPerson]:
    """Who lives in the demo."""
    return [WANG, LI, ZHAO]


class Echo:
    """What the core would be: remembers each update once, and sends what `answer` makes of it."""

    def __init__(self, chat: WebChat) -> None:
        self.chat = chat
        self.client: Client
        self.app: web.Application
        self.heard: list[Incoming] = []
        self.answer: Answer = self.echo
        self._ids = 0

    async def receive(self, incoming: Incoming) -> tuple[Outgoing, ...]:
        """The same update twice is a no-op, as in the core."""
        if any(each.id == incoming.id for each in self.heard):
            return ()
        self.heard.append(incoming)
        answers = tuple(self.answer(incoming))
        for each in answers:
            await self.chat.send(each)
        return answers

    def echo(self, incoming: Incoming) -> list[Outgoing]:
        """One message with what came."""
        if incoming.kind is Kind.ENTRY:
            return [self.message(incoming.user, f"您好！口令：{escape(incoming.payload)}")]
        files = "、".join(each.name for each in incoming.attachments)
        return [self.message(incoming.user, f"听到：{escape(incoming.text or incoming.payload or files)}")]

    def message(
        self, user: str, body: str, *, buttons: Rows = (), documents: tuple[Document, ...] = (), replaces: str = ""
    ) -> Outgoing:
        """A message with the next outbox id."""
        self._ids += 1
        to = Address("web", "local", user)
        return Outgoing(str(self._ids), to, body, buttons, documents, replaces=replaces)

    async def says(self, user: str = WANG.user, *, id: str = "m1", **what: str) -> tuple[int, Any]:
        """Post one message; the status and the answer."""
        async with self.client.post(f"/chat/{user}/messages", json={"id": id, **what}) as response:
            return response.status, await response.json()

    async def sees(self, user: str = WANG.user, *, after: str = "", until: str = "ready") -> list[dict[str, Any]]:
        """The frames of a newly opened stream up to the first of a kind, each with "event", "id" and "data"."""
        async with self.watches(user, after=after) as content:
            return await frames(content, until)

    @asynccontextmanager
    async def watches(self, user: str = WANG.user, *, after: str = "") -> AsyncIterator[aiohttp.StreamReader]:
        """A stream that stays open inside the block."""
        async with self.client.get(f"/chat/{user}/events", headers={"Last-Event-ID": after}) as response:
            yield response.content


async def frames(content: aiohttp.StreamReader, until: str) -> list[dict[str, Any]]:
    """What a stream brings, up to the first frame of a kind or its end."""
    return [frame async for frame in _frames(content, until)]


async def _frames(content: aiohttp.StreamReader, until: str) -> AsyncIterator[dict[str, Any]]:
    frame: dict[str, Any] = {"event": "message"}
    while line := (await content.readline()).decode():
        key, _, value = line.rstrip("\n").partition(": ")
        if key:
            frame[key] = json.loads(value) if key == "data" else value
            continue
        if "data" in frame:
            yield frame
            if frame["event"] == until:
                return
        frame = {"event": "message"}


def choice(label: str, payload: str) -> Rows:
    """One button."""
    return ((Button(label, payload),),)


@asynccontextmanager
async def echoing(**settings: Any) -> AsyncIterator[Echo]:
    """A served echo; `people`, `hosts` and the like go to the channel."""
    settings.setdefault("people", town)
    chat = WebChat(b"a secret for tests", **settings)
    app = web.Application()
    chat.add_to(app)
    echo = Echo(chat)
    async with TestClient(TestServer(app)) as client, running(chat.run(echo.receive)):
        echo.client, echo.app = client, app
        yield echo
