"""Chinese dates and times as people say them: 下周三下午三点, 本月最后一个周五上午9点, 12.5 19:30, 七一."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from knowledge.rules.dates.days import find_day
from knowledge.rules.dates.problems import DateProblem
from knowledge.rules.dates.spelling import spelled
from knowledge.rules.dates.times import find_time, from_now

__all__ = ["DateProblem", "Moment", "format_moment", "read_day", "read_moment"]

WEEKDAYS = "一二三四五六日"
LONGEST = 60
"""A phrase longer than this is no date."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, its time if one was said, and whether the half of the day (or the day) had to be assumed."""

    day: date
    time: time | None
    assumed: bool = False


def read_moment(text: str, *, now: datetime, prefer_future: bool = True) -> Moment | None:
    """The moment that a phrase means, seen from `now` (naive, local); None when it is no date.

    Raises `DateProblem` for a day or a time that does not exist.
    """
    phrase = spelled(text) if len(text) <= LONGEST else ""
    if not phrase:
        return None
    if (moment := from_now(phrase, now)) is not None:
        return Moment(moment.date(), moment.time())
    said, rest = find_time(phrase)
    found = find_day(rest, now.date(), prefer_future=prefer_future)
    if found is None:
        if rest or said is None:
            return None
        moment = datetime.combine(now.date(), said.time) + timedelta(days=said.days_on)
        if moment <= now and prefer_future:
            moment += timedelta(days=1)
        return Moment(moment.date(), moment.time(), assumed=True)
    day, rolls = found
    if said is None:
        return Moment(day, None)
    moment = datetime.combine(day, said.time) + timedelta(days=said.days_on)
    if prefer_future and rolls and moment <= now:
        moment += timedelta(days=7)
    return Moment(moment.date(), moment.time(), assumed=said.assumed)


def read_day(text: str, *, now: datetime) -> date | None:
    """The day that a phrase means, which may be past; a month and day without a year is the nearest one up to today.

    Raises `DateProblem` for a day that does not exist.
    """
    phrase = spelled(text) if len(text) <= LONGEST else ""
    _, rest = find_time(phrase)
    found = find_day(rest, now.date(), prefer_future=False) if rest else None
    return found[0] if found else None


def format_moment(moment: date | datetime) -> str:
    """2026年12月2日（周三）下午3:00: nothing in it can be mistaken."""
    words = f"{moment.year}年{moment.month}月{moment.day}日（周{WEEKDAYS[moment.weekday()]}）"
    if not isinstance(moment, datetime):
        return words
    if moment.hour < 6:
        half = "凌晨"
    elif moment.hour < 12:
        half = "上午"
    elif moment.hour == 12:
        half = "中午"
    else:
        half = "下午" if moment.hour < 18 else "晚上"
    hour = moment.hour if moment.hour <= 12 else moment.hour - 12
    return f"{words}{half}{hour}:{moment:%M}"
