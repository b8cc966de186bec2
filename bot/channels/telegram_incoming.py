"""What an update of the Bot API means to us: its JSON in, an `Incoming` out, no library needed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from handlers.messages import Address, Attachment, Incoming, Kind

Json = Mapping[str, Any]

ALLOWED_UPDATES: Final = ("message", "callback_query", "my_chat_member", "inline_query")
RECEIVED_AT: Final = "received_at"
"""Our one addition to a stored update: when it reached us, because a tap carries no time of its own."""

_START = re.compile(r"/start(?:\s+(?P<payload>.*))?", re.DOTALL)
_FILES = {  # the key in a message: its name and media type where the person's phone gave none
    "document": ("文件", "application/octet-stream"),
    "audio": ("音频.mp3", "audio/mpeg"),
    "voice": ("语音.ogg", "audio/ogg"),
    "video": ("视频.mp4", "video/mp4"),
}
_SERVICE = {  # said by the chat itself, not by a person: nobody waits for an answer
    "boost_added", "chat_background_set", "chat_owner_changed", "chat_owner_left", "chat_shared", "connected_website",
    "forum_topic_created", "message_auto_delete_timer_changed", "passport_data", "pinned_message",
    "proximity_alert_triggered", "refunded_payment", "successful_payment", "users_shared", "video_chat_ended",
    "video_chat_participants_invited", "video_chat_scheduled", "video_chat_started", "web_app_data",
    "write_access_allowed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bot:
    """Who we are on Telegram; `username` is without the @ and "" while unknown."""

    id: str
    username: str = ""


def incoming_of(update: Json, bot: Bot) -> Incoming | None:
    """The update in our vocabulary, or None for what needs no turn.

    No turn: edited messages (what was answered stays answered), the chat's own announcements, channels, and whatever
    in a group is not a command, a mention of the bot or a reply to it. Raises KeyError, TypeError or ValueError
    when the update is not shaped as the Bot API says.
    """
    if "message" in update:
        return _said(update, update["message"], bot)
    if "callback_query" in update:
        return _tapped(update, update["callback_query"], bot)
    if "my_chat_member" in update:
        return _left(update, update["my_chat_member"], bot)
    return None


def _said(update: Json, message: Json, bot: Bot) -> Incoming | None:
    place = message["chat"].get("type", "private")
    group = place in ("group", "supergroup")
    if "from" not in message or place == "channel" or not _SERVICE.isdisjoint(message):
        return None
    if group and "migrate_to_chat_id" in message:
        return _moved(update, message, bot)
    if group and not _is_for_us(message, bot):
        return None
    words = message.get("text", message.get("caption", ""))
    if group or words.startswith("/"):
        words = _without_mention(words, bot)
    kind, payload, attachments = _content(message, words)
    return Incoming(
        id=str(update["update_id"]),
        address=_address(message["chat"], bot),
        user=str(message["from"]["id"]),
        kind=kind,
        at=datetime.fromtimestamp(message["date"], UTC) if "date" in message else _received(update),
        text="" if kind is Kind.ENTRY else words,
        payload=payload,
        attachments=attachments,
        name=_name(message["from"]),
    )


def _content(message: Json, words: str) -> tuple[Kind, str, tuple[Attachment, ...]]:
    if attachment := _attachment(message):
        return Kind.FILE, "", (attachment,)
    if "text" not in message:
        return Kind.UNKNOWN, "", ()
    if start := _START.fullmatch(words):
        return Kind.ENTRY, (start["payload"] or "").strip(), ()
    return Kind.TEXT, "", ()


def _attachment(message: Json) -> Attachment | None:
    if sizes := message.get("photo"):
        largest = max(sizes, key=lambda size: size["width"] * size["height"])
        return Attachment(largest["file_id"], "照片.jpg", "image/jpeg", largest.get("file_size"))
    for key, (name, media_type) in _FILES.items():
        if file := message.get(key):
            return Attachment(
                file["file_id"],
                file.get("file_name") or name,
                file.get("mime_type") or media_type,
                file.get("file_size"),
            )
    return None


def _tapped(update: Json, query: Json, bot: Bot) -> Incoming | None:
    if "data" not in query:
        return None
    message = query.get("message")
    ticket = {"callback_query_id": str(query["id"])}
    if message:
        ticket["message_id"] = str(message["message_id"])
    return Incoming(
        id=str(update["update_id"]),
        address=_address(message["chat"] if message else query["from"], bot),
        user=str(query["from"]["id"]),
        kind=Kind.TAP,
        at=_received(update),
        payload=query["data"],
        name=_name(query["from"]),
        about=ticket.get("message_id", ""),
        reply_ticket=ticket,
    )


def _left(update: Json, change: Json, bot: Bot) -> Incoming | None:
    if change["new_chat_member"]["status"] not in ("kicked", "left") or change["chat"]["type"] == "channel":
        return None
    return Incoming(
        id=str(update["update_id"]),
        address=_address(change["chat"], bot),
        user=str(change["from"]["id"]),
        kind=Kind.LEFT,
        at=datetime.fromtimestamp(change["date"], UTC),
        name=_name(change["from"]),
    )


def _moved(update: Json, message: Json, bot: Bot) -> Incoming:
    """A group has become a supergroup, which has another id."""
    return Incoming(
        id=str(update["update_id"]),
        address=_address(message["chat"], bot),
        user=str(message["from"]["id"]),
        kind=Kind.MOVED,
        at=datetime.fromtimestamp(message["date"], UTC),
        payload=str(message["migrate_to_chat_id"]),
        name=_name(message["from"]),
    )


def _address(chat: Json, bot: Bot) -> Address:
    return Address("telegram", bot.id, str(chat["id"]), group=chat.get("type") in ("group", "supergroup"))


def _received(update: Json) -> datetime:
    return datetime.fromtimestamp(update[RECEIVED_AT], UTC)


def _name(user: Json) -> str:
    return f"{user.get('first_name', '')} {user.get('last_name', '')}".strip()


def _is_for_us(message: Json, bot: Bot) -> bool:
    words: str = message.get("text", message.get("caption", ""))
    if words.startswith("/"):
        addressee = re.match(r"/\w+@(\w+)", words)
        return addressee is None or addressee[1].lower() == bot.username.lower()
    replied = message.get("reply_to_message", {}).get("from", {}).get("id")
    return str(replied) == bot.id or bool(_mention(bot).search(words))


def _without_mention(words: str, bot: Bot) -> str:
    return _mention(bot).sub("", words).strip()


def _mention(bot: Bot) -> re.Pattern[str]:
    return re.compile(rf"@{re.escape(bot.username)}(?!\w)" if bot.username else r"(?!)", re.IGNORECASE)
