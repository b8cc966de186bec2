"""Passages of imported readings, found by what they say: compact, so that a hundred thousand fit beside the entries.

An inverted index of character pairs, written and heard, whose postings are arrays of numbers; of a passage only its
text and its normalized words are kept beside them, and the best candidates are read anew. A passage is scored by how
much of the question its text explains, rare characters weighing more, and how close together its best sentence has
them.
"""

import heapq
import math
import re
from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from knowledge.normalize import heard, normalize
from knowledge.pinyin import fold
from knowledge.reading import Pieces, Reading, worth
from knowledge.readings import Passage

QUOTED = 62.0
"""The score from which a passage is quoted."""
LONGEST_QUOTE = 150
_WEIGHED = 8
_SCANNED = 6_000  # postings looked at per question, rare pairs first
_READ = 512  # passages that stay read
_PERFECT = 95.0  # the score beyond which a better passage would say the same
_FAIR_PART = 0.4
_SENTENCES = re.compile(r"[^。！？；\n]*[。！？；]+[”’」』）》]*\n*|[^。！？；\n]+\n*|\n+")
_ASKING = re.compile("什么(?:时候|时间|日子|地方|样)|多(?:少钱|长时间)|何[时地]|几时|怎么样|为什么")
"""Questions of several characters; what answers them says a day, a place or a sum, and none of these characters."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage that answers a question, 0 to 100 well, and the sentences of it to show; `reading` is whose it is."""

    key: str
    reading: str
    passage: Passage
    score: float
    words: str


class _Read:
    """A passage taken apart: all pieces of it and of its headings, and its sentences with the pieces of each."""

    def __init__(self, passage: Passage, words: str) -> None:
        self._text = passage.text
        self._heading, *self._lines = words.split("\n")
        self.all = _pieces(words)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """As they follow each other, with their marks."""
        return _sentences(self._text)

    @cached_property
    def each(self) -> tuple[Pieces, ...]:
        """What each sentence has together with the headings; only of what is quoted anybody wants to know."""
        heading = _pieces(self._heading)
        return tuple(_union(heading, _pieces(words)) for words in self._lines)


