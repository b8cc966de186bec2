"""A text taken apart for comparison: its characters, how they sound, and how well another text's pieces match them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Self

from knowledge.normalize import heard, normalize, plain
from knowledge.pinyin import fold

_LONGEST = 240  # characters that are read: nobody's question needs more, and a paste must not cost more
_PLAIN = frozenset("怎么什谁哪多少几久能可以要有无是不在和个名次把被给让到算做办最搞都")
_NUMERALS = frozenset("零一二三四五六七八九十百两")
_PLAIN_SOUNDS = frozenset({"zen", "me", "sen", "duo", "sao", "jiu"})  # folded: shen, shao

_SINGLE = 0.35  # what a character is worth that matches without its neighbours
_HEARD = 0.9  # … that matches by sound
_BOTH_WRONG = 0.6  # … by sound though neither character of the pair occurs: likelier another word than two slips
_BESIDE_PLAIN = 0.6  # … whose matching neighbour is a question word: 天气怎么 must not be explained by 到期怎么


@dataclass(frozen=True, slots=True)
class Pieces:
    """The characters of some texts, and their pairs, written (党费) and heard (dan fei)."""

    singles: frozenset[str]
    pairs: frozenset[str]

    @classmethod
    def of(cls, readings: Iterable["Reading"]) -> Self:
        """What these readings have between them."""
        kept = list(readings)
        singles = frozenset(written for reading in kept for written in reading.written if written)
        return cls(singles, frozenset(pair for reading in kept for pair in reading.pairs if pair))


class Reading:
    """Normalized words, read once: position by position what is written and the folded syllable heard.

    What is written is "" for typed pinyin. `pairs` holds the written pairs of neighbours ("" where one is unwritten),
    then as many heard ones.
    """

    def __init__(self, words: str, *, quickly: bool = False) -> None:
        self.words = words
        found = heard(words, quickly=quickly)
        self.size = len(found)
        self.written = [written for written, _ in found]
        self.syllables = [fold(read) for _, read in found]
        self.sound = " ".join(read for _, read in found)
        self.is_written = not self.words.isascii()
        self.plain = [
            written in _PLAIN if written else syllable in _PLAIN_SOUNDS
            for written, syllable in zip(self.written, self.syllables, strict=True)
        ]
        self.numeral = [written in _NUMERALS or written.isdecimal() for written in self.written]
        pairs = [a + b if a and b else "" for a, b in pairwise(self.written)]
        self.pairs = pairs + [f"{a} {b}" for a, b in pairwise(self.syllables)]
        self._letters = "".join(read if read == written else read[0] for written, read in found)

    @property
    def meant(self) -> bool:
        """Whether it says anything beyond question words and numbers."""
        return not all(plain or number for plain, number in zip(self.plain, self.numeral, strict=True))

    @classmethod
    def of_question(cls, question: str) -> Self:
        """What somebody asked, without what does not matter; a paste is cut."""
        return cls(normalize(question[:_LONGEST]), quickly=True)

    @classmethod
    def of_phrase(cls, phrase: str) -> tuple[Self, ...]:
        """A title or alias, normalized and also as it stands: typed pinyin cannot be normalized word by word."""
        return tuple(cls(words) for words in dict.fromkeys((normalize(phrase), plain(phrase))) if words)

    @property
    def names(self) -> tuple[str, ...]:
        """The keys under which the very same phrase is found: as written, as heard, by its initials."""
        exact = (self.words, f"/{self.sound}")
        return (*exact, f"'{self._letters}") if self.size > 2 or not self.is_written else exact

    def has_word_beyond(self, values: Sequence[float]) -> bool:
        """Whether two neighbours that mean something are both hardly matched: a word, not a slip."""
        strange = [
            value <= _SINGLE and not (plain or number)
            for value, plain, number in zip(values, self.plain, self.numeral, strict=True)
        ]
        return any(a and b for a, b in pairwise(strange))

    @cached_property
    def pieces(self) -> Pieces:
        """Its own pieces, for comparing others with it."""
        return Pieces.of((self,))

    @cached_property
    def credits(self) -> list[tuple[float, float]]:
        """For each pair of neighbours what a written and a heard match are worth."""
        beside = 0.0 if self.is_written else _BESIDE_PLAIN
        return [(1.0, _HEARD) if a == b else (_BESIDE_PLAIN, beside) for a, b in pairwise(self.plain)]


def worth(reading: Reading, pieces: Pieces) -> list[float]:
    """For each position of a reading how well these pieces match it, 0 to 1."""
    singles, pairs, found = pieces.singles, pieces.pairs, reading.pairs
    values = [_SINGLE if written in singles else 0.0 for written in reading.written]
    alone = [not value for value in values] if reading.is_written else [False] * reading.size
    half = reading.size - 1
    for at, (as_written, as_heard) in enumerate(reading.credits):
        if found[at] in pairs:
            value = as_written
        elif found[half + at] in pairs:
            value = as_heard * (_BOTH_WRONG if alone[at] and alone[at + 1] else 1.0)
        else:
            continue
        if value > values[at]:
            values[at] = value
        if value > values[at + 1]:
            values[at + 1] = value
    return values
