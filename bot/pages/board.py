"""The check-in board: the codes of this moment and the count, live, on a projector or on the secretary's phone."""

import asyncio
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.web_guard import guarded
from bot.channels.web_streams import STREAM_HEADERS
from handlers.codes import Ticket, digits_of, link_of, qr_path, read_ticket, turns_at, window_at
from handlers.markup import to_plain
from handlers.meeting_words import meeting_name, quorum_words
from handlers.wording import Texts
from storage.attendance import NOBODY, Tally, names_present, states_of, tallies
from storage.database import Database, Unavailable
from storage.meetings import MeetingView, meeting
from storage.models import MeetingState

log = structlog.get_logger()

_PAGES: Final = Path(__file__).parent
LOOK: Final = 1.0
"""Seconds between two looks at the count; one look is the same few statements for all boards together."""
NAMES: Final = 60
"""The names that a screen shows at most, of who came last."""
SCREENS: Final = 20
"""Screens that may show the board of one meeting at a time."""
TITLE: Final = "签到大屏"
EXPIRED: Final = "这个大屏链接过期了或者不完整。请书记在聊天里点“再看签到码”，重新打开大屏。"
AWAY: Final = "助手暂时打不开，请过一会儿再刷新。"
CROWDED: Final = "这个大屏已经在很多地方打开了。请先关掉几个再开。"


@dataclass(slots=True)
class Watched:
    """A meeting that some screen shows: what is known of it, and the screens to be woken when that changes."""

    held: MeetingView
    state: MeetingState
    count: Tally = NOBODY
    names: tuple[str, ...] = ()
    screens: set["Screen"] = field(default_factory=set)

    @property
    def shows_names(self) -> bool:
        """Whether any screen asks for names."""
        return any(screen.names for screen in self.screens)


