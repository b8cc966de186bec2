"""How fast the broadcast may call Telegram: so many a second of all workers together, and each chat at its own pace."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from storage.outbox import CHAT_GAP, GROUP_GAP

Reserve = Callable[[float], Awaitable[float]]
"""Reserves so many seconds for us alone; in how many seconds, from its return, they begin."""

AHEAD: Final = 0.25
"""Seconds that are reserved at once: long enough to be seldom, short enough that little is lost when a worker dies."""
SLOWER: Final = 1.05
"""A moment is so much longer than it need be: the ways of two calls to Telegram are not equally long."""
FLOOD: Final = 5
"""So many refusals in a row, each from another chat, are about us and not about the chats."""
REMEMBERED: Final = 1000


class Pace:
    """Lets calls through; the moments for them are reserved by all workers in one place.

    What is promised holds by Telegram's clock too, however long a call is on its way: the next call to a chat begins
    its gap after the last was answered, and of this process there are never more calls in a second, from their
    beginning until a second after their answer, than may be made in one.
    """

    def __init__(self, per_second: float, reserve: Reserve) -> None:
        self.at_once = max(1, int(per_second))
        """So many calls may be under way."""
        self._reserve = reserve
        self._second = max(1.0, 1 / per_second)
        self._step = SLOWER / per_second
        self._stretch = max(1, int(per_second * AHEAD))
        self._room = asyncio.Semaphore(self.at_once)
        self._line = asyncio.Lock()
        self._moments: deque[float] = deque()
        self._free: dict[str, float] = {}
        self._refused = 0
        self._held_until = 0.0

    @asynccontextmanager
    async def turn(self, chat: str) -> AsyncIterator[None]:
        """Wait until a chat may be called; the call is made inside the block.

        Raises `Unavailable` when no moment can be reserved.
        """
        clock = asyncio.get_running_loop()
        await asyncio.sleep(self._free.get(chat, 0) - clock.time())
        await self._room.acquire()
        try:
            await self._moment()
            yield
        finally:
            gap = GROUP_GAP if chat.startswith("-") else CHAT_GAP
            self._free[chat] = clock.time() + gap.total_seconds()
            clock.call_later(self._second, self._room.release)
            if len(self._free) > REMEMBERED:
                self._free = {name: at for name, at in self._free.items() if at > clock.time()}

    async def _moment(self) -> None:
        clock = asyncio.get_running_loop().time
        async with self._line:
            # A moment that we did not use is over, and what comes after it is perhaps another worker's.
            while self._moments and self._moments[0] + self._step < clock():
                self._moments.popleft()
            if not self._moments:
                begins = await self._reserve(self._stretch * self._step) + clock()
                self._moments.extend(begins + number * self._step for number in range(self._stretch))
            moment = self._moments.popleft()
        await asyncio.sleep(moment - clock())
        await asyncio.sleep(self._held_until - clock())

    def refused(self, seconds: float) -> None:
        """A call came too soon, and its chat is left alone so long; if it goes on like that, all of them are."""
        self._refused += 1
        if self._refused >= FLOOD:
            self._held_until = asyncio.get_running_loop().time() + seconds

    def taken(self) -> None:
        """A call was taken: it is not about us."""
        self._refused = 0
