"""Working days by the State Council's yearly notice; where a year's is not published yet, by law alone and provisional.

Source: the holiday notices of the General Office of the State Council, as the package chinesecalendar carries them;
全国年节及纪念日放假办法 (2024) for the days fixed by law.
"""

from datetime import date, timedelta

import chinese_calendar

_FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
"""Statutory holidays with a fixed date; the others follow the lunar calendar and are not guessed."""


def is_provisional(year: int) -> bool:
    """Whether the year's make-up days are unknown, so that a count over it has to be checked by a person."""
    try:
        chinese_calendar.is_workday(date(year, 6, 15))
    except NotImplementedError:
        return True
    return False


def is_working_day(day: date) -> bool:
    """Whether people work on a day; never fails, but see `is_provisional`."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.isoweekday() <= 5 and (day.month, day.day) not in _FIXED


def next_working_day(day: date) -> date:
    """The first working day after a day."""
    return _step(day, 1)


def previous_working_day(day: date) -> date:
    """The last working day before a day."""
    return _step(day, -1)


def _step(day: date, by: int) -> date:
    day += timedelta(days=by)
    while not is_working_day(day):
        day += timedelta(days=by)
    return day


def nth_working_day(first: date, count: int) -> date:
    """The last day of a span of `count` working days that begins with `first`, or with the next working day.

    The first day counts as day one: 支部党务规程资料 §0.4, a choice where the article is silent.
    """
    if count < 1:
        raise ValueError("a span has at least one day")
    day = first if is_working_day(first) else next_working_day(first)
    for _ in range(count - 1):
        day = next_working_day(day)
    return day
