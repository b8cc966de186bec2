"""Telegram for what nobody asked for just now: digests, notices, reminders, through python-telegram-bot."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from telegram import Bot, InlineKeyboardMarkup, InputFile, LinkPreviewOptions
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.channels.telegram_pace import Pace
from bot.channels.telegram_wire import PUBLIC_SERVER, SEND_SECONDS, Declined, Keyboard, TelegramSender, file_name
from handlers.messages import Document

PER_SECOND: Final = 20
"""Telegram allows about 30 a second for one token; the rest is left to the conversation, which shares it."""
AT_ONCE: Final = 8
"""Calls at once, where no pace says how many."""

_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_STATUS: Final[dict[type[TelegramError], int]] = {
    InvalidToken: 401,
    Forbidden: 403,
    Conflict: 409,
    BadRequest: 400,
}


class TelegramBroadcast(TelegramSender):
    """The sending half only, evenly spaced at no more than `per_second`; it never listens.

    With a `pace` that is shared with other workers, each chat has its own as well. The library's limiter spaces calls
    but does not repeat them (`max_retries=0`, on purpose): its way of waiting out a 429 holds an outbox row in memory
    for as long as Telegram likes, and lets nobody else through meanwhile. A 429 leaves here at once as LATER with
    `retry_after`, and the outbox, which survives a restart, waits. Its limit of 20 a minute per group, which counts
    what this process alone has begun, is off: the pace does that.
    """

    def __init__(
        self,
        token: str,
        *,
        base_url: str = PUBLIC_SERVER,
        send_seconds: float = SEND_SECONDS,
        per_second: float = PER_SECOND,
        pace: Pace | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """Nothing is sent yet; a wrong token shows at the first message."""
        super().__init__(now)
        _settle_the_library()
        server = base_url.rstrip("/")
        self._token = token
        self._request = _Receipts(
            connection_pool_size=pace.at_once if pace else AT_ONCE,
            pool_timeout=send_seconds,
            connect_timeout=send_seconds,
            read_timeout=send_seconds,
            write_timeout=send_seconds,
            media_write_timeout=send_seconds,
        )
        self._bot = ExtBot(
            token,
            base_url=f"{server}/bot",
            base_file_url=f"{server}/file/bot",
            request=self._request,
            get_updates_request=self._request,  # never used, but it would open a second pool
            rate_limiter=_Limiter(per_second, pace),
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._request.shutdown()

    async def _text(self, chat: int, text: str, html: bool, keyboard: Keyboard) -> str:
        with self._declining():
            sent = await self._bot.send_message(
                chat, text, parse_mode=_mode(html), reply_markup=_markup(keyboard), link_preview_options=_NO_PREVIEW
            )
        return str(sent.message_id or "")

    async def _edit(self, chat: int, ref: int, text: str, html: bool, keyboard: Keyboard) -> None:
        with self._declining():
            await self._bot.edit_message_text(
                text,
                chat_id=chat,
                message_id=ref,
                parse_mode=_mode(html),
                reply_markup=_markup(keyboard),
                link_preview_options=_NO_PREVIEW,
            )

    async def _file(
        self, chat: int, document: Document, as_photo: bool, caption: str, html: bool, keyboard: Keyboard
    ) -> str:
        file = InputFile(document.blob, filename=file_name(document))
        send = self._bot.send_photo if as_photo else self._bot.send_document
        with self._declining():
            sent = await send(
                chat, file, caption=caption or None, parse_mode=_mode(html), reply_markup=_markup(keyboard)
            )
        return str(sent.message_id or "")

    @contextmanager
    def _declining(self) -> Iterator[None]:
        """Turn every way in which the library fails into `Declined`, with the token taken out."""
        try:
            yield
        except RetryAfter as error:
            raise Declined(429, error.message, _seconds(error.retry_after)) from None
        except ChatMigrated as error:
            raise Declined(400, error.message, moved_to=str(error.new_chat_id)) from None
        except TelegramError as error:
            words = error.message.replace(self._token, "…")
            status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 0)
            raise Declined(413 if "Too Large" in words else status, words) from None


class _Limiter(AIORateLimiter):
    """The library's even spacing, behind the pace that all workers share."""

    def __init__(self, per_second: float, pace: Pace | None) -> None:
        super().__init__(overall_max_rate=1, overall_time_period=1 / per_second, group_max_rate=0, max_retries=0)
        self._pace = pace

    async def process_request(self, callback: Any, args: Any, kwargs: Any, *rest: Any, **named: Any) -> Any:
        """One call, when its time has come."""
        if self._pace is None:
            return await super().process_request(callback, args, kwargs, *rest, **named)
        async with self._pace.turn(str(named["data"]["chat_id"])):
            try:
                result = await super().process_request(callback, args, kwargs, *rest, **named)
            except RetryAfter as error:
                self._pace.refused(_seconds(error.retry_after))
                raise
        self._pace.taken()
        return result


class _Receipts(HTTPXRequest):
    """Answers as the library can read them: it takes nothing but a whole message, and a server of another version may
    say less, or say in the body only that it declines. Without this the message would be sent again and again.
    """

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Of a receipt only the message's id is kept, 0 where there is none: more of it is not used."""
        status, payload = await super().do_request(*args, **kwargs)
        if status != HTTPStatus.OK:
            return status, payload
        try:
            told = json.loads(payload)
        except ValueError:
            return HTTPStatus.BAD_GATEWAY, b"{}"
        if not isinstance(told, dict):
            return HTTPStatus.BAD_GATEWAY, b"{}"
        if not told.get("ok"):
            return int(told.get("error_code", HTTPStatus.BAD_GATEWAY)), payload
        said = told.get("result")
        number = said.get("message_id", 0) if isinstance(said, dict) else 0
        receipt = {"message_id": number, "date": 0, "chat": {"id": 0, "type": "private"}}
        return status, json.dumps({"ok": True, "result": receipt}).encode()


async def who_am_i(token: str, base_url: str = PUBLIC_SERVER) -> str:
    """The bot's user name, for `doctor`.

    Raises `TelegramError` when the server does not answer, or does not know the token.
    """
    _settle_the_library()
    async with Bot(token, base_url=f"{base_url.rstrip('/')}/bot") as bot:
        return bot.username


def _settle_the_library() -> None:
    """Opt in to the library's coming behaviour, and keep its loggers from saying what they must not.

    Without the variable every 429 is a deprecation warning. httpx logs each address it calls, and Telegram's
    addresses contain the token; the limiter logs a traceback for each 429, which we report ourselves.
    """
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("telegram.ext.AIORateLimiter").setLevel(logging.CRITICAL)


def _seconds(period: int | timedelta) -> float:
    return period.total_seconds() if isinstance(period, timedelta) else float(period)


def _mode(html: bool) -> str | None:
    return "HTML" if html else None


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup.de_json({"inline_keyboard": keyboard}) if keyboard else None
