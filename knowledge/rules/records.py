"""What any record has to keep: people who differ, figures that add up, days in their order.

These say nothing of their own; the article that asks for it stands with the check that uses one.
"""

from collections.abc import Sequence, Sized
from datetime import date
from typing import TypeVar

_Fact = TypeVar("_Fact")


def are_different(one: object, other: object) -> bool:
    """Whether two people (or other facts) are not the same."""
    return one != other


def is_not_among(one: object, people: list[object]) -> bool:
    """Whether somebody is none of some people."""
    return one not in people


def are_apart(some: list[object], others: list[object]) -> bool:
    """Whether nobody is in both lists."""
    return not any(one in others for one in some)


def adds_up(total: int, first: int, second: int, third: int = 0, fourth: int = 0) -> bool:
    """Whether the parts make the total."""
    return total == first + second + third + fourth


def as_it_is(fact: _Fact) -> _Fact:
    """The fact itself, as a fact of a later step or as a bound."""
    return fact


def same_day(day: date) -> date:
    """The day itself, as a bound for another day."""
    return day


def same_number(number: int) -> int:
    """The number itself, as a bound for another number."""
    return number


def how_many(things: Sized) -> int:
    """The count of a list, as a bound for a number."""
    return len(things)


def is_number_between(number: int, least: int, most: int) -> bool:
    """Whether a figure lies between two, both included."""
    return least <= number <= most


def counts_between(things: Sized, least: int, most: int) -> bool:
    """Whether a list has so many items, both bounds included."""
    return least <= len(things) <= most


def is_not_only(things: Sequence[object], one: object) -> bool:
    """Whether a list has something besides one thing."""
    return any(thing != one for thing in things)


def is_after(day: date, other: date) -> bool:
    """Whether a day comes after another."""
    return day > other


def holds_once(flags: Sequence[bool]) -> bool:
    """Whether something held in at least one of the rounds."""
    return any(flags)
