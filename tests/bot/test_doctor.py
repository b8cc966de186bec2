"""The doctor says what is configured, what is missing and what does not work, one line each, and never a password."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import text

from bot.doctor import examine
from bot.settings import Settings
from knowledge.handbook import Handbook
from storage.database import Database
from storage.outbox import Draft, put
from tests.bot_api import BotApi
from tests.fakes import HANDBOOK, MONDAY


async def said(**settings: str) -> tuple[bool, dict[str, str]]:
    """Whether all is well, and what is said about each thing, on a terminal wide enough not to break lines."""
    written = io.StringIO()
    healthy = await examine(Settings(_env_file=None, **settings), Console(file=written, width=300))  # type: ignore[call-arg]
    rows = [line.strip("│").split("│") for line in written.getvalue().splitlines() if line.startswith("│")]
    return healthy, {name.strip(): f"{mark.strip()} {words.strip()}" for mark, name, words in rows}


@pytest.fixture(autouse=True)
def _loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handbook, "load", lambda: HANDBOOK)  # once is enough


@pytest.fixture
def empty(tmp_path: Path) -> str:
    """A database without tables."""
    return f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite3'}"


async def test_an_installation_that_works(database: Database, database_url: str) -> None:
    async with database.transaction() as session:
        await put(session, [Draft("web", "t", "王", "一"), Draft("web", "t", "王", "二")], MONDAY)
    healthy, lines = await said(database_url=database_url, telegram_token="")
    assert healthy
    assert set(lines) == {"数据库", "读本", "Telegram"}
    assert lines["数据库"].startswith("✓ ")
    assert lines["数据库"].endswith("待发消息 2 条")
    assert lines["读本"].startswith("✓ ")
    assert lines["Telegram"] == "– 没有配置 ZHISHU_TELEGRAM_TOKEN，只用网页对话"


async def test_a_database_without_tables(empty: str) -> None:
    healthy, lines = await said(database_url=empty, telegram_token="")
    assert not healthy
    assert lines["数据库"].endswith("还没有建表。请运行 python -m bot migrate")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_database_of_another_version(database: Database, database_url: str) -> None:
    async with database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    healthy, lines = await said(database_url=database_url, telegram_token="")
    assert not healthy
    assert f"版本是 9999，程序要 {database.newest_revision()}" in lines["数据库"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+asyncpg://somebody:geheim@127.0.0.1:1/none", "那个地址和端口没有数据库在运行"),
        ("sqlite+aiosqlite:////no/such/folder/a.sqlite3", "文件夹要先建好"),
    ],
)
async def test_a_database_that_cannot_be_reached(url: str, words: str) -> None:
    healthy, lines = await said(database_url=url, telegram_token="")
    assert not healthy
    assert lines["数据库"].startswith("✗ ")
    assert words in lines["数据库"]
    assert "geheim" not in str(lines)
    assert lines["读本"].startswith("✓ "), "one fault hides nothing else"


async def test_a_token_that_works_and_one_that_does_not(empty: str, api: BotApi) -> None:
    _, lines = await said(database_url=empty, telegram_token=api.token, telegram_api=api.url)
    assert lines["Telegram"] == f"✓ @{api.bot['username']} 可以用"
    healthy, lines = await said(database_url=empty, telegram_token="1:wrong", telegram_api=api.url)
    assert not healthy
    assert lines["Telegram"].startswith("✗ Telegram 不认这个 token")
    _, lines = await said(database_url=empty, telegram_token="no token", telegram_api=api.url)
    assert lines["Telegram"].startswith("✗ ZHISHU_TELEGRAM_TOKEN 不是 token 的样子")


async def test_a_server_that_cannot_be_reached_is_not_blamed_on_the_token(empty: str) -> None:
    healthy, lines = await said(database_url=empty, telegram_token="1:right", telegram_api="http://127.0.0.1:1")
    assert not healthy
    assert lines["Telegram"].startswith("✗ http://127.0.0.1:1 连不上")
    assert "1:right" not in str(lines)
