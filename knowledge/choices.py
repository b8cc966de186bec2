"""How a reply to a list of options is understood: number, label, pinyin, initials, or one clear near-miss."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz

from knowledge.normalize import simplify
from knowledge.pinyin import fold

MatchKind = Literal["number", "label", "initials", "pinyin", "near", "ambiguous", "none"]

NEAR = 74.0
"""How alike, out of 100, a slip must be to count."""
MARGIN = 12.0
"""By how much the likeliest must be ahead of the second."""

_NOT_WORD = re.compile(r"[^0-9a-z㐀-鿿]+")
_DIGIT = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_CIRCLED = {chr(0x2460 + n): str(n + 1) for n in range(20)}
_NUMBER = re.compile(
    r"(?:选|第|我选|选择)?\s*(\d{1,3}|[零〇一二两三四五六七八九十百]{1,5})\s*(?:号|个|项|条|、|\.|。)?"
)


@dataclass(frozen=True, slots=True)
class Match:
    """Which option a reply means, how that was seen, and the likely ones where it is not clear."""

    index: int | None
    kind: MatchKind
    near: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonKey:
    """What a person can be found by."""

    name: str
    phone_last4: str


def whole_number(text: str) -> int | None:
    """A whole number that is all of the text, in digits of any width or in Chinese; None for anything else."""
    plain = simplify("".join(_CIRCLED.get(c, c) for c in text)).strip().strip("人名个票元次。.!！ ")
    if re.fullmatch(r"\d{1,9}", plain):
        return int(plain)
    return _from_chinese(plain)


def _from_chinese(text: str) -> int | None:
    if not text or not re.fullmatch(r"[零〇一二两俩三四五六七八九十百]{1,7}", text):
        return None
    total, digit = 0, None
    for c in text:
        if c in "十百":
            total += (1 if digit is None else digit) * (10 if c == "十" else 100)
            digit = None
        elif digit is not None and _DIGIT[c] != 0 and digit != 0:
            return None
        else:
            digit = _DIGIT[c]
    return total + (digit or 0)


def without_numbering(line: str) -> str:
    """A line without the number or bullet that it begins with: "1、", "（二）", "①", "- "."""
    return re.sub(
        r"^\s*(?:[(（]?\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[)）]|(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[、.．:：](?!\d)|[①-⑳]|[-•·*])\s*",
        "",
        line,
    ).strip()


def _number_in(reply: str, count: int) -> int | None:
    said = _NUMBER.fullmatch(simplify("".join(_CIRCLED.get(c, c) for c in reply)).strip())
    if said is None:
        return None
    number = int(said[1]) if said[1].isdecimal() else _from_chinese(said[1])
    return number - 1 if number is not None and 1 <= number <= count else None


def tidy(text: str) -> str:
    """Simplified, narrow, lower case, without blanks, punctuation and emoji."""
    return _NOT_WORD.sub("", simplify(text))


@lru_cache(maxsize=4096)
def _syllables(words: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(words))


def by_pinyin(name: str) -> tuple[str, ...]:
    """The order in which people expect names."""
    return _syllables(name)


def _sound(words: str) -> str:
    return " ".join(fold(syllable) for syllable in _syllables(words))


def match_option(reply: str, labels: Sequence[str]) -> Match:
    """Which of the labels a reply means; a number counts only when it is the whole reply."""
    number = _number_in(reply, len(labels))
    tidied = [tidy(label) for label in labels]
    said = tidy(reply)
    if said and tidied.count(said) == 1:
        return Match(tidied.index(said), "label")
    if number is not None:
        return Match(number, "number")
    if not said or said.isdecimal():
        return Match(None, "none")
    if said.isascii():
        return _by_letters(said, tidied)
    inside = [
        index
        for index, label in enumerate(tidied)
        if len(said) >= 2 and (said in label or (len(label) >= 2 and label in said and len(said) <= len(label) + 4))
    ]
    if len(inside) == 1:
        return Match(inside[0], "label")
    if inside:
        return Match(None, "ambiguous", tuple(inside))
    return _by_likeness(said, tidied)


def _by_letters(said: str, labels: Sequence[str]) -> Match:
    kinds: tuple[tuple[MatchKind, Sequence[str]], ...] = (
        ("initials", ["".join(s[0] for s in _syllables(label)) if label else "" for label in labels]),
        ("pinyin", ["".join(_syllables(label)) for label in labels]),
    )
    for kind, spelled in kinds:
        found = [index for index, letters in enumerate(spelled) if letters == said]
        if len(found) == 1:
            return Match(found[0], kind)
        if found:
            return Match(None, "ambiguous", tuple(found))
    if len(said) < 4:
        return Match(None, "none")
    return _clear([(fuzz.ratio(said, letters), index) for index, letters in enumerate(kinds[1][1])])


def _by_likeness(said: str, labels: Sequence[str]) -> Match:
    sound = _sound(said)
    return _clear(
        [
            (max(fuzz.ratio(said, label), fuzz.ratio(sound, _sound(label)) - 4) if len(said) > 1 else 0.0, index)
            for index, label in enumerate(labels)
        ]
    )


def _clear(scored: list[tuple[float, int]]) -> Match:
    ranked = sorted(scored, key=lambda pair: (-pair[0], pair[1]))
    if not ranked or ranked[0][0] < NEAR:
        return Match(None, "none")
    rivals = tuple(index for score, index in ranked if score > ranked[0][0] - MARGIN and score >= NEAR - MARGIN)
    return Match(ranked[0][1], "near") if len(rivals) == 1 else Match(None, "ambiguous", rivals)


def match_many(reply: str, labels: Sequence[str]) -> list[int] | None:
    """Every option a reply names, in the order of the list; None when a part of it names none.

    全部 is all of them, 都不选 none; parts are separated by blanks, commas, 和.
    """
    said = tidy(reply)
    if said in ("全部", "全选", "都选", "所有", "全都", "都要", "all"):
        return list(range(len(labels)))
    if said in ("都不选", "没有", "无", "不选", "none"):
        return []
    found: set[int] = set()
    for part in re.split(r"[\s、,，;；/和与及]+", reply.strip()):
        if not part:
            continue
        match = match_option(part, labels)
        if match.index is None:
            return None
        found.add(match.index)
    return sorted(found) if found else None


def match_person(reply: str, people: Sequence[PersonKey]) -> list[int]:
    """Whom a reply may mean, by the name or else its initials, pinyin, a part, the sound or a slip; digits narrow it."""
    said = tidy(reply)
    if not said:
        return []
    digits = re.search(r"\d{4}$", said)
    name = said[: digits.start()] if digits else said
    among = [i for i, person in enumerate(people) if not digits or person.phone_last4 == digits[0]]
    if not name:
        return among
    names = {i: tidy(people[i].name) for i in among}
    tests: tuple[Callable[[int], bool], ...] = (
        lambda i: names[i] == name,
        lambda i: name.isascii() and "".join(s[0] for s in _syllables(names[i])) == name,
        lambda i: name.isascii() and "".join(_syllables(names[i])) == name,
        lambda i: name in names[i] or (len(name) > len(names[i]) and names[i] in name),
        lambda i: _sound(names[i]) == _sound(name),
        lambda i: len(name) == len(names[i]) > 2 and sum(a != b for a, b in zip(name, names[i], strict=True)) == 1,
    )
    for fits in tests:
        if found := [i for i in among if fits(i)]:
            return found
    return []


_YES = frozenset(
    (
        *(
            "是",
            "好",
            "好的",
            "行",
            "可以",
            "嗯",
            "嗯嗯",
            "对",
            "对的",
            "是的",
            "没错",
            "ok",
            "okay",
            "yes",
            "y",
            "确认",
            "确定",
        ),
        *("没问题", "同意", "要", "中", "成", "得", "必须的", "对头", "正确", "没毛病", "好滴", "好嘞", "1"),
    )
)
_NO = frozenset(
    (
        *(
            "不",
            "不是",
            "不行",
            "算了",
            "否",
            "没有",
            "no",
            "n",
            "不要",
            "不对",
            "不同意",
            "不可以",
            "错",
            "错了",
            "有误",
        ),
        *("不用", "别", "没", "不了", "不好", "不确认", "2"),
    )
)
_SIGNS = {"👌": True, "👍": True, "✅": True, "✔": True, "❌": False, "👎": False, "✖": False}


def yes_no(reply: str) -> bool | None:
    """Whether a reply says yes or no; None when it says neither."""
    said = tidy(reply)
    if said:
        said = re.sub(r"[啊呀吧哦呢啦嘛]+$", "", said) or said
        return True if said in _YES else False if said in _NO else None
    for sign, meaning in _SIGNS.items():
        if sign in reply:
            return meaning
    return None
