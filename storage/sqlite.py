"""SQLite without a thread hop for every statement: what SQLAlchemy expects of aiosqlite, done where it is asked for.

Most statements take some ten microseconds, where handing one to a thread and back, which aiosqlite does four times for
a query, takes a hundred and more. Only COMMIT waits for the disk, so only COMMIT goes to a thread; waiting for another
process's write lock is a pause of the caller, never of the event loop.
See docs/decisions/0009-sqlite-without-thread-hops.md.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

PATIENCE = 20.0
"""Seconds that a statement waits for the lock of another process."""
FIRST_PAUSE, LONGEST_PAUSE = 0.001, 0.05
BREATH = 0.01
"""Seconds after which a long row of statements lets others of the event loop have their turn."""
LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY)

_disk = ThreadPoolExecutor(1, "sqlite-commit")


async def connect(path: str, **options: Any) -> "Connection":
    """A connection in autocommit mode, whoever uses it says BEGIN; the options are those of `sqlite3.connect`."""
    options |= {"timeout": 0, "isolation_level": None, "check_same_thread": False}
    return Connection(sqlite3.connect(path, **options))


class Connection:
    """A connection with aiosqlite's interface, as far as SQLAlchemy uses it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: sqlite3.Connection | None = connection
        self._conn = connection
        self._breathed = 0.0

    def cursor(self) -> "Cursor":
        """A new cursor."""
        return Cursor(self, self._conn)

    async def create_function(self, *args: Any, **options: Any) -> None:
        """Teach SQLite a function."""
        self._conn.create_function(*args, **options)

    async def commit(self) -> None:
        """Commit in a thread: it returns when the disk has it."""
        if self._conn.in_transaction:
            await self._in_thread(self._conn.commit)

    async def rollback(self) -> None:
        """Roll back; a commit that was under way when its caller was cancelled is let finish first."""
        if self._conn.in_transaction:
            await self._in_thread(self._conn.rollback)

    async def _in_thread(self, work: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(_disk, work)

    async def breathe(self, now: float) -> None:
        """Let others of the event loop have their turn, if that was long ago."""
        if now - self._breathed > BREATH:
            await asyncio.sleep(0)
            self._breathed = now

    async def close(self) -> None:
        """Close; again is harmless."""
        self.stop()

    def stop(self) -> None:
        """Close from wherever one is."""
        self._conn.close()
        self._connection = None


class Cursor:
    """A cursor whose statements are done when they are awaited."""

    def __init__(self, connection: Connection, driver: sqlite3.Connection) -> None:
        self._owner = connection
        self._cursor = driver.cursor()

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        """The columns of what was asked for."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """How many rows were written."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The id of the row that was inserted."""
        return self._cursor.lastrowid

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Self:
        """Execute at once, or as soon as another process lets go of its lock.

        Raises `sqlite3.OperationalError` when that takes longer than `PATIENCE`.
        """
        clock = asyncio.get_running_loop().time
        started, pause = clock(), FIRST_PAUSE
        await self._owner.breathe(started)
        while True:
            try:
                self._cursor.execute(statement, parameters)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode not in LOCKED or clock() - started > PATIENCE:
                    raise
            else:
                return self
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> Self:
        """Execute once for each row of parameters; the transaction has its lock already."""
        self._cursor.executemany(statement, parameters)
        return self

    async def fetchone(self) -> Any:
        """The next row."""
        return self._cursor.fetchone()

    async def fetchmany(self, size: int = 1) -> list[Any]:
        """The next rows."""
        return self._cursor.fetchmany(size)

    async def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return self._cursor.fetchall()

    async def close(self) -> None:
        """Let go of the statement."""
        self._cursor.close()
