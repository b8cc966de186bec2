"""Which of many organizations somebody means: people shorten names, mistype them, and go on about something else."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from knowledge.sound import sound, tidy

LIKE = 55.0
"""How alike, out of 100, a name must be to be asked about."""
CLOSE = 12.0
"""Whatever is so much less alike than the likeliest is not asked about."""
ALIKE = 3
"""So many names that are only alike are asked about."""
SHORTEST = 2
"""One character names nothing."""
_KIND = re.compile(r"(?:党支部|支部|党总支|总支|党委|支(?!部))")
_AFTER_A_NAME = re.compile(r"^(?:党?支部|党?总支|党委|的|书记|支书|那边|那里|同志|[，,、：:])+")


@lru_cache(maxsize=2**15)
def _plain(name: str) -> str:
    """Tidy, with a single digit as names have it: 第二党支部."""
    return re.sub(r"(?<!\d)\d(?!\d)", lambda digit: "零一二三四五六七八九"[int(digit[0])], tidy(name))


@lru_cache(maxsize=2**15)
def _heard(name: str) -> str:
    return sound(_plain(name))


def fitting(words: str, names: Sequence[str]) -> list[int]:
    """The names that words are, else those that they are a part of, a short form (丰收支部 for 丰收农机合作社党支部),
    or sound like one; in the order of the names."""
    return _first_fitting([_plain(words)], names)[1]


def begun(words: str, names: Sequence[str]) -> tuple[str, str, list[int]]:
    """The longest beginning of words that fits some names, what is left of the words, and those names.

    丰收支部开会 is 丰收支部 and 开会. Where none fits, the beginning is up to what kind of organization is said.
    """
    said = _plain(words)
    name, found = _first_fitting([said[:end] for end in range(len(said), SHORTEST - 1, -1)], names)
    if not found:
        kind = _KIND.search(said)
        name = said[: kind.end()] if kind else said
    return name, _AFTER_A_NAME.sub("", said[len(name) :]), found


def alike(words: str, names: Sequence[str]) -> list[int]:
    """The few names that are likest to words that are none of them, the likeliest first."""
    said = _without_kind(_plain(words))
    if len(said) < SHORTEST:
        return []
    heard = sound(said)
    scored = [(_likeness(said, heard, _without_kind(_plain(name))), -at) for at, name in enumerate(names)]
    best = sorted((one for one in scored if one[0] >= LIKE), reverse=True)[:ALIKE]
    return [-at for score, at in best if score > best[0][0] - CLOSE]


def _first_fitting(sayings: Sequence[str], names: Sequence[str]) -> tuple[str, list[int]]:
    """The first of several sayings that fits any name; what it only sounds like comes after all that is written so."""
    plain = [_plain(name) for name in names]
    for said in sayings:
        for way in (_is, _is_part_of, _is_short_for):
            if len(said) >= SHORTEST and (found := _all(way, said, plain)):
                return said, found
    heard = [_heard(name) for name in names]
    for said in sayings:
        if len(said) > SHORTEST and (found := _all(_sounds_short_for, sound(said), heard)):
            return said, found
    return "", []


def _all(way: Callable[[str, str], bool], said: str, names: Sequence[str]) -> list[int]:
    return [at for at, name in enumerate(names) if way(said, name)]


def _is(said: str, name: str) -> bool:
    return said == name


def _is_part_of(said: str, name: str) -> bool:
    return said in name


def _is_short_for(said: Sequence[str], name: Sequence[str]) -> bool:
    """Whether a name has all of what was said in this order."""
    rest = iter(name)
    return all(one in rest for one in said)


def _sounds_short_for(said: str, name: str) -> bool:
    return _is_short_for(said.split(), name.split())


def _without_kind(name: str) -> str:
    return re.sub(rf"(?<=..){_KIND.pattern}$", "", name)


def _likeness(said: str, heard: str, name: str) -> float:
    return max(fuzz.ratio(said, name), fuzz.partial_ratio(said, name) - 10, fuzz.ratio(heard, _heard(name)) - 4)
