"""The channel-neutral vocabulary: what comes in, what goes out, and what a platform declares it can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message can be sent; ids mean nothing outside their (channel, tenant)."""

    channel: str
    tenant: str
    chat: str
    group: bool = False


class Kind(StrEnum):
    """What sort of thing reached us."""

    TEXT = "text"
    TAP = "tap"
    FILE = "file"
    ENTRY = "entry"
    LEFT = "left"
    MOVED = "moved"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a person sent; only its channel can open `ref`, and some platforms forget it after `until`."""

    ref: str
    name: str
    media_type: str
    size: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update from a platform; `id` is unique in (channel, tenant) and is what makes a repeat harmless.

    TAP carries `payload` (a button of ours); ENTRY carries the token of the link that was opened, or ""; MOVED carries
    the id under which the chat goes on;
    FILE carries `attachments`, with `text` as the caption. `name` is for greeting only, never an identity. `about` is
    the platform's reference of the message whose button was pressed, as `Sent.ref` gave it.
    """

    id: str
    address: Address
    user: str
    kind: Kind
    at: datetime
    text: str = ""
    payload: str = ""
    attachments: tuple[Attachment, ...] = ()
    name: str = ""
    about: str = ""
    answer_by: datetime | None = None
    reply_ticket: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        for field in ("text", "payload", "name"):
            object.__setattr__(self, field, _storable(getattr(self, field)))


def _storable(words: str) -> str:
    """The words without what no database takes: NUL, and halves of characters that JSON lets through."""
    return words.encode("utf-8", "ignore").decode().replace("\x00", "")


PAYLOAD_BYTES = 48


@dataclass(frozen=True, slots=True)
class Button:
    """A label with either a payload that comes back as a TAP (up to 48 bytes of ASCII) or an address to open."""

    label: str
    payload: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if len(self.payload.encode()) > PAYLOAD_BYTES or not self.payload.isascii():
            raise ValueError(f"a button's payload holds at most {PAYLOAD_BYTES} ASCII bytes: {self.payload!r}")


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file of ours to be shown or downloaded."""

    name: str
    media_type: str
    blob: bytes

    @property
    def is_image(self) -> bool:
        """Whether it should be shown as a picture in the chat."""
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one address, in house markup; `id` is the outbox row and the idempotency key where there is one.

    `replaces` is the platform's reference of an earlier message that this one supersedes; `not_after` is when it has
    become worthless; `title` is for lock screens.
    """

    id: str
    to: Address
    body: str
    buttons: Rows = ()
    documents: tuple[Document, ...] = ()
    title: str = ""
    replaces: str = ""
    reply_ticket: Mapping[str, str] | None = None
    not_after: datetime | None = None


class Failure(StrEnum):
    """Why a message did not arrive, in the four kinds that call for different behaviour."""

    LATER = "later"  # rate, 5xx, network: try again
    GONE = "gone"  # blocked or left: stop
    CLOSED = "closed"  # no window or quota: another channel
    REFUSED = "refused"  # our message is wrong: a bug, keep and show it


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it, and calls it `ref`."""

    ref: str
    at: datetime


class NotSent(Exception):
    """The platform did not take it; `retry_after` is in seconds where the platform said so, `moved_to` the chat's new
    name where it has one."""

    def __init__(self, failure: Failure, detail: str, retry_after: float | None = None, moved_to: str = "") -> None:
        super().__init__(f"{failure}: {detail}")
        self.failure = failure
        self.detail = detail
        self.retry_after = retry_after
        self.moved_to = moved_to


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform can carry: `text` in `unit`, buttons per message, characters per label, documents per message.

    `tap` says whether a pressed button comes back as its payload or as typed text; `documents` 0 means none. Where each
    document goes by itself, `caption` is how long the text under it may be; where they go together, it is None.
    """

    text: int
    unit: Literal["utf16", "bytes"]
    buttons: int
    label: int
    tap: Literal["payload", "text"]
    edits: Literal["free", "on_tap", "none"]
    push: Literal["free", "after_contact", "window"]
    documents: int
    caption: int | None = None
