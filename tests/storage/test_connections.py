"""Connections that lay idle while the server forgot them, and servers that turn us away."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from storage import database as database_module
from storage.database import Database, Unavailable
from tests.postgres import Server


async def test_a_connection_that_the_server_has_ended_is_replaced(
    database: Database, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no server")
    monkeypatch.setattr(database_module, "IDLE", -1.0)
    async with database.transaction() as session:
        before = await session.scalar(text("SELECT pg_backend_pid()"))
    await postgres.execute(f"SELECT pg_terminate_backend({before})")
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT pg_backend_pid()")) != before


async def test_a_server_that_ends_us_in_the_middle_is_unavailable_and_not_a_bug_of_ours(
    database: Database, postgres: Server
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no server")

    async def be_ended() -> None:
        async with database.transaction() as session:
            ours = await session.scalar(text("SELECT pg_backend_pid()"))
            await postgres.execute(f"SELECT pg_terminate_backend({ours})")
            await session.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        await be_ended()
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT 1")) == 1


async def test_a_connection_that_lost_its_place_is_let_go_and_is_no_bug_of_ours(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no server")

    async def breaks(*_: object, **__: object) -> None:
        raise asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress")

    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.Connection, "prepare", breaks)
        with pytest.raises(Unavailable):
            async with database.transaction() as session:
                await session.execute(text("SELECT 1"))
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("reason", ["no such database", "no such role", "no room", "a deadlock"])
async def test_a_server_that_turns_us_away_is_unavailable(postgres: Server, reason: str) -> None:
    url = postgres.url()
    if reason == "no such database":
        url = postgres.url("nowhere")
    elif reason == "no such role":
        url = url.replace("postgres@", "nobody@")
    states = {"no room": "53300", "a deadlock": "40P01"}
    raised = f"DO $$ BEGIN RAISE 'not now' USING ERRCODE = '{states.get(reason, '57P01')}'; END $$"
    database = Database(url)
    try:
        with pytest.raises(Unavailable):
            async with database.transaction() as session:
                await session.execute(text(raised))
    finally:
        await database.close()


async def test_an_error_of_ours_is_not_taken_for_a_server_that_is_away(postgres: Server) -> None:
    database = Database(postgres.url())
    try:
        with pytest.raises(ProgrammingError):
            async with database.transaction() as session:
                await session.execute(text("SELECT * FROM nothing"))
    finally:
        await database.close()
