"""Where a polling channel puts updates before it tells the platform that it has them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

Update = tuple[str, Mapping[str, object]]
"""An update's id on its platform and its content as JSON."""


class Inbox(Protocol):
    """The updates that reached us and whose turn is not over; the turn's own transaction takes them out again."""

    async def store(self, channel: str, tenant: str, updates: Sequence[Update]) -> None:
        """Keep the whole batch in one commit; one that is already known, finished or not, stays as it is."""
        ...

    async def unfinished(self, channel: str, tenant: str) -> list[Update]:
        """What was stored and never finished, oldest first: what a crash left behind."""
        ...
