"""Claiming and marking with many messages waiting, beside bare statements that do no more than is unavoidable.

    .venv/bin/python -m benchmarks.delivery [--rounds N] [--waiting 10000] [--only sqlite|postgres]

Every figure of a table comes from the same run: the variants take their rounds in turn, and medians are printed. The
bare statements stand in a transaction as ours do: one takes the twenty oldest waiting messages by their ids alone, one
marks twenty as sent. Ours keep the order of each chat, leave alone what others hold, keep the gap of each chat and
reserve the pace.
"""

import argparse
import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import text

from handlers.dialogue.turns import utc_now
from storage.database import Database
from storage.models import Lane
from storage.outbox import Draft, claim, mark_sent, put
from storage.paces import reserve
from tests.postgres import running

BATCH = 20
CHANNEL = ("telegram", "4242")
OLDEST = text("SELECT id, chat, body FROM outbox WHERE state = 'waiting' AND lane = 'digest' ORDER BY id LIMIT 20")
HELD = "UPDATE outbox SET claimed_until = :until WHERE id IN ({})"
SENT = "UPDATE outbox SET state = 'sent', sent_at = :at, sent_ref = '1' WHERE id IN ({})"


class Post:
    """An outbox with many digests in it, claimed and marked both ways; what was marked is filled up again."""

    def __init__(self, database: Database, waiting: int) -> None:
        self.database, self.waiting = database, waiting
        self.ids: list[int] = []

    async def fill(self) -> None:
        """As many wait as should."""
        now = utc_now()
        async with self.database.transaction() as session:
            await session.execute(text("DELETE FROM outbox"))
            chats = (str(number) for number in range(self.waiting))
            await put(session, [Draft(*CHANNEL, chat, "周报" * 200, Lane.DIGEST) for chat in chats], now)

    async def claims_bare(self) -> None:
        """The oldest by their ids, and held."""
        async with self.database.transaction() as session:
            self.ids = [row.id for row in await session.execute(OLDEST)]
            held = text(HELD.format(",".join(map(str, self.ids))))
            await session.execute(held, {"until": self.moment(timedelta(seconds=30))})

    def moment(self, ahead: timedelta = timedelta()) -> datetime:
        """Now, or later, as a bare statement has to say it."""
        now = utc_now() + ahead
        return now.replace(tzinfo=None) if self.database.is_sqlite else now

    async def marks_bare(self) -> None:
        """All of a claim in one statement."""
        async with self.database.transaction() as session:
            await session.execute(text(SENT.format(",".join(map(str, self.ids)))), {"at": self.moment()})

    async def claims(self) -> None:
        """As the worker does it."""
        async with self.database.transaction() as session:
            lanes = (Lane.PUSH, Lane.DIGEST)
            found = await claim(session, [CHANNEL], lanes, utc_now(), BATCH, paced=True)
        self.ids = [message.id for message in found]
        if len(found) != BATCH:
            raise SystemExit(f"{len(found)} of {BATCH} were claimed")

    async def marks(self) -> None:
        """The same."""
        async with self.database.transaction() as session:
            await mark_sent(session, [(id, "1") for id in self.ids], utc_now())

    async def reserves(self) -> None:
        """A quarter of a second of the pace."""
        async with self.database.transaction() as session:
            await reserve(session, *CHANNEL, timedelta(microseconds=1), utc_now())


async def compare(title: str, url: str, waiting: int, rounds: int) -> None:
    """One database's table."""
    database = Database(url)
    await database.migrate()
    post = Post(database, waiting)
    ways: Sequence[tuple[str, str, Callable[[], Awaitable[None]]]] = (
        ("claim of 20, bare", "claim of 20, bare", post.claims_bare),
        ("mark of 20, bare", "mark of 20, bare", post.marks_bare),
        ("claim of 20", "claim of 20, bare", post.claims),
        ("mark of 20", "mark of 20, bare", post.marks),
        ("reservation of the pace", "mark of 20, bare", post.reserves),
    )
    taken: dict[str, list[float]] = defaultdict(list)
    for warming in range(rounds + 1):
        await post.fill()
        for _ in range(min(50, waiting // BATCH // 3)):
            for name, _bare, act in ways:
                started = time.perf_counter()
                await act()
                taken[name].append(time.perf_counter() - started)
        if not warming:
            taken.clear()
    medians = {name: median(found) * 1000 for name, found in taken.items()}
    print(f"\n{title + f', {waiting:,} waiting':46}{'ms':>8}{'of bare':>9}")
    for name, bare, _ in ways:
        print(f"  {name:44}{medians[name]:>8.2f}{medians[name] / medians[bare]:>9.2f}")
    await database.close()


async def sqlite(waiting: int, rounds: int) -> None:
    """The embedded default."""
    with tempfile.TemporaryDirectory() as folder:
        await compare("SQLite", f"sqlite+aiosqlite:///{folder}/ours.sqlite3", waiting, rounds)


async def postgres(waiting: int, rounds: int) -> None:
    """A server's database, with fsync."""
    with running(durable=True) as url:
        await compare("PostgreSQL", url, waiting, rounds)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table for each database, with few messages waiting and with many."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    asked = parser.parse_args(arguments)
    for name, measure in (("sqlite", sqlite), ("postgres", postgres)):
        if asked.only in (None, name):
            for waiting in (asked.waiting // 10, asked.waiting):
                asyncio.run(measure(waiting, asked.rounds))


if __name__ == "__main__":
    main()
