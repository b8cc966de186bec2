"""Chinese dates and times as people say them: 下周三下午三点, 本月最后一个周五上午9点, 12.5 19:30, 七一."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from knowledge.rules.dates.days import find_day
from knowledge.rules.dates.problems import DateProblem
from knowledge.rules.dates.spelling import spelled
from knowledge.rules.dates.times import Said, find_time, from_now, split_half

__all__ = ["DateProblem", "Moment", "format_moment", "read_day", "read_moment"]

WEEKDAYS = "一二三四五六日"
LONGEST = 60
"""A phrase longer than this is no date."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, its time if one was said, and whether the half of the day (or the day) had to be assumed.

    `half` is the half of the day where that is all that was said of the time: 后天下午.
    """

    day: date
    time: time | None
    assumed: bool = False
    half: str = ""


def read_moment(text: str, *, now: datetime, prefer_future: bool = True) -> Moment | None:
    """The moment that a phrase means, seen from `now` (naive, local); None when it is no date.

    What can be past or coming (a weekday, a month and day) is coming, unless `prefer_future` is off. What names one
    moment (本周三, 昨天) is that moment, even when it has passed.
    Raises `DateProblem` for a day or a time that does not exist, and for a date with the wrong weekday beside it.
    """
    phrase = _phrase(text)
    if not phrase:
        return None
    if (moment := from_now(phrase, now)) is not None:
        return Moment(moment.date(), moment.time())
    said, rest = find_time(phrase)
    if said is not None and not rest:
        moment = _at(now.date(), said)
        return _moment(moment + timedelta(days=prefer_future and moment <= now), assumed=True)
    rest, half = split_half(rest) if said is None else (rest, "")
    found = find_day(rest, now.date(), prefer_future=prefer_future)
    if found is None:
        return None
    day, rolls = found
    if said is None:
        return Moment(day, None, half=half)
    moment = _at(day, said)
    return _moment(moment + timedelta(weeks=prefer_future and rolls and moment <= now), assumed=said.assumed)


def read_day(text: str, *, now: datetime, prefer_future: bool = False) -> date | None:
    """The day that a phrase means; a month and day without a year is the nearest one up to today, or from today on.

    Raises `DateProblem` for a day that does not exist.
    """
    _, rest = find_time(_phrase(text))
    found = find_day(split_half(rest)[0], now.date(), prefer_future=prefer_future)
    return found[0] if found else None


def read_clock(text: str) -> tuple[time, int] | None:
    """The time of day that a phrase is, and 1 where it belongs to the next day (晚上12点); None when it is none.

    Raises `DateProblem` for a time that does not exist.
    """
    said, rest = find_time(_phrase(text))
    return None if said is None or rest else (said.time, said.days_on)


def _phrase(text: str) -> str:
    text = text.strip()
    return spelled(text) if len(text) <= LONGEST else ""


def _at(day: date, said: Said) -> datetime:
    try:
        return datetime.combine(day, said.time) + timedelta(days=said.days_on)
    except OverflowError as error:
        raise DateProblem("no_such_day") from error


def _moment(moment: datetime, *, assumed: bool) -> Moment:
    return Moment(moment.date(), moment.time(), assumed)


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
