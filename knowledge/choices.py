"""How a reply to a list of options is understood: number, label, pinyin, initials, or one clear near-miss."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from knowledge.normalize import simplify
from knowledge.numerals import chinese_number
from knowledge.people import PersonKey, by_pinyin, match_person
from knowledge.sound import sound, syllables, tidy
from knowledge.yes_no import yes_no

__all__ = [
    "Match",
    "MatchKind",
    "PersonKey",
    "by_pinyin",
    "match_many",
    "match_option",
    "match_person",
    "tidy",
    "whole_number",
    "without_numbering",
    "yes_no",
]

MatchKind = Literal["number", "label", "initials", "pinyin", "near", "ambiguous", "none"]

NEAR = 74.0
"""How alike, out of 100, a slip must be to count."""
MARGIN = 12.0
"""By how much the likeliest must be ahead of the second."""
AROUND = 4
"""How many characters may stand around a label that is said: 那就开党课吧."""

_NUMERAL = "零〇一二两三四五六七八九十百"
_NUMBER = re.compile(
    r"(?:我?要?选择?|回复?|按|第)?\s*[(]?\s*(?:第\s*)?(\d{1,3}|[" + _NUMERAL + r"]{1,5})\s*[)]?\s*"
    r"(?:号|个|项|条|位|、|\.|。|,)?\s*[吧了呗啊!。]*"
)
_ORDINAL = re.compile(r"第\s*(?:\d|[一二三四五六七八九])")
_TURNS = re.compile(r"[不没未勿否无免除]|(?<![除])非|(?<![特分级性区])别|取消")
_TURNS_IN_LETTERS = ("bu", "mei", "wei", "bie", "fei", "wu", "quxiao")


@dataclass(frozen=True, slots=True)
class Match:
    """Which option a reply means, how that was seen, and the likely ones where it is not clear."""

    index: int | None
    kind: MatchKind
    near: tuple[int, ...] = ()


def _typed(text: str) -> str:
    """Simplified and narrow, ① and 1️⃣ as 1."""
    return simplify(re.sub("[\ufe0f\u20e3]", "", text)).strip()


def whole_number(text: str) -> int | None:
    """A whole number that is all of the text, in digits of any width or in Chinese; None for anything else."""
    plain = re.sub(r"^(?:一共|总共|共|有)(?=.)|(?:[人名个位票元块次份条天岁月张分%％]|[。.!,，\s])+$", "", _typed(text))
    if re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3}){1,2}", plain):
        plain = plain.replace(",", "")
    return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else chinese_number(plain)


_NUMBERING = re.compile(
    r"^\s*(?:[(（]?\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[)）]"
    r"|(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[、.．:：,，](?!\d)"
    r"|[①-⑳⑴-⒇]|\d\ufe0f?\u20e3|[-•·*])\s*"
)


def without_numbering(line: str) -> str:
    """A line without the number or bullet that it begins with: "1、", "（二）", "①", "- "."""
    return _NUMBERING.sub("", line).strip()


def _number_in(reply: str, count: int) -> int | None:
    said = _NUMBER.fullmatch(_typed(reply))
    if said is None:
        return None
    number = int(said[1]) if said[1].isdecimal() else chinese_number(said[1])
    return number - 1 if number is not None and 1 <= number <= count else None


def _plain(text: str) -> str:
    """Tidy, with a single digit written as in 第二党支部."""
    return re.sub(r"(?<!\d)\d(?!\d)", lambda digit: "零一二三四五六七八九"[int(digit[0])], tidy(text))


def match_option(reply: str, labels: Sequence[str]) -> Match:
    """Which of the labels a reply means; a number counts only when it is the whole reply, and a label comes before it.

    What turns a label into its opposite (不参加 for 参加) is never taken for it.
    """
    exact = [index for index, label in enumerate(labels) if label.strip() == reply.strip()]
    said, plain = _plain(reply), [_plain(label) for label in labels]
    if said:
        exact = [index for index, label in enumerate(labels) if tidy(label) == tidy(reply)] or exact
    if len(exact) == 1:
        return Match(exact[0], "label")
    begun = [index for index, label in enumerate(plain) if label.startswith(said)]
    if len(begun) == 1 and _ORDINAL.fullmatch(_typed(reply)):
        return Match(begun[0], "label")  # 第二, for 第二党支部
    number = _number_in(reply, len(labels))
    if number is not None:
        return Match(number, "number")
    short_number = tidy(reply).isdecimal() and len(tidy(reply)) < 4
    if not said or short_number or len(said) > 2 * max(map(len, plain), default=0) + 8:
        return Match(None, "none")
    if inside := _inside(said, plain):
        return _one_of(inside, "label", said, plain)
    return _by_letters(said, plain) if said.isascii() else _by_likeness(said, plain)


def _inside(said: str, labels: Sequence[str]) -> list[int]:
    """The labels that contain what was said, and the longest that it contains."""
    containing = [index for index, label in enumerate(labels) if len(said) >= 2 and said in label]
    contained = [
        index
        for index, label in enumerate(labels)
        if len(label) >= 2 and label in said and len(said) <= len(label) + AROUND
    ]
    longest = [i for i in contained if not any(labels[i] != labels[k] and labels[i] in labels[k] for k in contained)]
    return sorted({*containing, *longest})


def _one_of(found: Sequence[int], kind: MatchKind, said: str, labels: Sequence[str]) -> Match:
    if len(found) == 1 and not _is_turned(said, labels[found[0]]):
        return Match(found[0], kind)
    return Match(None, "ambiguous", tuple(found))


def _is_turned(said: str, label: str) -> bool:
    if said.isascii() and not label.isascii():
        spelled = "".join(syllables(label))
        return said != spelled and said.startswith(_TURNS_IN_LETTERS) != spelled.startswith(_TURNS_IN_LETTERS)
    return sorted(_TURNS.findall(said)) != sorted(_TURNS.findall(label))


def _by_letters(said: str, labels: Sequence[str]) -> Match:
    initials = ["".join(s[0] for s in syllables(label)) if label else "" for label in labels]
    spelled = ["".join(syllables(label)) for label in labels]
    ways: tuple[tuple[MatchKind, list[int]], ...] = (
        ("initials", [index for index, letters in enumerate(initials) if letters == said]),
        ("pinyin", [index for index, letters in enumerate(spelled) if letters == said]),
        ("label", [index for index, letters in enumerate(initials) if len(said) >= 3 and said in letters]),
        ("label", [index for index, letters in enumerate(spelled) if len(said) >= 4 and said in letters]),
    )
    for kind, found in ways:
        if found:
            exact = kind != "label"
            return Match(found[0], kind) if exact and len(found) == 1 else _one_of(found, kind, said, labels)
    if len(said) < 4:
        return Match(None, "none")
    return _clear([(fuzz.ratio(said, letters), index) for index, letters in enumerate(spelled)], said, labels)


def _by_likeness(said: str, labels: Sequence[str]) -> Match:
    if len(said) < 2:
        return Match(None, "none")
    heard = sound(said)
    scored = [(max(fuzz.ratio(said, label), fuzz.ratio(heard, sound(label)) - 4), i) for i, label in enumerate(labels)]
    return _clear(scored, said, labels)


def _clear(scored: list[tuple[float, int]], said: str, labels: Sequence[str]) -> Match:
    ranked = sorted(scored, key=lambda pair: (-pair[0], pair[1]))
    if not ranked or ranked[0][0] < NEAR:
        return Match(None, "none")
    rivals = [index for score, index in ranked if score > ranked[0][0] - MARGIN and score >= NEAR - MARGIN]
    return _one_of(rivals, "near", said, labels)


_ALL = frozenset(["全部", "全选", "都选", "全都选", "所有", "所有人", "全都", "全部都选", "都要", "全部人", "all"])
_NONE = frozenset(["都不选", "一个都不选", "没有", "无", "不选", "都不要", "都没有", "none"])
_SEPARATORS = (r"[、,，;；/\n]+|(?<=\d)[.。](?=\d)", r"\s+", r"[和与及跟]|以及|还有")
_RANGE = re.compile(r"(\d{1,3})\s*(?:[-~—–]|到|至)\s*(\d{1,3})")


def match_many(reply: str, labels: Sequence[str]) -> list[int] | None:
    """Every option a reply names, in the order of the list; None when a part of it names none.

    全部 is all of them, 都不选 none; 2-4 is three of them; parts are separated by commas, blanks, 和.
    """
    said = tidy(reply)
    if said in _ALL:
        return list(range(len(labels)))
    if said in _NONE:
        return []
    found = _named(reply.strip(), labels, _SEPARATORS)
    return sorted(found) if found else None


def _named(reply: str, labels: Sequence[str], separators: tuple[str, ...]) -> set[int] | None:
    match = match_option(reply, labels)
    if match.index is not None and (
        match.kind in ("number", "initials", "pinyin") or _is_all(reply, labels[match.index])
    ):
        return {match.index}
    if (span := _RANGE.fullmatch(_typed(reply))) and 1 <= int(span[1]) <= int(span[2]) <= len(labels):
        return set(range(int(span[1]) - 1, int(span[2])))
    if separators:
        parts = [part for part in re.split(separators[0], reply) if part.strip()]
        named = [_named(part, labels, separators[1:]) for part in parts]
        if named and all(one is not None for one in named):
            return {index for one in named if one for index in one}
        if len(parts) > 1 and len(separators) > 1:
            return None
        # A name may hold what else separates: 张和平.
    if _is_only_part(reply, labels, match):
        return {match.index} if match.index is not None else None
    return _run_together(tidy(reply), labels)


def _is_all(reply: str, label: str) -> bool:
    return tidy(reply) == tidy(label) or reply.strip() == label.strip()


def _is_only_part(reply: str, labels: Sequence[str], match: Match) -> bool:
    """Whether nothing that was said is left over: 张三和李四 is not just 张三."""
    return match.index is not None and _plain(labels[match.index]) not in _plain(reply)


def _run_together(said: str, labels: Sequence[str]) -> set[int] | None:
    """张三李四, 张和平和李四, when labels are all that was said."""
    found: set[int] = set()
    tidied = [tidy(label) for label in labels]
    while said:
        begun = [index for index, label in enumerate(tidied) if label and said.startswith(label)]
        if not begun and found and said[0] in "和与及跟":
            said = said[1:]
            continue
        if not begun:
            return None
        longest = max(begun, key=lambda index: len(tidied[index]))
        if tidied.count(tidied[longest]) > 1:
            return None
        found.add(longest)
        said = said[len(tidied[longest]) :]
    return found or None
