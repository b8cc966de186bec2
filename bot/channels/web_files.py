"""Files that pass through the web chat: kept in memory for a while, found by a token that nobody can guess."""

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from aiohttp import web

from handlers.messages import Document

_SHOWN: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"})
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


class Shelf:
    """Documents by token; past `limit` bytes in all the oldest go, and each goes after `lifetime`."""

    def __init__(self, limit: int, lifetime: timedelta, now: Callable[[], datetime]) -> None:
        self._limit = limit
        self._lifetime = lifetime
        self._now = now
        self._kept: OrderedDict[str, tuple[datetime, Document]] = OrderedDict()
        self._bytes = 0

    def put(self, document: Document) -> tuple[str, datetime]:
        """Keep a document; its token, and until when it can be had at most."""
        token, until = secrets.token_urlsafe(24), self._now() + self._lifetime
        self._kept[token] = until, document
        self._bytes += len(document.blob)
        while len(self._kept) > 1 and (self._bytes > self._limit or next(iter(self._kept.values()))[0] <= self._now()):
            _, (_, gone) = self._kept.popitem(last=False)
            self._bytes -= len(gone.blob)
        return token, until

    def find(self, token: str) -> Document | None:
        """The document, if it is still here."""
        until, document = self._kept.get(token, (self._now(), None))
        return document if until > self._now() else None


def shown_inline(media_type: str) -> bool:
    """Whether the page may show it as a picture."""
    return media_type in _SHOWN


def clean_name(name: str) -> str:
    """A file name without folders and control characters, at most 120 characters, never empty."""
    last = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    return last[-120:] or "文件"


def clean_media_type(media_type: str) -> str:
    """The media type, or the one for unknown bytes where it is none."""
    return media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"


def link(token: str, name: str) -> str:
    """Where the page finds the file."""
    return f"/files/{token}/{quote(clean_name(name), safe='')}"


def file_response(document: Document) -> web.Response:
    """The file itself: pictures open in the browser, all else is saved; neither can run anything on our page."""
    media_type = clean_media_type(document.media_type)
    disposition = "inline" if shown_inline(media_type) else "attachment"
    return web.Response(
        body=document.blob,
        headers={
            "Content-Type": media_type,
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(clean_name(document.name), safe='')}",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            "Cache-Control": "private, max-age=3600",
        },
    )
