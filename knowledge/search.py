"""The index behind the handbook: finds what shares pieces with a question, scores it, calibrated to three verdicts.

What is indexed has phrases (title and aliases) and a text (the answer), which counts for less. An inverted index of
pairs, written (党费) and heard (dan fei, the usual confusions folded), finds candidates, rare pairs first. A candidate
is scored by how much of the question it explains, character by character, each weighing the more the rarer it is, and
by how close its best phrase comes. What people say otherwise (苗子) is explained by what it means. To that score comes
what all that is said of it, the phrasings included, has of the question together (`knowledge.pooled`).
"""

import heapq
import math
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rapidfuzz import fuzz, process

from knowledge.normalize import normalize
from knowledge.pinyin import segment
from knowledge.pooled import Pool
from knowledge.reading import Pieces, Question, Reading, worth

Status = Literal["answered", "unsure", "unknown"]

# What a score must be to be offered, and to be an answer, for what is said in a line; the latter for what is ahead of
# the second by nothing: a lead counts so many times itself, as far as it counts.
_OFFERED, _SURE = 27.0, 71.0
_LEAD, _LEAD_MOST = 1.5, 22.0
# What a score gains with every e-fold of characters: of few words one that is common soon explains all, a story that
# fits fits for a reason; of what is told at length less, for it fits sisters too.
_STORY, _AT_LENGTH, _USUAL, _LONGEST = 30.0, 18.0, 12, 24
# What it loses where a word of the question is explained by nothing in the entry.
_STRANGE_WORD = 6.0
# One so short and nothing ahead of its like is about all of them.
_ONE_WORD, _CLEAR = 3, 6.0
# Scores of what is named: in its very words, in what sounds the same, by its initials or a phrasing. What only is like
# it is told as less than that, however like it is; from `_HIGH` a score approaches this most.
_BY_NAME = (100.0, 98.0, 96.0)
_HIGH = 80.0
_LIKE_WORDS = 95.5

# Of the pairs of two that change places with their neighbours so many must be known.
_PAIRS_RIGHT = 2
# How many are weighed for the pairs that they share and for what the pool has, and how many compared phrase by phrase.
_BY_PAIRS, _BY_POOL, _COMPARED = 8, 6, 6
# Of the score of what is written: what its own names and text are worth, and all that is in the pool; and, before
# anything is compared, what it counts that the question is explained.
_INDEXED, _POOLED, _EXPLAINED = 0.7, 168.0, 38.0
_NAMED_TWICE = 2
_REMEMBERED = 1000
# Postings looked at per question; rare pairs come first, so the common ones are what is skipped.
_SCANNED = 2_000

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
class _Weighed:
    """What may be meant, and how well it fits; above 100, too, where it is not named."""

    key: str
    score: float
    story: float = 0.0
    """What the length of the question adds to what that says."""
    named: bool = False

    @property
    def fitness(self) -> float:
        """The score, by how much a question of that length says."""
        return self.score + self.story


@dataclass(frozen=True, slots=True)
class _Owner:
    key: str
    phrases: tuple[Reading, ...]
    words: list[str]
    sounds: list[str]
    named: Pieces
    told: Pieces
    asks: frozenset[str]
    handicap: float


