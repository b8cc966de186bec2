"""A digest is previewed by an administrator: printed, its files written, nothing sent and nothing kept."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.digest_preview import NoDigest, preview
from bot.settings import Settings
from storage.database import Database
from storage.models import DigestIssue, DigestSubscription, File, OutboxMessage
from tests.branch import settle
from tests.fakes import MONDAY

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def shown(database: Database, name: str, week: str = "", folder: Path | None = None, templates: str = "") -> str:
    """What the command prints."""
    said: list[str] = []
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, templates=templates, _env_file=None)  # type: ignore[call-arg]
    await preview(settings, name, week, folder, MONDAY, said.append)
    return "\n".join(said)


async def test_an_officials_digest_is_printed_with_its_buttons_and_its_files_are_written(
    database: Database, tmp_path: Path
) -> None:
    await settle(database)
    words = await shown(database, "郑远", "2026-W46", tmp_path / "out")
    assert "—— 清河镇党委 2026-W46 ——\n清河镇党委周报 11月9日—15日\n• 桃花村党支部：还没有任何记录" in words
    assert "［桃花村党支部］" in words
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert names == {"清河镇党委周报图_20261109.png", "清河镇党委周报_20261109.xlsx"}
    async with database.reading() as session:
        for table in (OutboxMessage, DigestIssue, DigestSubscription, File):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


async def test_without_a_week_it_is_the_last_one_and_a_secretary_sees_the_small_one(database: Database) -> None:
    await settle(database)
    words = await shown(database, "李向阳 1001")
    last = MONDAY.date() - timedelta(weeks=1)
    assert words.startswith(f"—— 桃花村党支部 2026-W47 ——\n桃花村党支部 {last.month}月{last.day}日")
    assert "附件" not in words


async def test_a_template_of_ones_own_is_what_is_previewed(database: Database, tmp_path: Path) -> None:
    await settle(database)
    (tmp_path / "digest_own.j2").write_text("{{ place }}：平安", encoding="utf-8")
    assert "桃花村党支部：平安" in await shown(database, "李向阳", templates=str(tmp_path))


@pytest.mark.parametrize(
    ("name", "week", "words"),
    [
        ("张三", "", "名册里没有张三"),
        ("李向阳 9999", "", "名册里没有李向阳 9999"),
        ("王桂兰", "", "没有周报"),
        ("郑远", "2026-W60", "请这样写：2026-W47"),
        ("郑远", "上周", "请这样写：2026-W47"),
    ],
)
async def test_who_or_which_week_is_not_there_is_said_in_a_sentence(
    database: Database, name: str, week: str, words: str
) -> None:
    await settle(database)
    with pytest.raises(NoDigest, match=words):
        await shown(database, name, week)


async def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(database: Database, tmp_path: Path) -> None:
    await settle(database)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(NoDigest, match="写不了"):
        await shown(database, "郑远", folder=tmp_path / "file")
