"""What can go wrong on the way to Telegram, to be asked for by a test."""

from dataclasses import dataclass
from typing import Literal


class Refusal(Exception):
    """An answer with `ok: false`."""

    def __init__(
        self, status: int, description: str, retry_after: int | None = None, moved_to: int | None = None
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after
        self.moved_to = moved_to

    def as_json(self) -> dict[str, object]:
        """The body that the real server sends with it."""
        body: dict[str, object] = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        if self.moved_to is not None:
            body["parameters"] = {"migrate_to_chat_id": self.moved_to}
        return body


@dataclass(frozen=True, slots=True)
class Fault:
    """One call's misfortune: a refusal, a connection that breaks before or after the call took effect, or silence.

    `body` answers this instead of what the Bot API would say, after the call took effect; `late` refuses what has
    taken effect already.
    """

    refusal: Refusal | None = None
    body: str = ""
    drop: Literal["", "before", "after"] = ""
    hang: Literal["", "before", "after"] = ""
    late: Refusal | None = None


def too_many(retry_after: int | None) -> Fault:
    """429; without `retry_after` for the servers that do not say."""
    words = "Too Many Requests: retry later" if retry_after is None else f"Too Many Requests: retry after {retry_after}"
    return Fault(Refusal(429, words, retry_after))


def blocked() -> Fault:
    """403, as for a person who stopped the bot."""
    return Fault(Refusal(403, "Forbidden: bot was blocked by the user"))


def bad_request(words: str) -> Fault:
    """400 with these words after "Bad Request: "."""
    return Fault(Refusal(400, f"Bad Request: {words}"))


def server_error(status: int = 500, *, accepted: bool = False) -> Fault:
    """5xx, before the call took effect or after it."""
    refusal = Refusal(status, "Internal Server Error" if status == 500 else "Bad Gateway")
    return Fault(late=refusal) if accepted else Fault(refusal)


def dropped(*, accepted: bool = False) -> Fault:
    """A connection cut without an answer, before the call took effect or after it."""
    return Fault(drop="after" if accepted else "before")


def hanging(*, accepted: bool = False) -> Fault:
    """No answer until the server closes, and no effect either unless `accepted`."""
    return Fault(hang="after" if accepted else "before")


def garbled(body: str) -> Fault:
    """The call takes effect, and the answer is not what the Bot API promises."""
    return Fault(body=body)
