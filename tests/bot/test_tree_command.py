"""The tree from the command line: shown, changed with a paper, and told what is wrong in a sentence."""

from datetime import UTC, date, datetime
from pathlib import Path
from time import tzset

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.settings import Settings
from bot.tree import Paper, Wrong, add, dissolve, merge, move, rename, shown, will_change
from storage.database import Database
from storage.models import AuditEntry, OrganizationChange
from tests.branch import settle
from tests.storage.kit import add_town

PAPER = Paper("2026-11-18", "清组批〔2026〕12号")
ONLY = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(_env_file=None, database_url=database_url)


@ONLY
async def test_an_administrator_builds_above_every_scope_and_looks_at_it(
    database: Database, settings: Settings
) -> None:
    assert await shown(settings, "", 2) == ["还没有组织。用 roster import 导入花名册。"]
    await add_town(database)
    assert await add(settings, "党委", "清河县委", "", PAPER) == "登记好了：新建党委清河县委。"
    assert await will_change(settings, "move", "清河镇党委", "清河县委") == (
        "清河镇党委转到清河县委下面：连同下级组织 3 个，10 人。"
    )
    assert (await move(settings, "清河镇党委", "清河县委", PAPER)).startswith("转好了：清河镇党委连同下级一共 4 个组织")
    assert (
        await add(settings, "党总支", "机关 党总支", "清河镇党委", PAPER)
        == "登记好了：清河镇党委下面新建党总支机关党总支。"
    )
    assert await shown(settings, "", 2) == [
        "清河县委（党委）",
        "  清河镇党委（党委）",
        "    柳荫村党支部（党支部，下面还有 1 个组织）",
        "    渡口村党支部（党支部）",
        "    机关党总支（党总支）",
    ]
    assert await shown(settings, "清河镇党委/柳荫村党支部", 1) == ["柳荫村党支部（党支部）", "  第一党小组（党小组）"]
    assert (await will_change(settings, "rename", "机关党总支", "镇机关党总支")).startswith(
        "机关党总支改名为镇机关党总支"
    )
    assert (await will_change(settings, "dissolve", "机关党总支", "")).startswith("机关党总支撤销")
    assert (await will_change(settings, "move", "清河镇党委", "")).startswith("清河镇党委转到最上面")
    assert await rename(settings, "机关党总支", "镇机关党总支", PAPER) == "改好了：机关党总支现在叫镇机关党总支。"
    assert await dissolve(settings, "镇机关党总支", PAPER) == "登记好了：镇机关党总支已撤销，记录都在。"
    assert "转入 10 人" in await will_change(settings, "merge", "柳荫村党支部", "渡口村党支部")
    assert (await merge(settings, "柳荫村党支部", "渡口村党支部", PAPER)).endswith("转入 10 人。")
    assert (await move(settings, "清河镇党委", "", PAPER)).endswith("现在在最上面。")
    async with database.reading() as session:
        kept = list(await session.scalars(select(OrganizationChange).order_by(OrganizationChange.id)))
        assert {(one.decided_on, one.approval) for one in kept} == {(date(2026, 11, 18), PAPER.approval)}
        assert len(list(await session.scalars(select(AuditEntry)))) == len(kept) == 7


@ONLY
async def test_a_name_with_a_stroke_is_found_too(database: Database, settings: Settings) -> None:
    await add_town(database)
    await add(settings, "党支部", "柳荫/渡口联合党支部", "清河镇党委", PAPER)
    for name in ("柳荫/渡口联合党支部", "清河镇党委/柳荫/渡口联合党支部"):
        assert await shown(settings, name, 1) == ["柳荫/渡口联合党支部（党支部）"]


def test_a_decision_of_today_is_of_today_where_the_committee_is_and_not_where_the_machine_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    tzset()
    try:
        early = datetime(2026, 11, 18, 23, 0, tzinfo=UTC)
        assert Paper("", "批复").decision(early).decided_on == date(2026, 11, 19)
        assert Paper("2026-11-19", "批复").decision(early).decided_on == date(2026, 11, 19)
        with pytest.raises(Wrong, match="还没有到"):
            Paper("2026-11-20", "批复").decision(early)
    finally:
        monkeypatch.undo()
        tzset()


@ONLY
async def test_what_is_wrong_is_said_in_a_sentence_and_nothing_is_changed(
    database: Database, settings: Settings
) -> None:
    await settle(database)
    for work, words in (
        (add(settings, "支部", "甲", "", PAPER), "--kind 可以是"),
        (add(settings, "党支部", "甲党支部", "", PAPER), "只有党委可以没有上级"),
        (add(settings, "党支部", "桃花村党支部", "清河镇党委", PAPER), "已经有叫“桃花村党支部”的"),
        (rename(settings, "没有的党支部", "乙", PAPER), "没有叫“没有的党支部”的组织"),
        (move(settings, "桃花村党支部", "杏花村党支部", PAPER), "不能放这一类组织"),
        (dissolve(settings, "桃花村党支部", PAPER), "里还有 6 位同志"),
        (merge(settings, "桃花村党支部", "清河镇党委", PAPER), "不是一类"),
        (merge(settings, "桃花村党支部", "杏花村党支部", Paper("2026-11-18", " ")), "哪份批复"),
        (merge(settings, "桃花村党支部", "杏花村党支部", Paper("后天", "批复")), "不是日期"),
        (merge(settings, "桃花村党支部", "杏花村党支部", Paper("2999-01-01", "批复")), "还没有到"),
    ):
        with pytest.raises(Wrong, match=words):
            await work
    async with database.reading() as session:
        assert list(await session.scalars(select(OrganizationChange))) == []


def test_without_a_terminal_nothing_is_changed_unless_that_is_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHISHU_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'tree.sqlite3'}")
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    asked = runner.invoke(cli, ["tree", "add", "清河县委", "--approval", "市委批复"])
    assert asked.exit_code == 1
    done = runner.invoke(cli, ["tree", "add", "清河县委", "--approval", "市委批复", "--yes"])
    assert done.exit_code == 0
    wrong = runner.invoke(cli, ["tree", "merge", "清河县委", "没有", "--approval", "市委批复", "--yes"])
    assert wrong.exit_code == 1
