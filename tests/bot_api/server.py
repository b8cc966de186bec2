"""The server: HTTP in front, the state of one bot behind."""

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from types import TracebackType
from typing import Any, Self
from weakref import WeakKeyDictionary

from aiohttp import web
from aiohttp.web_request import FileField

from tests.bot_api import control
from tests.bot_api.faults import Fault, Refusal
from tests.bot_api.methods import METHODS, Params
from tests.bot_api.people import Chat, Group, Person


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on the server."""

    id: str
    name: str
    media_type: str
    blob: bytes
    size: int
    path: str


@dataclass(slots=True)
class Call:
    """One call that reached the server; `at` is the loop's clock, `status` 0 where no answer went out.

    `taken` says that it took effect, whatever was answered; `retry_after` is what it was told to wait. When another
    call comes on the same `connection`, its caller has read the answer to this one.
    """

    method: str
    params: dict[str, str]
    at: float
    status: int = 0
    taken: bool = False
    retry_after: int | None = None
    connection: int = 0
    files: list[str] = field(default_factory=list)


class Bell:
    """Wakes everybody who waits for something to change."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Something changed."""
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, ready: Callable[[], bool], within: float) -> None:
        """Wait until it is ready, or until the time is over."""
        try:
            async with asyncio.timeout(within):
                while not ready():
                    await self._event.wait()
        except TimeoutError:
            return


