"""What is said without being asked: a message to some people, once, and at an hour at which one may be spoken to."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from handlers.messages import Rows

FIRST, LAST = time(8, 30), time(20, 0)
"""Between these hours of the branch's clock people are spoken to."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message to some people by id; `key` names it, so that it goes out once.

    After `not_after`, or a day where there is none, it is worth nothing.
    """

    people: tuple[int, ...]
    title: str
    body: str
    rows: Rows
    key: str
    not_after: datetime | None = None


def is_civil(now: datetime, timezone: str) -> bool:
    """Whether it is an hour at which people may be spoken to."""
    return FIRST <= now.astimezone(ZoneInfo(timezone)).time() <= LAST
