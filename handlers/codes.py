"""QR codes, the codes of a check-in, which turn every half minute, and the tickets that open our pages for a while.

Everything is made from a secret that never leaves the server, of one meeting or of the dashboard: whoever sees a code,
or a picture of one, can use it for a minute and make no other. The clock is the server's alone.
"""

import base64
import hashlib
import hmac
import io
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import segno

from handlers.dialogue.turn import LARGEST_ID
from handlers.messages import Document

WINDOW = 30
"""Seconds that a code is shown."""
LOOK_BACK = 240
"""Windows for which a code that was right is told from one that never was."""
BOARD_FOR = timedelta(hours=4)
"""How long the link of a board can be opened."""
DASHBOARD_FOR = timedelta(hours=8)
"""How long the link of a dashboard can be opened: a working day, and no longer."""

_LINK = re.compile(r"(\d{1,10})_([0-9a-z]{1,9})_([0-9a-f]{16})", re.ASCII)
_TICKET = re.compile(r"(\d{1,10})\.(\d{1,12})\.([\w-]{0,400})\.([\w-]{22})", re.ASCII)
_SCOPE = re.compile(r"(\d{1,10})\.(\d{1,10})\.(\d{1,12})\.([\w-]{22})", re.ASCII)


class Fit(StrEnum):
    """What a code is worth: good now, good a little while ago, or never."""

    NOW = "now"
    TURNED = "turned"
    NEVER = "never"


def qr_code(link: str, name: str) -> Document:
    """A QR code as a picture, large enough for a projector."""
    image = io.BytesIO()
    segno.make(link, error="m").save(image, kind="png", scale=12, border=3)
    return Document(f"{name}.png", "image/png", image.getvalue())


def qr_path(link: str) -> tuple[int, str]:
    """A QR code as the side of a square and the path of an SVG that draws it, without a margin."""
    rows = [bytes(row) for row in segno.make(link, error="m").matrix]
    runs = (
        f"M{found.start()} {y}h{found.end() - found.start()}v1h-{found.end() - found.start()}z"
        for y, row in enumerate(rows)
        for found in re.finditer(rb"\x01+", row)
    )
    return len(rows), "".join(runs)


def new_secret() -> str:
    """What all codes of one meeting are made from; it cannot be guessed."""
    return secrets.token_urlsafe(16)


def window_at(moment: datetime) -> int:
    """Which half minute a moment lies in."""
    return int(moment.timestamp()) // WINDOW


def turns_at(window: int) -> datetime:
    """When a window begins."""
    return datetime.fromtimestamp(window * WINDOW, UTC)


def _sealed(secret: str, *words: object) -> bytes:
    return hmac.new(secret.encode(), ":".join(map(str, words)).encode(), hashlib.sha256).digest()


def digits_of(secret: str, window: int) -> str:
    """Six digits that can be read out in the room during one window."""
    return f"{int.from_bytes(_sealed(secret, 'digits', window)[:8]) % 1_000_000:06d}"


def link_of(meeting_id: int, secret: str, window: int) -> str:
    """What the QR code of one window carries: the meeting, the window, and a proof that it was on the wall."""
    return f"{meeting_id}_{_base36(window)}_{_proof(meeting_id, secret, window)}"


def _proof(meeting_id: int, secret: str, window: int) -> str:
    return _sealed(secret, "link", meeting_id, window).hex()[:16]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


def _is_now(window: int, moment: datetime) -> bool:
    """Whether a window is good at a moment: the last one for who reads slowly, the next one where clocks differ."""
    return abs(window - window_at(moment)) <= 1


def fit_of_digits(secret: str, digits: str, moment: datetime) -> Fit:
    """What typed digits are worth when they are sent at a moment."""
    now = window_at(moment)
    for window in (now, now - 1, now + 1, *range(now - 2, now - LOOK_BACK, -1)):
        if hmac.compare_digest(digits_of(secret, window), digits):
            return Fit.NOW if _is_now(window, moment) else Fit.TURNED
    return Fit.NEVER


@dataclass(frozen=True, slots=True)
class Link:
    """A check-in link that has the right form; whether it was ever on the wall, `fit` tells."""

    meeting_id: int
    window: int
    proof: str

    def fit(self, secret: str, moment: datetime) -> Fit:
        """What the link is worth when it is opened at a moment."""
        if not hmac.compare_digest(_proof(self.meeting_id, secret, self.window), self.proof):
            return Fit.NEVER
        return Fit.NOW if _is_now(self.window, moment) else Fit.TURNED


def read_link(payload: str) -> Link | None:
    """A check-in link taken apart; None when it is none."""
    found = _LINK.fullmatch(payload)
    return Link(int(found[1]), int(found[2], 36), found[3]) if found and int(found[1]) <= LARGEST_ID else None


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the address of a board says: which meeting, until when, and what the links of its QR code begin with."""

    meeting_id: int
    until: datetime
    entry: str
    proof: str

    def is_good(self, secret: str, moment: datetime) -> bool:
        """Whether it was made from the meeting's secret and has not run out."""
        right = _ticket_proof(self.meeting_id, secret, self.until, self.entry)
        return hmac.compare_digest(right, self.proof) and moment < self.until


def board_ticket(meeting_id: int, secret: str, until: datetime, entry: str) -> str:
    """The last part of a board's address."""
    packed = base64.urlsafe_b64encode(entry.encode()).decode().rstrip("=")
    return f"{meeting_id}.{int(until.timestamp())}.{packed}.{_ticket_proof(meeting_id, secret, until, entry)}"


def _ticket_proof(meeting_id: int, secret: str, until: datetime, entry: str) -> str:
    return _short(_sealed(secret, "board", meeting_id, int(until.timestamp()), entry))


def _short(seal: bytes) -> str:
    return base64.urlsafe_b64encode(seal[:16]).decode().rstrip("=")


def read_ticket(ticket: str) -> Ticket | None:
    """A board's address taken apart; None when it is none."""
    found = _TICKET.fullmatch(ticket)
    if found is None or int(found[1]) > LARGEST_ID:
        return None
    try:
        entry = base64.urlsafe_b64decode(found[3] + "=" * (-len(found[3]) % 4)).decode()
        until = datetime.fromtimestamp(int(found[2]), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return Ticket(int(found[1]), until, entry, found[4])


@dataclass(frozen=True, slots=True)
class ScopeTicket:
    """What the address of a dashboard says: who was given it, of which organization, until when."""

    person_id: int
    organization_id: int
    until: datetime
    proof: str

    def is_good(self, secret: str, moment: datetime) -> bool:
        """Whether it was made from the dashboard's secret and has not run out."""
        right = _scope_proof(self.person_id, self.organization_id, secret, self.until)
        return hmac.compare_digest(right, self.proof) and moment < self.until


def scope_ticket(person_id: int, organization_id: int, secret: str, until: datetime) -> str:
    """The last part of a dashboard's address."""
    proof = _scope_proof(person_id, organization_id, secret, until)
    return f"{person_id}.{organization_id}.{int(until.timestamp())}.{proof}"


def _scope_proof(person_id: int, organization_id: int, secret: str, until: datetime) -> str:
    return _short(_sealed(secret, "dashboard", person_id, organization_id, int(until.timestamp())))


def read_scope_ticket(ticket: str) -> ScopeTicket | None:
    """A dashboard's address taken apart; None when it is none."""
    found = _SCOPE.fullmatch(ticket)
    if found is None or max(int(found[1]), int(found[2])) > LARGEST_ID:
        return None
    try:
        until = datetime.fromtimestamp(int(found[3]), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return ScopeTicket(int(found[1]), int(found[2]), until, found[4])
