"""The index behind the handbook: finds what shares pieces with a question, scores it, and is calibrated to three verdicts.

What is indexed has phrases (title and aliases) and a text (the answer), which counts for less. An inverted index of pairs, written
(党费) and heard (dan fei, the usual confusions folded), finds candidates, rare pairs first. A candidate is scored by how much of the
question it explains, character by character, each weighing the more the rarer it is: so a word that the handbook does not
know counts against every candidate, and a question about the weather stays unanswered.
"""

import heapq
import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from rapidfuzz import fuzz, process

from knowledge.normalize import fold, heard, normalize

Status = Literal["answered", "unsure", "unknown"]

ANSWERED = 70.0
UNSURE = 45.0
_LEAD = 3.0  # less than this between the first two and neither is the answer
_SCORED = 12
_SCANNED = 20_000  # postings looked at per question; rare pairs come first, so the common ones are what is skipped
_LONGEST = 60  # characters of a question that are read: nobody's question needs more, and a paste must not cost more

_SINGLE, _HEARD, _IN_TEXT = 0.35, 0.9, 0.6  # what a character is worth that matches alone, by sound, in the text only


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found under a key, and how well it fits, 0 to 100."""

    key: str
    score: float


class _Reading:
    """A text taken apart once: its characters, how they sound, and the pairs of both."""

    __slots__ = ("heard", "letters", "sound", "syllables", "words", "written")

    def __init__(self, text: str) -> None:
        self.words = normalize(text[: 4 * _LONGEST])
        pieces = heard(self.words)
        self.written = [written for written, _ in pieces]
        self.syllables = [fold(read) for _, read in pieces]
        self.sound = " ".join(read for _, read in pieces)
        self.letters = "".join(read if read == written else read[0] for written, read in pieces)
        self.heard = not self.words.isascii()

    def pairs(self) -> list[str]:
        """Neighbours, as written and as heard, position by position; an unwritten one is ""."""
        written = [a + b if a and b else "" for a, b in pairwise(self.written)]
        return written + [f"{a} {b}" for a, b in pairwise(self.syllables)]


@dataclass(slots=True)
class _Bag:
    singles: set[str] = field(default_factory=set)
    pairs: set[str] = field(default_factory=set)

    def put(self, reading: _Reading) -> None:
        self.singles.update(reading.written)
        self.pairs.update(reading.pairs())
        self.pairs.discard("")
        self.singles.discard("")

    def worth(self, reading: _Reading, pairs: Sequence[str]) -> list[float]:
        """For each position of the reading how well it is matched here, 0 to 1."""
        size = len(reading.written)
        worth = [_SINGLE if written in self.singles else 0.0 for written in reading.written]
        for at in range(size - 1):
            value = 1.0 if pairs[at] in self.pairs else _HEARD if pairs[size - 1 + at] in self.pairs else 0.0
            if value:
                worth[at] = max(worth[at], value)
                worth[at + 1] = max(worth[at + 1], value)
        return worth


@dataclass(slots=True)
class _Owner:
    key: str
    words: list[str]
    sounds: list[str]
    readings: list[_Reading]
    phrases: _Bag
    text: _Bag


class Index:
    """Phrases and texts under keys; built by `add`, which may also be called while it is in use."""

    def __init__(self) -> None:
        self._owners: list[_Owner] = []
        self._postings: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self._frequency: defaultdict[str, int] = defaultdict(int)
        self._exact: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, key: str, phrases: Iterable[str], text: str = "") -> None:
        """Take in what is found by these phrases and, less surely, by this text."""
        number = len(self._owners)
        readings = [_Reading(phrase) for phrase in phrases]
        owner = _Owner(key, [r.words for r in readings], [r.sound for r in readings], readings, _Bag(), _Bag())
        for reading in readings:
            owner.phrases.put(reading)
            for name in {reading.words, f"/{reading.sound}", f"'{reading.letters}"}:
                if number not in self._exact[name]:
                    self._exact[name].append(number)
        for line in text.splitlines():
            owner.text.put(_Reading(line))
        self._owners.append(owner)
        for pair in owner.phrases.pairs | owner.text.pairs:
            self._postings[pair].append(number)
        for single in owner.phrases.singles | owner.text.singles:
            self._frequency[single] += 1
        for syllable in {s for r in readings for s in r.syllables}:
            self._frequency[f"/{syllable}"] += 1

    def ask(self, question: str, limit: int = 3) -> tuple[Status, list[Hit]]:
        """The verdict and the best hits, best first; `unknown` comes with none, the others with at least one."""
        reading = _Reading(question)
        if not reading.written:
            return "unknown", []
        hits = sorted(self._scored(reading), key=lambda hit: -hit.score)[: max(limit, 2)]
        if not hits or hits[0].score < UNSURE:
            return "unknown", []
        lead = hits[0].score - hits[1].score if len(hits) > 1 else 100.0
        status: Status = "answered" if hits[0].score >= ANSWERED and lead >= _LEAD else "unsure"
        return status, [hit for hit in hits[:limit] if hit.score >= min(UNSURE, hits[0].score)]

    def _weight(self, piece: str) -> float:
        return math.log(1 + (len(self._owners) + 1) / (self._frequency.get(piece, 0) + 0.5))

    def _named(self, reading: _Reading) -> list[Hit]:
        if not reading.heard and len(reading.words) >= 3 and (owners := self._exact.get(f"'{reading.words}")):
            return [Hit(self._owners[number].key, 96.0) for number in owners]
        for name, score in ((reading.words, 100.0), (f"/{reading.sound}", 98.0)):
            if owners := self._exact.get(name):
                return [Hit(self._owners[number].key, score) for number in owners]
        return []

    def _candidates(self, pairs: Sequence[str]) -> list[int]:
        found = sorted((posting for pair in set(pairs) if (posting := self._postings.get(pair))), key=len)
        gathered: defaultdict[int, float] = defaultdict(float)
        scanned, size = 0, len(self._owners) + 1
        for posting in found:
            scanned += len(posting)
            if scanned > _SCANNED and gathered:
                break
            weight = math.log(1 + size / len(posting))
            for number in posting:
                gathered[number] += weight
        return heapq.nlargest(_SCORED, gathered, key=gathered.__getitem__)

    def _scored(self, reading: _Reading) -> Iterable[Hit]:
        named = self._named(reading)
        yield from named
        pairs = reading.pairs()
        weights = [self._weight(written or f"/{syllable}") for written, syllable in zip(reading.written, reading.syllables, strict=True)]
        known = {hit.key for hit in named}
        for number in self._candidates(pairs):
            owner = self._owners[number]
            if owner.key not in known:
                yield Hit(owner.key, round(self._score(reading, pairs, weights, owner), 1))

    def _score(self, reading: _Reading, pairs: Sequence[str], weights: Sequence[float], owner: _Owner) -> float:
        total = sum(weights)
        by_phrases = owner.phrases.worth(reading, pairs)
        by_text = owner.text.worth(reading, pairs)
        explained = sum(w * max(p, _IN_TEXT * t) for w, p, t in zip(weights, by_phrases, by_text, strict=True)) / total
        closest = max(self._closeness(reading, pairs, weights, total, owner, at) for at in self._nearest(reading, owner))
        return 100 * (0.5 * explained + 0.5 * closest)

    @staticmethod
    def _nearest(reading: _Reading, owner: _Owner) -> set[int]:
        found = {process.extractOne(reading.sound, owner.sounds, scorer=fuzz.ratio)[2]}
        if reading.heard:
            found.add(process.extractOne(reading.words, owner.words, scorer=fuzz.ratio)[2])
        return found

    def _closeness(
        self, reading: _Reading, pairs: Sequence[str], weights: Sequence[float], total: float, owner: _Owner, at: int
    ) -> float:
        phrase = owner.readings[at]
        bag, other = _Bag(), _Bag()
        bag.put(phrase)
        other.put(reading)
        forth = sum(w * m for w, m in zip(weights, bag.worth(reading, pairs), strict=True)) / total
        theirs = [self._weight(written or f"/{syllable}") for written, syllable in zip(phrase.written, phrase.syllables, strict=True)]
        back = sum(w * m for w, m in zip(theirs, other.worth(phrase, phrase.pairs()), strict=True)) / sum(theirs)
        alike = fuzz.ratio(reading.sound, phrase.sound) / 100
        if reading.heard:
            alike = max(0.95 * alike, fuzz.ratio(reading.words, phrase.words) / 100)
        return 0.45 * forth + 0.25 * back + 0.3 * alike
