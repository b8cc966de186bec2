"""How a message of ours looks on the Bot API, whichever library carries it, and what the API's refusals mean."""

import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, TypeVar

from handlers.markup import to_plain, to_telegram_html
from handlers.messages import Document, Failure, Limits, NotSent, Outgoing, Rows, Sent

PUBLIC_SERVER: Final = "https://api.telegram.org"
LIMITS: Final = Limits(
    text=4096, unit="utf16", buttons=8, label=20, tap="payload", edits="free", push="free", documents=10, caption=1024
)
SEND_SECONDS: Final = 20.0
"""How long one call may take: less than the claim on an outbox row holds, or somebody else sends it too."""
DOWNLOAD_BYTES: Final = 20 * 1024 * 1024
PHOTO_BYTES: Final = 10 * 1024 * 1024
PHOTO_SIDE: Final = 2560
"""Pixels: Telegram makes every photo smaller than that, which leaves nothing to read on a long one."""

Keyboard = list[list[dict[str, str]]]
Result = TypeVar("Result")

_PHOTOS = {"image/jpeg", "image/png", "image/webp"}
_UNREADABLE = ("can't parse entities",)
_UNEDITABLE = ("message to edit not found", "message can't be edited", "there is no text in the message to edit")
_UNCHANGED = ("message is not modified",)
_NO_PHOTO = ("photo_invalid_dimensions", "image_process_failed", "photo_ext_invalid")
_GONE = ("chat not found", "user is deactivated", "bot was blocked", "bot was kicked", "peer_id_invalid")


class TokenRefused(Exception):
    """Telegram does not know the bot's token: a setting is wrong, and trying again will not mend it."""


class Declined(Exception):
    """The Bot API said no, or nothing: its status (0 when it never answered), its words, how long to wait, and under
    which id a group is to be found now."""

    def __init__(self, status: int, words: str, retry_after: float | None = None, moved_to: str = "") -> None:
        super().__init__(f"{status} {words}")
        self.status = status
        self.words = words
        self.retry_after = retry_after
        self.moved_to = moved_to

    def says(self, phrases: tuple[str, ...]) -> bool:
        """Whether the refusal is one of these; the API has no codes, only sentences."""
        return self.status == 400 and any(phrase in self.words.lower() for phrase in phrases)

    def as_not_sent(self) -> NotSent:
        """The same in our four kinds; a wrong token is LATER, because the message is not at fault and must be kept."""
        if self.moved_to:
            return NotSent(Failure.LATER, self.words, 0, self.moved_to)
        if self.status == 403 or self.says(_GONE):
            return NotSent(Failure.GONE, self.words)
        if self.status in (0, 401, 404, 409, 429) or self.status >= 500:
            return NotSent(Failure.LATER, self.words, self.retry_after)
        return NotSent(Failure.REFUSED, self.words)


def is_photo(document: Document) -> bool:
    """Whether it is sent as a picture: the API knows no SVG, takes nothing above 10 MB, and shrinks long ones."""
    if document.media_type not in _PHOTOS:
        return False
    return len(document.blob) <= PHOTO_BYTES and _longest_side(document.blob) <= PHOTO_SIDE


def _longest_side(picture: bytes) -> int:
    """Of a PNG, such as we draw; 0 for others."""
    if not picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return 0
    return max(int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big"))


def keyboard_of(rows: Rows) -> Keyboard:
    """The rows of an inline keyboard as the API's JSON; empty rows are left out."""
    return [
        [
            {"text": button.label, "url": button.url}
            if button.url
            else {"text": button.label, "callback_data": button.payload}
            for button in row
        ]
        for row in rows
        if row
    ]


def file_name(document: Document) -> str:
    """The document's name without what could break out of a header or a folder."""
    return re.sub(r'[\x00-\x1f\x7f"\\/]+', "_", document.name) or "file"


class TelegramSender(ABC):
    """The sending half of the Bot API; a library stands behind the three abstract calls.

    They raise `Declined`. A message is one call that takes effect, so what was answered need not be made again.
    """

    name: str = "telegram"
    limits: Limits = LIMITS

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._now = now or (lambda: datetime.now(UTC))

    async def send(self, message: Outgoing) -> Sent:
        """Hand one message to Telegram, as an edit where it `replaces` another and that can still be edited."""
        try:
            ref = await self._replaced(message) or await self._posted(message)
        except Declined as declined:
            raise declined.as_not_sent() from declined
        return Sent(ref, self._now())

    async def _replaced(self, message: Outgoing) -> str:
        """The reference of the edited message, or "" where a new one must be sent."""
        if not message.replaces.isdecimal() or message.documents:
            return ""
        chat, ref, keyboard = int(message.to.chat), int(message.replaces), keyboard_of(message.buttons)
        try:
            await _readable(message.body, lambda text, html: self._edit(chat, ref, text, html, keyboard))
        except Declined as declined:
            if declined.says(_UNEDITABLE):
                return ""
            if not declined.says(_UNCHANGED):
                raise
        return message.replaces

    async def _posted(self, message: Outgoing) -> str:
        chat, body, keyboard = int(message.to.chat), message.body, keyboard_of(message.buttons)
        if not message.documents:
            return await _readable(body, lambda text, html: self._text(chat, text, html, keyboard))
        (document,) = message.documents
        if is_photo(document):
            try:
                return await _readable(body, lambda text, html: self._file(chat, document, True, text, html, keyboard))
            except Declined as declined:
                if not declined.says(_NO_PHOTO):
                    raise
        return await _readable(body, lambda text, html: self._file(chat, document, False, text, html, keyboard))

    @abstractmethod
    async def _text(self, chat: int, text: str, html: bool, keyboard: Keyboard) -> str:
        """Send a text and return its reference."""

    @abstractmethod
    async def _edit(self, chat: int, ref: int, text: str, html: bool, keyboard: Keyboard) -> None:
        """Give an earlier message a new text and keyboard."""

    @abstractmethod
    async def _file(
        self, chat: int, document: Document, as_photo: bool, caption: str, html: bool, keyboard: Keyboard
    ) -> str:
        """Send a document, as a picture or as a file, and return its reference."""


async def _readable(body: str, call: Callable[[str, bool], Awaitable[Result]]) -> Result:
    """The call with the body as HTML; if the server cannot read that, once more as plain text."""
    try:
        return await call(to_telegram_html(body), True)
    except Declined as declined:
        if not declined.says(_UNREADABLE):
            raise
    return await call(to_plain(body), False)
