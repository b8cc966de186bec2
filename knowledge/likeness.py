"""Questions that ask the same, put together."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from rapidfuzz.distance import Indel

from knowledge.normalize import normalize, to_pinyin

T = TypeVar("T")

ALIKE = 0.82
"""How alike two questions are that ask the same, by characters or by the syllables heard; 1 is the same."""


def grouped(items: Iterable[T], words: Callable[[T], str]) -> list[list[T]]:
    """The items in groups of like words, in the order in which each group's first item came."""
    groups: list[tuple[str, tuple[str, ...], list[T]]] = []
    for item in items:
        written = normalize(words(item))
        heard = to_pinyin(words(item))
        for like, sounds, group in groups:
            if max(Indel.normalized_similarity(written, like), Indel.normalized_similarity(heard, sounds)) >= ALIKE:
                group.append(item)
                break
        else:
            groups.append((written, heard, [item]))
    return [group for *_, group in groups]
