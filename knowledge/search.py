"""The index behind the handbook: finds what shares pieces with a question, scores it, calibrated to three verdicts.

What is indexed has phrases (title and aliases) and a text (the answer), which counts for less. An inverted index of
pairs, written (党费) and heard (dan fei, the usual confusions folded), finds candidates, rare pairs first. A candidate
is scored by how much of the question it explains, character by character, each weighing the more the rarer it is, and
by how close its best phrase comes. What people say otherwise (苗子) is explained by what it means.
"""

import heapq
import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

from rapidfuzz import fuzz, process

from knowledge.pinyin import segment
from knowledge.reading import Pieces, Question, Reading, worth

Status = Literal["answered", "unsure", "unknown"]

UNSURE = 38.0
"""The score from which something is offered."""

# A score that is an answer, and one that is where it is clear of the second by so much.
_SURE, _AHEAD, _CLEAR = 50.0, 44.0, 6.0
# So much more is wanted where a word of the question is explained by nothing in the entry.
_STRANGE_WORD = 9.0
# Two that are so near to each other are both offered then, where the first is not beyond doubt.
_ALIKE, _BEYOND_DOUBT = 1.0, 64.0
_ONE_WORD = 3
_THE_VERY_WORDS = 100.0
# The most for what is not named, however like it is.
_LIKE_WORDS = 95.5

# Of the pairs of two that change places with their neighbours so many must be known.
_PAIRS_RIGHT = 2
# How many candidates are weighed, and how many of those are compared phrase by phrase.
_WEIGHED, _COMPARED = 16, 8
# Postings looked at per question; rare pairs come first, so the common ones are what is skipped.
_SCANNED = 20_000

