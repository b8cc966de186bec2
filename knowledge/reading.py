"""A text taken apart for comparison: its characters, how they sound, and how well another text's pieces match them."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from statistics import fmean
from typing import Self

from knowledge.everyday import ballast, meanings
from knowledge.normalize import heard, normalize, plain
from knowledge.pinyin import fold

_LONGEST = 240  # characters that are read: nobody's question needs more, and a paste must not cost more
_PLAIN = frozenset("怎么什谁哪多少几久能可以要有无是不在和个名次把被给让到算做办最搞都")
_NUMERALS = frozenset("零一二三四五六七八九十百两")
_PLAIN_SOUNDS = frozenset({"zen", "me", "sen", "duo", "sao", "jiu", "sa"})  # folded: shen, shao, sha
_GENERIC = re.compile(
    "申请|流程|程序|手续|材料|有效|年龄|要求|条件|时间|报名|办理|登记|安排|准备|标准|内容|方式|方法|处理|规定|参加|开始|结束|"
    "主要|情况|问题|需要|工作|管理|计算|产生|意见|提前|必须|选举|投票|表决|比例|工资|学习|开会|意思|区别|作用|为什么|成员|代表|"
    "负责|主席|主任|单位|人员|重新|至少"
)
"""Words of every walk of life: they tell apart what was found, but little is found for their sake alone."""

_ASKS = {
    name: re.compile(words)
    for name, words in {
        "people": "多少人|几人|几名|多少名|几个(?!月)|多少党员|人数|到会|多少个(?!月)",
        "votes": "票|赞成",
        "often": "次|多久(?:开|搞|讲|上|考察|联系|传达|评|谈|学|报|公布|聚|办)|每年|每月|每季度",
        "long": "多久(?!一次)|多长|几年|几个月|几天|期限|有效|任期|最长|最短|多少天",
        "when": "什么时候|哪天|何时|最晚|最早|算起|几月|时间|哪年|哪月|起",
        "who": "谁|哪一级|哪级|哪个部门|什么人|哪些人",
        "where": "哪里|哪儿|交给|地方|放哪|去哪|报到|到哪",
        "may": "可以|能|行吗|是不是|算吗|允许|要不要|吗$|必须",
        "how": "怎么|方法|方式|程序|流程|步骤|手续|哪些步|先后",
        "papers": "材料|资料|写什么|填|档案|留哪些|表$",
        "what": "是什么|什么意思|干什么|内容|什么叫|指什么|区别",
        "share": "比例|几成|百分|标准|多少钱|交多少|基数|差额",
        "faults": "错|误区",
        "page": "页|章|读本|附录|案例|目录",
        "condition": "条件|要求|资格|年龄|哪些情况|什么情况|情形|岁",
        "grades": "等次|档|分几",
    }.items()
}
"""What kind of answer words ask for."""

_MAY = re.compile("要不要|用不用|需不需要|必须|吗$|行不行|算不算|对不对|合规")
"""The same of what is not left when words are normalized."""

_SINGLE = 0.35  # what a character is worth that matches without its neighbours
_HEARD = 0.9  # … that matches by sound
_BOTH_WRONG = 0.6  # … by sound though neither character of the pair occurs: likelier another word than two slips
_BESIDE_PLAIN = 0.6  # … whose matching neighbour is a question word: 天气怎么 must not be explained by 到期怎么
_MEANT = 0.85  # … that matches by what the everyday word means


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
    then as many heard ones. `said` is what it was before it was normalized: 吗 and 要不要 tell what kind of answer is
    wanted, and nothing else.
    """

    def __init__(self, words: str, said: str = "", *, quickly: bool = False) -> None:
        self.words = words
        self._said = said or words
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
        self.heads = "".join(read[0] for _, read in found)
        self._ends = list(accumulate(len(written or read) for written, read in found))
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
        said = plain(phrase)
        return tuple(cls(words, said) for words in dict.fromkeys((normalize(phrase), said)) if words)

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
    def generic(self) -> list[bool]:
        """For each position whether it belongs to a word of every walk of life."""
        return self.marked(found.span() for found in _GENERIC.finditer(self.words))

    @cached_property
    def asks(self) -> frozenset[str]:
        """What kinds of answer it asks for."""
        return _kinds(self.words, self._said)

    def positions(self, start: int, end: int) -> slice:
        """The positions that these characters of the words have."""
        return slice(bisect_right(self._ends, start), bisect_left(self._ends, end) + 1)

    def marked(self, spans: Iterable[tuple[int, int]]) -> list[bool]:
        """For each position whether it lies within one of these spans of the words."""
        marks = [False] * self.size
        for span in spans:
            at = self.positions(*span)
            marks[at] = [True] * (at.stop - at.start)
        return marks

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
    if pairs.isdisjoint(found):
        return values
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


class Question(Reading):
    """What somebody asked, with what its everyday words mean and what of it is only told along.

    `meant_by` has, for stretches of positions, what the rules call it; `wholes` are the
    question as typed and in the terms of the rules.
    """

    def __init__(self, words: str, said: str = "") -> None:
        super().__init__(words, said, quickly=True)
        found = list(meanings(words))
        self.meant_by = [
            (self.positions(start, end), [Reading(each, quickly=True) for each in means]) for start, end, means in found
        ]
        self.told_along = self.marked(ballast(words))
        self.wholes: tuple[Reading, ...] = (self, Reading(_with(words, found), quickly=True)) if found else (self,)

    @classmethod
    def of_question(cls, question: str) -> Self:
        return cls(normalize(question[:_LONGEST]), plain(question[:_LONGEST]))

    def in_words(self, words: str) -> Self:
        """The same question with other words for it."""
        return self if words == self.words else type(self)(words, self._said)

    @property
    def means(self) -> list[str]:
        """What the rules call all that is said otherwise in it."""
        return [each.words for _, means in self.meant_by for each in means]

    @cached_property
    def asks(self) -> frozenset[str]:
        """What kinds of answer it asks for, in its own words and in those of the rules."""
        return frozenset().union(*(_kinds(each.words, each._said) for each in self.wholes))

    @cached_property
    def pieces(self) -> Pieces:
        """Its own pieces and those of all that it may mean."""
        return Pieces.of([*self.wholes, *(each for _, means in self.meant_by for each in means)])

    def worth(self, pieces: Pieces) -> list[float]:
        """For each position how well these pieces match it, as it is written, heard or meant, 0 to 1."""
        values = worth(self, pieces)
        for at, means in self.meant_by:
            if min(values[at]) >= _MEANT:
                continue
            meant = _MEANT * max(fmean(worth(each, pieces)) for each in means)
            values[at] = [max(value, meant) for value in values[at]]
        return values


def kinds_of(text: str) -> frozenset[str]:
    """What kinds of answer a text asks for."""
    return _kinds(normalize(text), plain(text))


def _kinds(words: str, said: str) -> frozenset[str]:
    kinds = frozenset(kind for kind, asked in _ASKS.items() if asked.search(words))
    return kinds | {"may"} if _MAY.search(said) else kinds


def _with(words: str, found: Sequence[tuple[int, int, tuple[str, ...]]]) -> str:
    for start, end, means in reversed(found):
        words = words[:start] + means[0] + words[end:]
    return words
