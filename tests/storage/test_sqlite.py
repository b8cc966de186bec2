"""Our SQLite driver: whoever waits for a lock or for the disk waits alone."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage import sqlite
from storage.database import Database


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A database of one table."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/one.sqlite3")
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE notes (body TEXT)"))
    await database.close()
    return tmp_path / "one.sqlite3"


async def written(database: Database) -> list[str]:
    """All notes."""
    async with database.reading() as session:
        return list(await session.scalars(text("SELECT body FROM notes")))


async def test_another_process_that_writes_is_waited_for_while_everybody_else_goes_on(file: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{file}")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO notes VALUES ('我们')"))

    writing = asyncio.create_task(write())
    other.execute("INSERT INTO notes VALUES ('别人')")
    for _ in range(20):
        await asyncio.sleep(0.001)
        assert not writing.done()
    assert await written(database) == []
    other.execute("COMMIT")
    await writing
    assert await written(database) == ["别人", "我们"]
    other.close()
    await database.close()


async def test_a_lock_that_is_never_let_go_is_reported_in_the_end(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0.005)
    database = Database(f"sqlite+aiosqlite:///{file}")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError):
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO notes VALUES ('我们')"))
    other.close()
    await database.close()


async def test_whoever_is_cancelled_at_any_moment_leaves_a_connection_that_works(file: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{file}")
    committed = 0
    for steps in range(12):

        async def write(body: str = f"{steps}") -> None:
            async with database.transaction() as session:
                await session.execute(text("INSERT INTO notes VALUES (:body)"), {"body": body})

        writing = asyncio.create_task(write())
        for _ in range(steps):
            await asyncio.sleep(0)
        writing.cancel()
        committed += not (await asyncio.gather(writing, return_exceptions=True))[0]
    notes = await written(database)
    assert len(notes) == len(set(notes)) >= committed
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO notes VALUES ('最后')"))
    assert (await written(database))[-1] == "最后"
    await database.close()


async def test_a_long_row_of_statements_lets_others_breathe(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BREATH", 0)
    database = Database(f"sqlite+aiosqlite:///{file}")
    breaths = 0

    async def breathe() -> None:
        nonlocal breaths
        while True:
            breaths += 1
            await asyncio.sleep(0)

    breathing = asyncio.create_task(breathe())
    async with database.transaction() as session:
        before = breaths
        for number in range(20):
            await session.execute(text("INSERT INTO notes VALUES (:body)"), {"body": str(number)})
        assert breaths - before >= 20
    breathing.cancel()
    await database.close()
