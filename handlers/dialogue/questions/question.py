"""What a question is: what it offers, how it reads a reply, and how its answer is kept and shown.

An answer is kept as JSON (`dump`, `load`); `load` raises `Invalid` when it no longer fits, and then it is asked again.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import regex

from handlers.dialogue.errors import Invalid
from handlers.wording import Marked, Texts
from knowledge import choices

T = TypeVar("T")

DONE = "done"
"""The option that ends what takes several messages."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to tap or to name; `id` is what is recorded."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that came with a reply and is stored already."""

    id: int
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: words, or the option that was tapped, or files."""

    text: str = ""
    option: str | None = None
    files: tuple[GivenFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """What a question needs to know of its surroundings; `now` is local."""

    texts: Texts
    now: datetime
    zone: ZoneInfo


class Question(ABC, Generic[T]):
    """One kind of question; `free` when any words may be its answer, and not only those that name an option."""

    free = False

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        """What may be tapped instead of typed."""
        return []

    @abstractmethod
    def read(self, reply: Reply, asking: Asking, partial: Any) -> T:
        """The answer in a reply.

        Raises `Invalid` when there is none, `More` when it is only a part.
        """

    def dump(self, value: T) -> Any:
        """The answer as JSON."""
        return value

    def load(self, data: Any, asking: Asking) -> T:
        """The answer back from JSON.

        Raises `Invalid` when it no longer fits.
        """
        value: T = data
        return value

    def show(self, value: T, asking: Asking) -> str:
        """The answer in house markup, as a summary says it."""
        from handlers.markup import escape

        return escape(str(value))


def only_words(reply: Reply) -> str:
    if reply.files:
        raise Invalid("words_please")
    text = reply.text.strip()
    if not text:
        raise Invalid("empty")
    return text


_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\uFE0F\u200D\U0001F3FB-\U0001F3FF\s]")


def without_emoji(text: str) -> str:
    end = len(text)
    while end and _EMOJI.match(text[end - 1]):
        end -= 1
    return text[:end]


def looked_up(reply: Reply) -> str:
    """The words without the emoji behind them: keyboards add those, and nothing that is looked up ends with one."""
    text = only_words(reply)
    return without_emoji(text) or text


def of_form(data: Any, form: type) -> Any:
    """What is kept, if it is of the form that this kind of question keeps; the code may have changed since."""
    if type(data) is not form:  # True is an int, and no number of anything
        raise TypeError(f"{data!r} is no {form.__name__}")
    return data


def pick_one(reply: Reply, options: Sequence[Option]) -> str:
    """The id of the option that a reply means.

    Raises `Invalid`, naming the likely ones when it could be several, or when a tapped one is no longer offered.
    """
    if reply.option is not None:
        if reply.option not in {option.id for option in options}:
            raise Invalid("no_longer_offered")
        return reply.option
    found = choices.match_option(looked_up(reply), [option.label for option in options])
    if found.index is not None:
        return options[found.index].id
    if found.near:
        raise Invalid("which_of_these", labels=[options[index].label for index in found.near[:3]])
    raise Invalid("not_among_these")


def summary_line(label: str, shown: str) -> Marked:
    """One line of a summary."""
    return Marked(f"- {label}：{shown}")
