"""Readings from the command line: shown before they are saved, listed, brought up to date, removed."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from storage.database import Database
from storage.models import OrganizationKind
from tests.knowledge.files import epub
from tests.storage.kit import add_organization

TEXT = """# 清河镇工作手册

第一章 食堂

食堂每天十一点半开饭。外来人员凭饭票就餐。晚上不供应夜宵，值班的同志提前一天报名。

第二章 图书室

图书室周末上午开放，借书最多借三本，三十天内归还。丢失的照价赔偿，损坏的由管理员登记。
"""


@pytest.fixture(autouse=True)
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, migrated_sqlite: Path) -> str:
    """A database and a folder of this test's own."""
    path = tmp_path / "zhishu.sqlite3"
    path.write_bytes(migrated_sqlite.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZHISHU_DATABASE_URL", f"sqlite+aiosqlite:///{path}")
    monkeypatch.setenv("ZHISHU_TELEGRAM_TOKEN", "")
    monkeypatch.setenv("COLUMNS", "200")
    Path("手册.md").write_text(TEXT, encoding="utf-8")
    return f"sqlite+aiosqlite:///{path}"


def typed(*words: str) -> Result:
    """Type a kb command."""
    result = CliRunner().invoke(cli, ["kb", *words])
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def branches(url: str, *names: str) -> None:
    """Branches of these names, each below a committee of its own."""

    async def add() -> None:
        database = Database(url)
        async with database.transaction() as session:
            for number, name in enumerate(names):
                above = await add_organization(session, OrganizationKind.COMMITTEE, f"第{number}镇党委", None)
                await add_organization(session, OrganizationKind.BRANCH, name, above)
        await database.close()

    asyncio.run(add())


def test_a_reading_is_shown_saved_and_listed() -> None:
    result = typed("import", "手册.md", "--yes")
    assert result.exit_code == 0, result.output
    assert "《清河镇工作手册》：2 段" in result.output
    assert "第一章 食堂（1 段）" in result.output
    assert "食堂每天十一点半开饭" in result.output
    assert "已保存《清河镇工作手册》：新增 2 段，删去 0 段，没变 0 段" in result.output
    words = typed("list").output
    for part in ("清河镇工作手册", "所有人", "手册.md", " 2 "):
        assert part in words


def test_the_same_title_again_brings_it_up_to_date() -> None:
    typed("import", "手册.md", "--yes")
    Path("手册.md").write_text(TEXT.replace("十一点半", "十二点"), encoding="utf-8")
    assert "新增 1 段，删去 1 段，没变 1 段" in typed("import", "手册.md", "--yes").output
    assert typed("list").output.count("清河镇工作手册") == 1


def test_without_a_terminal_or_yes_nothing_is_saved_or_removed() -> None:
    result = typed("import", "手册.md")
    assert result.exit_code == 1
    assert "《清河镇工作手册》：2 段" in result.output
    assert "--yes" in result.output
    assert "还没有导入读物" in typed("list").output
    typed("import", "手册.md", "--yes")
    assert typed("remove", "清河镇工作手册").exit_code == 1
    assert "清河镇工作手册" in typed("list").output


@pytest.mark.parametrize(("answered", "saved"), [("y", True), ("n", False), ("", False)])
def test_at_a_terminal_it_is_asked_before_it_is_saved(
    monkeypatch: pytest.MonkeyPatch, answered: str, saved: bool
) -> None:
    monkeypatch.setattr("bot.__main__._at_terminal", lambda: True)
    result = CliRunner().invoke(cli, ["kb", "import", "手册.md"], input=f"{answered}\n")
    assert (result.exit_code == 0) is saved
    assert ("什么都没有改。" in result.output) is not saved
    assert ("清河镇工作手册" in typed("list").output) is saved


def test_a_title_may_be_given_and_a_file_without_one_lends_its_name() -> None:
    assert "已保存《食堂 守则》" in typed("import", "手册.md", "--title", " 食堂\n守则 ", "--yes").output
    Path("后勤守则.txt").write_text(TEXT.split("\n", 2)[2], encoding="utf-8")
    assert "已保存《后勤守则》" in typed("import", "后勤守则.txt", "--yes").output
    Path("书.epub").write_bytes(epub("<p>食堂每天十一点半开饭，外来人员凭饭票就餐。</p>", title=" 后勤\n  手册 "))
    assert "已保存《后勤 手册》" in typed("import", "书.epub", "--yes").output
    long = typed("import", "手册.md", "--title", "长" * 300, "--yes")
    assert f"已保存《{'长' * 120}》" in long.output.replace("\n", "")


def test_a_title_in_brackets_is_no_markup() -> None:
    assert typed("import", "手册.md", "--title", "[/red]手册[bold]", "--yes").exit_code == 0
    assert "[/red]手册[bold]" in typed("list").output
    assert "已删除《[/red]手册[bold]》" in typed("remove", "[/red]手册[bold]", "--yes").output


def test_a_reading_of_an_organization_is_its_own_and_everybodys_stays(url: str) -> None:
    branches(url, "桃花村党支部")
    typed("import", "手册.md", "--yes")
    assert typed("import", "手册.md", "--for", "桃花村党支部", "--yes").exit_code == 0
    listed = typed("list").output
    assert ("桃花村党支部" in listed, listed.count("清河镇工作手册")) == (True, 2)
    assert typed("remove", "清河镇工作手册", "--for", "桃花村党支部", "--yes").exit_code == 0
    listed = typed("list").output
    assert ("桃花村党支部" in listed, listed.count("清河镇工作手册")) == (False, 1)


def test_an_organization_that_is_unknown_or_not_the_only_one_is_said(url: str) -> None:
    branches(url, "柳湾村党支部", "柳湾村党支部")
    for name, said in (("没有这个支部", "没有叫“没有这个支部”的组织。"), ("柳湾村党支部", "不止一个叫“柳湾村党支部”")):
        for command in (["import", "手册.md"], ["remove", "清河镇工作手册"]):
            result = typed(*command, "--for", name, "--yes")
            assert result.exit_code == 1
            assert said in result.output
    assert "还没有导入读物" in typed("list").output


def test_removing_what_is_not_there_is_said() -> None:
    result = typed("remove", "没有这本", "--yes")
    assert result.exit_code == 1
    assert "没有《没有这本》。用 kb list 看有哪些。" in result.output


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("照片.jpg", b"\xff\xd8picture"),
        ("空的.txt", b""),
        ("坏的.docx", b"PK\x03\x04broken"),
        ("坏的.pdf", b"%PDF-1.4 broken"),
        ("坏的.epub", b"no archive"),
        ("没有文字.md", "……\n\n——\n".encode()),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(name: str, data: bytes) -> None:
    Path(name).write_bytes(data)
    result = typed("import", name, "--yes")
    assert result.exit_code == 1
    assert result.output.strip().endswith("。")
    assert "已保存" not in result.output
    assert "还没有导入读物" in typed("list").output


def test_a_file_that_is_not_there_is_said() -> None:
    result = typed("import", "没有.txt", "--yes")
    assert (result.exit_code, result.output.strip()) == (1, "没有 没有.txt 这个文件。")
    Path("文件夹.txt").mkdir()
    assert typed("import", "文件夹.txt", "--yes").output.startswith("文件夹.txt 读不了")


def test_a_database_that_cannot_be_reached_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHISHU_DATABASE_URL", "postgresql+asyncpg://nobody:secret@127.0.0.1:1/none")
    for command in (["import", "手册.md", "--yes"], ["list"], ["remove", "清河镇工作手册", "--yes"]):
        result = typed(*command)
        assert result.exit_code == 1, command
        assert "数据库连不上" in result.output, command
        assert "secret" not in result.output, command
