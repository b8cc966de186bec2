"""What a branch owes of its organizational life on a day, and since when that is a yellow or a red light.

Source: 支部党务规程资料, part 5. A light looks at what was recorded; nothing is done to anybody because of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from knowledge.rules.periods import months_later

LAST_DAYS = 15
"""So many days before the end of a quarter, or of a longer time, what is missing is a yellow light."""
LATE_IN_A_MONTH = 25
"""From this day on what is missing in a month is a yellow light."""
QUIET_DAYS = 90
"""Longer than this without a general meeting is a yellow light in the middle of a quarter as well."""
AFTER_A_THEME_DAY = 3
"""So many days after the day that a branch has fixed its record is missed."""
SEASON_MONTH = 10
"""The first month of the quarter in which criticism meetings are held as a rule."""
LATE_IN_A_YEAR = (12, 15)
"""From this day on a criticism meeting that is missing is a yellow light."""
GRACE_MONTHS = 3
"""So many months of the next year a criticism meeting may still be held for the old one."""


class Light(StrEnum):
    """How urgent it is."""

    NONE = "none"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Standing:
    """How something stands in the period from `first` to `last`: how often it was done, and the light.

    A red light is about the time before: that is the `missed` one then, by its first day. `since` is when the light
    began.
    """

    first: date
    last: date
    count: int
    light: Light
    missed: date | None = None
    since: date | None = field(default=None, compare=False)


@lru_cache(maxsize=1000)
def period_of(day: date, months: int) -> tuple[date, date]:
    """The first and the last day of the month, quarter, half year or year that a day is in."""
    first = day.replace(day=1, month=(day.month - 1) // months * months + 1)
    return first, months_later(first, months) - timedelta(days=1)


def standing(
    held: Sequence[date],
    today: date,
    *,
    months: int,
    since: date,
    warn_day: int = LATE_IN_A_MONTH,
    red: bool = False,
    quiet_days: int = 0,
) -> Standing:
    """How something stands that is done once in so many months.

    `since` is the first day that anything was recorded: a period that began before it cannot have been missed. With
    `red` a period that was missed is a red light until it is done again. `warn_day` is from when on a month is yellow.
    """
    first, last = period_of(today, months)
    count = sum(first <= day <= last for day in held)
    if count:
        return Standing(first, last, count, Light.NONE)
    before, end = period_of(first - timedelta(days=1), months)
    if red and since <= before and not any(before <= day <= end for day in held):
        return Standing(first, last, 0, Light.RED, before, first)
    warned = first.replace(day=min(warn_day, last.day)) if months == 1 else last - timedelta(days=LAST_DAYS - 1)
    newest = max((day for day in held if day <= today), default=today)
    begun = min(warned, newest + timedelta(days=quiet_days + 1)) if quiet_days else warned
    if today < begun:
        return Standing(first, last, 0, Light.NONE)
    return Standing(first, last, 0, Light.YELLOW, since=begun)


def standing_of_the_year(held: Sequence[date], today: date, *, since: date, red: bool = False) -> Standing:
    """How something stands that is done once a year in its last quarter, or early in the next year for the old one.

    What is done in the first three months belongs to the year before, unless that has its own already. A year is only
    missed when its last quarter was recorded from its beginning. Source: 支部工作条例（试行）（2018） article 17.
    """
    done: list[int] = []
    for day in sorted(held):
        early = day.month <= GRACE_MONTHS and day.year - 1 not in done
        done.append(day.year - 1 if early else day.year)
    past = today.year - 1
    if past not in done and today.year not in done and since <= date(past, SEASON_MONTH, 1):
        late = today.month > GRACE_MONTHS
        if not late or red:
            light = Light.RED if late else Light.YELLOW
            begun = date(today.year, GRACE_MONTHS + 1 if late else 1, 1)
            return Standing(date(past, 1, 1), date(past, 12, 31), 0, light, date(past, 1, 1), begun)
    count, late_on = done.count(today.year), date(today.year, *LATE_IN_A_YEAR)
    light = Light.YELLOW if not count and today >= late_on else Light.NONE
    since_then = late_on if light is Light.YELLOW else None
    return Standing(date(today.year, 1, 1), date(today.year, 12, 31), count, light, since=since_then)