# Weights: of a question word, and the most that a word of every walk of life, a number, and any character may weigh.
_PLAIN, _GENERIC, _NUMERAL, _MOST = 0.5, 2.0, 1.2, 4.0
# What a character is worth that only the text explains.
_IN_TEXT = 0.5
# Characters of a question; what is longer tells a story, of which less need be explained.
_LINE = 8
# What a phrase gains or loses by the kind of answer that it gives (how often, who, where …).
_SAME_KIND = 0.1
# Points that are lost by what has none of the question's pairs, compared with what has most; and by what gives none of
# the kinds of answer that are asked for: an entry on how long is none for how often.
_SHARED, _OTHER_KIND = 7.0, 4.0
_INITIALS = re.compile(r"[a-z]{3,8}")


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found under a key, and how well it fits, 0 to 100."""

    key: str
    score: float


@dataclass(frozen=True, slots=True)
class _Owner:
    key: str
    of: str
    phrases: tuple[Reading, ...]
    words: list[str]
    sounds: list[str]
    named: Pieces
    told: Pieces
    asks: frozenset[str]
    handicap: float

    @property
    def is_way(self) -> bool:
        """Whether it is another way to find something else."""
        return self.of != self.key


class Index:
    """Phrases and texts under keys; built by `add`, which may also be called while it is in use."""

    def __init__(self) -> None:
        self._owners: list[_Owner] = []
        self._numbers: dict[str, int] = {}
        self._ways: defaultdict[str, list[int]] = defaultdict(list)
        self._postings: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self._exact: defaultdict[str, list[int]] = defaultdict(list)
        self._owned: defaultdict[str, int] = defaultdict(int)
        self._counted = 0
        self._weights: dict[str, float] = {}
        self._gone: set[int] = set()

    def remove(self, key: str) -> None:
        """Forget what stands under a key; an unknown one is ignored."""
        numbers = {self._numbers.pop(key), *self._ways.pop(key, ())} if key in self._numbers else set()
        # Its postings stay until the process starts anew: such entries are few.
        self._gone |= numbers

    def add(self, key: str, phrases: Iterable[str], text: str = "", *, handicap: float = 0.0, of: str = "") -> None:
        """Take in what is found by these phrases and, less surely, by this text.

        `handicap` is taken off its scores unless it is named: of two alike the other comes first. What is `of` another
        key is another way to find that one: hits come under that key, as well as the best of its ways fits.
        """
        number = self._numbers[key] = len(self._owners)
        readings = tuple(reading for phrase in phrases for reading in Reading.of_phrase(phrase))
        told = [Reading.of_question(line) for line in text.splitlines()]
        words, sounds = [reading.words for reading in readings], [reading.sound for reading in readings]
        asks = frozenset().union(*(reading.asks for reading in readings))
        owner = _Owner(key, of or key, readings, words, sounds, Pieces.of(readings), Pieces.of(told), asks, handicap)
        self._owners.append(owner)
        self._ways[owner.of].append(number)
        for name in {name for reading in readings for name in reading.names}:
            self._exact[name].append(number)
        for pair in owner.named.pairs | owner.told.pairs:
            self._postings[pair].append(number)
        if of:
            return  # how rare a piece is, entries say by their names and texts, not by how often people put it
        self._counted += 1
        for single in owner.named.singles | owner.told.singles | {f"/{s}" for r in readings for s in r.syllables}:
            self._owned[single] += 1
        self._weights.clear()

    def ask(
        self,
        question: str,
        limit: int = 3,
        *,
        sees: Callable[[str], bool] = lambda key: True,
        wants: Callable[[str], float] = lambda key: 0.0,
    ) -> tuple[Status, list[Hit]]:
        """The verdict and the best hits, best first; `unknown` comes with none, the others with at least one.

        Only what has a key that `sees` is found, and it must fit better than usual by what `wants` says of the key.
        """
        reading = self._read(question)
        if not reading.meant:
            return "unknown", []
        hits = list(_best_of_each(sorted(self._hits(reading, sees), key=lambda hit: -hit.score)))
        hits = [hit for hit in hits if hit.score >= UNSURE + wants(hit.key)]
        if not hits:
            return "unknown", []
        return "answered" if self._is_sure(reading, hits, wants(hits[0].key)) else "unsure", hits[: max(1, limit)]

    def mended(self, question: str) -> str:
        """The words of a question, neighbours that were typed in the wrong order (换选届举) put right.

        They change places where nothing that is indexed has them as they stand, and something as they would stand.
        """
        words = list(Reading.of_question(question).words)
        at = 0
        while at < len(words) - 1:
            before, after = "".join(words[max(0, at - 1) : at]), "".join(words[at + 2 : at + 3])
            one, other = words[at], words[at + 1]
            if not self._known(before + one + other + after) and self._known(other + one):
                turned = before + other + one + after
                if self._known(turned) >= min(_PAIRS_RIGHT, len(turned) - 1):
                    words[at : at + 2] = other, one
                    at += 1
            at += 1
        return "".join(words)

    def _known(self, words: str) -> int:
        return sum(a + b in self._postings for a, b in pairwise(words))

    def _read(self, question: str) -> Question:
        """The question, with initials in it put into the words that most phrases have for them: ybq多久."""
        reading = Question.of_question(question)
        if not reading.is_written:
            return reading
        words = _INITIALS.sub(lambda found: self._with_initials(found[0]) or found[0], reading.words)
        return reading.in_words(words)

    def _with_initials(self, letters: str) -> str | None:
        if segment(letters):
            return None  # pinyin, not initials
        found = Counter(
            "".join(phrase.written[at : at + len(letters)])
            for owner in self._owners
            for phrase in owner.phrases
            if (at := phrase.heads.find(letters)) >= 0
        )
        return max(found, key=found.__getitem__) if found else None

    def _is_sure(self, reading: Question, hits: Sequence[Hit], wanted: float) -> bool:
        best, second = hits[0].score, hits[1].score if len(hits) > 1 else 0.0
        if best == _THE_VERY_WORDS:
            return second < best
        if reading.size <= _ONE_WORD and best - second < _CLEAR:
            return False  # a bare word is about everything that has it
        if best - second >= _CLEAR:
            return best >= _AHEAD + wanted
        strange = all(reading.has_word_beyond(self._matched(reading, owner)) for owner in self._owners_of(hits[0].key))
        if strange and best - second < _ALIKE and best < _BEYOND_DOUBT + wanted:
            return False
        return best >= _SURE + wanted + (_STRANGE_WORD if strange else 0.0)

    def _owners_of(self, key: str) -> list[_Owner]:
        """What is found under a key, and the other ways to find it."""
        return [self._owners[number] for number in self._ways.get(key, ()) if number not in self._gone]

    def _hits(self, reading: Question, sees: Callable[[str], bool]) -> Iterator[Hit]:
        named = {number: score for number, score in self._named(reading).items() if sees(self._owners[number].of)}
        yield from (Hit(self._owners[number].of, score) for number, score in named.items())
        weights = self._weights_of(reading)
        candidates = self._candidates(reading, sees)
        explained = {
            number: _explained(reading, weights, self._matched(reading, self._owners[number]))
            for number in candidates
            if number not in named
        }
        # Many explain a short question wholly: of those the ones that share more of its rare pairs.
        best = sorted(explained, key=lambda each: (explained[each], candidates[each]), reverse=True)
        for number in (*self._some(best, _COMPARED, ways=False), *self._some(best, _COMPARED // 2, ways=True)):
            owner = self._owners[number]
            closest = max(
                (self._closeness(reading, weights, owner.phrases[at]) for at in self._nearest(reading, owner)),
                default=0.0,
            )
            score = 100 * (0.55 * explained[number] + 0.45 * closest) - _SHARED * (1 - candidates[number])
            score -= _OTHER_KIND * len(reading.asks - owner.asks) / max(1, len(reading.asks))
            yield Hit(owner.of, round(min(score, _LIKE_WORDS) - owner.handicap, 1))

    def _named(self, reading: Question) -> dict[int, float]:
        # Initials name a phrase only where nothing but letters was typed: any four characters have some initials.
        names = reading.names[: 2 if reading.is_written else 3]
        for name, score in zip(names, (_THE_VERY_WORDS, 98.0, 96.0), strict=False):
            if owners := [number for number in self._exact.get(name, ()) if number not in self._gone]:
                return dict.fromkeys(owners, score)
        return {}

    def _candidates(self, reading: Question, sees: Callable[[str], bool]) -> dict[int, float]:
        """What shares pairs with the question, with how much of what the best shares, 0 to 1."""
        found = sorted((posting for pair in reading.pieces.pairs if (posting := self._postings.get(pair))), key=len)
        gathered: defaultdict[int, float] = defaultdict(float)
        scanned, size = 0, len(self._owners) + 1
        for posting in found:
            scanned += len(posting)
            if scanned > _SCANNED and gathered:
                break
            weight = math.log(1 + size / len(posting))
            for number in posting:
                gathered[number] += weight
        best = heapq.nlargest(6 * _WEIGHED, gathered, key=gathered.__getitem__)
        seen = [number for number in best if number not in self._gone and sees(self._owners[number].of)]
        # Ways to put it are many: they must not crowd out what they are ways to.
        kept = [*self._some(seen, _WEIGHED, ways=False), *self._some(seen, _WEIGHED // 2, ways=True)]
        return {number: gathered[number] / gathered[seen[0]] for number in kept}

    def _some(self, numbers: Iterable[int], most: int, *, ways: bool) -> list[int]:
        """The first so many that are ways to something else, or that are not."""
        return list(islice((number for number in numbers if self._owners[number].is_way is ways), most))

    def _weights_of(self, reading: Reading) -> list[float]:
        return [
            _PLAIN if plain else min(_GENERIC if generic else _NUMERAL if number else _MOST, self._weight(piece))
            for piece, plain, generic, number in zip(
                (
                    written or f"/{syllable}"
                    for written, syllable in zip(reading.written, reading.syllables, strict=True)
                ),
                reading.plain,
                reading.generic,
                reading.numeral,
                strict=True,
            )
        ]

    def _weight(self, piece: str) -> float:
        weight = self._weights.get(piece)
        if weight is None:
            weight = self._weights[piece] = math.log(1 + (self._counted + 1) / (self._owned.get(piece, 0) + 0.5))
            if len(self._weights) > 20_000:  # strangers' characters must not pile up
                self._weights.clear()
        return weight

    @staticmethod
    def _matched(reading: Question, owner: _Owner) -> list[float]:
        by_name = reading.worth(owner.named)
        if min(by_name) >= _IN_TEXT:
            return by_name
        by_text = reading.worth(owner.told)
        return [max(name, _IN_TEXT * text) for name, text in zip(by_name, by_text, strict=True)]

    @staticmethod
    def _nearest(reading: Question, owner: _Owner) -> set[int]:
        found = [process.extractOne(each.sound, owner.sounds, scorer=fuzz.ratio) for each in reading.wholes]
        if reading.is_written:
            found += [process.extractOne(each.words, owner.words, scorer=fuzz.ratio) for each in reading.wholes]
        return {best[2] for best in found if best is not None}

    def _closeness(self, reading: Question, weights: Sequence[float], phrase: Reading) -> float:
        forth = _explained(reading, weights, reading.worth(phrase.pieces))
        back = _share(self._weights_of(phrase), worth(phrase, reading.pieces))
        alike = max(_alike(each, phrase) for each in reading.wholes)
        return 0.45 * forth + 0.3 * back + 0.25 * alike + _kind_of_answer(reading, phrase)


def _best_of_each(hits: Iterable[Hit]) -> Iterator[Hit]:
    """The first hit under each key, of hits in order."""
    seen: set[str] = set()
    for hit in hits:
        if hit.key not in seen:
            seen.add(hit.key)
            yield hit


def _alike(reading: Reading, phrase: Reading) -> float:
    heard = fuzz.ratio(reading.sound, phrase.sound) / 100
    return max(0.95 * heard, fuzz.ratio(reading.words, phrase.words) / 100) if reading.is_written else heard


def _explained(reading: Question, weights: Sequence[float], values: Sequence[float]) -> float:
    """How much of a question is explained; what is only told along need not be, a long story less than a line."""
    beside = min(1.0, _LINE / reading.size)
    explained = rest = 0.0
    for weight, value, along in zip(weights, values, reading.told_along, strict=True):
        explained += weight * value
        if not along:
            rest += weight * (1 - value)
    return explained / (explained + beside * rest) if explained else 0.0


def _kind_of_answer(reading: Question, phrase: Reading) -> float:
    asked, answered = reading.asks, phrase.asks
    if not asked or not answered:
        return 0.0
    return _SAME_KIND * (2 * len(asked & answered) / (len(asked) + len(answered)) - 0.5)


def _share(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, values, strict=True)) / sum(weights)