@dataclass(eq=False, slots=True)
class Screen:
    """One open page."""

    names: bool
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def woken(self, within: float) -> None:
        """Wait for news, or for as long as nothing has to be said."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self.news.wait()


class Boards:
    """All boards; the address of one is a ticket that the secretary was given, and nothing else is asked for."""

    def __init__(
        self,
        database: Database,
        texts: Texts,
        now: Callable[[], datetime],
        *,
        hosts: Collection[str] = (),
        look_seconds: float = LOOK,
        beat_seconds: float = 15,
    ) -> None:
        """`hosts` are names other than loopback that may be in the address bar; a beat keeps a silent stream alive."""
        self._database, self._texts, self._now, self._hosts = database, texts, now, hosts
        self._look_seconds, self._beat_seconds = look_seconds, beat_seconds
        self._watched: dict[int, Watched] = {}
        self._closing = False
        templates = Environment(
            loader=FileSystemLoader(_PAGES / "templates"), autoescape=True, undefined=StrictUndefined, enable_async=True
        )
        self._page, self._sorry = templates.get_template("board.html"), templates.get_template("page_sorry.html")

    def add_to(self, app: web.Application) -> None:
        """Put the routes on an application, and let its shutdown end the open streams."""
        app.add_routes(
            [
                web.get("/board/{ticket}", guarded(self._show, self._hosts)),
                web.get("/board/{ticket}/events", guarded(self._events, self._hosts)),
                web.get(r"/static/{name:board\.(?:css|js)}", guarded(self._static, self._hosts)),
            ]
        )

        async def close(_: web.Application) -> None:
            self._closing = True
            for watched in self._watched.values():
                _wake(watched)

        app.on_shutdown.append(close)

    async def run(self) -> None:
        """Look at what the open boards show until cancelled."""
        while True:
            await asyncio.sleep(self._look_seconds)
            if self._watched:
                try:
                    await self._look()
                except Unavailable as error:
                    log.warning("database away", error=type(error).__name__)

    async def _look(self) -> None:
        """Wake the screens of every meeting whose count or state is no longer what they show."""
        ids = list(self._watched)
        async with self._database.reading() as session:
            states, counts = await states_of(session, ids), await tallies(session, ids)
            named = [id for id in ids if id in self._watched and self._watched[id].shows_names]
            names = {id: tuple(await names_present(session, id, newest=NAMES)) for id in named}
        for id in ids:
            if (watched := self._watched.get(id)) is None:
                continue
            found = states.get(id, MeetingState.CANCELLED), counts.get(id, NOBODY), names.get(id, ())
            if found != (watched.state, watched.count, watched.names):
                watched.state, watched.count, watched.names = found
                _wake(watched)

    async def _admitted(self, request: web.Request) -> tuple[Ticket, MeetingView] | None:
        """The ticket of the address and its meeting, as long as it is good."""
        ticket = read_ticket(request.match_info["ticket"])
        if ticket is None:
            return None
        async with self._database.reading() as session:
            held = await meeting(session, ticket.meeting_id)
        if held is None or held.token is None or not ticket.is_good(held.token, self._now()):
            return None
        return ticket, held

    async def _show(self, request: web.Request) -> web.StreamResponse:
        headers = {"Cache-Control": "no-store"}
        try:
            admitted = await self._admitted(request)
        except Unavailable as error:
            log.warning("database away", error=type(error).__name__)
            page = await self._sorry.render_async(title=TITLE, style="board.css", words=AWAY)
            return web.Response(status=503, text=page, content_type="text/html", headers=headers)
        if admitted is None:
            page = await self._sorry.render_async(title=TITLE, style="board.css", words=EXPIRED)
            return web.Response(status=410, text=page, content_type="text/html", headers=headers)
        held = admitted[1]
        starts_at = held.starts_at.astimezone(ZoneInfo(held.timezone))
        page = await self._page.render_async(
            branch=held.organization_name,
            meeting=meeting_name(self._texts, held),
            when=f"{starts_at.month}月{starts_at.day}日 {starts_at:%H:%M}",
            place=held.place,
        )
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_PAGES / "static" / request.match_info["name"], headers={"Cache-Control": "no-cache"})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=STREAM_HEADERS)
        try:
            admitted = await self._admitted(request)
            await response.prepare(request)
            if admitted is None:
                await _say(response, "over", {"words": EXPIRED})
                return response
            with self._watching(admitted[1], names=request.query.get("names") == "1") as (watched, screen):
                if len(watched.screens) > SCREENS:
                    await _say(response, "over", {"words": CROWDED})
                    return response
                await self._look()
                await self._pour(response, admitted[0], watched, screen)
        except ConnectionResetError:  # the page went away, or its line broke; it comes back by itself
            pass
        except Unavailable as error:
            log.warning("database away", error=type(error).__name__)
            return response if response.prepared else web.Response(status=503, text=AWAY)
        return response

    @contextmanager
    def _watching(self, held: MeetingView, *, names: bool) -> Iterator[tuple[Watched, Screen]]:
        watched = self._watched.setdefault(held.id, Watched(held, held.state))
        screen = Screen(names)
        watched.screens.add(screen)
        try:
            yield watched, screen
        finally:
            watched.screens.discard(screen)
            if not watched.screens:
                self._watched.pop(held.id, None)

    async def _pour(self, response: web.StreamResponse, ticket: Ticket, watched: Watched, screen: Screen) -> None:
        """Write the count when it changes and the code when it turns, until the ticket runs out.

        Raises `ConnectionResetError` when the page is gone.
        """
        await response.write(b"retry: 1000\n\n")
        told: dict[str, Any] | None = None
        shown = -1
        while not self._closing:
            screen.news.clear()
            now = self._now()
            if now >= ticket.until:
                await _say(response, "over", {"words": EXPIRED})
                return
            count, window = self._count(watched, screen.names), window_at(now)
            turned = watched.state is MeetingState.OPEN and window != shown
            if count != told:
                await _say(response, "count", count)
            if turned:
                await _say(response, "code", self._code(ticket, watched.held, window, now))
                shown = window
            if count == told and not turned:
                await _say(response, "beat", {})
            told = count
            turning = (turns_at(window + 1) - now).total_seconds()
            await screen.woken(min(turning, self._beat_seconds) + 0.01)

    def _code(self, ticket: Ticket, held: MeetingView, window: int, now: datetime) -> dict[str, Any]:
        assert held.token is not None
        side, path = qr_path(ticket.entry + link_of(held.id, held.token, window))
        left = turns_at(window + 1) - now
        return {
            "digits": digits_of(held.token, window),
            "side": side,
            "path": path,
            "left": round(left / timedelta(milliseconds=1)),
        }

    def _count(self, watched: Watched, names: bool) -> dict[str, Any]:
        count, held = watched.count, watched.held
        there = count.eligible_in_the_room
        words = quorum_words(self._texts, held.kind, eligible=count.eligible, agenda=held.kinds, present=there)
        return {
            "state": watched.state,
            "present": count.present,
            "expected": count.expected,
            "excused": count.excused,
            "guests": count.guests,
            # A sentence for each formula; each says itself how many are still missing.
            "quorum": [[f"{one}。", "还差" in one] for one in to_plain(words).split("。") if one.strip()],
            "names": list(watched.names) if names else None,
        }


def _wake(watched: Watched) -> None:
    for screen in watched.screens:
        screen.news.set()


async def _say(response: web.StreamResponse, event: str, data: dict[str, Any]) -> None:
    await response.write(f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode())
