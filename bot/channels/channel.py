"""What every messaging platform does for us, and all it does for us."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from handlers.messages import Attachment, Incoming, Limits, Outgoing, Sent

Receive = Callable[[Incoming], Awaitable[tuple[Outgoing, ...]]]


class Sender(Protocol):
    """The sending half: one platform message at a time, without retries, sleeping or splitting."""

    name: str
    limits: Limits

    async def send(self, message: Outgoing) -> Sent:
        """Hand one message, already fitted to `limits`, to the platform.

        Raises `NotSent` with one of the four failures.
        """
        ...


class Channel(Sender, Protocol):
    """A platform that people talk to us on."""

    async def run(self, receive: Receive) -> None:
        """Listen until cancelled; confirm an update to the platform only after it is in our database.

        `receive` returns the messages of that turn, already committed to the outbox; whoever called may carry the
        first one inside the platform's own response. Delivery sends the rest.
        """
        ...

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file that a person sent.

        Raises `NotSent` when the platform no longer has it or cannot be reached.
        """
        ...
