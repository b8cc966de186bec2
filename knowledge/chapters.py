"""The reader of 2012 by its own chapters: which curated entries stand on the pages of each."""

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.entry import Entry

READER = "reader-2012"
_CHAPTER, _APPENDIX = "chapter.", "reader.appendix"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the reader, the pages it takes, and what is curated of it in the order of those pages."""

    name: str
    first: int
    last: int
    entries: tuple[Entry, ...]


def chapters_of_the_reader(entries: Iterable[Entry]) -> list[Chapter]:
    """The opinions in front, the ten chapters, the appendix; an entry stands wherever it cites a page."""
    placed = [(entry, *pages) for entry in entries for pages in _cited(entry)]
    named = [
        (entry.title, first, last)
        for entry, first, last in placed
        if entry.id.startswith(_CHAPTER) or entry.id == _APPENDIX
    ]
    named.sort(key=lambda part: part[1])
    if not named:
        return []
    front = named[0][1] - 1
    opening = [entry for entry, _, last in placed if last <= front]
    if opening:
        named.insert(0, (opening[0].topic, 1, front))
    chapters = []
    for name, first, last in named:
        here = sorted(((at, entry) for entry, at, _ in placed if first <= at <= last), key=lambda found: found[0])
        chapters.append(Chapter(name, first, last, tuple({entry.id: entry for _, entry in here}.values())))
    return chapters


def _cited(entry: Entry) -> list[tuple[int, int]]:
    """The pages of the reader that an entry cites, from and to."""
    pages = [citation.page for citation in entry.citations if citation.document == READER and citation.page]
    return [(int(first), int(last or first)) for first, _, last in (page.partition("—") for page in pages)]
