"""Evidence in a pool: all that is said of a thing together, in which no single sentence need resemble the question.

A story told in words of one's own shares a word with one phrasing of an entry and another word with the next. Compared
phrase by phrase none of them is much like it; counted together (BM25 over characters and their pairs) they are.
"""

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

# How soon more of the same says nothing new, and how far a long document is discounted (the k1 and b of BM25).
_SATURATED, _DISCOUNT = 3.0, 0.6
# Pieces of a usual document; a constant, so that what is added later changes nothing that was weighed before.
_USUAL = 420.0
# What so large a part of all things has tells them apart no more, and costs most of the time.
_EVERYWHERE = 0.35
_FEW = 20
# What a piece counts that was not said, but belongs to what is meant by something that was.
_MEANT = 0.3


def pieces_of(words: str) -> list[str]:
    """The characters of normalized words, and their pairs of neighbours."""
    return [*map("".join, pairwise(words)), *words]


class Pool:
    """Documents of pieces under numbers that count up; `add` may be called while it is in use."""

    def __init__(self) -> None:
        self._size = 0
        self._numbers: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self._weights: defaultdict[str, array[float]] = defaultdict(lambda: array("f"))

    def add(self, number: int, texts: Iterable[tuple[str, int]]) -> None:
        """Take in what is said under a number: normalized words, each with how often they count."""
        counted: Counter[str] = Counter()
        for words, times in texts:
            for piece in pieces_of(words):
                counted[piece] += times
        room = _SATURATED * (1 - _DISCOUNT + _DISCOUNT * counted.total() / _USUAL)
        for piece, times in counted.items():
            self._numbers[piece].append(number)
            self._weights[piece].append(times / (times + room))
        self._size += 1

    def shares(self, words: str, meant: Iterable[str] = ()) -> dict[int, float]:
        """Under which numbers something is said of this, with how much of all that could be said, 0 to 1.

        `meant` are other words for parts of it, of which each counts for less than what was said.
        """
        asked = dict.fromkeys(pieces_of(words), 1.0)
        for other in meant:
            for piece in pieces_of(other):
                asked.setdefault(piece, _MEANT)
        rare: list[tuple[str, float]] = []
        possible = 0.0
        most = max(_FEW, _EVERYWHERE * self._size)
        for piece, counts in asked.items():
            known = len(self._numbers.get(piece, ()))
            rarity = counts * math.log(1 + (self._size - known + 0.5) / (known + 0.5))
            possible += rarity
            if 0 < known <= most:
                rare.append((piece, rarity))
        found: defaultdict[int, float] = defaultdict(float)
        for piece, rarity in rare:
            part = rarity / possible
            for number, weight in zip(self._numbers[piece], self._weights[piece], strict=True):
                found[number] += part * weight
        return found
