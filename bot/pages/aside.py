"""A second event loop in a thread, with a database of its own: what takes seconds to count holds nobody up."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from threading import Thread
from typing import Any, TypeVar

from storage.database import Database, Session

T = TypeVar("T")


class Aside:
    """Reads from the same database as everybody, elsewhere; the thread starts with the first reading."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._running: tuple[asyncio.AbstractEventLoop, Thread, Database] | None = None

    async def reading(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """What `work` makes of a session for looking only.

        Raises what `work` raises, and one of `Unavailable` where there is no database.
        """
        if self._running is None:
            loop = asyncio.new_event_loop()
            thread = Thread(target=loop.run_forever, name="aside", daemon=True)
            thread.start()
            self._running = loop, thread, Database(self._url)
        loop, _, database = self._running

        async def read() -> T:
            async with database.reading() as session:
                return await work(session)

        return await _in(loop, read())

    async def close(self) -> None:
        """Break off what is read and end the thread."""
        if self._running is None:
            return
        loop, thread, database = self._running
        self._running = None
        await _in(loop, _tidied(database))
        loop.call_soon_threadsafe(loop.stop)
        await asyncio.to_thread(thread.join)
        loop.close()


async def _in(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> T:
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, loop))


async def _tidied(database: Database) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await database.close()
    await asyncio.get_running_loop().shutdown_default_executor()
