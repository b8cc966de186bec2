"""What every test may ask for: a database with all tables and no rows, once on SQLite and once on PostgreSQL."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.database import Database, Session
from tests.bot_api import BotApi
from tests.postgres import Server, start

TEMPLATE = "migrated"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("database") / "migrated.sqlite3"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL of this test process with a database that has all tables, to be copied."""
    server = start()
    asyncio.run(server.execute(f"CREATE DATABASE {TEMPLATE}"))
    asyncio.run(_migrate(server.url(TEMPLATE)))
    yield server
    server.stop()


async def _migrate(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database of this test's own; a test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    asyncio.run(server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"))
    yield server.url(name)
    asyncio.run(server.execute(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database of this test's own; a test that asks for it runs on both kinds."""
    found = Database(database_url)
    yield found
    await found.close()


@pytest.fixture
async def session(database: Database) -> AsyncIterator[Session]:
    """An open transaction, committed when the test is over."""
    async with database.transaction() as opened:
        yield opened


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A Bot API server of this test's own, served in its loop."""
    async with BotApi() as serving:
        yield serving


@pytest.fixture(autouse=True)
def _digests_without_charts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes half a second of a process of its own; tests of the chart ask for it with the marker `draws`."""
    if "draws" not in request.keywords:
        monkeypatch.setattr("handlers.digest.drawn", _not_drawn)


async def _not_drawn(svg: str) -> bytes:
    return b"\x89PNG"
