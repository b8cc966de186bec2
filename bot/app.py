"""Builds everything once and passes it in: the only wiring."""

import asyncio
import errno
import importlib
import pkgutil
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

import handlers
from bot.channels.channel import Channel, Receive, Sender
from bot.channels.web_chat import People, WebChat
from bot.delivery import Delivery
from bot.inbox import DatabaseInbox
from bot.metrics import Metrics
from bot.pages.board import Boards
from bot.pages.dashboard import Dashboards
from bot.schedule import Schedule
from bot.settings import Settings, Unusable, is_token
from handlers.dialogue.turn import Surroundings
from handlers.dialogue.turns import Clock, Turns, utc_now
from handlers.digest_trials import trials
from handlers.handbook import public_answers
from handlers.library import refresh_readings
from handlers.messages import Document, Failure, Incoming, NotSent, Outgoing
from handlers.router import Router
from handlers.wording import Texts
from knowledge.documents.papers import Papers
from knowledge.handbook import Handbook
from knowledge.procedure.files import Procedures
from storage.database import Database, Unavailable
from storage.models import Lane
from storage.outbox import GROUP_GAP, release_claims
from storage.paces import reserve

if TYPE_CHECKING:
    from bot.channels.telegram_chat import TelegramChat

log = structlog.get_logger()

LOOK_AGAIN = 3.0
"""Seconds between two looks whether readings have changed."""
PAGES = "pages"
"""Under which `App.links` says where our pages are, once this process serves them."""
PARTS = ("web", "bot", "worker")
"""The processes of the Procfile; `run` is all of them in one."""
UNASKED = (Lane.PUSH, Lane.DIGEST)
"""What nobody waits for: first what is news for some, then what goes to very many."""
WORKERS = 10
"""As many processes of one kind on one machine find a port for their metrics."""
AGAIN = 60.0
"""Seconds until Telegram is told our commands again when it could not be reached."""


def load_conversations() -> None:
    """Import every conversation, so that dialogues and replies are registered; a new file needs no line anywhere."""
    for module in pkgutil.iter_modules(handlers.__path__):
        importlib.import_module(f"handlers.{module.name}")


@dataclass(slots=True)
class App:
    """The assistant without a way in: channels are joined to it by `receiver`."""

    settings: Settings
    database: Database
    turns: Turns
    texts: Texts
    handbook: Handbook
    clock: Clock
    metrics: Metrics
    links: dict[str, Callable[[str], str]] = field(default_factory=dict)

    def receiver(self, channel: Channel, delivery: Delivery) -> Receive:
        """What a channel calls for each update: fetch its files, take the turn, send the answers."""

        async def receive(incoming: Incoming) -> tuple[Outgoing, ...]:
            files = []
            for attachment in incoming.attachments:
                try:
                    blob = await channel.fetch(attachment)
                except NotSent as failure:
                    log.info("file not fetched", update=incoming.id, failure=failure.failure)
                    continue
                files.append(Document(attachment.name[:200], attachment.media_type[:120], blob))
            with self.metrics.turn(channel.name):
                answered = await self.turns.take(incoming, files)
            await delivery.answer(answered)
            return ()

        return receive


