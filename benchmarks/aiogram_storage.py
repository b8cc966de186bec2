"""FSM storages for aiogram as one writes them by hand in twenty-five lines, on aiosqlite and on asyncpg."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiosqlite
import asyncpg
from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

FORMS = "CREATE TABLE forms (key TEXT PRIMARY KEY, state TEXT, data TEXT NOT NULL DEFAULT '{}')"
MEETINGS = "CREATE TABLE held (id %s PRIMARY KEY, data TEXT NOT NULL)"
EXPECTED = "CREATE TABLE expected (held INTEGER REFERENCES held, person INTEGER, PRIMARY KEY (held, person))"
UPSERT = "INSERT INTO forms (key, {0}) VALUES ({1}) ON CONFLICT (key) DO UPDATE SET {0} = excluded.{0}"


def _key(key: StorageKey) -> str:
    return f"{key.bot_id}:{key.chat_id}:{key.user_id}"


def _state(state: StateType) -> str | None:
    return state.state if isinstance(state, State) else state


class SqliteStorage(BaseStorage):
    """State and data in one row per chat; WAL, synchronous=FULL, a commit for each change."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self.db = connection

    @classmethod
    async def at(cls, path: Path) -> "SqliteStorage":
        """A storage in a new file."""
        db = await aiosqlite.connect(path)
        tables = f"{FORMS}; {MEETINGS % 'INTEGER'}; {EXPECTED}"
        await db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {tables}")
        return cls(db)

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        await self._write(UPSERT.format("state", "?, ?"), (_key(key), _state(state)))
        await self.db.commit()

    async def get_state(self, key: StorageKey) -> str | None:
        async with self.db.execute("SELECT state FROM forms WHERE key = ?", (_key(key),)) as found:
            row = await found.fetchone()
        return row[0] if row else None

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        await self._write(UPSERT.format("data", "?, ?"), (_key(key), json.dumps(data)))
        await self.db.commit()

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        async with self.db.execute("SELECT data FROM forms WHERE key = ?", (_key(key),)) as found:
            row = await found.fetchone()
        return json.loads(row[0]) if row else {}

    async def add_meeting(self, data: dict[str, Any], people: Sequence[int]) -> None:
        """A meeting and who is expected, in one transaction."""
        held = await self._write("INSERT INTO held (data) VALUES (?)", (json.dumps(data),))
        async with self.db.executemany("INSERT INTO expected VALUES (?, ?)", [(held, one) for one in people]):
            await self.db.commit()

    async def _write(self, statement: str, values: tuple[Any, ...]) -> int | None:
        # A cursor left to the garbage collector resets its statement here while the connection's thread runs it.
        async with self.db.execute(statement, values) as cursor:
            return cursor.lastrowid

    async def close(self) -> None:
        await self.db.close()


class PostgresStorage(BaseStorage):
    """The same through a pool of asyncpg."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    @classmethod
    async def at(cls, url: str) -> "PostgresStorage":
        """A storage in a database that has none yet."""
        pool = await asyncpg.create_pool(url, min_size=8, max_size=8)
        for table in (FORMS, MEETINGS % "SERIAL", EXPECTED):
            await pool.execute(table)
        return cls(pool)

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        await self.pool.execute(UPSERT.format("state", "$1, $2"), _key(key), _state(state))

    async def get_state(self, key: StorageKey) -> str | None:
        state: str | None = await self.pool.fetchval("SELECT state FROM forms WHERE key = $1", _key(key))
        return state

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        await self.pool.execute(UPSERT.format("data", "$1, $2"), _key(key), json.dumps(data))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        found = await self.pool.fetchval("SELECT data FROM forms WHERE key = $1", _key(key))
        return json.loads(found) if found else {}

    async def add_meeting(self, data: dict[str, Any], people: Sequence[int]) -> None:
        """A meeting and who is expected, in one transaction."""
        async with self.pool.acquire() as connection, connection.transaction():
            held = await connection.fetchval("INSERT INTO held (data) VALUES ($1) RETURNING id", json.dumps(data))
            await connection.executemany("INSERT INTO expected VALUES ($1, $2)", [(held, one) for one in people])

    async def close(self) -> None:
        await self.pool.close()
