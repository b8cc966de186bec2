"""Somebody of a list, or an answer that says that it is nobody of it."""

from collections.abc import Sequence
from typing import Any

from handlers.dialogue import Option, PersonIn
from handlers.dialogue.questions import Asking, Named, Reply

NOBODY = 0


class PersonOr(PersonIn):
    """As `PersonIn`, and below the people one more option, whose answer is NOBODY."""

    def __init__(self, people: Sequence[Named], otherwise: str) -> None:
        super().__init__(people)
        self.otherwise = otherwise

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """The people as `PersonIn` shows them, and below them that it is none of them."""
        return [*super().options(asking, partial), Option(str(NOBODY), self.otherwise)]

    def read(self, reply: Reply, asking: Asking, partial: Any) -> int:
        """The one that fits, or nobody."""
        count = len(self.options(asking, partial))
        if reply.option == str(NOBODY) or (
            reply.option is None
            and not reply.files
            and reply.text.strip() in (self.otherwise, str(count), "无", "没有")
        ):
            return NOBODY
        return super().read(reply, asking, partial)

    def load(self, data: Any, asking: Asking) -> int:
        """The id, if that person is still on the list."""
        return NOBODY if type(data) is int and data == NOBODY else super().load(data, asking)

    def show(self, value: int, asking: Asking) -> str:
        """The name, or what was said instead."""
        return super().show(value, asking) if value != NOBODY else self.otherwise
