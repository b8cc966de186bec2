"""A county's workbook imported, beside what openpyxl's bare reading and the database's own inserting take.

    .venv/bin/python -m benchmarks.imports [--people 3000 30000] [--only sqlite|postgres]

Every figure of a table comes from the same run. Every 30 people are a branch, one of them its secretary. `read` goes
through the workbook as `roster import` does, with every check; beside it stands a bare pass of openpyxl over the same
cells. `import` writes people, memberships, posts and the tree in one transaction; beside it the same rows of people and
memberships go into bare tables, by COPY on PostgreSQL and by executemany on SQLite. `again` is the same workbook a
second time, when nothing changes. Memory is what the process grew by in reading and importing.
"""

import argparse
import asyncio
import io
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import asyncpg
from openpyxl import Workbook, load_workbook

from bot.roster import Roster, read_roster
from bot.roster_words import COLUMNS, SHEET, TREE_COLUMNS, TREE_SHEET
from bot.town_people import GIVEN, SURNAMES
from storage.database import Database
from storage.roster import import_roster
from tests.postgres import running

BRANCH, BRANCHES = 30, 100
"""People in a branch, and branches of a committee."""
TODAY = date(2026, 11, 20)


def workbook(people: int) -> bytes:
    """A county with committees, branches, and so many invented people."""
    book = Workbook(write_only=True)
    tree = book.create_sheet(TREE_SHEET)
    tree.append([column.heading for column in TREE_COLUMNS])
    tree.append(["清河县委", None, "党委", None])
    sheet = book.create_sheet(SHEET)
    sheet.append([column.heading for column in COLUMNS])
    names = [surname + given for surname in SURNAMES for given in GIVEN]
    for at in range(people):
        branch, within = divmod(at, BRANCH)
        committee, number = f"第{branch // BRANCHES + 1}镇党委", f"第{branch % BRANCHES + 1}党支部"
        if not within:
            if not branch % BRANCHES:
                tree.append([committee, "清河县委", "党委", "2031-06-30"])
            tree.append([number, committee, "党支部", "2029-06-30"])
        post = "书记" if not within else None
        name, digits = names[at % len(names)], f"{at // len(names) % 10000:04}"
        status = "正式党员" if within < BRANCH - 2 else "入党积极分子"
        sheet.append([committee, None, number, None, name, digits, status, post, "2019-07-01", None, None])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@contextmanager
def timed(into: dict[str, float], name: str) -> Iterator[None]:
    """How long it takes, by name."""
    started = time.perf_counter()
    yield
    into[name] = time.perf_counter() - started


def bare_read(content: bytes) -> int:
    """All cells of both sheets, and nothing done with them; how many rows."""
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    return sum(1 for sheet in book.worksheets for _ in sheet.iter_rows(values_only=True))


PEOPLE = "CREATE TABLE bare_people (id INTEGER PRIMARY KEY, name VARCHAR(60), phone_last4 VARCHAR(4))"
MEMBERSHIPS = (
    "CREATE TABLE bare_memberships (id INTEGER PRIMARY KEY, person_id INTEGER, organization_id INTEGER,"
    " status VARCHAR(40), may_vote BOOLEAN, since DATE)"
)


def bare_rows(people: int) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """As many people and memberships as the workbook has."""
    return (
        [(at, f"李{at}", f"{at % 10000:04}") for at in range(people)],
        [(at, at, at // BRANCH, "full", True, TODAY) for at in range(people)],
    )


async def bare_insert(url: str, people: int) -> None:
    """The rows alone, in one transaction, as fast as the database takes them."""
    persons, memberships = bare_rows(people)
    if url.startswith("sqlite"):
        connection = sqlite3.connect(Path(url.partition("///")[2]).with_name("bare.sqlite3"))
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", PEOPLE, MEMBERSHIPS):
            connection.execute(statement)
        with connection:
            connection.executemany("INSERT INTO bare_people VALUES (?, ?, ?)", persons)
            days = [(*row[:-1], TODAY.isoformat()) for row in memberships]
            connection.executemany("INSERT INTO bare_memberships VALUES (?, ?, ?, ?, ?, ?)", days)
        connection.close()
        return
    server = await asyncpg.connect(url.replace("+asyncpg", ""))
    await server.execute(f"DROP TABLE IF EXISTS bare_people, bare_memberships; {PEOPLE}; {MEMBERSHIPS}")
    async with server.transaction():
        await server.copy_records_to_table("bare_people", records=persons)
        await server.copy_records_to_table("bare_memberships", records=memberships)
    await server.close()


def memory() -> float:
    """The most that this process has ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(url: str, people: int, content: bytes) -> dict[str, float]:
    """One size on one database, from an empty one."""
    took: dict[str, float] = {}
    with timed(took, "openpyxl alone"):
        bare_read(content)
    before = memory()
    with timed(took, "read"):
        roster = read_roster(content, today=TODAY)
    if not isinstance(roster, Roster) or len(roster.people) != people:
        raise SystemExit("the workbook has faults")
    with timed(took, "rows alone"):
        await bare_insert(url, people)
    database = Database(url)
    await database.migrate()
    for name in ("import", "again"):
        with timed(took, name):
            async with database.transaction() as session:
                done = await import_roster(session, roster.people, TODAY, organizations=roster.organizations)
        if (done.added, done.unchanged) != ((people, 0) if name == "import" else (0, people)):
            raise SystemExit(f"{name}: {done}")
    await database.close()
    return {name: people / seconds for name, seconds in took.items()} | {"MiB": memory() - before}


def show(title: str, people: int, found: dict[str, float]) -> None:
    """One line: people a second of each, and how many times what it is compared with ours takes."""
    reading, writing = found["openpyxl alone"] / found["read"], found["rows alone"] / found["import"]
    rates = "".join(f"{found[name]:>12,.0f}" for name in ("openpyxl alone", "read", "rows alone", "import", "again"))
    print(f"{title:<12}{people:>9,}{rates}{reading:>9.2f}{writing:>9.1f}{found['MiB']:>8.0f}", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a line for each size and database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[3000, 30000])
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    asked = parser.parse_args(arguments)
    heads = "".join(f"{head:>12}" for head in ("openpyxl", "read", "rows alone", "import", "again"))
    print(f"{'people a second':<21}{heads}{'read':>9}{'write':>9}{'MiB':>8}")
    for people in asked.people:
        content = workbook(people)
        if asked.only != "postgres":
            with tempfile.TemporaryDirectory() as folder:
                found = asyncio.run(measure(f"sqlite+aiosqlite:///{folder}/county.sqlite3", people, content))
            show("SQLite", people, found)
        if asked.only != "sqlite":
            with running(durable=True) as url:
                show("PostgreSQL", people, asyncio.run(measure(url, people, content)))


if __name__ == "__main__":
    main()
