"""The dashboard: an official's own scope as a table that sorts, folds by level and prints; figures only, no people."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.web_guard import guarded
from bot.pages.aside import Aside
from bot.pages.dashboard_figures import FEW, WEEKS, Scope, scope_of
from bot.pages.dashboard_view import PAGE, SORTS, WHOLE, Asked, View, view_of
from handlers.codes import ScopeTicket, read_scope_ticket
from handlers.dialogue.roles import POSTS, Role
from storage.database import Database, Session, Unavailable
from storage.installation import Secret, secret_of
from storage.people import OrganizationView, organization, posts_of

log = structlog.get_logger()

_PAGES: Final = Path(__file__).parent
FRESH: Final = timedelta(seconds=60)
"""For so long the figures of a scope are shown again: who sorts and looks closer does not count anew."""
SHOWN: Final = timedelta(minutes=15)
"""Until they are so old they are shown while new ones are counted; the page says of when they are."""
PATIENCE: Final = 1.0
"""Seconds that who looks waits for new ones where there are old ones; those of a small scope come at once."""
KEPT: Final = 4
"""Scopes whose figures are kept at a time; of a whole county they are some ten megabytes."""
EXPIRED: Final = "这个看板链接过期了，或者不完整。请在聊天里发“看板”，重新打开。"
AWAY: Final = "助手暂时打不开，请过一会儿再刷新。"
HEADERS: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@dataclass(frozen=True, slots=True)
class Admitted:
    """Whom a ticket lets in, and where to."""

    ticket: ScopeTicket
    place: OrganizationView


class Dashboards:
    """All dashboards; the address of one is a ticket that an official was given, and nothing else is asked for."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        *,
        hosts: Collection[str] = (),
        patience: float = PATIENCE,
    ) -> None:
        """`hosts` are names other than loopback that may be in the address bar."""
        self._database, self._now, self._hosts, self._patience = database, now, hosts, patience
        self._aside = Aside(database.url.render_as_string(hide_password=False))
        self._scopes: dict[str, Scope] = {}
        self._counting: dict[str, asyncio.Task[Scope]] = {}
        # One scope after the other: many who look at once must not slow each other, and everybody else, down.
        self._one_at_a_time = asyncio.Lock()
        templates = Environment(
            loader=FileSystemLoader(_PAGES / "templates"), autoescape=True, undefined=StrictUndefined, enable_async=True
        )
        self._page, self._sorry = templates.get_template("dashboard.html"), templates.get_template("page_sorry.html")

    def add_to(self, app: web.Application) -> None:
        """Put the routes on an application."""
        app.add_routes(
            [
                web.get("/dashboard/{ticket}", guarded(self._show, self._hosts)),
                web.get(r"/static/{name:dashboard\.(?:css|js)}", guarded(self._static, self._hosts)),
            ]
        )
        app.on_cleanup.append(self._close)

    async def _close(self, _: web.Application) -> None:
        for task in self._counting.values():
            task.cancel()
        await asyncio.gather(*self._counting.values(), return_exceptions=True)
        await self._aside.close()

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_PAGES / "static" / request.match_info["name"], headers={"Cache-Control": "no-cache"})

    async def _show(self, request: web.Request) -> web.StreamResponse:
        try:
            async with self._database.reading() as session:
                admitted = await self._admitted(session, request.match_info["ticket"])
            scope = await self._scope(admitted.place) if admitted else None
        except Unavailable as error:
            log.warning("database away", error=type(error).__name__)
            return await self._refused(503, AWAY)
        asked = Asked.of(request.query)
        view = view_of(scope, asked) if scope else None
        if admitted is None or scope is None or view is None:
            return await self._refused(410, EXPIRED)
        page = await self._rendered(admitted, scope, view, asked)
        return web.Response(text=page, content_type="text/html", headers=HEADERS)

    async def _admitted(self, session: Session, words: str) -> Admitted | None:
        """Whom a ticket lets in: it is good, and who was given it still looks after that organization."""
        ticket = read_scope_ticket(words)
        secret = await secret_of(session, Secret.DASHBOARD) if ticket else None
        if ticket is None or secret is None or not ticket.is_good(secret, self._now()):
            return None
        place = await organization(session, ticket.organization_id)
        if place is None:
            return None
        today = self._now().astimezone(ZoneInfo(place.timezone)).date()
        posts = await posts_of(session, ticket.person_id, today)
        serves = any(post.kind in POSTS[Role.OFFICIAL] and place.path.startswith(post.path) for post in posts)
        return Admitted(ticket, place) if serves else None

    async def _scope(self, place: OrganizationView) -> Scope:
        """The figures of a subtree; where they are no longer fresh new ones are counted, and waited for if need be."""
        found = self._scopes.get(place.path)
        age = self._now() - found.counted_at if found else SHOWN
        if found is not None and timedelta() <= age < FRESH:
            return found
        if (task := self._counting.get(place.path)) is None:
            task = self._counting[place.path] = asyncio.create_task(self._counted(place))
            task.add_done_callback(_say_if_it_failed)
        if found is not None and age < SHOWN:
            await asyncio.wait([task], timeout=self._patience)
            return found if not task.done() or task.exception() else task.result()
        # Whoever gives up waiting must not break it off for the others who wait.
        return await asyncio.shield(task)

    async def _counted(self, place: OrganizationView) -> Scope:
        try:
            async with self._one_at_a_time:
                now, zone = self._now(), ZoneInfo(place.timezone)
                counted = await self._aside.reading(lambda session: scope_of(session, place.path, zone, now))
        finally:
            del self._counting[place.path]
        self._scopes.pop(place.path, None)
        self._scopes[place.path] = counted
        while len(self._scopes) > KEPT:
            del self._scopes[next(iter(self._scopes))]
        return counted

    async def _rendered(self, admitted: Admitted, scope: Scope, view: View, asked: Asked) -> str:
        return await self._page.render_async(
            view=view,
            asked=asked,
            sorts=SORTS,
            weeks=WEEKS,
            few=FEW,
            size=PAGE,
            whole=WHOLE,
            first=scope.starts[0],
            counted_at=_moment(scope.counted_at, scope.zone),
            until=_moment(admitted.ticket.until, scope.zone),
        )

    async def _refused(self, status: int, words: str) -> web.Response:
        page = await self._sorry.render_async(title="看板", style="dashboard.css", words=words)
        return web.Response(status=status, text=page, content_type="text/html", headers=HEADERS)


def _say_if_it_failed(task: asyncio.Task[Scope]) -> None:
    """Perhaps nobody waits for it, and old figures are shown."""
    error = None if task.cancelled() else task.exception()
    if isinstance(error, Unavailable):
        log.warning("database away", error=type(error).__name__)
    elif error is not None:
        log.error("figures not counted", exc_info=error)


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
