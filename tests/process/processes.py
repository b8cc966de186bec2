"""The assistant as a process of its own, as a test starts, kills and stops it."""

import json
import os
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bot_api import BotApi

ROOT = Path(__file__).parents[2]


def settings(url: str, api: BotApi, web_port: int = 0) -> dict[str, str]:
    """The environment of a process that uses a database and talks to the stand-in; 0 is any free port."""
    return {
        "ZHISHU_DATABASE_URL": url,
        "ZHISHU_TELEGRAM_TOKEN": api.token,
        "ZHISHU_TELEGRAM_API": api.url,
        "ZHISHU_WEB_PORT": str(web_port),
        "ZHISHU_SECRET": "for cookies of these tests",
        "ZHISHU_LOG_JSON": "true",
        "PYTHONPATH": str(ROOT),
    }


class Started(ABC):
    """A process that a test has started; on leaving the `with` block it is killed if it still runs."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid = pid
        self.log = log
        self.ended = False

    @abstractmethod
    def reaped(self) -> int:
        """Wait for its end and return its exit code; negative is the signal that ended it."""

    def kill(self) -> None:
        """Kill -9; harmless when it is dead already."""
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)
            self.ended = True
            self.reaped()

    def stop(self) -> int:
        """Ctrl-C, and how it ended."""
        os.kill(self.pid, signal.SIGINT)
        self.ended = True
        return self.reaped()

    def errors(self) -> list[dict[str, Any]]:
        """What it logged as an error."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        logged = [json.loads(line) for line in lines if line.startswith("{")]
        crashes = [{"level": "error", "event": line} for line in lines if line.startswith("Traceback")]
        return [line for line in logged if line["level"] in ("error", "critical")] + crashes

    def __enter__(self) -> "Started":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Commanded(Started):
    """`python -m bot COMMAND`, as an administrator types it."""

    def __init__(self, command: str, url: str, api: BotApi, folder: Path) -> None:
        log = folder / f"{command}.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ZHISHU_")}
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", command],
                cwd=folder,
                env=environment | settings(url, api),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        super().__init__(self._process.pid, log)

    def reaped(self) -> int:
        return self._process.wait(timeout=20)


@dataclass
class Nursery:
    """Starts processes from one that has imported everything already, in a fraction of a second each."""

    keeper: "subprocess.Popen[str]"

    @classmethod
    def opened(cls) -> "Nursery":
        """A new one, once it is ready."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ZHISHU_")}
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.process.nursery"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        nursery = cls(keeper)
        assert nursery.answer() == "ready"
        return nursery

    def close(self) -> None:
        """End it, and with it whatever it has started."""
        assert self.keeper.stdin is not None
        assert self.keeper.stdout is not None
        self.keeper.stdin.close()
        self.keeper.wait(timeout=20)
        self.keeper.stdout.close()

    def start(self, command: str, url: str, api: BotApi, folder: Path, web_port: int = 0, **more: str) -> "Forked":
        """`python -m bot COMMAND`; `more` are settings by the names of their variables."""
        log = folder / f"{command}.log"
        environment = settings(url, api, web_port) | more
        order = {"command": command, "environment": environment, "folder": str(folder), "log": str(log)}
        return Forked(int(self.order(order)), log, self)

    def order(self, order: dict[str, Any]) -> str:
        """Tell it what to do, and what it answered."""
        assert self.keeper.stdin is not None
        self.keeper.stdin.write(json.dumps(order) + "\n")
        self.keeper.stdin.flush()
        return self.answer()

    def answer(self) -> str:
        """Its next line."""
        assert self.keeper.stdout is not None
        return self.keeper.stdout.readline().strip()


class Forked(Started):
    """A process from the nursery."""

    def __init__(self, pid: int, log: Path, nursery: Nursery) -> None:
        super().__init__(pid, log)
        self._nursery = nursery

    def reaped(self) -> int:
        return int(self._nursery.order({"reap": self.pid}))
