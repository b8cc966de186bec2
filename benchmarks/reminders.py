"""Everybody's message of the day for a county, beside one bare aggregate scan over the same tables.

    .venv/bin/python -m benchmarks.reminders [--sizes 100 1000]

A county (`benchmarks.county`) is written into SQLite, every secretary gets an account, and all of them are reminded on
one morning. The scan is one SELECT for each table that reminders are made of: how many rows each organization or person
has. Both run in this process, so their times are the processor's; a round can be had only once a day, so each is
measured once.
"""

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select, text

from benchmarks.county import MOMENT, County, write_to_sqlite
from benchmarks.town import Statements
from bot.app import load_conversations
from bot.reminder_round import BATCH, remind_everybody
from handlers.wording import Texts
from knowledge.procedure.files import Procedures
from storage.database import Database
from storage.models import OutboxMessage

SCANNED = {
    "organizations": "kind",
    "memberships": "organization_id",
    "posts": "organization_id",
    "meetings": "organization_id",
    "cases": "organization_id",
    "case_steps": "case_id",
    "dues_assessments": "person_id",
    "dues_payments": "person_id",
    "learning": "person_id",
    "tasks": "organization_id",
}
REACHED = """
INSERT INTO accounts (channel, tenant, user, chat, person_id, reachable, wrong_codes, created_at)
SELECT 'web', 't', person_id, person_id, person_id, true, 0, :now FROM posts
WHERE kind = 'secretary' AND until IS NULL AND person_id NOT IN (SELECT person_id FROM accounts WHERE reachable)
"""


async def measure(branches: int, folder: Path) -> None:
    """One size."""
    database = Database(f"sqlite+aiosqlite:///{folder / f'{branches}.sqlite3'}")
    await database.migrate()
    rows = write_to_sqlite(County(branches), str(folder / f"{branches}.sqlite3"))
    async with database.transaction() as session:
        await session.execute(text(REACHED), {"now": MOMENT.isoformat()})
    started = time.process_time()
    async with database.reading() as session:
        for table, column in SCANNED.items():
            (await session.execute(text(f"SELECT {column}, count(*), max(rowid) FROM {table} GROUP BY {column}"))).all()
    bare = time.process_time() - started
    texts, procedures = Texts(), Procedures.load()
    counted = Statements(database)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    sent = await remind_everybody(database, texts, procedures, MOMENT.replace(hour=9))
    taken = time.process_time() - started
    grew = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    async with database.reading() as session:
        size = (await session.execute(select(func.avg(func.length(OutboxMessage.body))))).scalar_one()
    await database.close()
    print(
        f"  {branches:>8,}{rows:>12,}{sent:>10,}{bare:>9.2f} s{taken:>9.2f} s{taken / bare:>7.1f}x"
        f"{taken / max(sent, 1) * 1000:>9.1f} ms{counted.statements:>8}{grew:>8.0f} MiB{float(size or 0):>7.0f}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000])
    asked = parser.parse_args(arguments)
    load_conversations()
    print(f"{BATCH} people a batch; statements are those of the round, characters those of a message")
    print("  branches        rows  messages  bare scan      round  beside  a message   stmts      grew  chars")
    with tempfile.TemporaryDirectory() as folder:
        for branches in asked.sizes:
            asyncio.run(measure(branches, Path(folder)))


if __name__ == "__main__":
    main()
