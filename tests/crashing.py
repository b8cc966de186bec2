"""A process that dies at a chosen point: before a statement, before a commit, or before a message is handed over."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, event, select, text

from bot.delivery import Delivery
from handlers.messages import Document, Outgoing, Sent
from storage.database import Database
from storage.models import Base, Lane, Update
from storage.outbox import release_claims
from tests.fakes import Chat, FakePlatform, FakeTown

MASKED = {
    "files": {"content", "size"},  # workbooks and pictures with a random code in them
    "invitations": {"code_hash"},
    "meetings": {"check_in_token"},
    "outbox": {"sent_ref"},  # the platform counts what it took, twice taken included
}
_CODES = re.compile(r"(?<!\d)\d{6}(?!\d)|\b(?=[A-Z0-9]*\d)[A-Z0-9]{8}\b|(?<=start=)\w+")
_BOARD = re.compile(r"board/\S+")


class Died(BaseException):
    """The process is gone; not an Exception, as a kill is none."""


class Death:
    """Comes at the n-th point that is passed after `at(n)`; from then on nothing works until `at(0)`."""

    def __init__(self) -> None:
        self.left = 0
        self.came = False

    def at(self, point: int) -> None:
        """Set, or with 0 take off, the point; also brings the dead back."""
        self.left, self.came = point, False

    def point(self, *_: object) -> None:
        """Something that a kill may come before."""
        if self.left:
            self.left -= 1
            self.came = self.came or not self.left
        if self.came:
            raise Died

    @contextmanager
    def over(self, database: Database) -> Iterator[None]:
        """Every statement and every commit of a database is a point."""
        engine = database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self.point)
        event.listen(engine, "commit", self.point)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", self.point)
            event.remove(engine, "commit", self.point)


@dataclass
class MortalPlatform(FakePlatform):
    """Takes a message only from the living."""

    death: Death = field(default_factory=Death)

    async def send(self, message: Outgoing) -> Sent:
        """A point, then as usual."""
        self.death.point()
        return await super().send(message)


class MortalTown(FakeTown):
    """A town whose process can die and be started again on the same database."""

    def __init__(self, database: Database, death: Death) -> None:
        super().__init__(database)
        self.death = death
        self.platform: MortalPlatform = MortalPlatform(death=death)
        self._start()

    def _start(self) -> None:
        self.delivery = Delivery(self.database, {("fake", "t"): self.platform}, self.clock)

    async def restart(self) -> None:
        """What a new process does first; numbers that the dead one had drawn for its rows are drawn again."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others)
        self.death.at(0)
        self._start()
        async with self.database.transaction() as session:
            for lane in Lane:
                await release_claims(session, "fake", "t", lane)
            await session.run_sync(lambda sync: _draw_again(sync.connection()))


@dataclass
class MortalChat(Chat):
    """Every update is brought again and again, with death one point later each time, and once more when all is done."""

    deaths: int = 0
    spared: int = 0

    async def again(self, files: tuple[Document, ...] = ()) -> None:
        """Dies at each point of the turn; once that is committed, at each point of what is left to send."""
        begun = self.mortal.platform.count
        while await self._dies(partial(super().again, files)) and not await self._is_done():
            assert self.mortal.platform.count == begun, "something was said that was never committed"
            self.spared += 1
        self.spared = 0
        while await self._dies(self.town.deliver):
            self.spared += 1
        self.spared = 0
        await super().again(files)
        _forget_repeats(self.mortal.platform)

    async def _dies(self, act: Callable[[], Awaitable[None]]) -> bool:
        """Do something, with death one point later than the last time; False when it was over before."""
        death = self.mortal.death
        death.at(self.spared + 1)
        with suppress(Died):
            await act()
        if not death.came:
            death.at(0)
            return False
        self.deaths += 1
        await self.mortal.restart()
        return True

    @property
    def mortal(self) -> MortalTown:
        """The town, which can die."""
        assert isinstance(self.town, MortalTown)
        return self.town

    async def _is_done(self) -> bool:
        assert self.last_update is not None
        async with self.town.database.reading() as session:
            done = select(Update.done_at).where(Update.update_id == self.last_update.id)
            return (await session.scalar(done)) is not None


def _forget_repeats(platform: FakePlatform) -> None:
    """What was sent twice because nobody could know that it had arrived is heard once."""
    for chat, messages in platform.taken.items():
        platform.taken[chat] = list({message.id: message for message in reversed(messages)}.values())[::-1]


def _draw_again(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        drawn = (
            f"setval('{table.name}_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM {table.name}), false)"
            for table in Base.metadata.sorted_tables
            if "id" in table.c
        )
        connection.execute(text(f"SELECT {', '.join(drawn)}"))


async def records(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, without what is drawn at random."""
    found: dict[str, list[dict[str, Any]]] = {}
    async with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            rows = await session.execute(select(table).order_by(*table.primary_key))
            hidden = MASKED.get(table.name, set())
            found[table.name] = [
                {name: _comparable(value) for name, value in row.items() if name not in hidden}
                for row in rows.mappings()
            ]
    return found


def _comparable(value: Any) -> Any:
    if isinstance(value, str):
        return _BOARD.sub("board/……", _CODES.sub("……", value))
    if isinstance(value, list):
        return [_comparable(one) for one in value]
    if isinstance(value, dict):
        return {name: _comparable(one) for name, one in value.items()}
    return value.timestamp() if isinstance(value, datetime) else value
