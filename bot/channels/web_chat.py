"""The web chat: one phone-like page for one person, or in the demo for a town of invented ones."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.channel import Receive
from bot.channels.web_events import file_event, reference, said_event, sent_event
from bot.channels.web_files import Shelf, file_response
from bot.channels.web_guard import Handler, Visitors, guarded, problem
from bot.channels.web_requests import TEXT_LENGTH, Unreadable, read_files, read_said
from bot.channels.web_streams import STREAM_HEADERS, Streams
from bot.channels.web_transcript import Event, MemoryTranscript, Transcript
from handlers.messages import Address, Attachment, Failure, Incoming, Kind, Limits, NotSent, Outgoing, Sent

LIMITS: Final = Limits(
    text=TEXT_LENGTH, unit="utf16", buttons=60, label=20, tap="payload", edits="free", push="free", documents=10
)
_PAGES: Final = Path(__file__).parents[1] / "pages"
_SHELF_BYTES: Final = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An invented person whom a visitor of the demo can be; `branch` is the heading they are listed under."""

    user: str
    name: str
    role_label: str
    branch: str


People = Callable[[], Awaitable[Sequence[DemoPerson]]]


class WebChat:
    """The web channel; its routes are part of an application that somebody else serves, through `add_to`.

    With `people` it is a demo: whoever opens the page may be any of them, and sees who else got a message. Without,
    each browser is one person, known again by a cookie signed with `secret`.
    """

    name: str = "web"
    tenant: str = "local"
    limits: Limits = LIMITS

    def __init__(
        self,
        secret: bytes,
        *,
        people: People | None = None,
        hosts: Collection[str] = (),
        transcript: Transcript | None = None,
        now: Callable[[], datetime] | None = None,
        beat_seconds: float = 15,
    ) -> None:
        """`hosts` are names other than loopback that may be in the address bar; a beat keeps a silent stream alive."""
        self._visitors = Visitors(secret)
        self._people = people
        self._hosts = hosts
        self._transcript = transcript or MemoryTranscript()
        self._now = now or (lambda: datetime.now(UTC))
        self._papers = Shelf(_SHELF_BYTES, timedelta(days=30), self._now)
        self._uploads = Shelf(_SHELF_BYTES, timedelta(hours=1), self._now)
        self._streams = Streams(beat_seconds)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._unread: dict[str, set[str]] = {}
        self._receive: Receive | None = None
        templates = Environment(
            loader=FileSystemLoader(_PAGES / "templates"), autoescape=True, undefined=StrictUndefined, enable_async=True
        )
        self._page = templates.get_template("chat.html")

    def routes(self) -> list[web.RouteDef]:
        """Everything the page needs, each behind the guard."""
        return [
            web.get("/", self._guarded(self._show)),
            web.get(r"/static/{name:chat\w*\.(?:css|js)}", self._guarded(self._static)),
            web.get("/files/{token}/{name}", self._guarded(self._file)),
            web.post("/chat/{user}/messages", self._guarded(self._message)),
            web.post("/chat/{user}/files", self._guarded(self._upload)),
            web.get("/chat/{user}/events", self._guarded(self._events)),
        ]

    def add_to(self, app: web.Application) -> None:
        """Put the routes on an application, and let its shutdown end the open streams."""
        app.add_routes(self.routes())

        async def close(_: web.Application) -> None:
            self._streams.close()

        app.on_shutdown.append(close)

    async def run(self, receive: Receive) -> None:
        """Answer the page until cancelled; before and after, it is told to try again in a moment."""
        self._receive = receive
        try:
            await asyncio.Event().wait()
        finally:
            self._receive = None

    async def send(self, message: Outgoing) -> Sent:
        """Put one message into the person's transcript and wake their pages; the reference is that of the bubble."""
        user = message.to.chat
        if (message.to.channel, message.to.tenant) != (self.name, self.tenant):
            raise NotSent(Failure.REFUSED, f"not an address of the web chat: {message.to}")
        event = sent_event(message, self._now(), lambda document: self._papers.put(document)[0])
        await self._transcript.append(user, event)
        if self._people and not self._streams.is_watching(user):
            self._unread.setdefault(user, set()).add(message.id)
            self._streams.wake()
        self._streams.wake(user)
        return Sent(reference(message), self._now())

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of an uploaded file, for an hour after it came."""
        document = self._uploads.find(attachment.ref)
        if document is None:
            raise NotSent(Failure.GONE, f"the upload is no longer kept: {attachment.ref}")
        return document.blob

    def _guarded(self, handler: Handler) -> Handler:
        return guarded(handler, self._hosts)

    async def _show(self, request: web.Request) -> web.StreamResponse:
        people = await self._people() if self._people else ()
        chosen = next((each for each in people if each.user == request.query.get("as")), None)
        me = chosen or (people[0] if people else None)
        user = me.user if me else self._visitors.of(request) or self._visitors.invented()
        branches: dict[str, list[DemoPerson]] = {}
        for each in people:
            branches.setdefault(each.branch, []).append(each)
        start = request.query.get("start", "")[:200]
        page = await self._page.render_async(
            user=user,
            me=me,
            people=people,
            branches=branches,
            start=start,
            choose=bool(people and start and not chosen),
        )
        response = web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})
        if not self._people:
            self._visitors.welcome(user, request, response)
        return response

    async def _static(self, request: web.Request) -> web.StreamResponse:
        file = _PAGES / "static" / request.match_info["name"]
        if not file.is_file():
            return web.Response(status=404, text="没有这个文件。")
        return web.FileResponse(file, headers={"Cache-Control": "no-cache"})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        document = self._papers.find(token) or self._uploads.find(token)
        if document is None:
            return web.Response(status=404, text="这个文件已经过期了。请回到聊天里，再要一次。")
        return file_response(document)

    async def _allowed(self, request: web.Request) -> str:
        """The person that the address names, if this browser may be them."""
        user = request.match_info["user"]
        known = {each.user for each in await self._people()} if self._people else {self._visitors.of(request)}
        if user not in known:
            raise Unreadable(403, "这个页面已经过期了，请刷新后再试。")
        return user

    async def _message(self, request: web.Request) -> web.StreamResponse:
        try:
            user, said = await self._allowed(request), await read_said(request)
        except Unreadable as refused:
            return problem(refused.status, refused.sentence)
        kind, text, payload = said.meaning()
        told = said_event(said.id, self._now(), text=said.text or "", tap=said.label, about=said.about)
        incoming = self._incoming(user, said.id, kind, text=text, payload=payload, about=said.about)
        return await self._turn(incoming, None if said.entry is not None else told)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        try:
            user = await self._allowed(request)
            id_, caption, documents = await read_files(request)
        except Unreadable as refused:
            return problem(refused.status, refused.sentence)
        kept = [(document, *self._uploads.put(document)) for document in documents]
        files = tuple(
            Attachment(token, document.name, document.media_type, len(document.blob), until)
            for document, token, until in kept
        )
        shown = [file_event(document, token) for document, token, _ in kept]
        told = said_event(id_, self._now(), text=caption, files=shown)
        return await self._turn(self._incoming(user, id_, Kind.FILE, text=caption, files=files), told)

    def _incoming(
        self,
        user: str,
        id_: str,
        kind: Kind,
        *,
        text: str = "",
        payload: str = "",
        about: str = "",
        files: tuple[Attachment, ...] = (),
    ) -> Incoming:
        """The update; its id holds the person, so that nobody can use up another's."""
        address = Address(self.name, self.tenant, user)
        return Incoming(f"{user}:{id_}", address, user, kind, self._now(), text, payload, files, about=about)

    async def _turn(self, incoming: Incoming, told: Event | None) -> web.StreamResponse:
        """Play one update after the person's earlier ones, and answer when it is committed."""
        lock = self._turns.setdefault(incoming.user, asyncio.Lock())
        async with lock:
            if self._receive is None:
                return problem(503, "助手正在启动，请稍等，会自动重新发送。")
            if told is not None:
                await self._transcript.append(incoming.user, told)
                self._streams.wake(incoming.user)
            replies = await self._receive(incoming)
        return web.json_response({"replies": len(replies)})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        try:
            user = await self._allowed(request)
        except Unreadable as refused:
            return problem(refused.status, refused.sentence)
        seen = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        response = web.StreamResponse(headers=STREAM_HEADERS)
        with self._streams.opened(user) as stream:
            self._unread.pop(user, None)
            self._streams.wake()
            try:
                await response.prepare(request)
                await stream.pour(response, self._transcript, seen, self._unread_counts)
            except ConnectionResetError:  # the phone went away; it comes back with the last id it saw
                pass
        return response

    def _unread_counts(self) -> dict[str, int]:
        return {user: len(messages) for user, messages in self._unread.items()}
