"""The doctor says what is configured, what is missing and what does not work, one line each, and never a password."""

import io
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import text

from bot.doctor import examine
from bot.doctor_machine import charts, disk, local_rules, metrics, pages, templates
from bot.settings import Settings
from knowledge.handbook import Handbook
from storage.accounts import lock_account
from storage.database import Database
from storage.installation import Doing, note_done
from storage.models import Delivery as State
from storage.models import Lane, Organization, OrganizationKind
from storage.outbox import Draft, give_up, put
from tests.bot_api import BotApi
from tests.fakes import HANDBOOK


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
        await put(session, [Draft("web", "t", "王", "一"), Draft("web", "t", "王", "二")], datetime.now(UTC))
    healthy, lines = await said(database_url=database_url, telegram_token="")
    assert healthy
    always = {
        "数据库",
        "待发消息",
        "定时巡检",
        "时区",
        "读本",
        "本级要求",
        "周报模板",
        "图表",
        "网页地址",
        "运行指标",
        "Telegram",
    }
    assert set(lines) == always | ({"磁盘"} if database.is_sqlite else {"网页密钥"})
    assert lines["数据库"].startswith("✓ ")
    assert lines["待发消息"].startswith("✓ 待发消息 2 条，最早的等了")
    assert lines["定时巡检"].startswith("– 还没有过")
    assert lines["时区"] == "✓ Asia/Shanghai"
    assert lines["图表"] == "✓ 能画，汉字正常"
    assert lines["读本"].startswith("✓ ")
    assert lines["Telegram"] == "– 没有配置 ZHISHU_TELEGRAM_TOKEN，只用网页对话"
    if database.is_sqlite:
        assert lines["磁盘"].split()[0] in "✓!"
        assert "数据库文件 " in lines["磁盘"]


async def test_what_waits_too_long_what_was_given_up_and_who_is_not_reached_is_said_in_figures(
    database: Database, database_url: str
) -> None:
    now = datetime.now(UTC)
    async with database.transaction() as session:
        drafts = [Draft("telegram", "t", "王桂兰", "她家里的事", lane=Lane.PUSH) for _ in range(3)]
        first, *_ = await put(session, drafts, now - timedelta(hours=3))
        await give_up(session, first, State.REFUSED, "她家里的事")
        await note_done(session, Doing.ROUND, now - timedelta(hours=2, minutes=30))
        account = await lock_account(session, "telegram", "t", "王桂兰", "王桂兰", now)
        account.reachable = False
        session.add(Organization(kind=OrganizationKind.BRANCH, name="某支部", path="/1/", timezone="Asia/Nowhere"))
    healthy, lines = await said(database_url=database_url, telegram_token="")
    assert lines["待发消息"] == "! 待发消息 2 条，最早的等了 3 小时。请看看 worker、bot、web 是不是都在运行"
    assert lines["没发出的"].startswith("! 1 条。")
    assert lines["定时巡检"] == "! 最近一次在 2 小时前。worker 没有在运行"
    assert lines["收不到的"].startswith("– 1 个账号")
    assert lines["时区"].startswith("✗ 这台机器不认得 Asia/Nowhere")
    assert not healthy, "the zone is a fault; the others may mend themselves"
    assert not any(word in str(lines) for word in ("王桂兰", "家里"))


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"web_base": "https://a.example"}, '✗ https://a.example 会被拒绝。请设置 ZHISHU_WEB_HOSTS=["a.example"]'),
        ({"web_base": "https://a.example", "web_hosts": ["a.example"]}, "✓ https://a.example"),
        ({"web_base": "http://a.example/", "web_hosts": ["*"]}, "! http://a.example/ 没有加密"),
        ({"web_base": "a.example"}, "✗ ZHISHU_WEB_BASE 应像 https://zhishu.example，现在是 a.example"),
        ({"web_base": "http://127.0.0.1:8080"}, "✓ http://127.0.0.1:8080"),
        ({"web_base": "http://[::1]:80", "telegram_token": "1:a"}, "! http://[::1]:80 只能在这台机器上打开，Telegram"),
        ({"telegram_token": "1:a"}, "! 没有配置 ZHISHU_WEB_BASE，Telegram 里没有签到大屏和看板的链接"),
        ({}, "– 没有配置 ZHISHU_WEB_BASE，只能在这台机器上打开"),
    ],
)
def test_an_address_that_nobody_can_open_is_said_before_anybody_tries(settings: dict[str, Any], line: str) -> None:
    found = pages(Settings(_env_file=None, **({"telegram_token": ""} | settings)))  # type: ignore[call-arg]
    assert f"{found.mark} {found.words}".startswith(line)


