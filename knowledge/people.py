"""Whom people mean when they type a name, its pinyin, its initials, a part of it, or digits of a phone number."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from knowledge.pinyin import fold
from knowledge.sound import name_readings, name_syllables, sound, tidy

_ABOUT_DIGITS = re.compile(r"(?:的|手机|电话|号码|尾号|号|后四位|后4位|是)+(?=\d{4}$)")
_NOT_THEM = re.compile(r"[不没别除非]")
AROUND = 4
"""How many characters may stand around a name: 王桂兰同志."""


@dataclass(frozen=True, slots=True)
class PersonKey:
    """What a person can be found by."""

    name: str
    phone_last4: str


def by_pinyin(name: str) -> tuple[str, ...]:
    """The order in which people expect names."""
    return name_syllables(name)


def match_person(reply: str, people: Sequence[PersonKey]) -> list[int]:
    """Whom a reply may mean, in the order of the list; empty when nobody.

    The name counts first, then its initials, its pinyin, a part of it, its sound, one slip. Four digits at the end, or
    a whole phone number, narrow it.
    """
    said = _ABOUT_DIGITS.sub("", tidy(reply))
    digits = re.search(r"\d{4}$", said)
    name = said[: digits.start()] if digits else said
    if digits and re.fullmatch(r"1\d{6}", name):
        name = ""  # the rest of a whole phone number
    among = [i for i, person in enumerate(people) if not digits or person.phone_last4 == digits[0]]
    if not name:
        return among if digits else []
    names = {i: tidy(people[i].name) for i in among}
    for fits in _ways(name):
        if found := [i for i in among if fits(names[i])]:
            return _longest(found, names) if all(names[i] in name for i in found) else found
    return []


def _longest(found: list[int], names: dict[int, str]) -> list[int]:
    """Without those whose names are only a part of another name that was said too: 张三 in 张三丰."""
    return [i for i in found if not any(names[i] != names[other] and names[i] in names[other] for other in found)]


def _ways(name: str) -> tuple[Callable[[str], bool], ...]:
    letters = name.isascii()
    heard = sound(name)

    def is_in(full: str) -> bool:
        within = len(full) >= 2 and full in name and len(name) <= len(full) + AROUND
        return name in full or (within and not _NOT_THEM.search(name.replace(full, "", 1)))

    def slipped(full: str) -> bool:
        if not len(name) == len(full) > 2:
            return False
        return sorted(name) == sorted(full) or sum(a != b for a, b in zip(name, full, strict=True)) == 1

    return (
        lambda full: full == name,
        lambda full: letters and any("".join(s[0] for s in read) == name for read in name_readings(full)),
        lambda full: letters and any("".join(read) == name for read in name_readings(full)),
        is_in,
        lambda full: any(" ".join(map(fold, read)) == heard for read in name_readings(full)),
        slipped,
    )
