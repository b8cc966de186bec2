"""The figures in a question: how many of what, how much money, which days."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property

from knowledge.normalize import simplify
from knowledge.numerals import CHARACTERS, chinese_number
from knowledge.rules.dates import DateProblem, read_day

_CHINESE = f"[{CHARACTERS}]"
_NUMBER = re.compile(rf"\d+(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|{_CHINESE}+")
_TIMES = {"万": 10_000, "千": 1_000, "百": 100, "k": 1_000, "w": 10_000}
_SHORT = re.compile(r"([万千])([1-9一二三四五六七八九])(?![\d.百十万千年月日号]|个月)")
_FULL_DAY = re.compile(
    rf"(\d{{4}}|[零〇一二三四五六七八九]{{4}})\s*[年./-]\s*(\d{{1,2}}|{_CHINESE}{{1,3}})\s*[月./-]\s*"
    rf"(?:(\d{{1,2}}|{_CHINESE}{{1,3}})\s*[日号]?)?"
)
_COMPACT = re.compile(r"(?<!\d)(20\d\d|19\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)")
_YEARLESS = re.compile(
    rf"(今年|去年|前年|明年)?\s*(\d{{1,2}}|{_CHINESE}{{1,3}})\s*月\s*(?:份)?\s*(\d{{1,2}}|{_CHINESE}{{1,3}})\s*[日号]"
)
_NO_NUMBER = re.compile(r"一(?:般|律|定|致|直|起|样)")  # 支部一般不超过多少人 is not about one person
_SAID_DAY = re.compile(r"今天|昨天|前天|明天|后天|上周[一二三四五六日天]|这周[一二三四五六日天]|上个?月\d{1,2}[日号]")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with the words around it; never part of a day."""

    value: Decimal
    before: str
    after: str

    @property
    def count(self) -> int | None:
        """As a whole number of things; None where it is not one."""
        return int(self.value) if self.value == int(self.value) and self.value < 1_000_000 else None


@dataclass(frozen=True, slots=True)
class Day:
    """A day in a question; `is_month` when only its month was said, and the first stands for it."""

    day: date
    is_month: bool
    before: str
    after: str


class Asked:
    """A question with its figures taken out of it; `today` is needed for days without a year."""

    def __init__(self, question: str, today: date | None = None) -> None:
        self.words = _NO_NUMBER.sub("", re.sub(r"\s+", "", simplify(question)))
        self.today = today

    def has(self, pattern: str) -> bool:
        """Whether the words match a pattern anywhere."""
        return re.search(pattern, self.words) is not None

    def count(self, pattern: str) -> int | None:
        """The number at the place of `N` in a pattern, such as "应选N": the first that is a whole number."""
        found = re.search(pattern.replace("N", rf"(\d{{1,6}}|{_CHINESE}{{1,6}}(?!共))"), self._dateless)
        if found is None:
            return None
        return _whole(found[1])

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """The days in the order in which they were said."""
        found: list[tuple[int, int, date, bool]] = []
        for match in _FULL_DAY.finditer(self.words):
            day = _day(_whole(match[1]), _whole(match[2]), _whole(match[3]) if match[3] else 1)
            if day:
                found.append((*match.span(), day, match[3] is None))
        for match in _COMPACT.finditer(self.words):
            day = _day(int(match[1]), int(match[2]), int(match[3]))
            if day:
                found.append((*match.span(), day, False))
        if self.today is not None:
            taken = [(start, end) for start, end, *_ in found]
            for match in (*_YEARLESS.finditer(self.words), *_SAID_DAY.finditer(self.words)):
                if any(start < match.end() and match.start() < end for start, end in taken):
                    continue
                if (said := _said(match[0], self.today)) is not None:
                    found.append((*match.span(), said, False))
        found.sort()
        return tuple(
            Day(day, is_month, self.words[max(0, start - 12) : start], self.words[end : end + 16])
            for start, end, day, is_month in found
        )

    @cached_property
    def _dateless(self) -> str:
        """The words without their days, so that 2026年 is not taken for a count."""
        words = _COMPACT.sub("〔日〕", _FULL_DAY.sub("〔日〕", self.words))
        return _YEARLESS.sub("〔日〕", words)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The numbers that belong to no day, in order; 六千二, 1.2万 and 6,200 are one number each."""
        words = _SHORT.sub(_spelled_out, self._dateless)
        found: list[Figure] = []
        at = 0
        while (match := _NUMBER.search(words, at)) is not None:
            value, at = _value(match[0]), match.end()
            if value is None:
                continue
            if match[0][0].isdecimal() and (times := _TIMES.get(words[at : at + 1])):
                value, at = value * times, at + 1
                if rest := re.match(r"(\d{1,4})([千百]?)", words[at:]):  # 6千200, 1万2千
                    value, at = value + int(rest[1]) * _TIMES.get(rest[2], 1), at + rest.end()
            found.append(Figure(value, words[max(0, match.start() - 8) : match.start()], words[at : at + 8]))
        return tuple(found)


def _spelled_out(found: re.Match[str]) -> str:
    digit = _whole(found[2]) or 0
    return f"{found[1]}{digit * (1000 if found[1] == '万' else 100)}" if found[2].isdecimal() else found[0]


def _value(words: str) -> Decimal | None:
    if words[0].isdecimal():
        return Decimal(words.replace(",", ""))
    number = chinese_number(words)
    return None if number is None else Decimal(number)


def _whole(words: str) -> int | None:
    if words.isdecimal() and words.isascii():
        return int(words)
    return chinese_number(words)


def _day(year: int | None, month: int | None, day: int | None) -> date | None:
    try:
        return date(year or 0, month or 0, day or 0)
    except ValueError:
        return None


def _said(words: str, today: date) -> date | None:
    try:
        return read_day(words, now=datetime.combine(today, time(12)))
    except DateProblem:
        return None
