"""What an imported reading is understood as."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of a reading and where they stand; `page` is "7" or "7—9", "" where it is not known."""

    chapter: str
    heading: str
    page: str
    text: str


@dataclass(frozen=True, slots=True)
class Book:
    """What was understood of a file; `warnings` are for the person who imports it."""

    title: str
    chapters: tuple[str, ...]
    passages: tuple[Passage, ...]
    characters: int
    warnings: tuple[str, ...]
