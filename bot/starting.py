"""How a command starts and ends: settings and logs, and one sentence for whatever an administrator can mend."""

import asyncio
import re
import signal
import socket
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console

from bot.logs import configure
from bot.settings import Settings, Unusable

T = TypeVar("T")

console = Console()
HIDDEN = {"database_url", "secret", "telegram_token"}
"""Settings whose value is not shown even when it is wrong: a password may stand in it."""
REFUSED = {
    "28P01": "用户名或密码不对",
    "28000": "那台服务器不让这个用户登录",
    "3D000": "那台服务器上没有这个数据库，请先建好",
    "53300": "那台服务器的连接用完了",
    "57P03": "那台服务器正在启动或者关闭",
}
"""Why a PostgreSQL server turns us away, by its code."""


def say(words: str) -> None:
    """A sentence as it is: whoever reads our output by a program finds it on one line."""
    console.print(words, markup=False, highlight=False, soft_wrap=True)


def fail(words: str) -> NoReturn:
    """End the command with a sentence and exit status 1."""
    say(words)
    raise typer.Exit(1)


def started() -> Settings:
    """The settings, with logs as they say; a wrong one is named and ends the command."""
    try:
        settings = Settings()
    except ValidationError as error:
        fail("\n".join(_wrong(str(each["loc"][0]), each["input"]) for each in error.errors()))
    except SettingsError as error:
        named = re.search(r'field "(\w+)"', str(error))
        fail(_wrong(named[1] if named else "", None))
    except (UnicodeDecodeError, OSError):
        fail("读不了 .env。请存成 UTF-8 文本。")
    configure(json=settings.log_json)
    return settings


def _wrong(name: str, value: object) -> str:
    shown = "" if name in HIDDEN or value is None else f"：{value!r}"
    return f"设置 ZHISHU_{name.upper()} 不对{shown}。写法见 docs/settings.md。"


def run(work: Coroutine[Any, Any, T]) -> T | None:
    """Run to the end, or until Ctrl-C or SIGTERM; what an administrator can mend is one sentence and exit status 1."""
    from bot.channels.telegram_wire import TokenRefused
    from storage.database import UnknownSchema

    sentence = ""
    try:
        return asyncio.run(_until_told(work))
    except* (KeyboardInterrupt, asyncio.CancelledError):
        say("再见。")
    except* TokenRefused:
        sentence = "Telegram 不认这个 token。请检查 ZHISHU_TELEGRAM_TOKEN，或运行 python -m bot doctor。"
    except* Unusable as group:
        sentence = str(_first(group))
    except* UnknownSchema:
        sentence = "数据库的结构比这个程序新。请升级程序，或检查 ZHISHU_DATABASE_URL。"
    except* _troubles() as group:
        sentence = _of_the_database(_first(group))
    if sentence:
        fail(sentence)
    return None


async def _until_told(work: Coroutine[Any, Any, T]) -> T:
    """SIGTERM is how everything but a keyboard stops a process: it ends as orderly as with Ctrl-C."""
    task = asyncio.current_task()
    assert task is not None
    with suppress(NotImplementedError):  # Windows has no such signal
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


def _troubles() -> tuple[type[Exception], ...]:
    from storage.database import Unavailable

    return Unavailable


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _of_the_database(error: BaseException) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"文件 {error.filename} 打不开（{error.strerror}）。"
    return f"数据库连不上：{reason(error)}。请检查 ZHISHU_DATABASE_URL，或运行 python -m bot doctor。"


def reason(error: BaseException) -> str:
    """Why a database cannot be used: in our words where we have some, else in its own; never with a password."""
    if isinstance(error, ConnectionRefusedError):
        return "那个地址和端口没有数据库在运行"
    if isinstance(error, socket.gaierror):
        return "找不到那台主机"
    if isinstance(error, TimeoutError):
        return "等了太久没有回应"
    origin = getattr(error, "orig", None)
    state = str(getattr(origin, "sqlstate", None) or getattr(error, "sqlstate", None) or "")
    if state in REFUSED:
        return REFUSED[state]
    words = str(origin or error).strip().partition("\n")[0]
    return {
        "file is not a database": "那个文件不是 SQLite 数据库",
        "unable to open database file": "那个文件打不开，文件夹要先建好",
        "database disk image is malformed": "那个文件坏了，请从备份恢复",
    }.get(words, words or type(error).__name__)
