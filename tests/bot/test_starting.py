"""How commands and the parts of a process start and end."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from typer import Exit

import bot.app
from bot.app import App, assembled, serve
from bot.channels.telegram_wire import TokenRefused
from bot.settings import Settings, Unusable
from bot.starting import reason, run
from handlers.messages import Failure, NotSent
from storage.database import UnknownSchema
from tests.fakes import HANDBOOK, TEXTS


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_is_told_to_stop_tidies_up_and_says_good_bye(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    tidied = []

    async def work() -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(asyncio.Event().wait())
                os.kill(os.getpid(), number)
        finally:
            await asyncio.sleep(0)
            tidied.append(True)

    assert run(work()) is None
    assert tidied == [True]
    assert capsys.readouterr().out == "再见。\n"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TokenRefused("no"), "不认这个 token"),
        (Unusable("端口都被占用了。"), "端口都被占用了。"),
        (UnknownSchema("9999"), "比这个程序新"),
        (ConnectionRefusedError(), "没有数据库在运行"),
        (OperationalError("", {}, Exception("no room\nat all")), "数据库连不上：no room。"),
        (PermissionError(13, "Permission denied", "zhishu.secret"), "文件 zhishu.secret 打不开（Permission denied）。"),
    ],
)
def test_what_an_administrator_can_mend_is_one_sentence(
    error: Exception, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def work() -> None:
        async with asyncio.TaskGroup():
            raise error

    with pytest.raises(Exit) as end:
        run(work())
    assert end.value.exit_code == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert words in line


def test_what_is_our_own_fault_is_not_hidden() -> None:
    async def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(work())


def test_a_reason_is_never_empty() -> None:
    assert reason(OSError()) == "OSError"
    assert reason(socket.gaierror(-2, "unknown")) == "找不到那台主机"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_when_every_port_is_taken_the_sentence_names_the_setting(database_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 65535))
        taken.listen()
        settings = Settings(_env_file=None, database_url=database_url, web_port=65535, telegram_token="")  # type: ignore[call-arg]
        with pytest.raises(ExceptionGroup) as end:
            await serve(settings, ("web",))
    assert end.group_contains(Unusable, match="端口 65535 到 65535 都被占用了。请用 ZHISHU_WEB_PORT 换一个。")


@pytest.mark.parametrize("parts", [("bot",), ("worker",), ("web", "bot", "worker")])
async def test_what_is_no_token_starts_nothing(parts: tuple[str, ...]) -> None:
    settings = Settings(_env_file=None, telegram_token="123456")  # type: ignore[call-arg]
    with pytest.raises(Unusable, match="不是 token 的样子"):
        await serve(settings, parts)


class Menu:
    """Stands in for the Telegram chat: fails as told, then takes the commands."""

    def __init__(self, *failures: Failure) -> None:
        self.failures = list(failures)
        self.shown: list[tuple[str, str]] = []

    async def register_commands(self, commands: list[tuple[str, str]]) -> None:
        """Take them, or fail."""
        if self.failures:
            raise NotSent(self.failures.pop(0), "not now")
        self.shown = commands


@pytest.mark.parametrize(
    ("failures", "shown"),
    [((), True), ((Failure.LATER, Failure.LATER), True), ((Failure.REFUSED,), False)],
)
async def test_a_telegram_that_is_away_at_the_start_keeps_nothing_from_running(
    failures: tuple[Failure, ...], shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.app, "AGAIN", 0)
    menu = Menu(*failures)
    app = App(Settings(_env_file=None), None, None, TEXTS, HANDBOOK, lambda: None, None)  # type: ignore[call-arg, arg-type, return-value]
    await bot.app._introduce(app, menu)  # type: ignore[arg-type]
    assert bool(menu.shown) is shown


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_rules_and_templates_that_do_not_hold_are_said_at_the_start(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("procedure: admission\n", encoding="utf-8")
    (tmp_path / "digest.j2").write_text("{{ nothing_of_the_kind }}", encoding="utf-8")
    for named, event in (
        ({"overlays": str(tmp_path)}, "overlay left out"),
        ({"overlays": str(tmp_path / "none")}, "no folder of overlays"),
        ({"templates": str(tmp_path)}, "template has a fault"),
    ):
        settings = Settings(_env_file=None, database_url=database_url, **named)  # type: ignore[call-arg, arg-type]
        with capture_logs() as logged:
            async with assembled(settings):
                pass
        assert {line["event"] for line in logged} == {event}
