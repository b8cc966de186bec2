"""Telegram as people talk to us: long polling, answers, files, through aiogram's client."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
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
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteWebhook,
    EditMessageText,
    GetFile,
    GetMe,
    SendDocument,
    SendMessage,
    SendPhoto,
    SetMyCommands,
    TelegramMethod,
)
from aiogram.types import BotCommand, BufferedInputFile, InlineKeyboardMarkup, LinkPreviewOptions

from bot.channels import telegram_incoming as updates
from bot.channels.channel import Receive
from bot.channels.inbox import Inbox, Update
from bot.channels.queues import PerAddress
from bot.channels.telegram_client import RawUpdates, TokenRefused, declining, open_bot, result_of
from bot.channels.telegram_wire import (
    DOWNLOAD_BYTES,
    PUBLIC_SERVER,
    Declined,
    Keyboard,
    TelegramSender,
    file_name,
)
from handlers.messages import Attachment, Document, Failure, Incoming, Kind, NotSent

log = structlog.get_logger(__name__)

LONGEST_WAIT: Final = 30.0
TAP_SECONDS: Final = 5
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
Result = TypeVar("Result")


class TelegramChat(TelegramSender):
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
        send_seconds: float = 30,
        now: Callable[[], datetime] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nothing is sent yet; raises `TokenRefused` for what cannot be a token."""
        super().__init__(now)
        self._bot = open_bot(token, base_url, send_seconds)
        self.tenant = str(self._bot.id)
        self._inbox = inbox
        self._poll_seconds = poll_seconds
        self._sleep = sleep

    async def close(self) -> None:
        """Let go of the connections."""
        await self._bot.session.close()

    async def run(self, receive: Receive) -> None:
        """Listen until cancelled, with what a crash left unfinished first.

        Raises `TokenRefused`; any other trouble with Telegram is waited out. A turn that raises is logged by its
        update id and stays unfinished in the inbox, so it is played again at the next start.
        """
        me = await self._patiently(self._introduce)
        async with PerAddress[Incoming](partial(self._turn, receive), _crashed) as lines:
            for update_id, update in await self._inbox.unfinished(self.name, self.tenant):
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
        me = await result_of(self._bot, GetMe())
        await result_of(self._bot, DeleteWebhook())
        username = me.get("username") if isinstance(me, dict) else me.username
        return updates.Bot(self.tenant, username or "")

    async def _poll(self, offset: int | None) -> list[dict[str, Any]]:
        request = RawUpdates(offset=offset, timeout=self._poll_seconds, allowed_updates=list(updates.ALLOWED_UPDATES))
        return await self._bot(request, request_timeout=self._poll_seconds + 10)

    async def _kept(self, batch: list[dict[str, Any]], me: updates.Bot) -> list[Incoming]:
        """The turns that a batch asks for, once they are in the inbox; what asks for none is not stored at all."""
        received_at = self._now().timestamp()
        stored: list[Update] = []
        turns: list[Incoming] = []
        for raw in batch:
            update_id, update = str(raw["update_id"]), {**raw, updates.RECEIVED_AT: received_at}
            if found := _understood(update_id, update, me):
                stored.append((update_id, update))
                turns.append(found)
        if stored:
            await self._inbox.store(self.name, self.tenant, stored)
        return turns

    async def _turn(self, receive: Receive, found: Incoming) -> None:
        if found.kind is not Kind.TAP or found.reply_ticket is None:
            await receive(found)
            return
        answering = asyncio.create_task(self._answer_tap(found.reply_ticket["callback_query_id"]))
        try:
            await receive(found)
        finally:
            await answering

    async def _answer_tap(self, query_id: str) -> None:
        """Stop the button's spinner; a query that is too old, or any other trouble here, costs nothing else."""
        try:
            await self._bot(AnswerCallbackQuery(callback_query_id=query_id), request_timeout=TAP_SECONDS)
        except (TelegramAPIError, ClientDecodeError) as error:
            log.debug("telegram_tap_not_answered", error=type(error).__name__)

    async def _patiently(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """The call's result, however long Telegram takes to come back."""
        wait = 1.0
        while True:
            pause = wait * random.uniform(0.8, 1.2)
            try:
                return await call()
            except (TelegramUnauthorizedError, TelegramNotFound) as error:
                raise TokenRefused("Telegram does not know the bot's token") from error
            except TelegramConflictError:
                log.error("telegram_conflict", hint="another process polls with the same token: stop one of them")
            except TelegramRetryAfter as error:
                pause = max(pause, float(error.retry_after))
                log.warning("telegram_asks_to_wait", seconds=error.retry_after)
            except (TelegramAPIError, ClientDecodeError) as error:
                log.warning("telegram_unreachable", error=type(error).__name__, retry_in=round(pause, 1))
            await self._sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT)

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file that a person sent, up to Telegram's 20 MB for bots."""
        if (attachment.size or 0) > DOWNLOAD_BYTES:
            raise NotSent(Failure.REFUSED, "too big")
        try:
            with declining(self._bot.token):
                return await self._download(attachment.ref)
        except Declined as declined:
            if declined.says(("file is too big",)):
                raise NotSent(Failure.REFUSED, "too big") from declined
            raise declined.as_not_sent() from declined

    async def _download(self, ref: str) -> bytes:
        file = await self._bot(GetFile(file_id=ref))
        if file.file_path is None:
            raise Declined(400, "the file is not there any more")
        url = self._bot.session.api.file_url(self._bot.token, file.file_path)
        blob = bytearray()
        async with aclosing(self._bot.session.stream_content(url)) as chunks:
            async for chunk in chunks:
                blob += chunk
                if len(blob) > DOWNLOAD_BYTES:
                    raise Declined(400, "file is too big")
        return bytes(blob)

    async def register_commands(self, commands: Sequence[tuple[str, str]]) -> None:
        """Show these commands, each with its description, in the phone's menu; raises `NotSent`."""
        menu = [BotCommand(command=command, description=description) for command, description in commands]
        try:
            await self._call(SetMyCommands(commands=menu))
        except Declined as declined:
            raise declined.as_not_sent() from declined

    async def _text(self, chat: int, text: str, html: bool, keyboard: Keyboard) -> str:
        return _ref(
            await self._call(
                SendMessage(
                    chat_id=chat,
                    text=text,
                    parse_mode=_mode(html),
                    reply_markup=_markup(keyboard),
                    link_preview_options=_NO_PREVIEW,
                )
            )
        )

    async def _edit(self, chat: int, ref: int, text: str, html: bool, keyboard: Keyboard) -> None:
        await self._call(
            EditMessageText(
                chat_id=chat,
                message_id=ref,
                text=text,
                parse_mode=_mode(html),
                reply_markup=_markup(keyboard),
                link_preview_options=_NO_PREVIEW,
            )
        )

    async def _file(
        self, chat: int, document: Document, as_photo: bool, caption: str, html: bool, keyboard: Keyboard
    ) -> str:
        file = BufferedInputFile(document.blob, file_name(document))
        common: dict[str, Any] = {
            "chat_id": chat,
            "caption": caption or None,
            "parse_mode": _mode(html),
            "reply_markup": _markup(keyboard),
        }
        return _ref(
            await self._call(SendPhoto(photo=file, **common) if as_photo else SendDocument(document=file, **common))
        )

    async def _call(self, method: TelegramMethod[Any]) -> Any:
        with declining(self._bot.token):
            return await result_of(self._bot, method)


def _understood(update_id: str, update: updates.Json, me: updates.Bot) -> Incoming | None:
    try:
        return updates.incoming_of(update, me)
    except (KeyError, TypeError, ValueError) as error:
        log.error("telegram_update_not_understood", update_id=update_id, error=type(error).__name__)
        return None


def _crashed(found: Incoming, error: Exception) -> None:
    log.error("telegram_turn_failed", update_id=found.id, error=type(error).__name__)


def _mode(html: bool) -> str | None:
    return "HTML" if html else None


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup.model_validate({"inline_keyboard": keyboard}) if keyboard else None


def _ref(answer: Any) -> str:
    """The message's id; "" when a server took the message and did not say."""
    return str(answer.get("message_id", "") if isinstance(answer, dict) else getattr(answer, "message_id", ""))
