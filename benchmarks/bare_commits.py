"""How many transactions of one small row a second a database takes through its bare driver: what no turn can beat."""

import asyncio
import sqlite3
import time
from pathlib import Path

import aiosqlite
import asyncpg

TABLE = "CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"
SERIAL_TABLE = "CREATE TABLE IF NOT EXISTS bare (id SERIAL PRIMARY KEY, body TEXT NOT NULL)"
INSERT = "INSERT INTO bare (body) VALUES (?)"
BODY = "支部党员大会" * 20


def sqlite3_commits(path: Path, count: int) -> float:
    """Commits a second through the sqlite3 module, WAL and synchronous=FULL as ours."""
    connection = sqlite3.connect(path)
    connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {TABLE}")
    started = time.perf_counter()
    for _ in range(count):
        connection.execute(INSERT, (BODY,))
        connection.commit()
    taken = time.perf_counter() - started
    connection.close()
    return count / taken


async def aiosqlite_commits(path: Path, count: int) -> float:
    """Commits a second through aiosqlite, the same settings."""
    async with aiosqlite.connect(path) as connection:
        await connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {TABLE}")
        started = time.perf_counter()
        for _ in range(count):
            await connection.execute(INSERT, (BODY,))
            await connection.commit()
        return count / (time.perf_counter() - started)


async def asyncpg_commits(url: str, count: int, side_by_side: int) -> float:
    """Commits a second through asyncpg on some connections at once, BEGIN and COMMIT said as a session says them."""
    connections = [await asyncpg.connect(url) for _ in range(side_by_side)]
    await connections[0].execute(SERIAL_TABLE)

    async def commit(connection: asyncpg.Connection) -> None:
        statement = await connection.prepare(INSERT.replace("?", "$1"))
        for _ in range(count // side_by_side):
            async with connection.transaction():
                await statement.fetch(BODY)

    started = time.perf_counter()
    await asyncio.gather(*map(commit, connections))
    taken = time.perf_counter() - started
    for connection in connections:
        await connection.close()
    return count / taken
