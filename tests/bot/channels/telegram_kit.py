"""What the tests of the Telegram channel share: an inbox in memory, and a listener in place of the handlers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.channels.inbox import Update
from bot.channels.telegram_chat import TelegramChat
from handlers.messages import Incoming, Outgoing
from tests.bot_api import BotApi


@dataclass
class MemoryInbox:
    """The updates by id, in order; `done` are those whose turn was committed."""

    rows: dict[str, Mapping[str, object]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    stores: list[list[str]] = field(default_factory=list)
    before_store: Callable[[], None] = lambda: None

    async def store(self, channel: str, tenant: str, updates: Sequence[Update]) -> None:
        assert (channel, tenant) == ("telegram", "4242")
        self.before_store()
        self.stores.append([update_id for update_id, _ in updates])
        for update_id, raw in updates:
            self.rows.setdefault(update_id, raw)

    async def unfinished(self, channel: str, tenant: str) -> list[Update]:
        return [(update_id, raw) for update_id, raw in self.rows.items() if update_id not in self.done]


class Listener:
    """Plays turns: notes what came, marks it done; `during` may stop or break a turn."""

    def __init__(self, inbox: MemoryInbox) -> None:
        self.inbox = inbox
        self.turns: list[Incoming] = []
        self.during: Callable[[Incoming], object] = lambda found: None
        self._new: asyncio.Queue[Incoming] = asyncio.Queue()

    async def receive(self, found: Incoming) -> tuple[Outgoing, ...]:
        waiting = self.during(found)
        if isinstance(waiting, asyncio.Event):
            await waiting.wait()
        self.turns.append(found)
        if found.id not in self.inbox.done:
            self.inbox.done.add(found.id)
            self._new.put_nowait(found)
        return ()

    async def next(self) -> Incoming:
        """The next turn that was not a repeat."""
        async with asyncio.timeout(10):
            return await self._new.get()


@dataclass
class Naps:
    """Notes how long somebody wanted to sleep, and does not; the next thing on the loop runs in between."""

    taken: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)


@dataclass
class Running:
    """A channel at work on a stand-in."""

    api: BotApi
    inbox: MemoryInbox
    listener: Listener
    chat: TelegramChat
    naps: Naps
    task: asyncio.Task[None]


@asynccontextmanager
async def running(api: BotApi, inbox: MemoryInbox | None = None, token: str = "") -> AsyncIterator[Running]:
    """The channel, started on the stand-in; at the end it is stopped dead, with what is in hand left where it is."""
    inbox = inbox or MemoryInbox()
    listener, naps = Listener(inbox), Naps()
    chat = TelegramChat(token or api.token, inbox, base_url=api.url, sleep=naps, grace=0)
    task = asyncio.create_task(chat.run(listener.receive))
    try:
        yield Running(api, inbox, listener, chat, naps, task)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await chat.close()