class BotApi:
    """One bot's server on 127.0.0.1, for `async with`; `url` is its base address, `calls` all that was asked of it."""

    def __init__(self, token: str = "4242:stand-in-token", username: str = "zhishu_test_bot", port: int = 0) -> None:
        self.token = token
        self.bot = {"id": int(token.split(":")[0]), "is_bot": True, "first_name": "支书助手", "username": username}
        self.url = ""
        self.bell = Bell()
        self.calls: list[Call] = []
        self.chats: dict[int, Chat] = {}
        self.known: set[int] = set()
        self.messages: dict[tuple[int, int], dict[str, Any]] = {}
        self.files: dict[str, StoredFile] = {}
        self.queries: set[str] = set()
        self.inline_queries: set[str] = set()
        self.inline_answers: dict[str, list[dict[str, Any]]] = {}
        self.commands: list[dict[str, str]] = []
        self.pending: list[dict[str, Any]] = []
        self.handed_over: set[int] = set()
        self.again: list[dict[str, Any]] = []
        self.allowed: list[str] = []
        self.poller: object | None = None
        self.closing = False
        self.weather: Callable[[str], Fault] = lambda method: Fault()
        """What goes wrong with a call of a method for which no test has asked for anything."""
        self._faults: dict[tuple[str, str], deque[Fault]] = {}
        self._last: dict[str, Any] = {}
        self._update_id, self._message_id, self._query_id = 900_000_000, 0, 0
        self._port = port
        self._connections: WeakKeyDictionary[object, int] = WeakKeyDictionary()
        self._numbers = count(1)

    # What a test does

    def person(self, user_id: int, name: str = "", *, started: bool = True) -> Person:
        """Someone by id, made on first mention; `started=False` for those whom the bot may not write to yet."""
        found = self.chats.get(user_id)
        if found is None:
            found = self.chats[user_id] = Person(self, user_id, name or f"同志{user_id}")
            if started:
                self.known.add(user_id)
        assert isinstance(found, Person)
        return found

    def group(self, group_id: int, title: str = "第一党支部") -> Group:
        """A group with the bot in it; its id is negative."""
        found = self.chats.setdefault(group_id, Group(self, {"id": group_id, "type": "group", "title": title}))
        self.known.add(group_id)
        assert isinstance(found, Group)
        return found

    def fault(self, method: str, fault: Fault, times: int = 1, *, chat: int | None = None) -> None:
        """Let the next calls of a method go wrong, all or those for one chat; downloads are called "file"."""
        to = "" if chat is None else str(chat)
        self._faults.setdefault((method.lower(), to), deque()).extend([fault] * times)

    def repeat_last_update(self) -> int:
        """Deliver the newest update once more under its old id, confirmed or not."""
        self.again.append(self._last)
        self.bell.ring()
        return int(self._last["update_id"])

    def calls_of(self, method: str) -> list[Call]:
        """The calls of one method, oldest first."""
        return [call for call in self.calls if call.method.lower() == method.lower()]

    async def called(self, method: str, times: int = 1, within: float = 10) -> list[Call]:
        """The calls of a method, once there are this many."""
        await self.bell.until(lambda: len(self.calls_of(method)) >= times, within)
        calls = self.calls_of(method)
        assert len(calls) >= times, f"{method} was called {len(calls)} times, not {times}"
        return calls

    # What people and methods need

    def queue(self, content: dict[str, Any]) -> int:
        """Put an update into the queue unless the bot asked not to get its kind."""
        self._update_id += 1
        update = {"update_id": self._update_id, **content}
        if not self.allowed or set(content) & set(self.allowed):
            self._last = update
            self.pending.append(update)
            self.bell.ring()
        return self._update_id

    def keep(self, blob: bytes, name: str, media_type: str, *, size: int | None = None) -> StoredFile:
        """Store a file under a new id."""
        number = len(self.files) + 1
        ending = re.search(r"\.\w+$", name)
        path = f"documents/file_{number}{ending[0] if ending else ''}"
        stored = StoredFile(f"file-id-{number:08}", name, media_type, blob, len(blob) if size is None else size, path)
        self.files[stored.id] = stored
        return stored

    def next_message_id(self) -> int:
        """Message ids are given to what people and bot say alike."""
        self._message_id += 1
        return self._message_id

    def open_query(self) -> str:
        """The id of a pressed button, waiting for its answer."""
        self._query_id += 1
        self.queries.add(str(self._query_id))
        return str(self._query_id)

    def now(self) -> int:
        """Telegram's time."""
        return int(datetime.now(UTC).timestamp())

    # HTTP

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/bot{token:[^/]+}/{method}", self._handle)
        app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", self._download)
        app.router.add_post("/control/{verb}", control.handler(self))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Let go of every waiting call and close the port."""
        self.closing = True
        self.bell.ring()
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        arrived = asyncio.get_running_loop().time()
        connection = self._connections.setdefault(request.transport, next(self._numbers))
        try:
            params = await _params(request)
        except ConnectionError:
            return web.Response()  # the caller died while speaking
        method = request.match_info["method"]
        files = [each[0] for each in params.files.values()]
        call = Call(method, dict(params), arrived, connection=connection, files=files)
        self.calls.append(call)
        self.bell.ring()
        fault = self._next_fault(method, params.get("chat_id", ""))
        try:
            self._check_token(request)
            if fault.refusal:
                raise fault.refusal
            if await self._lost(request, fault, "before"):
                return web.Response()
            if method.lower() not in METHODS:
                raise Refusal(404, "Not Found")
            body = {"ok": True, "result": await METHODS[method.lower()](self, params)}
            call.status, call.taken = 200, True
            if fault.late:
                raise fault.late
        except Refusal as refusal:
            call.status, body, call.retry_after = refusal.status, refusal.as_json(), refusal.retry_after
        if await self._lost(request, fault, "after"):
            call.status = 0
        if request.transport is None or request.transport.is_closing():
            call.status = 0  # who called has hung up, and will never know
        if fault.body:
            return web.Response(text=fault.body)
        response = web.json_response(body, status=call.status or 200)
        if method.lower() == "getupdates" and call.status == 200:
            await self._hand_over(request, response, body["result"])
        return response

    async def _hand_over(self, request: web.Request, response: web.Response, updates: Any) -> None:
        """Send the updates now, and note that they have left; who waits for that may see the receiver die of them."""
        with suppress(ConnectionError):
            await response.prepare(request)
            await response.write_eof()
            self.handed_over |= {update["update_id"] for update in updates}
            self.bell.ring()

    async def _download(self, request: web.Request) -> web.StreamResponse:
        fault = self._next_fault("file")
        try:
            self._check_token(request)
            if fault.refusal:
                raise fault.refusal
        except Refusal as refusal:
            return web.json_response(refusal.as_json(), status=refusal.status)
        await self._lost(request, fault, "before")
        for file in self.files.values():
            if file.path == request.match_info["path"]:
                return web.Response(body=file.blob)
        return web.json_response(Refusal(404, "Not Found").as_json(), status=404)

    def _check_token(self, request: web.Request) -> None:
        given = request.match_info["token"]
        if given != self.token:
            raise Refusal(401, "Unauthorized") if re.fullmatch(r"\d+:.+", given) else Refusal(404, "Not Found")

    def _next_fault(self, method: str, chat: str = "") -> Fault:
        for to in (chat, ""):
            if waiting := self._faults.get((method.lower(), to)):
                return waiting.popleft()
        return self.weather(method)

    async def _lost(self, request: web.Request, fault: Fault, when: str) -> bool:
        if fault.hang == when:
            while not self.closing:
                await self.bell.until(lambda: self.closing, 60)
        if fault.drop == when and request.transport:
            request.transport.abort()
        return when in (fault.hang, fault.drop)


async def _params(request: web.Request) -> Params:
    values = {str(key): str(value) for key, value in request.query.items()}
    files: dict[str, tuple[str, str, bytes]] = {}
    if request.content_type == "application/json":
        given = json.loads(await request.text() or "{}")
        values |= {key: each if isinstance(each, str) else json.dumps(each) for key, each in given.items()}
        return Params(values, files)
    for key, value in (await request.post()).items():
        if isinstance(value, FileField):
            files[key] = (value.filename, value.content_type, value.file.read())
        else:
            values[key] = value if isinstance(value, str) else bytes(value).decode()
    return Params(values, files)