class Index:
    """Phrases and texts under keys; built by `add`, which may also be called while it is in use."""

    def __init__(self) -> None:
        self._owners: list[_Owner] = []
        self._numbers: dict[str, int] = {}
        self._pool = Pool()
        self._postings: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self._exact: defaultdict[str, list[int]] = defaultdict(list)
        self._owned: defaultdict[str, int] = defaultdict(int)
        self._weights: dict[str, float] = {}
        self._heads: dict[str, str | None] = {}
        self._gone: set[int] = set()

    def remove(self, key: str) -> None:
        """Forget what stands under a key; an unknown one is ignored."""
        if key in self._numbers:
            # Its postings stay until the process starts anew: such entries are few.
            self._gone.add(self._numbers.pop(key))

    def add(
        self,
        key: str,
        phrases: Iterable[str],
        text: str = "",
        *,
        phrasings: Iterable[str] = (),
        handicap: float = 0.0,
    ) -> None:
        """Take in what is found by these phrases and, less surely, by this text.

        `phrasings` are other words in which people ask for it: evidence, no names. `handicap` is taken off its scores
        unless it is named: of two alike the other comes first.
        """
        number = self._numbers[key] = len(self._owners)
        readings = tuple(reading for phrase in phrases for reading in Reading.of_phrase(phrase))
        lines = text.splitlines()
        told = [Reading.of_question(line) for line in lines]
        words, sounds = [reading.words for reading in readings], [reading.sound for reading in readings]
        asks = frozenset().union(*(reading.asks for reading in readings))
        owner = _Owner(key, readings, words, sounds, Pieces.of(readings), Pieces.of(told), asks, handicap)
        self._owners.append(owner)
        for name in {name for reading in readings for name in reading.names}:
            self._exact[name].append(number)
        for pair in owner.named.pairs | owner.told.pairs:
            self._postings[pair].append(number)
        for single in owner.named.singles | owner.told.singles | {f"/{s}" for r in readings for s in r.syllables}:
            self._owned[single] += 1
        self._weights.clear()
        self._heads.clear()
        asked = [normalize(phrasing) for phrasing in phrasings]
        for each in asked:
            self._exact[f"~{each}"].append(number)
        names = dict.fromkeys(map(normalize, phrases))
        self._pool.add(
            number,
            [
                *((name, _NAMED_TWICE) for name in names),
                *((reading.words, 1) for reading in told),
                *((each, 1) for each in asked),
            ],
        )

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
        found = [
            each
            for each in self._weighed(reading, sees)
            if each.named or (reading.size > 1 and each.fitness >= _OFFERED + wants(each.key))
        ]
        if not found:
            return "unknown", []
        hits = [Hit(each.key, each.score if each.named else _shown(each.score)) for each in found[: max(1, limit)]]
        return "answered" if _is_sure(reading, found, wants(hits[0].key)) else "unsure", hits

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
        if letters not in self._heads:
            if len(self._heads) >= _REMEMBERED:  # strangers' letters must not pile up
                self._heads.clear()
            found = Counter(
                "".join(phrase.written[at : at + len(letters)])
                for owner in self._owners
                for phrase in owner.phrases
                if (at := phrase.heads.find(letters)) >= 0
            )
            self._heads[letters] = max(found, key=found.__getitem__) if found else None
        return self._heads[letters]

    def _weighed(self, reading: Question, sees: Callable[[str], bool]) -> list[_Weighed]:
        """What may be meant, best first."""
        named = {number: score for number, score in self._named(reading).items() if sees(self._owners[number].key)}
        found = [_Weighed(self._owners[number].key, score, named=True) for number, score in named.items()]
        weights = self._weights_of(reading)
        # What was typed in letters is heard, which the pool does not.
        said = "".join(reading.written)
        part = _share(weights, [float(bool(written)) for written in reading.written])
        story = part * _by_length(reading.size)
        pooled = self._pool.shares(said, reading.means) if said else {}
        shared = self._shared(reading)
        matched = {
            number: self._matched(reading, self._owners[number])
            for number in {*self._best(shared, sees, _BY_PAIRS), *self._best(pooled, sees, _BY_POOL)} - named.keys()
        }
        likely = {
            number: (_explained(reading, weights, values), pooled.get(number, 0.0), shared.get(number, 0.0))
            for number, values in matched.items()
        }
        most = max((likely[number][2] for number in likely), default=0.0) or 1.0
        # Many explain a short question wholly: of those the ones that share more of its rare pairs.
        promise = {each: (_EXPLAINED * known + _POOLED * pool, pairs) for each, (known, pool, pairs) in likely.items()}
        for number in heapq.nlargest(_COMPARED, promise, key=promise.__getitem__):
            owner, (explained, pool, pairs) = self._owners[number], likely[number]
            closest = max(
                (self._closeness(reading, weights, owner.phrases[at]) for at in self._nearest(reading, owner)),
                default=0.0,
            )
            score = 100 * (0.55 * explained + 0.45 * closest) - _SHARED * (1 - pairs / most)
            score -= _OTHER_KIND * len(reading.asks - owner.asks) / max(1, len(reading.asks))
            score = min(score, _LIKE_WORDS)
            score = (1 - (1 - _INDEXED) * part) * score + _POOLED * part * pool - owner.handicap
            if reading.has_word_beyond(matched[number]):
                score -= _STRANGE_WORD
            found.append(_Weighed(owner.key, round(score, 1), story))
        return sorted(found, key=lambda each: (each.named, each.score), reverse=True)

    def _best(self, scores: Mapping[int, float], sees: Callable[[str], bool], most: int) -> list[int]:
        for many in (most, 6 * most):  # mostly all are there to be seen
            best = heapq.nlargest(many, scores, key=scores.__getitem__)
            seen = [number for number in best if number not in self._gone and sees(self._owners[number].key)]
            if len(seen) >= most:
                break
        return seen[:most]

    def _named(self, reading: Question) -> dict[int, float]:
        # Initials name a phrase only where nothing but letters was typed: any four characters have some initials.
        words, sound, *letters = reading.names
        names = (words, sound, f"~{words}") if reading.is_written else (words, sound, *letters)
        for name, score in zip(names, _BY_NAME, strict=False):
            if owners := [number for number in self._exact.get(name, ()) if number not in self._gone]:
                return dict.fromkeys(owners, score)
        return {}

    def _shared(self, reading: Question) -> dict[int, float]:
        """What shares pairs with the question, and how rare they are."""
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
        return gathered

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
            weight = self._weights[piece] = math.log(1 + (len(self._owners) + 1) / (self._owned.get(piece, 0) + 0.5))
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


def _is_sure(reading: Question, found: Sequence[_Weighed], wanted: float) -> bool:
    best, second = found[0], found[1] if len(found) > 1 else None
    if best.named:
        return second is None or not second.named
    ahead = best.score - second.score if second is not None else _LEAD_MOST
    if reading.size <= _ONE_WORD and ahead < _CLEAR:
        return False  # a bare word is about everything that has it
    return best.fitness + _LEAD * min(ahead, _LEAD_MOST) >= _SURE + wanted


def _by_length(size: int) -> float:
    length = math.log(max(2, min(_LONGEST, size)) / _USUAL)
    return length * (_AT_LENGTH if length > 0 else _STORY)


def _shown(score: float) -> float:
    """A score as it is told: what is not named comes near the most, but the better still comes first."""
    if score <= _HIGH:
        return score
    return round(_LIKE_WORDS - (_LIKE_WORDS - _HIGH) * math.exp((_HIGH - score) / (_LIKE_WORDS - _HIGH)), 1)


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
