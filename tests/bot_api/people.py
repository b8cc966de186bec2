"""The people of a test: what they do on their phones, and what they see there."""

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.bot_api.rules import units

if TYPE_CHECKING:
    from tests.bot_api.server import BotApi

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
"""Enough of a picture for tests that do not look at it."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it arrived on the phone."""

    name: str
    media_type: str
    blob: bytes
    is_photo: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that the bot said, or changed in what it had said; `buttons` are the labels row by row."""

    message_id: int
    text: str
    entities: tuple[dict[str, Any], ...]
    keyboard: tuple[tuple[dict[str, Any], ...], ...]
    file: Received | None = None
    edited: bool = False

    @property
    def buttons(self) -> list[list[str]]:
        """The labels, row by row."""
        return [[button["text"] for button in row] for row in self.keyboard]


class Chat:
    """A place where the bot's messages appear."""

    def __init__(self, api: "BotApi", description: dict[str, Any]) -> None:
        self.api = api
        self.id: int = description["id"]
        self.description = description
        self.history: list[Heard] = []
        self._asked = 0

    async def hears(self, at_least: int = 1, within: float = 10) -> list[Heard]:
        """What the bot said since last asked, once there are `at_least` such things; fails when they do not come."""
        await self.api.bell.until(lambda: len(self.history) - self._asked >= at_least, within)
        new = self.history[self._asked :]
        if len(new) < at_least:
            raise AssertionError(f"{len(new)} of {at_least} messages came to {self.id}: {[each.text for each in new]}")
        self._asked = len(self.history)
        return new

    def visible(self) -> list[dict[str, Any]]:
        """The bot's messages as they stand now, newest first."""
        return [message for (chat, _), message in reversed(self.api.messages.items()) if chat == self.id]


class Group(Chat):
    """A group chat with the bot in it; `moved_to` is its id since it became a supergroup."""

    moved_to: int | None = None

    def moves(self, to: int) -> "Group":
        """Become a supergroup under a new id; what is sent to the old one is refused with a hint."""
        self.moved_to = to
        return self.api.group(to, self.description["title"])


