"""Connections that lay idle while the server forgot them."""

import pytest
from sqlalchemy import text

from storage import database as database_module
from storage.database import Database
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
