"""Check-ins beside what the database itself takes: bare commits of one row, turns in the process, and the real page.

    .venv/bin/python -m benchmarks.checkins [--rounds N] [--only sqlite|postgres]

Every figure of a table comes from the same run: the variants take their rounds in turn, and medians are printed. A
check-in is a whole turn by typed digits or by the link of the QR code: lock, dedup, the code verified, the attendance,
the answer in the outbox, commit. Over HTTP it is posted by one of three hundred browsers to `python -m bot web`, a
process of its own on the same machine; a wait is from the post to its answer.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from statistics import median

import aiohttp
from sqlalchemy import func, select

from benchmarks.bare_commits import aiosqlite_commits, asyncpg_commits, sqlite3_commits
from bot.delivery import Delivery
from handlers.dialogue.turns import utc_now
from handlers.messages import Address, Incoming, Kind
from storage.database import Database
from storage.models import Attendance, Presence
from tests.fakes import FakeTown
from tests.postgres import running
from tests.process.halls import PAUSE, PEOPLE, Hall, browsers, post
from tests.process.test_kill_web import free_port

COMMITS = 320
WITHIN = 10.0
"""Seconds in which a hall comes in."""

Commits = Sequence[tuple[str, Callable[[], Awaitable[float]]]]


class Turns:
    """The same check-ins without HTTP: turns in this process, their answers delivered to a platform in memory."""

    def __init__(self, database: Database, hall: Hall) -> None:
        self.town, self.hall = FakeTown(database), hall
        self.town.delivery = Delivery(database, {("web", "local"): self.town.platform}, self.town.clock)
        self.count = 0

    async def check_in(self, number: int) -> None:
        """One whole turn."""
        self.count += 1
        self.town.now = utc_now()
        user = self.hall.user(number)
        said = self.hall.says(number)
        kind = Kind.ENTRY if "entry" in said else Kind.TEXT
        address = Address("web", "local", user)
        incoming = Incoming(
            f"b{self.count}", address, user, kind, self.town.now, said.get("text", ""), said.get("entry", "")
        )
        await self.town.delivery.answer(await self.town.turns.take(incoming))


@asynccontextmanager
async def page(url: str) -> AsyncIterator[str]:
    """`python -m bot web` on a database; the address of its page."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZHISHU_")}
    environment |= {"ZHISHU_DATABASE_URL": url, "ZHISHU_WEB_PORT": str(port), "ZHISHU_SECRET": "for a benchmark"}
    environment |= {"PYTHONPATH": str(Path(__file__).parents[1])}
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "web", env=environment, cwd=folder, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            base = f"http://127.0.0.1:{port}"
            async with aiohttp.ClientSession() as http:
                while True:
                    with suppress(aiohttp.ClientConnectionError):
                        async with http.get(base) as response:
                            response.raise_for_status()
                            break
                    await asyncio.sleep(PAUSE)
            yield base
        finally:
            process.kill()
            await process.wait()


async def all_are_there(database: Database, hall: Hall) -> None:
    """A figure counts only if everybody was recorded."""
    async with database.reading() as session:
        there = await session.scalar(
            select(func.count()).where(
                Attendance.meeting_id == hall.meeting_id, Attendance.presence == Presence.PRESENT
            )
        )
    if there != PEOPLE:
        raise SystemExit(f"{there} of {PEOPLE} are recorded")


