"""Telegram as people talk to us: long polling, answers, files, through aiogram's client."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

import structlog
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import AnswerCallbackQuery, DeleteWebhook, GetMe

from bot.channels import telegram_incoming as updates
from bot.channels.channel import Receive
from bot.channels.inbox import Inbox, Update
from bot.channels.queues import PerAddress
from bot.channels.telegram_answers import TelegramAnswers
from bot.channels.telegram_client import RawUpdates, result_of
from bot.channels.telegram_inline import Look, answer_inline
from bot.channels.telegram_wire import PUBLIC_SERVER, SEND_SECONDS, TokenRefused
from handlers.messages import Incoming, Kind
from storage.database import Unavailable

log = structlog.get_logger(__name__)

LONGEST_WAIT: Final = 30.0
TURN_TRIES: Final = 5
TAP_SECONDS: Final = 5
SHORT_POLL: Final = 0.5
Result = TypeVar("Result")


class TelegramChat(TelegramAnswers):
    """The Telegram channel: one poller per token.

    `run` stores each batch in the inbox before it asks for the next one, which is what tells Telegram to forget it;
    then turns run side by side, one address's in order. Close it when nothing more will be sent.
    """

    def __init__(
        self,
        token: str,
        inbox: Inbox,
        *,
        base_url: str = PUBLIC_SERVER,
        poll_seconds: int = 50,
        send_seconds: float = SEND_SECONDS,
        now: Callable[[], datetime] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        grace: float = 10,
        look: Look = lambda words: (),
    ) -> None:
        """Nothing is sent yet; when stopped, turns that are queued get `grace` seconds to finish.

        `look` finds what is offered in inline mode. Raises `TokenRefused` for what cannot be a token.
        """
        super().__init__(token, base_url=base_url, send_seconds=send_seconds, now=now)
        self._inbox = inbox
        self._poll_seconds = poll_seconds
        self._sleep = sleep
        self._grace = grace
        self._look = look
        self._offers: set[asyncio.Task[None]] = set()
        self.username = ""
        """The bot's name on Telegram, known once `run` has introduced itself; links into the chat need it."""

    async def run(self, receive: Receive) -> None:
        """Listen until cancelled, with what a crash left unfinished first.

        Raises `TokenRefused`; any other trouble with Telegram is waited out. A turn that raises is logged by its
        update id and stays unfinished in the inbox, so it is played again at the next start.
        """
        me = await self._patiently(self._introduce)
        async with PerAddress[Incoming](partial(self._turn, receive), _crashed, grace=self._grace) as lines:
            for update_id, update in await self._patiently(self._left_unfinished):
                if found := _understood(update_id, update, me):
                    await lines.put(found.address, found)
            offset: int | None = None
            while True:
                batch = await self._patiently(partial(self._poll, offset))
                for found in await self._kept(batch, me):
                    await lines.put(found.address, found)
                if batch:
                    offset = int(batch[-1]["update_id"]) + 1

    async def _introduce(self) -> updates.Bot:
        """Who we are; a webhook that somebody set for this token would keep getUpdates from us."""
        try:
            me = await result_of(self._bot, GetMe())
        except (TelegramUnauthorizedError, TelegramNotFound) as error:
            raise TokenRefused("Telegram does not know the bot's token") from error
        with suppress(TelegramNotFound):  # a self-hosted server may have no webhooks at all
            await result_of(self._bot, DeleteWebhook())
        username = me.get("username") if isinstance(me, dict) else me.username
        self.username = username or ""
        return updates.Bot(self.tenant, self.username)

    async def _left_unfinished(self) -> list[Update]:
        return await self._inbox.unfinished(self.name, self.tenant)

    async def _poll(self, offset: int | None) -> list[dict[str, Any]]:
        request = RawUpdates(offset=offset, timeout=self._poll_seconds, allowed_updates=list(updates.ALLOWED_UPDATES))
        asked_at = asyncio.get_running_loop().time()
        batch = await self._bot(request, request_timeout=self._poll_seconds + 10)
        if not batch and asyncio.get_running_loop().time() - asked_at < SHORT_POLL:
            await self._sleep(SHORT_POLL)  # a server that does not hold the call would be asked without a pause
        return batch or []

    async def _kept(self, batch: list[dict[str, Any]], me: updates.Bot) -> list[Incoming]:
        """The turns that a batch asks for, once they are in the inbox; what asks for none is not stored at all."""
        received_at = self._now().timestamp()
        stored: list[Update] = []
        turns: list[Incoming] = []
        for raw in batch:
            if isinstance(query := raw.get("inline_query"), dict):
                # Answered at once or not at all: after some seconds nobody looks at the offers any more.
                offer = asyncio.create_task(answer_inline(self._bot, query, self._look))
                self._offers.add(offer)
                offer.add_done_callback(self._offers.discard)
                continue
            update_id, update = str(raw["update_id"]), {**raw, updates.RECEIVED_AT: received_at}
            if found := _understood(update_id, update, me):
                stored.append((update_id, update))
                turns.append(found)
        if stored:
            await self._patiently(partial(self._inbox.store, self.name, self.tenant, stored))
        return turns

    async def _turn(self, receive: Receive, found: Incoming) -> None:
        if found.kind is not Kind.TAP or found.reply_ticket is None:
            await self._played(receive, found)
            return
        answering = asyncio.create_task(self._answer_tap(found.reply_ticket["callback_query_id"]))
        try:
            await self._played(receive, found)
        finally:
            await answering

    async def _played(self, receive: Receive, found: Incoming) -> None:
        """One turn; Telegram will not bring the update again, so a database that is away for a moment is waited for."""
        for tries, pause in enumerate(_pauses(), 1):
            try:
                await receive(found)
                return
            except Unavailable:
                if tries == TURN_TRIES:
                    raise
                log.warning("telegram_turn_postponed", update_id=found.id, retry_in=round(pause, 1))
            await self._sleep(pause)

    async def _answer_tap(self, query_id: str) -> None:
        """Stop the button's spinner; a query that is too old, or any other trouble here, costs nothing else."""
        try:
            await self._bot(AnswerCallbackQuery(callback_query_id=query_id), request_timeout=TAP_SECONDS)
        except (TelegramAPIError, ClientDecodeError) as error:
            log.debug("telegram_tap_not_answered", error=type(error).__name__)

    async def _patiently(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """The call's result, however long Telegram or the database takes to come back."""
        for pause in _pauses():
            wait = pause
            try:
                return await call()
            except TelegramUnauthorizedError as error:
                raise TokenRefused("Telegram no longer accepts the bot's token") from error
            except TelegramConflictError:
                log.error("telegram_conflict", hint="another process polls with the same token: stop one of them")
            except TelegramRetryAfter as error:
                wait = max(pause, float(error.retry_after))
                log.warning("telegram_asks_to_wait", seconds=error.retry_after)
            except (TelegramAPIError, ClientDecodeError) as error:
                log.warning("telegram_unreachable", error=type(error).__name__, retry_in=round(wait, 1))
            except Unavailable as error:
                log.warning("inbox_unavailable", error=type(error).__name__, retry_in=round(wait, 1))
            await self._sleep(wait)
        raise AssertionError("the pauses never end")


def _pauses() -> Iterator[float]:
    """1, 2, 4 … 30 seconds, each off by up to a fifth so that several bots do not come back at the same instant."""
    wait = 1.0
    while True:
        yield wait * random.uniform(0.8, 1.2)
        wait = min(wait * 2, LONGEST_WAIT)


def _understood(update_id: str, update: updates.Json, me: updates.Bot) -> Incoming | None:
    try:
        return updates.incoming_of(update, me)
    except (KeyError, TypeError, ValueError) as error:
        log.error("telegram_update_not_understood", update_id=update_id, error=type(error).__name__)
        return None


def _crashed(found: Incoming, error: Exception) -> None:
    log.error("telegram_turn_failed", update_id=found.id, error=type(error).__name__)