def test_local_rules_that_are_not_there_or_have_a_fault_are_said(tmp_path: Path) -> None:
    def line(folder: str) -> str:
        found = local_rules(Settings(_env_file=None, overlays=folder))  # type: ignore[call-arg]
        return f"{found.mark} {found.words}"

    assert line("").startswith("–")
    assert line(str(tmp_path / "none")).startswith("✗ 没有 ")
    assert line(str(tmp_path)) == "✓ 0 份"
    (tmp_path / "a.yaml").write_text("procedure: admission\n", encoding="utf-8")
    assert line(str(tmp_path)).startswith("✗ 3 处问题，有问题的文件没有生效")


def test_templates_that_are_not_there_or_have_a_fault_are_said(tmp_path: Path) -> None:
    def line(folder: str) -> str:
        found = templates(Settings(_env_file=None, templates=folder))  # type: ignore[call-arg]
        return f"{found.mark} {found.words}"

    assert line("").startswith("–")
    assert line(str(tmp_path / "none")).startswith("✗ 没有 ")
    assert line(str(tmp_path)) == f"✓ {tmp_path}"
    (tmp_path / "digest.j2").write_text("{{ nothing_of_the_kind }}", encoding="utf-8")
    assert line(str(tmp_path)).startswith("✗ 1 处问题")


async def test_a_font_that_is_missing_and_a_library_that_breaks_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    async def squares(svg: str) -> bytes:
        return b"a square"

    async def broken(svg: str) -> bytes:
        raise subprocess.CalledProcessError(1, "draw")

    monkeypatch.setattr("bot.doctor_machine.drawn", squares)
    assert (await charts()).words.startswith("图里的汉字显示不了")
    monkeypatch.setattr("bot.doctor_machine.drawn", broken)
    assert (await charts()).words.startswith("画不了图")


@pytest.mark.parametrize(("free", "mark"), [(1 << 20, "✗"), (500 << 20, "!"), (50 << 30, "✓")])
def test_a_disk_that_fills_up_is_said_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, mark: str
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    settings = Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{tmp_path / 'a.sqlite3'}")  # type: ignore[call-arg]
    (found,) = disk(settings)
    assert found.mark == mark


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
    assert lines["数据库"].endswith("的结构版本是 9999，这个程序不认得，比它新。请升级程序")
    async with database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    _, lines = await said(database_url=database_url, telegram_token="")
    newest = database.newest_revision()
    assert lines["数据库"].endswith(f"的结构版本是 0001，程序要 {newest}。请运行 python -m bot migrate")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_database_that_is_damaged(database: Database, database_url: str, tmp_path: Path) -> None:
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE outbox RENAME TO lost"))
    healthy, lines = await said(database_url=database_url, telegram_token="")
    assert not healthy
    assert lines["数据库"].endswith("的结构版本对，里面却读不出来（no such table: outbox）。请从备份恢复")
    torn = tmp_path / "torn.sqlite3"
    torn.write_bytes(b"SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20" + b"\xff" * 8192)
    healthy, lines = await said(database_url=f"sqlite+aiosqlite:///{torn}", telegram_token="")
    assert not healthy
    assert "那个文件坏了，请从备份恢复" in lines["数据库"]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_server_without_that_database(database: Database, database_url: str) -> None:
    healthy, lines = await said(database_url=f"{database_url}_none", telegram_token="")
    assert not healthy
    assert "连不上：那台服务器上没有这个数据库，请先建好。" in lines["数据库"]


def test_a_file_that_cannot_be_written_to_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.sqlite3"
    file.touch()
    settings = Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{file}")  # type: ignore[call-arg]
    for closed in (file, tmp_path):
        monkeypatch.setattr("os.access", lambda path, mode, closed=closed: Path(path) != closed)
        (found,) = disk(settings)
        assert (found.mark, found.words) == ("✗", f"{closed} 不能写。请检查文件的主人和权限")


def test_two_things_on_one_port_are_said_before_one_of_them_fails() -> None:
    def mark(**ports: int) -> str:
        return metrics(Settings(_env_file=None, **ports)).mark  # type: ignore[call-arg]

    assert [mark(metrics_port=port, web_port=8080) for port in (0, 9100, 8077, 8078, 8080, 8081)] == list("–✓✓✗✗✓")


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
