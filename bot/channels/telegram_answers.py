"""Telegram's sending half through aiogram's client, and the files that people sent."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any, Final

from aiogram.methods import (
    EditMessageText,
    GetFile,
    SendDocument,
    SendMessage,
    SendPhoto,
    SetMyCommands,
    TelegramMethod,
)
from aiogram.types import BotCommand, BufferedInputFile, InlineKeyboardMarkup, LinkPreviewOptions

from bot.channels.telegram_client import declining, open_bot, result_of
from bot.channels.telegram_wire import (
    DOWNLOAD_BYTES,
    PUBLIC_SERVER,
    SEND_SECONDS,
    Declined,
    Keyboard,
    TelegramSender,
    file_name,
)
from handlers.messages import Attachment, Document, Failure, NotSent

_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class TelegramAnswers(TelegramSender):
    """What the conversation says, sent through aiogram; close it when nothing more will be sent."""

    def __init__(
        self,
        token: str,
        *,
        base_url: str = PUBLIC_SERVER,
        send_seconds: float = SEND_SECONDS,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """Nothing is sent yet; raises `TokenRefused` for what cannot be a token."""
        super().__init__(now)
        self._bot = open_bot(token, base_url, send_seconds)
        self.tenant = str(self._bot.id)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._bot.session.close()

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
        file = await result_of(self._bot, GetFile(file_id=ref))
        path = file.get("file_path") if isinstance(file, dict) else file.file_path
        if not path:
            raise Declined(400, "the file is not there any more")
        url = self._bot.session.api.file_url(self._bot.token, path)
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


def _mode(html: bool) -> str | None:
    return "HTML" if html else None


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup.model_validate({"inline_keyboard": keyboard}) if keyboard else None


def _ref(answer: Any) -> str:
    """The message's id; "" when a server took the message and did not say."""
    return str(answer.get("message_id", "") if isinstance(answer, dict) else getattr(answer, "message_id", ""))
