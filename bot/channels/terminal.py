"""A chat on a terminal, for quick trials: one person, typed lines, papers saved into a folder."""

import asyncio
import itertools
import mimetypes
import secrets
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.channels.channel import Receive
from bot.channels.typed import read_typed
from bot.channels.web_files import clean_name
from handlers.fitting import are_figures, is_way_out
from handlers.markup import to_plain
from handlers.messages import (
    Address,
    Attachment,
    Button,
    Failure,
    Incoming,
    Kind,
    Limits,
    NotSent,
    Outgoing,
    Rows,
    Sent,
)

LIMITS: Final = Limits(
    text=20_000, unit="utf16", buttons=99, label=60, tap="text", edits="none", push="free", documents=10
)
PROMPT: Final = "你："
_FILE: Final = "/file"
_ANSWER_SECONDS: Final = 10

Read = Callable[[str], Awaitable[str | None]]
Write = Callable[[str], object]


class Terminal:
    """The terminal channel: `run` reads lines until there are no more, `send` prints.

    A number is passed on as typed, because the core knows what it showed. `read` shows a prompt and returns a line, or
    None at the end; `write` takes finished text.
    """

    name: str = "terminal"
    tenant: str = "local"
    limits: Limits = LIMITS

    def __init__(
        self,
        user: str,
        folder: Path,
        *,
        read: Read | None = None,
        write: Write | None = None,
        now: Callable[[], datetime] | None = None,
        answer_seconds: float = _ANSWER_SECONDS,
    ) -> None:
        """The prompt waits for the answers of a turn, but never longer than `answer_seconds`."""
        self.address = Address(self.name, self.tenant, user)
        self._folder = folder
        self._read = read or read_line
        self._write = write or sys.stdout.write
        self._now = now or (lambda: datetime.now(UTC))
        self._answer_seconds = answer_seconds
        self._session = secrets.token_hex(6)
        self._numbers = itertools.count(1)
        self._printed: set[str] = set()
        self._news = asyncio.Event()

    async def run(self, receive: Receive) -> None:
        """Greet as an opened chat, then pass on each line, until Ctrl-D."""
        await self._turn(receive, self._incoming(Kind.ENTRY))
        while (line := await self._read(PROMPT)) is not None:
            if not line.strip():
                continue
            if incoming := self._understood(line):
                await self._turn(receive, incoming)
        self._write("\n再见。\n")

    async def send(self, message: Outgoing) -> Sent:
        """Print one message, with its buttons numbered and its documents saved."""
        if (message.to.channel, message.to.tenant) != (self.name, self.tenant):
            raise NotSent(Failure.REFUSED, f"not an address of the terminal: {message.to}")
        if message.to != self.address:
            raise NotSent(Failure.LATER, "somebody else sits at the terminal")
        self._write("\n".join(["", *self._shown(message), ""]) + "\n")
        self._printed.add(message.id)
        self._news.set()
        return Sent(message.id, self._now())

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file on this machine; its path is the reference."""
        try:
            return await asyncio.to_thread(Path(attachment.ref).read_bytes)
        except OSError as error:
            raise NotSent(Failure.GONE, f"cannot read {attachment.ref}: {error.strerror}") from error

    def _understood(self, line: str) -> Incoming | None:
        command, _, rest = line.strip().partition(" ")
        if command == _FILE:
            return self._file(rest.strip().strip("\"'"))
        kind, text, payload = read_typed(line)
        return self._incoming(kind, text=text, payload=payload)

    def _file(self, typed: str) -> Incoming | None:
        path = Path(typed).expanduser()
        if not typed or not path.is_file():
            self._write("没有找到这个文件。请写成：/file 文件路径，例如 /file 思想汇报.docx\n")
            return None
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        attachment = Attachment(str(path.resolve()), clean_name(path.name), media_type, path.stat().st_size)
        return self._incoming(Kind.FILE, files=(attachment,))

    def _incoming(
        self, kind: Kind, *, text: str = "", payload: str = "", files: tuple[Attachment, ...] = ()
    ) -> Incoming:
        id_ = f"{self.address.chat}:{self._session}-{next(self._numbers)}"
        return Incoming(id_, self.address, self.address.chat, kind, self._now(), text, payload, files)

    async def _turn(self, receive: Receive, incoming: Incoming) -> None:
        """Play one update, and wait until its answers stand above the next prompt."""
        expected = {message.id for message in await receive(incoming) if message.to == self.address}
        try:
            async with asyncio.timeout(self._answer_seconds):
                while not expected <= self._printed:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            self._write("（回复还在路上，来了会显示在这里。）\n")
        self._printed.clear()

    def _shown(self, message: Outgoing) -> list[str]:
        lines = [to_plain(message.body)] if message.body else []
        lines += _numbered(message.buttons)
        for document in message.documents:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = _free(self._folder / clean_name(document.name))
            path.write_bytes(document.blob)
            lines.append(f"（文件已保存：{path}）")
        return lines


async def read_line(prompt: str) -> str | None:
    """One line from the keyboard, or None at its end; a wait that is cancelled leaves no thread that must be joined."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str | None] = loop.create_future()

    def settle(line: str | None) -> None:
        if not answer.done():
            answer.set_result(line)

    def wait() -> None:
        try:
            line: str | None = input(prompt)
        except (EOFError, KeyboardInterrupt):
            line = None
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, line)

    threading.Thread(target=wait, name="keyboard", daemon=True).start()
    return await answer


def _numbered(rows: Rows) -> list[str]:
    """A row of buttons on a line, counted as the core counts them: 返回, 取消 and addresses have no number."""
    numbers = itertools.count(1)
    figures = are_figures(button for row in rows for button in row)
    return ["  ".join(_choice(button, numbers, figures) for button in row) for row in rows if row]


def _choice(button: Button, numbers: Iterator[int], figures: bool) -> str:
    if button.url:
        return f"{button.label}（{button.url}）"
    if figures or is_way_out(button):
        return f"[{button.label.strip('‹ ')}]"
    return f"[{next(numbers)}] {button.label}"


def _free(path: Path) -> Path:
    """The path itself, or with a number where something is there already."""
    names = itertools.chain([path], (path.with_stem(f"{path.stem}（{number}）") for number in itertools.count(2)))
    return next(each for each in names if not each.exists())