class Table:
    """A second's worth of each thing, by name, one figure a round; and the waits of people."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.rates: dict[str, list[float]] = defaultdict(list)
        self.waits: dict[str, list[list[float]]] = defaultdict(list)

    def show(self, bare: str) -> None:
        """Print it, each line beside bare commits, and what people waited."""
        medians = {name: median(found) for name, found in self.rates.items()}
        print(f"\n{self.title:52}{'a second':>10}{'of bare':>9}{'wait: median':>14}{'of 100':>8}{'longest':>9}")
        for name, rate in medians.items():
            print(f"  {name:50}{rate:>10,.0f}{rate / medians[bare]:>9.2f}{self._waited(name)}")

    def _waited(self, name: str) -> str:
        """Milliseconds: the half, the longest of 99 in a hundred, and the longest, of the middle round."""
        rounds = [sorted(each) for each in self.waits[name]]
        if not rounds:
            return ""
        figures = [(each[len(each) // 2], each[len(each) * 99 // 100], each[-1]) for each in rounds]
        half, most, longest = (median(column) * 1000 for column in zip(*figures, strict=True))
        return f"{half:>14,.0f}{most:>8,.0f}{longest:>9,.0f}"


async def in_the_process(table: Table, database: Database, turns: Turns) -> None:
    """One after another, then all at once."""
    await turns.hall.meet(database)
    started = time.perf_counter()
    for number in range(PEOPLE):
        await turns.check_in(number)
    table.rates["turns, one after another"].append(PEOPLE / (time.perf_counter() - started))
    await all_are_there(database, turns.hall)
    await turns.hall.meet(database)
    started = time.perf_counter()
    await asyncio.gather(*map(turns.check_in, range(PEOPLE)))
    table.rates["turns, all at once"].append(PEOPLE / (time.perf_counter() - started))
    await all_are_there(database, turns.hall)
    await turns.town.delivery.settle()


async def over_http(
    table: Table, database: Database, hall: Hall, http: aiohttp.ClientSession, within: float, name: str
) -> None:
    """The hall comes in within so many seconds."""
    await hall.meet(database)
    waits: list[float] = []

    async def comes(number: int) -> None:
        await asyncio.sleep(within * number / PEOPLE)
        began = time.perf_counter()
        await post(http, hall, number, f"m{hall.meeting_id}")
        waits.append(time.perf_counter() - began)

    started = time.perf_counter()
    await asyncio.gather(*map(comes, range(PEOPLE)))
    table.rates[name].append(PEOPLE / (time.perf_counter() - started))
    table.waits[name].append(waits)
    await all_are_there(database, hall)


async def compare(title: str, url: str, commits: Commits, rounds: int) -> None:
    """One database's table; the last of `commits` is what check-ins are counted in."""
    table = Table(title)
    database = Database(url)
    await database.migrate()
    hall = await Hall.settled(database)
    async with page(url) as base, browsers() as http:
        hall.base = base
        await hall.open_pages(http, database)
        turns = Turns(database, hall)
        for warming in range(rounds + 1):
            for name, commits_a_second in commits:
                table.rates[name].append(await commits_a_second())
            await in_the_process(table, database, turns)
            await over_http(table, database, hall, http, 0, f"over HTTP, {PEOPLE} at once")
            await over_http(table, database, hall, http, WITHIN, f"over HTTP, {PEOPLE} within {WITHIN:.0f} seconds")
            if not warming:
                table.rates.clear()
                table.waits.clear()
    table.show(commits[-1][0])
    await database.close()


async def sqlite(rounds: int) -> None:
    """The embedded default."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.sqlite3"

        async def alone() -> float:
            return sqlite3_commits(bare, COMMITS)

        commits = (
            ("bare commits, the sqlite3 module", alone),
            ("bare commits, aiosqlite", partial(aiosqlite_commits, bare, COMMITS)),
        )
        await compare("SQLite, WAL, synchronous=FULL", f"sqlite+aiosqlite:///{folder}/ours.sqlite3", commits, rounds)


async def postgres(rounds: int) -> None:
    """A server's database, with fsync."""
    with running(durable=True) as url:
        plain = url.replace("+asyncpg", "")
        commits = (
            ("bare commits, asyncpg", partial(asyncpg_commits, plain, COMMITS, 1)),
            ("bare commits, asyncpg, 8 connections", partial(asyncpg_commits, plain, COMMITS, 8)),
        )
        await compare("PostgreSQL, fsync on", url, commits, rounds)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table for each database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    asked = parser.parse_args(arguments)
    if asked.only != "postgres":
        asyncio.run(sqlite(asked.rounds))
    if asked.only != "sqlite":
        asyncio.run(postgres(asked.rounds))


if __name__ == "__main__":
    main()
