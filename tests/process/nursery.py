"""Starts the assistant many times quickly: importing its libraries and reading the handbook take seconds, so that is
done once, here.

Each line on standard input is {"command", "environment", "folder", "log"}; a process forked from this one then does
what `python -m bot COMMAND` does from its first line on, and its pid is the answer. {"reap": pid} waits for one that
was killed. At the end of standard input whatever still runs is killed.
"""

import gc
import importlib
import json
import os
import runpy
import signal
import sys
import threading
from contextlib import suppress
from typing import Any

from bot.app import load_conversations
from knowledge.handbook import Handbook

SLOW = (
    "aiosqlite",
    "alembic.autogenerate",
    "alembic.command",
    "asyncpg",
    "bot.channels.telegram_broadcast",
    "bot.channels.telegram_chat",
    "markdown_it",
    "openpyxl",
    "typer",
)


def read_the_handbook() -> None:
    """Every process has the handbook as this one read it; forked memory is its own to change."""
    handbook = Handbook.load()
    Handbook.load = lambda: handbook  # type: ignore[assignment, method-assign]  # for the processes forked from this one


def become_the_assistant(order: dict[str, Any]) -> None:
    """Never returns: from here on this is `python -m bot COMMAND`."""
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.argv = ["bot", order["command"]]
    code = 1
    try:
        runpy.run_module("bot", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        os._exit(code)


def main() -> None:
    """Take orders until there are no more."""
    for name in SLOW:
        importlib.import_module(name)
    load_conversations()
    read_the_handbook()
    gc.freeze()
    if threading.active_count() > 1:
        raise SystemExit("an import has started a thread, and a fork would lose it")
    children: set[int] = set()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        order = json.loads(line)
        if "reap" in order:
            answer = os.waitstatus_to_exitcode(os.waitpid(order["reap"], 0)[1])
            children.discard(order["reap"])
        else:
            answer = os.fork()
            if not answer:
                become_the_assistant(order)
            children.add(answer)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
