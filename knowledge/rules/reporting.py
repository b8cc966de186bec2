"""Asking and reporting upwards (请示报告), and what lists and texts of a record must and must not say.

Sources: 重大事项请示报告条例（2019） article 6 for the steps upwards; the rest says nothing of its own, and the article
that asks for it stands with the check. Several words or ids in one parameter are joined by 、.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from knowledge.rules.periods import months_later


def _lines(text: str | Sequence[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def does_not_mention(text: str | Sequence[str], words: str) -> bool:
    """Whether none of some words stands in a text or in any line."""
    return not any(word in line for line in _lines(text) for word in words.split("、"))


def does_more_than(lines: Sequence[str], words: str) -> bool:
    """Whether at least one line has none of some words: tasks that are not all meetings."""
    return any(does_not_mention(line, words) for line in lines)


def includes_any(things: Sequence[str], ids: str) -> bool:
    """Whether one of some choices was made."""
    return any(id in things for id in ids.split("、"))


def includes_none(things: Sequence[str], ids: str) -> bool:
    """Whether none of some choices was made."""
    return not includes_any(things, ids)


def includes_all(things: Sequence[str], ids: str) -> bool:
    """Whether all of some choices were made."""
    return all(id in things for id in ids.split("、"))


def goes_straight_up(addressees: Sequence[str], above: str) -> bool:
    """Whether all who are written to are the body directly above. 重大事项请示报告条例（2019） article 6."""
    return all(one.strip() == above for one in addressees)


def due_in_a_month(day: date) -> date:
    """When the next monthly report or check is due."""
    return months_later(day, 1)


def due_in_a_quarter(day: date) -> date:
    """When the next quarterly look is due."""
    return months_later(day, 3)


def are_same(one: object, other: object) -> bool:
    """Whether two facts are the same."""
    return one == other


def is_none_of(one: str, ids: str) -> bool:
    """Whether a choice is none of some."""
    return one not in ids.split("、")


def one_more(number: int) -> int:
    """The next number, as a bound."""
    return number + 1


def days_later(day: date, days: int) -> date:
    """So many days later, as a bound."""
    return day + timedelta(days=days)


def only_one(thing: str) -> list[str]:
    """A list of one, as what is likely for a list."""
    return [thing]


def per_cent(part: int, whole: int) -> int:
    """A share in whole per cent, rounded down; ValueError when the part is more than the whole, or there is none."""
    if whole < 1 or not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole}")
    return part * 100 // whole


_LEVELS = ("behind", "plain", "advanced")


def is_a_step_up(now: str, then: str) -> bool:
    """Whether a branch aims higher than it stands (后进, 一般, 先进), or to stay at the top. ValueError for others."""
    at, aim = _LEVELS.index(now), _LEVELS.index(then)
    return aim > at or aim == len(_LEVELS) - 1


def votes_together(first: int, second: int, third: int, fourth: int) -> int:
    """The sum of four kinds of votes."""
    return first + second + third + fourth


def is_in_order(first: date, last: date) -> bool:
    """Whether the first day is not after the last."""
    return first <= last
