"""The limits of the Bot API, with the words in which the real server refuses."""

import html
import json
import re
from typing import Any

from tests.bot_api.faults import Refusal

TEXT, CAPTION, DATA_BYTES, BUTTONS = 4096, 1024, 64, 100
DOWNLOAD_BYTES, UPLOAD_BYTES, PHOTO_BYTES = 20 * 1024 * 1024, 50 * 1024 * 1024, 10 * 1024 * 1024

_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "a": "text_link", "blockquote": "blockquote", "tg-spoiler": "spoiler", "span": "spoiler",
}  # fmt: skip
_TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[^\s<>/]*)(?P<rest>[^<>]*)>|&(?:#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);|[^<&]+|."
)
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF", b"GIF8")


def refuse(words: str) -> Refusal:
    """A 400 with these words."""
    return Refusal(400, f"Bad Request: {words}")


def units(text: str) -> int:
    """The length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def parsed(source: str, mode: str) -> tuple[str, list[dict[str, Any]]]:
    """The text as shown, and its entities; of the parse modes only HTML and none are known here."""
    if mode not in ("", "HTML", "html"):
        raise refuse("unsupported parse_mode")
    text, entities = _from_html(source) if mode else (source, [])
    lead = units(text) - units(text.lstrip())
    shown = text.strip()
    for entity in entities:
        entity["offset"] = max(0, entity["offset"] - lead)
        entity["length"] = min(entity["length"], units(shown) - entity["offset"])
    return shown, [entity for entity in entities if entity["length"] > 0]


def _from_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    text, entities = "", []
    opened: list[tuple[str, int, str]] = []
    for token in _TOKEN.finditer(source):
        at = len(source[: token.start()].encode())
        if token["tag"] is None:
            if token[0] == "<":
                raise refuse(f"can't parse entities: Unclosed start tag at byte offset {at}")
            text += html.unescape(token[0]) if token[0].startswith("&") else token[0]
            continue
        tag = token["tag"].lower()
        if not token["end"]:
            if tag not in _TAGS:
                raise refuse(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {at}')
            opened.append((tag, units(text), token["rest"]))
            continue
        if not opened or opened[-1][0] != tag:
            expected = f', expected "</{opened[-1][0]}>", found "</{tag}>"' if opened else ""
            raise refuse(f"can't parse entities: Unmatched end tag at byte offset {at}{expected}")
        _, start, rest = opened.pop()
        entity: dict[str, Any] = {"type": _TAGS[tag], "offset": start, "length": units(text) - start}
        if tag == "a" and (href := re.search(r'href="([^"]*)"', rest)):
            entity["url"] = html.unescape(href[1])
        entities.append(entity)
    if opened:
        raise refuse(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\"")
    return text, sorted(entities, key=lambda entity: entity["offset"])


def message_text(source: str, mode: str) -> tuple[str, list[dict[str, Any]]]:
    """A message's text within its limit."""
    text, entities = parsed(source, mode)
    if not text:
        raise refuse("message text is empty")
    if units(text) > TEXT:
        raise refuse("message is too long")
    return text, entities


def caption_text(source: str, mode: str) -> tuple[str, list[dict[str, Any]]]:
    """A caption within its limit; it may be empty."""
    text, entities = parsed(source, mode)
    if units(text) > CAPTION:
        raise refuse("message caption is too long")
    return text, entities


def inline_keyboard(given: str) -> list[list[dict[str, Any]]]:
    """The rows of an inline keyboard, checked; other kinds of keyboard pass without being kept."""
    if not given:
        return []
    try:
        rows = json.loads(given).get("inline_keyboard", [])
    except (ValueError, AttributeError):
        raise refuse("can't parse reply keyboard markup JSON object") from None
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTONS:
        raise refuse("REPLY_MARKUP_TOO_LONG")
    for button in buttons:
        _check_button(button)
    return [row for row in rows if row]


def _check_button(button: dict[str, Any]) -> None:
    if not button.get("text"):
        raise refuse("can't parse inline keyboard button: Text must be non-empty")
    if button.get("url"):
        if not re.match(r"(https?|tg)://[^\s/]+", button["url"]):
            raise refuse(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    elif button.get("callback_data") is None:
        raise refuse("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    elif not 1 <= len(button["callback_data"].encode()) <= DATA_BYTES:
        raise refuse("BUTTON_DATA_INVALID")


def upload(blob: bytes, *, photo: bool) -> None:
    """Whether a file may be sent; a picture must be one that the server can read."""
    if not blob:
        raise refuse("file must be non-empty")
    if len(blob) > (PHOTO_BYTES if photo else UPLOAD_BYTES):
        raise Refusal(413, "Request Entity Too Large")
    if photo and not blob.startswith(_IMAGES):
        raise refuse("IMAGE_PROCESS_FAILED")


def commands(given: str) -> list[dict[str, str]]:
    """The bot's menu, checked."""
    listed: list[dict[str, str]] = json.loads(given or "[]")
    for each in listed:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", each["command"]):
            raise refuse("BOT_COMMAND_INVALID")
        if not 1 <= len(each["description"]) <= 256:
            raise refuse("BOT_COMMAND_DESCRIPTION_INVALID")
    return listed
