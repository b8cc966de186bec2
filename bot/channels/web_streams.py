"""The open event streams of the web chat: who is looking now, and telling them when there is something to see."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from aiohttp import web

from bot.channels.web_transcript import Transcript

STREAM_HEADERS: Final = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}


class Stream:
    """One open page of one person."""

    def __init__(self, user: str, beat_seconds: float) -> None:
        self.user = user
        self.closed = False
        self._beat_seconds = beat_seconds
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Let the page look again."""
        self._news.set()

    async def pour(
        self, response: web.StreamResponse, transcript: Transcript, seen: str, unread: Callable[[], dict[str, int]]
    ) -> None:
        """Write all that came after the event id `seen`, then "ready", then what comes until the stream is closed.

        "unread" tells how many messages wait for other people; "beat" comes where nothing else does, so that either
        end notices a dead line. Raises `ConnectionResetError` when the page is gone.
        """
        last = _number(seen, transcript.epoch)
        told: dict[str, int] | None = None
        ready = False
        await response.write(b"retry: 1000\n\n")
        while not self.closed:
            for each, event in await transcript.since(self.user, last):
                words = json.dumps(event, ensure_ascii=False)
                await response.write(f"id: {transcript.epoch}.{each}\ndata: {words}\n\n".encode())
                last = each
            if (counts := unread()) != told:
                await response.write(f"event: unread\ndata: {json.dumps(counts)}\n\n".encode())
                told = counts
            if not ready:
                await response.write(b"event: ready\ndata: {}\n\n")
                ready = True
            if not await self._woken():
                await response.write(b"event: beat\ndata: {}\n\n")

    async def _woken(self) -> bool:
        try:
            async with asyncio.timeout(self._beat_seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True


class Streams:
    """All open pages, by person."""

    def __init__(self, beat_seconds: float) -> None:
        self._beat_seconds = beat_seconds
        self._open: dict[str, set[Stream]] = {}

    @contextmanager
    def opened(self, user: str) -> Iterator[Stream]:
        """A stream that counts as open inside the block."""
        stream = Stream(user, self._beat_seconds)
        self._open.setdefault(user, set()).add(stream)
        try:
            yield stream
        finally:
            self._open[user].discard(stream)
            if not self._open[user]:
                del self._open[user]

    def is_watching(self, user: str) -> bool:
        """Whether a page of this person is open."""
        return user in self._open

    def wake(self, user: str | None = None) -> None:
        """Wake the pages of one person, or everybody's."""
        for each in [user] if user is not None else list(self._open):
            for stream in self._open.get(each, ()):
                stream.wake()

    def close(self) -> None:
        """Let every stream end, so that the server can stop."""
        for streams in self._open.values():
            for stream in streams:
                stream.closed = True
                stream.wake()


def _number(seen: str, epoch: str) -> int:
    """Where the page left off, or 0 when it last looked in another epoch, or never."""
    before, _, number = seen.partition(".")
    return int(number) if before == epoch and number.isdecimal() else 0