class Passages:
    """Passages under keys; built by `add`, which like `remove` may be called while it is in use."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._passages: list[Passage | None] = []
        self._words: list[str] = []
        self._readings: list[str] = []
        self._numbers: dict[str, int] = {}
        self._postings: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self._owned: defaultdict[str, int] = defaultdict(int)
        self._read: OrderedDict[int, _Read] = OrderedDict()

    def __len__(self) -> int:
        return len(self._numbers)

    def keys(self) -> set[str]:
        """The keys of all that can be found."""
        return set(self._numbers)

    def add(self, key: str, passage: Passage, reading: str = "") -> None:
        """Take in a passage of a reading; one that has this key already is replaced."""
        self.remove(key)
        number = self._numbers[key] = len(self._keys)
        self._keys.append(key)
        self._passages.append(passage)
        self._readings.append(reading)
        self._words.append(words := _words(passage))
        pieces = _pieces(words)
        for pair in pieces.pairs:
            self._postings[pair].append(number)
        for single in pieces.singles:
            self._owned[single] += 1

    def remove(self, key: str) -> None:
        """Forget a passage; an unknown key is ignored."""
        if (number := self._numbers.pop(key, None)) is not None:
            # Its postings stay, a few bytes each, until the process starts anew; what they name is gone.
            self._passages[number] = None
            self._words[number] = ""
            self._read.pop(number, None)

    def passage(self, key: str) -> tuple[str, Passage] | None:
        """The title of its reading and a passage by its key; None when there is none."""
        number = self._numbers.get(key)
        passage = None if number is None else self._passages[number]
        return None if number is None or passage is None else (self._readings[number], passage)

    def find(self, question: str, limit: int = 2, *, sees: Callable[[str], bool] = lambda key: True) -> list[Quote]:
        """The passages that answer a question well enough to be quoted, best first; only those whose key `sees`."""
        reading = _asked(question)
        if not reading.meant or not self._numbers:
            return []
        weights = [self._weight(reading, at) for at in range(reading.size)]
        quotes = []
        for number in self._candidates(reading, sees):
            passage = self._passages[number]
            assert passage is not None
            read = self._read_again(number, passage)
            values = worth(reading, read.all)
            whole = _share(weights, values)
            if 100 * whole < QUOTED or reading.has_word_beyond(values):
                continue
            at, close, words = _best_sentences(reading, weights, read)
            score = round(100 * (0.6 * whole + 0.4 * close) - 0.01 * at, 1)
            if score >= QUOTED:
                quotes.append(Quote(self._keys[number], self._readings[number], passage, score, words))
            if sum(quote.score >= _PERFECT for quote in quotes) >= limit:
                break
        return sorted(quotes, key=lambda quote: -quote.score)[:limit]

    def _candidates(self, reading: Reading, sees: Callable[[str], bool]) -> list[int]:
        half = reading.size - 1
        # What is written nowhere may have been misheard; what is written somewhere was meant.
        pairs = {
            written if written in self._postings else heard
            for written, heard in zip(reading.pairs[:half], reading.pairs[half:], strict=True)
        }
        found = sorted((posting for pair in pairs if (posting := self._postings.get(pair))), key=len)
        gathered: defaultdict[int, float] = defaultdict(float)
        scanned, size = 0, len(self._keys) + 1
        for posting in found:
            scanned += len(posting)
            if scanned > _SCANNED and gathered:
                # What is common only decides between those that have something rare already.
                break
            weight = math.log(1 + size / len(posting))
            for number in posting if len(posting) <= _SCANNED else posting[:_SCANNED]:
                gathered[number] += weight
        best = heapq.nlargest(4 * _WEIGHED, _likely(gathered), key=gathered.__getitem__)
        visible = [number for number in best if self._is_seen(number, sees)]
        if len(visible) < min(_WEIGHED, len(best)):
            # The best are mostly gone or somebody else's.
            others = {number: weight for number, weight in gathered.items() if self._is_seen(number, sees)}
            visible = heapq.nlargest(_WEIGHED, _likely(others), key=gathered.__getitem__)
        return visible[:_WEIGHED]

    def _is_seen(self, number: int, sees: Callable[[str], bool]) -> bool:
        return self._passages[number] is not None and sees(self._keys[number])

    def _weight(self, reading: Reading, at: int) -> float:
        if reading.plain[at]:
            return 0.3
        known = self._owned.get(reading.written[at] or f"/{reading.syllables[at]}", 0)
        return math.log(1 + (len(self._keys) + 1) / (known + 0.5))

    def _read_again(self, number: int, passage: Passage) -> _Read:
        if number in self._read:
            self._read.move_to_end(number)
            return self._read[number]
        read = self._read[number] = _Read(passage, self._words[number])
        if len(self._read) > _READ:
            self._read.popitem(last=False)
        return read


def _asked(question: str) -> Reading:
    reading = Reading.of_question(question)
    words = _ASKING.sub("什么", reading.words)
    return reading if words == reading.words else Reading(words, quickly=True)


def _likely(gathered: Mapping[int, float]) -> list[int]:
    """Those that have a fair part of the rare pairs of the best one; the others are not worth reading."""
    least = _FAIR_PART * max(gathered.values(), default=0.0)
    return [number for number, weight in gathered.items() if weight >= least]


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(_SENTENCES.findall(text)) or (text,)


def _words(passage: Passage) -> str:
    """A passage normalized, which costs more than all else: its headings, then a line for each sentence."""
    return "\n".join(map(normalize, (f"{passage.chapter} {passage.heading}", *_sentences(passage.text))))


def _pieces(words: str) -> Pieces:
    """What normalized words have to offer; as `Pieces.of` the readings of their lines, at a fraction of the cost.

    No pair goes from one line to the next: a question that only a seam explains is about something else.
    """
    singles: set[str] = set()
    pairs: set[str] = set()
    for line in words.split("\n"):
        found = heard(line, quickly=True)
        written = [one for one, _ in found]
        singles.update(written)
        pairs.update([a + b for a, b in pairwise(written) if a and b])
        pairs.update(map(" ".join, pairwise([fold(read) for _, read in found])))
    return Pieces(frozenset(singles) - {""}, frozenset(pairs))


def _union(*pieces: Pieces) -> Pieces:
    return Pieces(
        frozenset().union(*(each.singles for each in pieces)), frozenset().union(*(each.pairs for each in pieces))
    )


def _best_sentences(reading: Reading, weights: list[float], read: _Read) -> tuple[int, float, str]:
    """Where the sentence stands that explains most, how much it does, and it with its neighbours as far as they fit."""
    sentences = read.sentences
    shares = [_share(weights, worth(reading, pieces)) for pieces in read.each]
    best = max(range(len(sentences)), key=lambda at: shares[at])
    first = last = best
    for step in _outwards(best, len(sentences)):
        taken = sum(map(len, sentences[min(first, step) : max(last, step) + 1]))
        if taken > LONGEST_QUOTE:
            break
        first, last = min(first, step), max(last, step)
    words = "".join(sentences[first : last + 1]).strip()
    goes_on = last + 1 < len(sentences) or len(words) > 2 * LONGEST_QUOTE
    return best, shares[best], ("……" if first else "") + words[: 2 * LONGEST_QUOTE] + ("……" if goes_on else "")


def _outwards(best: int, count: int) -> Iterator[int]:
    """The neighbours to take in, what follows first."""
    yield from range(best + 1, min(best + 3, count))
    yield from range(best - 1, max(best - 2, -1), -1)


def _share(weights: list[float], values: list[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, values, strict=True)) / sum(weights)