class Person(Chat):
    """Someone with a phone; each act puts one update into the bot's queue and returns its id."""

    def __init__(self, api: "BotApi", user_id: int, name: str) -> None:
        super().__init__(api, {"id": user_id, "type": "private", "first_name": name})
        self.user = {"id": user_id, "is_bot": False, "first_name": name, "language_code": "zh-hans"}
        self.blocked = False

    def says(self, text: str, *, to: Group | None = None, reply_to: int | None = None) -> int:
        """Type a text, in the private chat or to a group, perhaps as a reply to one of the bot's messages."""
        return self._message({"text": text, "entities": _entities(text)}, to, reply_to)

    def opens(self, start: str = "/start") -> int:
        """Press START, or follow a link: `opens("/start payload")`."""
        return self.says(start)

    def edits(self, text: str) -> int:
        """Change what was said before."""
        message = {**self._content({"text": text}, None), "edit_date": self.api.now()}
        return self.api.queue({"edited_message": message})

    def taps(self, button: str, *, on: int | None = None, in_chat: Chat | None = None) -> int:
        """Press the newest visible button with this label or data, or the one on message `on`."""
        shown = [message for message in (in_chat or self).visible() if on is None or message["message_id"] == on]
        for message in shown:
            for each in _buttons(message):
                if button in (each["text"], each.get("callback_data")):
                    if "callback_data" not in each:
                        raise AssertionError(f"{button} opens {each['url']} and tells the bot nothing")
                    return self._tap(message, each["callback_data"])
        labels = [each["text"] for message in shown for each in _buttons(message)]
        raise AssertionError(f"no button {button!r}; there are {labels}")

    async def types_inline(self, words: str, within: float = 10) -> list[dict[str, Any]]:
        """Type @bot and these words in any chat; what is offered."""
        query_id = f"inline-{len(self.api.inline_queries) + len(self.api.inline_answers) + 1}"
        self.api.inline_queries.add(query_id)
        self.api.queue({"inline_query": {"id": query_id, "from": self.user, "query": words, "offset": ""}})
        await self.api.bell.until(lambda: query_id in self.api.inline_answers, within)
        if query_id not in self.api.inline_answers:
            raise AssertionError(f"nothing was offered for {words!r}")
        return self.api.inline_answers[query_id]

    def forges(self, data: str) -> int:
        """Send button data that no button of this chat carries."""
        return self._tap(next(iter(self.visible()), None), data)

    def sends_document(
        self,
        blob: bytes,
        name: str | None = "思想汇报.docx",
        media_type: str | None = "application/octet-stream",
        *,
        caption: str = "",
        size: int | None = None,
    ) -> int:
        """Send a file; `size` pretends another size than the bytes have."""
        stored = self.api.keep(blob, name or "file", media_type or "", size=size)
        document = {"file_id": stored.id, "file_unique_id": stored.id[-8:], "file_size": stored.size}
        document |= {"file_name": name} if name else {}
        document |= {"mime_type": media_type} if media_type else {}
        return self._message({"document": document, **_caption(caption)})

    def sends_photo(self, blob: bytes = PNG, *, caption: str = "", to: Group | None = None) -> int:
        """Send a picture, which arrives in two sizes."""
        small, large = self.api.keep(blob[:40], "s.jpg", "image/jpeg"), self.api.keep(blob, "l.jpg", "image/jpeg")
        sizes = [
            {"file_id": each.id, "file_unique_id": each.id[-8:], "width": side, "height": side, "file_size": each.size}
            for each, side in ((small, 90), (large, 1280))
        ]
        return self._message({"photo": sizes, **_caption(caption)}, to)

    def sends_voice(self, blob: bytes = b"OggS") -> int:
        """Speak."""
        stored = self.api.keep(blob, "voice.ogg", "audio/ogg")
        voice = {"file_id": stored.id, "file_unique_id": stored.id[-8:], "duration": 3, "file_size": stored.size}
        return self._message({"voice": voice})

    def sends_sticker(self) -> int:
        """Send a sticker."""
        sticker = {"file_id": "sticker-1", "file_unique_id": "s1", "type": "regular", "width": 512, "height": 512}
        return self._message({"sticker": {**sticker, "is_animated": False, "is_video": False, "emoji": "👍"}})

    def sends_location(self) -> int:
        """Send where one is."""
        return self._message({"location": {"longitude": 121.47, "latitude": 31.23}})

    def sends(self, content: dict[str, Any], *, to: Group | None = None) -> int:
        """Send a message with any content, as JSON of the Bot API."""
        return self._message(content, to)

    def blocks(self) -> int:
        """Stop the bot: it is told, and what it sends from now on is refused."""
        self.blocked = True
        return self._membership("member", "kicked")

    def unblocks(self) -> int:
        """Let the bot write again."""
        self.blocked = False
        return self._membership("kicked", "member")

    def _message(self, content: dict[str, Any], to: Group | None = None, reply_to: int | None = None) -> int:
        message = self._content(content, to)
        if reply_to is not None:
            message["reply_to_message"] = deepcopy(self.api.messages[message["chat"]["id"], reply_to])
        self.api.known.add(self.id)
        return self.api.queue({"message": message})

    def _content(self, content: dict[str, Any], to: Group | None) -> dict[str, Any]:
        return {
            "message_id": self.api.next_message_id(),
            "from": self.user,
            "chat": (to or self).description,
            "date": self.api.now(),
            **{key: value for key, value in content.items() if value or value == 0},
        }

    def _tap(self, message: dict[str, Any] | None, data: str) -> int:
        query = {"id": self.api.open_query(), "from": self.user, "chat_instance": "1", "data": data}
        if message:
            query["message"] = deepcopy(message)
        return self.api.queue({"callback_query": query})

    def _membership(self, old: str, new: str) -> int:
        change = {"chat": self.description, "from": self.user, "date": self.api.now()}
        return self.api.queue(
            {"my_chat_member": {**change, "old_chat_member": self._member(old), "new_chat_member": self._member(new)}}
        )

    def _member(self, status: str) -> dict[str, Any]:
        member = {"status": status, "user": self.api.bot}
        return {**member, "until_date": 0} if status == "kicked" else member


def _buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [button for row in message.get("reply_markup", {}).get("inline_keyboard", []) for button in row]


def _caption(caption: str) -> dict[str, Any]:
    return {"caption": caption, "caption_entities": _entities(caption)} if caption else {}


def _entities(text: str) -> list[dict[str, Any]]:
    found = [("bot_command", each) for each in re.finditer(r"(?:^|(?<=\s))/\w+(?:@\w+)?", text)]
    found += [("mention", each) for each in re.finditer(r"(?:^|(?<=\s))@\w+", text)]
    return [{"type": kind, "offset": units(text[: each.start()]), "length": units(each[0])} for kind, each in found]
