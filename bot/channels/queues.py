"""One person's messages in order, and different people's side by side."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

from handlers.messages import Address

Item = TypeVar("Item")


class PerAddress(Generic[Item]):
    """A queue per address: `work` sees the items of one address one at a time and in the order of `put`.

    At most `waiting` items are held, so `put` waits when the turns cannot keep up, and at most `at_once` turns run.
    An address that has nothing to do costs nothing. `failed` hears of each item whose work raised; the next item
    then has its turn as usual. Leaving the `async with` block lets what is queued finish for `grace` seconds, then
    cancels it.
    """

    def __init__(
        self,
        work: Callable[[Item], Awaitable[None]],
        failed: Callable[[Item, Exception], None],
        *,
        waiting: int = 1000,
        at_once: int = 32,
        grace: float = 10,
    ) -> None:
        self._work = work
        self._failed = failed
        self._room = asyncio.Semaphore(waiting)
        self._turns = asyncio.Semaphore(at_once)
        self._grace = grace
        self._lines: dict[Address, deque[Item]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def put(self, address: Address, item: Item) -> None:
        """Queue one item, waiting for room if need be."""
        await self._room.acquire()
        line = self._lines.get(address)
        if line is not None:
            line.append(item)
            return
        line = self._lines[address] = deque([item])
        task = asyncio.create_task(self._serve(address, line))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Wait until nothing is queued or running."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _serve(self, address: Address, line: deque[Item]) -> None:
        try:
            while line:
                await self._serve_one(line.popleft())
        finally:
            del self._lines[address]
            for _ in line:
                self._room.release()

    async def _serve_one(self, item: Item) -> None:
        try:
            async with self._turns:
                await self._work(item)
        except Exception as error:  # one turn's crash must not take the turns behind it along
            self._failed(item, error)
        finally:
            self._room.release()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=self._grace)
        finally:
            left = list(self._tasks)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
