"""What was given up on is listed with its reason and nothing else, and sent again when somebody says so."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from bot.starting import console
from storage.accounts import lock_account, mark_unreachable
from storage.database import Database
from storage.models import Delivery, Lane
from storage.outbox import Draft, counts, give_up, parked, put, send_again
from tests.fakes import MONDAY

HOW = (
    ("refused", Delivery.REFUSED, "message is too long"),
    ("gone", Delivery.GONE, "bot was blocked by the user"),
    ("group", Delivery.GONE, "bot was kicked"),
    ("late", Delivery.EXPIRED, "too late"),
)


SORT = {"refused": "digest", "gone": "remind", "group": "run", "late": "nudge"}


async def given_up(database: Database, now: datetime) -> dict[str, int]:
    """One message of each kind, and one that was sent; their ids."""
    async with database.transaction() as session:
        account = await lock_account(session, "telegram", "4242", "7", "7", now)
        drafts = [
            Draft(
                "telegram",
                "4242",
                "-9" if name == "group" else "7",
                "王桂兰同志，请交思想汇报",
                Lane.DIGEST if name in ("refused", "gone", "late") else Lane.PUSH,
                account_id=None if name == "group" else account.id,
                not_after=now - timedelta(minutes=1) if name == "late" else None,
                unique_key=None if name == "sent" else f"{SORT[name]}:{name}",
            )
            for name, *_ in (*HOW, ("sent",))
        ]
        ids = dict(zip((*(name for name, *_ in HOW), "sent"), await put(session, drafts, now), strict=True))
        for name, state, detail in HOW:
            await give_up(session, ids[name], state, detail)
        await mark_unreachable(session, account.id)
    return ids


async def test_one_or_all_wait_once_more_but_not_what_is_too_late_or_for_who_cannot_be_written_to(
    database: Database,
) -> None:
    ids = await given_up(database, MONDAY)
    async with database.transaction() as session:
        assert await send_again(session, MONDAY, ids["late"]) == []
        assert await send_again(session, MONDAY, ids["sent"]) == []
        assert await send_again(session, MONDAY) == [], "all three are for one account, or for a group that put us out"
        assert await send_again(session, MONDAY, ids["gone"]) == [ids["gone"]], "who names one means it"
        await give_up(session, ids["gone"], Delivery.GONE, "still")
        account = await lock_account(session, "telegram", "4242", "7", "7", MONDAY)
        assert account.reachable
    async with database.transaction() as session:
        assert await send_again(session, MONDAY) == [ids["refused"], ids["gone"]]
        assert (await counts(session))[Delivery.WAITING] == 3
        assert [one.id for one in await parked(session)] == [ids["late"], ids["group"]]


@pytest.fixture
def typed(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """A terminal on a database of its own."""
    path = tmp_path / "zhishu.sqlite3"
    path.write_bytes(migrated_sqlite.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZHISHU_DATABASE_URL", f"sqlite+aiosqlite:///{path}")
    monkeypatch.setattr(console, "width", 200)
    logs = structlog.get_config()
    yield CliRunner()
    structlog.configure(**logs)


def test_the_list_says_why_and_never_what_or_to_whom(typed: CliRunner, tmp_path: Path) -> None:
    def type(*words: str) -> Result:
        return typed.invoke(cli, ["outbox", *words])

    assert "没有发不出去的消息" in type("list").output
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'zhishu.sqlite3'}")
    ids = asyncio.run(given_up(database, datetime.now(UTC)))
    asyncio.run(database.close())
    listed = type("list").output
    for words in ("message is too long", "停用了机器人", "太晚了", str(ids["late"])):
        assert words in listed
    assert [kind for kind in ("周报", "每日提醒", "上级提醒支部", "通知") if kind not in listed] == []
    assert "王桂兰" not in listed
    assert "思想汇报" not in listed
    for words in (("retry",), ("retry", "1", "--all"), ("retry", str(ids["late"])), ("retry", "999")):
        assert type(*words).exit_code == 1, words
    assert "没有可以再发的消息" in type("retry", "--all").output
    again = type("retry", str(ids["refused"]))
    assert (again.exit_code, "1 条消息已放回去" in again.output) == (0, True)
    assert "message is too long" not in type("list").output
