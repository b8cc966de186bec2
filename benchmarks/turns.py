"""A durable turn beside aiogram's dispatcher, the same dialogue on aiogram's FSM, and bare commits of its database.

    .venv/bin/python -m benchmarks.turns [--rounds N] [--only sqlite|postgres]

Every figure of a table comes from the same run: the variants take their rounds in turn, and medians are printed.
A turn is everything from the update to the mark that its answer was sent: the account's lock, the update's id, the run
and its answers, the replay, the save, the outbox, the commit, the mark.
"""

import argparse
import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from aiogram.fsm.storage.memory import MemoryStorage

from benchmarks.aiogram_form import AiogramBot, form, one_line
from benchmarks.aiogram_storage import PostgresStorage, SqliteStorage
from benchmarks.bare_commits import aiosqlite_commits, asyncpg_commits, sqlite3_commits
from benchmarks.town import BRANCH, SAID, Secretaries, Statements
from storage.database import Database
from tests.postgres import running

PEOPLE = 16
COMMITS = 320
ANSWERS = range(1, len(SAID) - 1)
"""The turns in the middle, each of which records one answer and asks the next question."""

Says = Callable[[int, tuple[str, str]], Awaitable[None]]


@dataclass
class Table:
    """Seconds that one of each thing takes, by name, one figure a round."""

    title: str
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    notes: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, seconds: float) -> None:
        """One round's figure."""
        self.seconds[name].append(seconds)

    def show(self, commit: str, form: str) -> None:
        """Print it, with each line beside a bare commit and beside aiogram's form."""
        medians = {name: median(taken) for name, taken in self.seconds.items()}
        print(f"\n{self.title:47}{'a second':>10}{'ms':>8}{'bare commits':>14}{'beside FSM':>12}")
        for name, taken in medians.items():
            beside = f"{medians[form] / taken:.2f}x" if "bare" not in name else ""
            figures = f"{1 / taken:>10,.0f}{taken * 1000:>8.2f}{taken / medians[commit]:>14.1f}{beside:>12}"
            print(f"  {name:45}{figures}{self.notes.get(name, '')}")


async def dialogue(table: Table, whose: str, says: Says, last: Callable[[], Awaitable[None]]) -> None:
    """Everybody convenes a meeting: first one turn after another, then all people side by side."""
    answers = 0.0
    started = time.perf_counter()
    for number, said in enumerate(SAID):
        began = time.perf_counter()
        for person in range(PEOPLE):
            await says(person, said)
        answers += (time.perf_counter() - began) if number in ANSWERS else 0
    await last()
    table.add(f"{whose}, a turn that records an answer", answers / PEOPLE / len(ANSWERS))
    table.add(f"{whose}, the whole dialogue, per turn", (time.perf_counter() - started) / PEOPLE / len(SAID))

    async def whole(person: int) -> None:
        for said in SAID:
            await says(person, said)

    started = time.perf_counter()
    await asyncio.gather(*map(whole, range(PEOPLE)))
    await last()
    table.add(f"{whose}, {PEOPLE} people at once, per turn", (time.perf_counter() - started) / PEOPLE / len(SAID))


async def plain(table: Table, bot: AiogramBot) -> None:
    """The dispatcher alone."""
    started = time.perf_counter()
    for _ in range(COMMITS):
        await bot.hears(1, ("text", "开会"))
    table.add("aiogram, one-line handler, no database", (time.perf_counter() - started) / COMMITS)


async def count(table: Table, database: Database, ours: Secretaries) -> None:
    """Statements and commits of one turn, written beside its line."""
    counted = Statements(database)
    spent: list[tuple[int, int]] = []
    for said in SAID:
        before = counted.statements, counted.commits
        await ours.says(ours.names[0], said)
        spent.append((counted.statements - before[0], counted.commits - before[1]))
    await ours.notices()
    middle = [spent[number] for number in ANSWERS]
    statements, commits = (sum(one) / len(middle) for one in zip(*middle, strict=True))
    table.notes["ours, a turn that records an answer"] = f"   {statements:.1f} statements, {commits:.1f} commits"
    statements, commits = (sum(one) / len(spent) for one in zip(*spent, strict=True))
    table.notes["ours, the whole dialogue, per turn"] = f"   {statements:.1f} statements, {commits:.1f} commits"


Commits = Sequence[tuple[str, Callable[[], Awaitable[float]]]]


async def compare(
    title: str, url: str, storage: SqliteStorage | PostgresStorage, commits: Commits, rounds: int
) -> None:
    """One database's table; the last of `commits` is what turns are counted in."""
    table = Table(title)
    database = Database(url)
    await database.migrate()
    ours = await Secretaries.settle(database, PEOPLE)
    theirs = AiogramBot(form(storage, range(100, 100 + BRANCH - 1)), storage)
    least = AiogramBot(one_line(), MemoryStorage())

    async def we_say(person: int, said: tuple[str, str]) -> None:
        await ours.says(ours.names[person], said)

    async def nothing() -> None:
        pass

    for warming in range(rounds + 1):
        for name, commits_a_second in commits:
            table.add(name, 1 / await commits_a_second())
        await plain(table, least)
        await dialogue(table, "aiogram FSM", theirs.hears, nothing)
        await dialogue(table, "ours", we_say, ours.notices)
        if not warming:
            table.seconds.clear()
    await count(table, database, ours)
    table.show(commits[-1][0], "aiogram FSM, a turn that records an answer")
    await storage.close()
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
        url = f"sqlite+aiosqlite:///{folder}/ours.sqlite3"
        storage = await SqliteStorage.at(Path(folder) / "form.sqlite3")
        await compare("SQLite, WAL, synchronous=FULL", url, storage, commits, rounds)


async def postgres(rounds: int) -> None:
    """A server's database, with fsync."""
    with running(durable=True) as url:
        plain_url = url.replace("+asyncpg", "")
        commits = (
            ("bare commits, asyncpg, 8 connections", partial(asyncpg_commits, plain_url, COMMITS, 8)),
            ("bare commits, asyncpg", partial(asyncpg_commits, plain_url, COMMITS, 1)),
        )
        storage = await PostgresStorage.at(plain_url)
        await compare("PostgreSQL, fsync on", url, storage, commits, rounds)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table for each database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    asked = parser.parse_args(arguments)
    if asked.only != "postgres":
        asyncio.run(sqlite(asked.rounds))
    if asked.only != "sqlite":
        asyncio.run(postgres(asked.rounds))


if __name__ == "__main__":
    main()
