"""Days that are called by a name instead of a date: 七一, 国庆节, 除夕."""

import re
from collections.abc import Callable
from datetime import date

from knowledge.rules.lunar import lunar_day, new_years_eve, qingming

OfYear = Callable[[int], date | None]


def _solar(month: int, day: int) -> OfYear:
    return lambda year: date(year, month, day)


def _lunar(month: int, day: int) -> OfYear:
    return lambda year: lunar_day(year, month, day)


_NAMES: tuple[tuple[str, OfYear], ...] = (
    ("元旦", _solar(1, 1)),
    ("三八妇女|妇女|三八", _solar(3, 8)),
    ("植树", _solar(3, 12)),
    ("清明", qingming),
    ("五一劳动|五一国际劳动|劳动|五一", _solar(5, 1)),
    ("五四青年|五四", _solar(5, 4)),
    ("六一儿童|六一|儿童", _solar(6, 1)),
    ("七一建党|建党|七一|党的生日", _solar(7, 1)),
    ("八一建军|建军|八一", _solar(8, 1)),
    ("教师", _solar(9, 10)),
    ("烈士纪念日", _solar(9, 30)),
    ("国庆|十一", _solar(10, 1)),
    ("国家宪法日|宪法日", _solar(12, 4)),
    ("国家公祭日|公祭日", _solar(12, 13)),
    ("大年三十|年三十|除夕|腊月三十", new_years_eve),
    ("春节|大年初一|年初一", _lunar(1, 1)),
    ("元宵", _lunar(1, 15)),
    ("端午", _lunar(5, 5)),
    ("中秋", _lunar(8, 15)),
    ("重阳", _lunar(9, 9)),
)
_ONLY_WITH_节 = frozenset(["妇女", "植树", "劳动", "儿童", "建党", "建军", "教师"])
_FIRST_MARK = 0xE000
_BY_NAME = {name: place for place, (names, _) in enumerate(_NAMES) for name in names.split("|")}

# 十一 is a numeral in 十一月, 二十一号, 周五十一点; only alone is it the festival.
_NUMERAL = "零〇一二两三四五六七八九十百千0-9"
_LONGEST_FIRST = "|".join(sorted(_BY_NAME, key=len, reverse=True))
_NAMED = re.compile(
    rf"(?<![{_NUMERAL}第月周⟩])(?P<name>{_LONGEST_FIRST})(?P<day>节(?!约|目|课|日子))?"
    rf"(?![{_NUMERAL}月点号日个天周年时分刻:/.-])"
)
MARK = rf"[{chr(_FIRST_MARK)}-{chr(_FIRST_MARK + len(_NAMES) - 1)}]"
"""Matches the one character that stands for a festival once a phrase is marked."""


def without_marks(text: str) -> str:
    """The text without characters that would be taken for a mark."""
    return re.sub(r"[\ue000-\uf8ff]", "", text)


def marked(text: str) -> str:
    """The text with one private character in place of each festival's name."""
    return _NAMED.sub(_mark, text)


def _mark(found: re.Match[str]) -> str:
    if found["name"] in _ONLY_WITH_节 and not found["day"]:
        return found[0]
    return chr(_FIRST_MARK + _BY_NAME[found["name"]])


def of_year(mark: str) -> OfYear:
    """When the festival falls in a year; None for a lunar one outside the table."""
    return _NAMES[ord(mark) - _FIRST_MARK][1]
