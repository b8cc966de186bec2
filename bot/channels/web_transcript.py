"""What was said and sent in the web chat, kept so that a phone that slept can catch up."""

import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Protocol

Event = dict[str, Any]


class Transcript(Protocol):
    """The events of each person in order; ids grow, and never repeat for one person within an `epoch`.

    A new epoch (letters and digits) says that all ids and keys of the one before mean nothing any more.
    """

    epoch: str

    async def append(self, user: str, event: Event) -> int:
        """Keep one event and return its id; for an `event["key"]` that is kept already, its first id and no more."""
        ...

    async def since(self, user: str, last: int) -> list[tuple[int, Event]]:
        """The events after `last`, oldest first; 0 gives all that are kept."""
        ...


@dataclass(slots=True)
class _Kept:
    events: deque[tuple[int, Event]] = field(default_factory=deque)
    ids: dict[str, int] = field(default_factory=dict)


class MemoryTranscript:
    """A transcript that a restart forgets, holding the last `keep` events of each person."""

    def __init__(self, keep: int = 500) -> None:
        self.epoch = secrets.token_hex(4)
        self._keep = keep
        self._next = 1
        self._people: dict[str, _Kept] = {}

    async def append(self, user: str, event: Event) -> int:
        """Keep one event and return its id, the same one for the same key."""
        kept = self._people.setdefault(user, _Kept())
        key = str(event["key"])
        if key in kept.ids:
            return kept.ids[key]
        if len(kept.events) == self._keep:
            _, oldest = kept.events.popleft()
            kept.ids.pop(str(oldest["key"]), None)
        given, self._next = self._next, self._next + 1
        kept.events.append((given, event))
        kept.ids[key] = given
        return given

    async def since(self, user: str, last: int) -> list[tuple[int, Event]]:
        """The events after `last`, oldest first."""
        kept = self._people.get(user)
        return [(given, event) for given, event in kept.events if given > last] if kept else []