@asynccontextmanager
async def assembled(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[App]:
    """The database brought up to date, the knowledge loaded, the conversations registered."""
    load_conversations()
    database = Database(settings.database_url)
    try:
        await database.migrate()
        texts, handbook = Texts(templates=settings.templates_folder), Handbook.load()
        procedures = Procedures.load(overlays=settings.overlays_folder)
        _say_what_is_left_out(settings, procedures)
        for file, line, _ in texts.overrides.faults(trials(texts)) if texts.overrides else ():
            log.warning("template has a fault", file=file, line=line)
        links: dict[str, Callable[[str], str]] = {}
        router = Router(texts, procedures)

        def entry_link(channel: str, payload: str) -> str:
            return links[channel](payload) if channel in links else payload

        def page_link(channel: str, path: str) -> str:
            if base := settings.pages_base(channel):
                return f"{base}/{path}"
            return links[PAGES](path) if PAGES in links and channel != "telegram" else ""

        around = Surroundings(texts, handbook, procedures, Papers.load(), entry_link, router.start, page_link)
        turns = Turns(database, around, router.route, clock)
        await refresh_readings(handbook, database)
        yield App(settings, database, turns, texts, handbook, clock, Metrics(database, clock), links)
    finally:
        await database.close()


def _say_what_is_left_out(settings: Settings, procedures: Procedures) -> None:
    """A committee's own rules that have a fault do not hold; `check` says more."""
    folder = settings.overlays_folder
    if folder is not None and not folder.is_dir():
        log.warning("no folder of overlays", folder=str(folder))
    for fault in procedures.left_out:
        log.warning("overlay left out", file=fault.file, line=fault.line)


async def serve(
    settings: Settings, parts: tuple[str, ...], *, people: People | None = None, clock: Clock = utc_now
) -> None:
    """Run some of the processes until cancelled.

    Raises `Unusable` when they cannot run with these settings.
    """
    token = settings.telegram_token.get_secret_value()
    if not token and parts == ("bot",):
        raise Unusable("没有配置 ZHISHU_TELEGRAM_TOKEN，Telegram 对话不能启动。")
    if token and not is_token(token) and {"bot", "worker"} & set(parts):
        raise Unusable("ZHISHU_TELEGRAM_TOKEN 不是 token 的样子，应像 123456:ABC-def。请从 @BotFather 重新复制。")
    async with assembled(settings, clock) as app, AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        if token and "bot" in parts:
            await _serve_telegram(app, stack, tasks, token)
        if token and "worker" in parts:
            await _serve_broadcast(app, stack, tasks, token, alone=set(PARTS) <= set(parts))
        if "worker" in parts:
            procedures, watching = app.turns.around.procedures, app.metrics.round
            schedule = Schedule(app.database, app.texts, procedures, app.clock, watching=watching)
            tasks.create_task(schedule.run())
        if settings.metrics_port:
            await _serve_metrics(app, stack, parts)
        if "web" in parts:
            # Last: the others import their libraries, and an address that is shown should answer.
            await _serve_web(app, stack, tasks, people)
        tasks.create_task(_keep_readings(app))


async def _keep_readings(app: App) -> None:
    """Notice, while running, what was imported or removed elsewhere."""
    while True:
        await asyncio.sleep(LOOK_AGAIN)
        try:
            await refresh_readings(app.handbook, app.database)
        except Unavailable as error:
            log.warning("database away", error=type(error).__name__)


async def _deliver(
    app: App, stack: AsyncExitStack, tasks: asyncio.TaskGroup, sender: Sender, tenant: str, *tracks: tuple[Lane, ...]
) -> Delivery:
    """A delivery for one channel, with a task for each track of lanes that this process is the only one to send."""
    delivery = Delivery(app.database, {(sender.name, tenant): app.metrics.counted(sender)}, app.clock)
    stack.push_async_callback(delivery.settle)
    for lanes in tracks:
        async with app.database.transaction() as session:
            for lane in lanes:
                await release_claims(session, sender.name, tenant, lane)
        tasks.create_task(delivery.run(*lanes))
    return delivery


async def _serve_web(app: App, stack: AsyncExitStack, tasks: asyncio.TaskGroup, people: People | None) -> None:
    settings = app.settings
    chat = WebChat(_secret(settings), people=people, hosts=settings.web_hosts, now=app.clock)
    pages = web.Application(client_max_size=25 * 1024 * 1024)
    boards = Boards(app.database, app.texts, app.clock, hosts=settings.web_hosts)
    chat.add_to(pages)
    boards.add_to(pages)
    Dashboards(app.database, app.clock, hosts=settings.web_hosts).add_to(pages)
    runner = web.AppRunner(pages, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    port = await _listen(runner, settings)
    base = settings.web_base.rstrip("/") or f"http://{settings.web_host}:{port}"
    app.links["web"] = lambda payload: f"{base}/?start={payload}"
    app.links[PAGES] = lambda path: f"{base}/{path}"
    delivery = await _deliver(app, stack, tasks, chat, chat.tenant, (Lane.REPLY,), UNASKED)
    tasks.create_task(chat.run(app.receiver(chat, delivery)))
    tasks.create_task(boards.run())
    sys.stdout.write(f"网页对话已打开：{base}/\n")
    sys.stdout.flush()


async def _serve_metrics(app: App, stack: AsyncExitStack, parts: tuple[str, ...]) -> None:
    """Each part has a port of its own, counted from that of the settings; a second worker takes the third after it."""
    host, first = app.settings.metrics_host, app.settings.metrics_port + PARTS.index(parts[0])
    pages = web.Application()
    app.metrics.add_to(pages)
    runner = web.AppRunner(pages, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    for port in range(first, min(first + len(PARTS) * WORKERS, 65536), len(PARTS)):
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Unusable(f"不能在 {host}:{port} 上给出运行指标。请检查 ZHISHU_METRICS_HOST。") from error
            continue
        log.info("metrics served", host=host, port=port)
        return
    raise Unusable(f"端口 {first} 被占用了，不能给出运行指标。请用 ZHISHU_METRICS_PORT 换一个。")


def _secret(settings: Settings) -> bytes:
    """What cookies are signed with: the setting, or a file beside the embedded database that is made once."""
    if chosen := settings.secret.get_secret_value():
        return chosen.encode()
    if settings.sqlite_file is None:
        log.warning("no secret", hint="set ZHISHU_SECRET, or every restart makes each browser a stranger")
        return secrets.token_bytes(32)
    file = settings.sqlite_file.with_suffix(".secret")
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(secrets.token_bytes(32))
    return file.read_bytes()


async def _listen(runner: web.AppRunner, settings: Settings) -> int:
    """Listen on the port of the settings, or on the next free one of the ten after it; which it was."""
    last = min(settings.web_port + 9, 65535)
    for port in range(settings.web_port, last + 1):
        site = web.TCPSite(runner, settings.web_host, port)
        try:
            await site.start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                where = f"{settings.web_host}:{port}"
                raise Unusable(f"不能在 {where} 上监听。请检查 ZHISHU_WEB_HOST 和 ZHISHU_WEB_PORT。") from error
            continue
        return port if port else runner.addresses[0][1]
    raise Unusable(f"端口 {settings.web_port} 到 {last} 都被占用了。请用 ZHISHU_WEB_PORT 换一个。")


async def _serve_telegram(app: App, stack: AsyncExitStack, tasks: asyncio.TaskGroup, token: str) -> None:
    from bot.channels.telegram_chat import TelegramChat
    from bot.channels.telegram_inline import Offered

    def look(words: str) -> list[Offered]:
        return [Offered(*each) for each in public_answers(app.texts, app.handbook, words, app.clock().date())]

    inbox = DatabaseInbox(app.database, app.clock)
    chat = TelegramChat(
        token, inbox, base_url=app.settings.telegram_api, send_seconds=app.settings.send_seconds, look=look
    )
    stack.push_async_callback(chat.close)
    app.links["telegram"] = lambda payload: f"https://t.me/{chat.username}?start={payload}"
    delivery = await _deliver(app, stack, tasks, chat, chat.tenant, (Lane.REPLY,))
    tasks.create_task(chat.run(app.receiver(chat, delivery)))
    tasks.create_task(_introduce(app, chat))


async def _introduce(app: App, chat: "TelegramChat") -> None:
    """Show the commands in the phone's menu; a server that is away, or has no such menu, holds nothing else up."""
    while True:
        try:
            await chat.register_commands(commands(app.texts))
            return
        except NotSent as failure:
            log.warning("commands not shown", failure=failure.failure)
            if failure.failure is not Failure.LATER:
                return
        await asyncio.sleep(AGAIN)


def commands(texts: Texts) -> list[tuple[str, str]]:
    """The slash commands that Telegram shows, from the words in texts."""
    found: dict[str, str] = {}
    for file in texts.files.values():
        for entry in file.values():
            if isinstance(entry, Mapping) and "title" in entry:
                for word in entry.get("words", ()):
                    if word.startswith("/"):
                        found[word.removeprefix("/")] = entry["title"]
    return sorted(found.items())


async def _serve_broadcast(
    app: App, stack: AsyncExitStack, tasks: asyncio.TaskGroup, token: str, *, alone: bool
) -> None:
    """Of several workers each leaves to the others what they have claimed; one that is alone has left it itself."""
    from bot.channels.telegram_broadcast import TelegramBroadcast
    from bot.channels.telegram_pace import Pace

    settings, tenant = app.settings, token.partition(":")[0]

    async def in_turn(seconds: float) -> float:
        async with app.database.transaction() as session:
            begins = await reserve(session, TelegramBroadcast.name, tenant, timedelta(seconds=seconds), app.clock())
        return (begins - app.clock()).total_seconds()

    sender = TelegramBroadcast(
        token,
        base_url=settings.telegram_api,
        send_seconds=settings.send_seconds,
        per_second=settings.broadcast_per_second,
        pace=Pace(settings.broadcast_per_second, in_turn),
        now=app.clock,
    )
    stack.push_async_callback(sender.close)
    if alone:
        async with app.database.transaction() as session:
            for lane in UNASKED:
                # Not before its chat can have another: what was claimed may have been sent a moment ago.
                await release_claims(session, sender.name, tenant, lane, due_at=app.clock() + GROUP_GAP)
    delivery = Delivery(
        app.database,
        {(sender.name, tenant): app.metrics.counted(sender)},
        app.clock,
        at_once=int(settings.broadcast_per_second * 1.25) + 1,
        paced=True,
        lease=max(timedelta(seconds=settings.send_seconds * 1.5), GROUP_GAP * 1.5),
    )
    stack.push_async_callback(delivery.settle)
    tasks.create_task(delivery.run(*UNASKED))
