"""All digests of a county at their moment, beside one bare aggregate scan over the same tables.

    .venv/bin/python -m benchmarks.digests [--rounds N] [--only sqlite|postgres] [--sizes 100 1000 10000]

A county is written first (`benchmarks.county`), then a process of its own measures it. The scan is one SELECT for each
table that figures are made of, with no join, no condition and no index asked for: how many rows each organization has,
and the newest. `figures` reads and thinks out every figure of every branch; scan and figures take their rounds in
turn, and medians are printed. `issued` is the whole round after that: figures, texts, tables, transactions, for
everybody who reads a digest, with the drawing of charts left out; `with charts` is the round of the week after with
them, each drawn by a process of its own, two at a time. Memory is what the process grew by at its highest, from before
it read anything.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event, func, select, text

import bot.digest_round
import handlers.digest
from benchmarks.county import MOMENT, ZONE, County, copy_to_postgres, write_to_sqlite
from bot.app import load_conversations
from bot.digest_round import DigestRound
from handlers.drawing import drawn
from handlers.figures import figures_of
from handlers.wording import Texts
from storage.database import Database
from storage.digest import active_subscriptions
from storage.models import DigestIssue, OutboxMessage
from tests.postgres import start

SIZES = (100, 1_000, 10_000)
SCANNED = {
    "organizations": "kind, count(*), max(id)",
    "memberships": "organization_id, count(*), max(since)",
    "posts": "organization_id, count(*), max(term_ends)",
    "accounts": "reachable, count(*), max(created_at)",
    "meetings": "organization_id, count(*), max(closed_at)",
    "attendances": "presence, count(*), max(meeting_id)",
    "reports": "organization_id, count(*), max(handed_in_at)",
    "cases": "organization_id, count(*), max(due_on)",
    "case_steps": "step, count(*), max(recorded_at)",
    "dues_payments": "organization_id, count(*), max(recorded_at)",
    "learning": "organization_id, count(*), max(recorded_at)",
    "questions": "organization_id, count(*), max(asked_at)",
}


class Statements:
    """Counts what is said to a database."""

    def __init__(self, database: Database) -> None:
        self.count = 0
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.count += not statement.startswith(("BEGIN", "PRAGMA"))


def grown(since: int) -> float:
    """By how many MiB this process has been larger than then, at its largest."""
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - since) / 1024


async def scan(database: Database) -> float:
    """The seconds of a bare scan of all tables."""
    began = time.perf_counter()
    async with database.reading() as session:
        for table, what in SCANNED.items():
            query = f"SELECT {what} FROM {table} GROUP BY {what.partition(',')[0]}"
            (await session.execute(text(query))).all()
    return time.perf_counter() - began


async def undrawn(_: str) -> bytes:
    """In place of a chart."""
    return b""


async def measure(url: str, rounds: int) -> dict[str, float]:
    """All figures of one county."""
    database, found = Database(url), {}
    load_conversations()
    texts = Texts()
    said = Statements(database)
    async with database.reading() as session:
        await session.execute(select(func.count()).select_from(OutboxMessage))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scans, reads = [], []
    for _ in range(rounds):
        scans.append(await scan(database))
        said.count = 0
        began = time.perf_counter()
        async with database.reading() as session:
            figures = await figures_of(session, ["/1/"], MOMENT.date(), ZONE, MOMENT)
        reads.append(time.perf_counter() - began)
        found["statements"] = said.count
    found |= {"scan": median(scans), "figures": median(reads), "memory_figures": grown(before)}
    found["branches"] = len(figures.branches)
    del figures

    handlers.digest.drawn = undrawn  # type: ignore[assignment]
    bot.digest_round.PATIENCE = float("inf")
    async with database.reading() as session:
        found["readers"] = len(await active_subscriptions(session, reachable=True))
    said.count = 0
    began = time.perf_counter()
    await DigestRound(database, texts).issue(MOMENT)
    found["issued"] = time.perf_counter() - began
    found["memory_issued"] = grown(before)
    found["statements_issued"] = said.count
    handlers.digest.drawn = drawn  # type: ignore[assignment]
    began = time.perf_counter()
    await DigestRound(database, texts).issue(MOMENT + timedelta(weeks=1))
    found["charts"] = time.perf_counter() - began
    async with database.reading() as session:
        issues = await session.scalar(select(func.count()).select_from(DigestIssue)) or 0
    assert issues == 2 * found["readers"], "everybody reads one a week"
    await database.close()
    return found


def in_a_process(url: str, rounds: int) -> dict[str, float]:
    """The same, measured by a process that did nothing else."""
    command = [sys.executable, "-m", "benchmarks.digests", "--measure", url, "--rounds", str(rounds)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(said.stdout.splitlines()[-1])
    return found


def show(name: str, sizes: Sequence[int], found: Sequence[dict[str, float]], rows: Sequence[int]) -> None:
    """One database's table."""
    print(f"\n{name:12}{'branches':>9}{'rows':>12}{'scan':>9}{'figures':>9}{'of scan':>8}{'MiB':>6}{'statements':>11}"
          f"{'readers':>9}{'issued':>9}{'MiB':>6}{'of scan':>8}{'statements':>11}{'with charts':>12}")  # fmt: skip
    for size, one, count in zip(sizes, found, rows, strict=True):
        print(f"{'':12}{size:>9,}{count:>12,}{one['scan']:>8.2f}s{one['figures']:>8.2f}s"
              f"{one['figures'] / one['scan']:>8.1f}{one['memory_figures']:>6.0f}{one['statements']:>11.0f}"
              f"{one['readers']:>9,.0f}{one['issued']:>8.1f}s{one['memory_issued']:>6.0f}"
              f"{one['issued'] / one['scan']:>8.1f}{one['statements_issued']:>11.0f}"
              f"{one['charts']:>11.1f}s")  # fmt: skip


async def _migrated(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.close()


def sqlite(sizes: Sequence[int], rounds: int) -> None:
    """A tenth of the county at most."""
    found, counts = [], []
    smaller = [size for size in sizes if size <= 1_000]
    with tempfile.TemporaryDirectory() as folder:
        for size in smaller:
            path = Path(folder) / f"{size}.sqlite3"
            url = f"sqlite+aiosqlite:///{path}"
            asyncio.run(_migrated(url))
            counts.append(write_to_sqlite(County(size), str(path)))
            found.append(in_a_process(url, rounds))
    show("SQLite", smaller, found, counts)


def postgres(sizes: Sequence[int], rounds: int) -> None:
    """The whole county, with fsync."""
    found, counts = [], []
    server = start(durable=True)
    try:
        for size in sizes:
            asyncio.run(server.execute(f"CREATE DATABASE county_{size}"))
            url = server.url(f"county_{size}")
            asyncio.run(_migrated(url))
            counts.append(asyncio.run(copy_to_postgres(County(size), url)))
            found.append(in_a_process(url, rounds))
    finally:
        server.stop()
    show("PostgreSQL", sizes, found, counts)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table for each database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.measure:
        print(json.dumps(asyncio.run(measure(asked.measure, asked.rounds))))
        return
    if asked.only != "postgres":
        sqlite(asked.sizes, asked.rounds)
    if asked.only != "sqlite":
        postgres(asked.sizes, asked.rounds)


if __name__ == "__main__":
    main()
