"""Working days by the State Council's yearly notice; where a year's is not published yet, by law alone and provisional.

Sources: the holiday notices of the General Office of the State Council, as the package chinesecalendar carries them or
a file holidays_<year>.yaml beside this one; 全国年节及纪念日放假办法 (2024) for the days fixed by law.
"""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import chinese_calendar
import yaml
from pydantic import BaseModel, ConfigDict

from knowledge.rules.lunar import lunar_day, new_years_eve, qingming

_FOLDER = Path(__file__).parent


class Holidays(BaseModel):
    """One year's days off and worked weekends, as its file has them; without a notice they are the law's alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    year: int
    notice: str | None
    statutory: frozenset[date]
    days_off: frozenset[date] = frozenset()
    days_worked: frozenset[date] = frozenset()


def statutory_holidays(year: int) -> frozenset[date]:
    """The days off that the law gives everybody, 13 of them where the lunar calendar is known (2020 to 2050).

    Source: 全国年节及纪念日放假办法 (2024), article 2, in force since 2025; before 2004 what all versions share.
    """
    fixed = [(1, 1), (5, 1), (10, 1), (10, 2)]
    if year >= 2004:
        fixed += [(5, 2), (10, 3)]
    days = [date(year, month, day) for month, day in fixed]
    lunar = [new_years_eve(year), *(lunar_day(year, *day) for day in ((1, 1), (1, 2), (1, 3), (5, 5), (8, 15)))]
    return frozenset([*days, *(day for day in (*lunar, qingming(year)) if day)])


@cache
def _holidays(year: int) -> Holidays:
    file = _FOLDER / f"holidays_{year}.yaml"
    if not file.exists():
        return Holidays(year=year, notice=None, statutory=statutory_holidays(year))
    return Holidays.model_validate(yaml.safe_load(file.read_text("utf-8")))


@cache
def _in_package(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 6, 15))
    except NotImplementedError:
        return False
    return True


def is_provisional(year: int) -> bool:
    """Whether the year's make-up days are unknown, so that a count over it has to be checked by a person."""
    return not _in_package(year) and _holidays(year).notice is None


def is_working_day(day: date) -> bool:
    """Whether people work on a day; answers for every year, but see `is_provisional`."""
    if _in_package(day.year):
        return bool(chinese_calendar.is_workday(date(day.year, day.month, day.day)))
    holidays = _holidays(day.year)
    if day in holidays.days_worked:
        return True
    return day.isoweekday() <= 5 and day not in holidays.statutory and day not in holidays.days_off


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


def working_days_between(first: date, last: date) -> int:
    """How many working days there are from one day to another, both counted; 0 when the last is before the first."""
    return sum(is_working_day(first + timedelta(days=step)) for step in range((last - first).days + 1))


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
