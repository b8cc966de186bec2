"""The command line as an administrator types it: answers for people and programs, and one clear sentence when not."""

import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from openpyxl import load_workbook
from typer.main import get_command
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from knowledge.handbook import Handbook
from tests.fakes import HANDBOOK


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZHISHU_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'zhishu.sqlite3'}")
    monkeypatch.setenv("ZHISHU_TELEGRAM_TOKEN", "")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(Handbook, "load", lambda: HANDBOOK)  # once is enough
    logs = structlog.get_config()
    yield
    structlog.configure(**logs)


def typed(*words: str) -> Result:
    """Type a command."""
    result = CliRunner().invoke(cli, list(words))
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result


def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: bytes) -> list[dict[str, Any]]:
    """What ask --jsonl answers to these bytes."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    with pytest.raises(SystemExit) as end:
        cli(["ask", "--jsonl"])
    assert end.value.code == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_help_names_every_command_in_chinese() -> None:
    words = typed("--help").output
    for name, command in get_command(cli).commands.items():  # type: ignore[attr-defined]
        assert name in words
        assert command.help or command.commands, name
        for inner in getattr(command, "commands", {"": command}):
            assert typed(*filter(None, (name, inner)), "--help").exit_code == 0


def test_a_question_is_answered_with_its_source() -> None:
    result = typed("ask", "预备期多长")
    assert result.exit_code == 0
    assert "1年" in result.output
    assert "出处：" in result.output


def test_two_questions_get_two_answers() -> None:
    words = typed("ask", "预备期多长？党费什么时候交？").output
    assert words.count("出处：") == 2


def test_what_is_not_there_is_said_honestly() -> None:
    assert typed("ask", "红烧肉怎么做").output.strip() == "读本和现行规定里没有查到。"
    assert typed("ask", "  ").exit_code == 2


def test_a_program_gets_an_object_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked = "预备期多长\n\n红烧肉怎么做\n应选5人候选人要几个\n".encode()
    answered, blank, unknown, computed = lines(monkeypatch, capsys, asked)
    for each in (answered, blank, unknown, computed):
        assert set(each) == {"question", "answer", "source", "candidates", "status"}
    assert answered["question"] == "预备期多长"
    assert answered["status"] == "answered"
    assert "1年" in answered["answer"]
    assert answered["source"]
    assert set(answered["candidates"][0]) == {"title", "answer", "score"}
    assert "**" not in json.dumps([answered, computed], ensure_ascii=False)
    assert (unknown["status"], unknown["answer"], unknown["candidates"]) == ("unknown", None, [])
    assert blank["status"] == "unknown"
    assert "6人" in computed["answer"]


def test_whatever_bytes_come_each_line_gets_an_object(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = b"\xef\xbb\xbf\xff\xfe\x00\r\n" + "党".encode() * 20_000 + b"\n" + "😀🌶️".encode() + b"\n"
    garbled, long, emoji, last = lines(monkeypatch, capsys, given + "最后一行".encode())
    assert (garbled["question"], last["question"]) == ("\ufffd\ufffd\x00", "最后一行")
    assert (garbled["status"], emoji["status"]) == ("unknown", "unknown")
    assert len(long["question"]) == 20_000


def test_a_question_from_a_console_that_is_not_utf8_is_understood() -> None:
    asked = "预备期多长".encode().decode("ascii", "surrogateescape")
    assert typed("ask", asked).output == typed("ask", "预备期多长").output
    assert typed("ask", "\udcff\udcfe").exit_code == 0


def test_check_finds_nothing_wrong() -> None:
    result = typed("check")
    assert (result.exit_code, result.output.strip()) == (0, "没有问题。")


def test_a_database_is_made_and_the_doctor_sees_it() -> None:
    before = typed("doctor")
    assert before.exit_code == 1
    assert "migrate" in before.output
    assert typed("migrate").output.strip() == "数据库已是最新。"
    after = typed("doctor")
    assert after.exit_code == 0, after.output
    assert "只用网页对话" in after.output


def test_a_database_that_cannot_be_reached_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHISHU_DATABASE_URL", "postgresql+asyncpg://nobody:secret@127.0.0.1:1/none")
    for command in (
        ["doctor"],
        ["migrate"],
        ["invite", "张三"],
        ["chat", "--as", "张三"],
        ["run"],
        ["web"],
        ["worker"],
    ):
        result = typed(*command)
        assert result.exit_code == 1, command
        assert "数据库" in result.output, command
        assert "Traceback" not in result.output, command
        assert "secret" not in result.output, command


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("WEB_PORT", "eighty", True),
        ("WEB_PORT", "99999", True),
        ("WEB_HOSTS", "a.example", False),
        ("TELEGRAM_API", "telegram", True),
        ("BROADCAST_PER_SECOND", "0", True),
        ("DATABASE_URL", "postgresql://user:geheim@127.0.0.1/db", False),
        ("DATABASE_URL", "mysql://user:geheim@127.0.0.1/db", False),
        ("DATABASE_URL", "sqlite:///zhishu.sqlite3", False),
        ("DATABASE_URL", "postgresql+asyncpg://user:geheim@127.0.0.1:99999/db", False),
        ("DATABASE_URL", "postgresql+asyncpg://user:geheim@127.0.0.1:port/db", False),
        ("WEB_BASE", "https://[::1", True),
    ],
)
def test_a_setting_that_makes_no_sense_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, shown: bool
) -> None:
    monkeypatch.setenv(f"ZHISHU_{name}", value)
    result = typed("doctor")
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    assert line.startswith(f"设置 ZHISHU_{name} 不对")
    assert (value in line) is shown
    assert "geheim" not in line


def test_a_settings_file_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    assert typed("migrate").output.strip() == "读不了 .env。请存成 UTF-8 文本。"


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "zhishu.sqlite3").write_text("我不是数据库" * 100)
    for command in ("migrate", "run", "doctor"):
        result = typed(command)
        assert result.exit_code == 1
        assert "那个文件不是" in result.output


def test_files_that_cannot_be_written_are_one_sentence() -> None:
    template = typed("roster", "template", "没有/花名册.xlsx")
    assert (template.exit_code, template.output.count("\n")) == (1, 1)
    demo = typed("demo", "--folder", "/dev/null/demo")
    assert (demo.exit_code, demo.output.count("\n")) == (1, 1)


def test_the_bot_alone_needs_a_token() -> None:
    result = typed("bot")
    assert result.exit_code == 1
    assert "ZHISHU_TELEGRAM_TOKEN" in result.output


def test_what_cannot_be_a_token_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHISHU_TELEGRAM_TOKEN", "not a token")
    result = typed("bot")
    assert result.exit_code == 1
    assert "token" in result.output


def fill(file: Path, *changed: dict[str, str]) -> None:
    """Fill the template in with its own two examples, and with copies of the second that differ in some cells."""
    book = load_workbook(file)
    sheet, explained = book["花名册"], book["说明"]
    heads = [cell.value for cell in sheet[1]]
    first, second = ([row[n] for row in explained.iter_rows(2, len(heads) + 1, values_only=True)] for n in (2, 3))
    for row in (first, second, *({**dict(zip(heads, second, strict=True)), **each}.values() for each in changed)):
        sheet.append(list(row))
    book.save(file)


def test_a_roster_is_written_filled_in_imported_and_its_people_invited(tmp_path: Path) -> None:
    assert typed("roster", "template", "花名册.xlsx").output.strip() == "模板写在 花名册.xlsx。"
    fill(tmp_path / "花名册.xlsx", {"手机号后四位": "9999"})
    again = typed("roster", "template", "花名册.xlsx")
    assert (again.exit_code, again.output.strip()) == (1, "已经有 花名册.xlsx 了，没有覆盖。请换一个文件名。")
    assert typed("roster", "import", "花名册.xlsx").output.startswith("导入好了：新增 3 人，更新 0 人，没有变化 0 人")
    assert typed("roster", "import", "花名册.xlsx").output.startswith("导入好了：新增 0 人，更新 0 人，没有变化 3 人")

    invited = typed("invite", "程望舒")
    assert invited.exit_code == 0
    assert re.fullmatch(r"程望舒的邀请码：(\w{8})\n请本人在机器人里发：绑定 \1\n", invited.output)
    namesakes = typed("invite", "田麦秋")
    assert (namesakes.exit_code, namesakes.output.strip()) == (1, "花名册上不止一位田麦秋，请加上手机号后四位。")
    assert typed("invite", "田麦秋 9999").exit_code == 0
    assert typed("invite", "田麦秋 0000").exit_code == 1


def test_a_roster_with_a_fault_is_not_imported_at_all(tmp_path: Path) -> None:
    typed("roster", "template", "花名册.xlsx")
    fill(tmp_path / "花名册.xlsx", {"手机号后四位": "12"}, {"身份": "群众", "手机号后四位": "8888"})
    result = typed("roster", "import", "花名册.xlsx")
    *faults, last = result.output.splitlines()
    assert result.exit_code == 1
    assert [fault.partition("：")[0] for fault in faults] == ["第 4 行 F 列", "第 5 行 G 列"]
    assert last == "共 2 处问题，什么都没有导入。改好再来。"
    assert typed("invite", "程望舒").output.strip() == "花名册上没有程望舒。"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("坏.xlsx", b"PK\x03\x04 not really", "打不开"),
        ("空.xlsx", b"", "打不开"),
        ("文本.csv", "姓名,身份\n".encode(), "打不开"),
        ("文件夹", None, "读不了"),
        ("没有.xlsx", None, "没有 没有.xlsx 这个文件。"),
    ],
)
def test_what_is_no_roster_is_one_sentence(tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    (tmp_path / "文件夹").mkdir()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = typed("roster", "import", name)
    assert result.exit_code == 1
    assert words in result.output.splitlines()[0]


def test_an_invitation_needs_somebody_on_the_roster() -> None:
    assert typed("invite", " ").output.strip() == "请写上姓名，例如：invite 张三"
    result = typed("invite", "张三")
    assert (result.exit_code, result.output.strip()) == (1, "花名册上没有张三。")


def test_a_chat_needs_one_person_of_the_roster(tmp_path: Path) -> None:
    absent = typed("chat", "--as", "张三")
    assert (absent.exit_code, absent.output.strip()) == (1, "花名册上没有张三。")
    typed("roster", "template", "花名册.xlsx")
    fill(tmp_path / "花名册.xlsx", {"手机号后四位": "9999"})
    typed("roster", "import", "花名册.xlsx")
    namesakes = typed("chat", "--as", "田麦秋")
    assert (namesakes.exit_code, namesakes.output.strip()) == (1, "花名册上不止一位田麦秋，请加上手机号后四位。")
    assert "田麦秋同志" in typed("chat", "--as", "田麦秋 9999").output


def test_a_set_of_questions_is_scored_with_its_failures(tmp_path: Path) -> None:
    questions = [
        {"id": "a", "kind": "clean", "question": "预备期多长", "facts": [["1年"]]},
        {"id": "b", "kind": "clean", "question": "预备期多长", "facts": [["9年"]]},
        {"id": "c", "kind": "out_of_scope", "question": "红烧肉怎么做", "facts": []},
    ]
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in questions)
    (tmp_path / "set.jsonl").write_text(lines, encoding="utf-8")
    result = typed("kb", "eval", "set.jsonl")
    assert result.exit_code == 0
    assert "b wrong：预备期多长｜要有：9年" in result.output
    assert "50.0%" in result.output
    assert "100.0%" in result.output
    (tmp_path / "set.jsonl").write_text('{"id": 1}', encoding="utf-8")
    broken = typed("kb", "eval", "set.jsonl")
    assert (broken.exit_code, "第 1 行" in broken.output) == (1, True)


def test_coverage_is_shown_with_and_without_a_database() -> None:
    assert "发展党员" in typed("kb", "stats").output
    typed("migrate")
    assert typed("kb", "stats").exit_code == 0
    assert "没有没答上的问题" in typed("kb", "unanswered").output
