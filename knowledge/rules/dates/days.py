"""The day in a phrase. Each pattern is one way to say a day; the first that is all of the phrase counts."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

from knowledge.rules.dates.problems import DateProblem
from knowledge.rules.working_days import next_working_day

Reader = Callable[[re.Match[str], date, bool], date | None]

_NEAR = {"大前天": -3, "前天": -2, "昨天": -1, "今天": 0, "明天": 1, "后天": 2, "大后天": 3}
_YEARS = {"前年": -2, "去年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_MONTH = r"(?P<month>(?:上上|上|这|本|下下|下)个?月|\d{1,2}月|当月|月)?"


def _exact(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise DateProblem("no_such_day") from error


def _full(found: re.Match[str], today: date, future: bool) -> date:
    year = int(found["year"])
    return _exact(year + 2000 if year < 100 else year, int(found["month"]), int(found["day"]))


def _month_day(found: re.Match[str], today: date, future: bool) -> date:
    month, day = int(found["month"]), int(found["day"])
    if found["year"]:
        return _exact(today.year + _YEARS[found["year"]], month, day)
    if not 1 <= month <= 12 or day > 31:
        raise DateProblem("no_such_day")
    return _nearest(lambda year: _exact(year, month, day), today, future)


def _nearest(of_year: Callable[[int], date], today: date, future: bool) -> date:
    """The occurrence that is meant: the next one, or, looking back, the latest that is not after today."""
    for step in range(9):  # 29 February comes again after eight years at the most
        try:
            found = of_year(today.year + (step if future else -step))
        except DateProblem:
            continue
        if (found >= today) if future else (found <= today):
            return found
    raise DateProblem("no_such_day")


def _shift(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _month_named(words: str | None, today: date, future: bool) -> date:
    """The first day of the month that 本月, 下个月 or 12月 names."""
    first = today.replace(day=1)
    if words and words[0].isdigit():
        month = int(words.removesuffix("月"))
        if not 1 <= month <= 12:
            raise DateProblem("no_such_day")
        return _nearest(lambda year: date(year, month, 1), first, future)
    words = (words or "").replace("个", "")
    return _shift(first, {"上上月": -2, "上月": -1, "下月": 1, "下下月": 2}.get(words, 0))


def _day_of_month(found: re.Match[str], today: date, future: bool) -> date:
    day = int(found["day"])
    if not 1 <= day <= 31:
        raise DateProblem("no_such_day")
    if found["month"]:
        first = _month_named(found["month"], today, future)
        return _exact(first.year, first.month, day)
    step = 1 if future else -1
    first = today.replace(day=1)
    for months in range(4):
        month = _shift(first, step * months)
        if day <= calendar.monthrange(month.year, month.month)[1]:
            candidate = month.replace(day=day)
            if (candidate >= today) if future else (candidate <= today):
                return candidate
    raise DateProblem("no_such_day")


def _weekday(found: re.Match[str], today: date, future: bool) -> date:
    monday = today - timedelta(days=today.weekday())
    week = (found["week"] or "").replace("个", "")
    steps = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
    day = monday + timedelta(weeks=steps.get(week, 0), days=int(found["weekday"]) - 1)
    if week in ("", "这", "本"):
        if future and day < today:
            day += timedelta(weeks=1)
        elif not future and not week and day > today:
            day -= timedelta(weeks=1)
    return day


def _weekday_of_month(found: re.Match[str], today: date, future: bool) -> date:
    first = _month_named(found["month"], today, future)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    weekday = int(found["weekday"]) - 1
    days = [first + timedelta(days=step) for step in range(last.day)]
    matching = [day for day in days if day.weekday() == weekday]
    place = found["place"]
    if place.startswith(("最后", "倒数")):
        nth = int(found["back"] or 1)
        return matching[-nth] if nth <= len(matching) else _none()
    nth = int(found["nth"])
    return matching[nth - 1] if 1 <= nth <= len(matching) else _none()


def _none() -> date:
    raise DateProblem("no_such_day")


def _end_of_month(found: re.Match[str], today: date, future: bool) -> date:
    first = _month_named(found["month"], today, future)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _end_of_year(found: re.Match[str], today: date, future: bool) -> date:
    return date(today.year + _YEARS.get(found["year"] or "今年", 0), 12, 31)


def _after(found: re.Match[str], today: date, future: bool) -> date:
    count = 0.5 if found["count"] == "半" else int(found["count"])
    sign = 1 if found["way"] == "后" else -1
    unit = found["unit"]
    try:
        if unit == "天":
            return today + timedelta(days=sign * int(count))
        if unit in ("周", "星期"):
            return today + timedelta(weeks=sign * int(count))
        months = int(count * 12) if unit == "年" else int(count)
        first = _shift(today.replace(day=1), sign * months)
        return first.replace(day=min(today.day, calendar.monthrange(first.year, first.month)[1]))
    except (OverflowError, ValueError) as error:
        raise DateProblem("no_such_day") from error


def _working_day_after(found: re.Match[str], today: date, future: bool) -> date:
    start = _exact(
        _nearest(lambda y: _exact(y, int(found["month"]), int(found["day"])), today, future).year,
        int(found["month"]),
        int(found["day"]),
    )
    return next_working_day(start)


_WAYS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (
            r"(?P<near>大?[前后]天|[昨今明]天)",
            lambda found, today, future: today + timedelta(days=_NEAR[found["near"]]),
        ),
        (r"(?P<year>\d{4}|\d{2}(?=年))[年./-](?P<month>\d{1,2})[月./-](?P<day>\d{1,2})[日号]?", _full),
        (r"(?P<year>[前去今本明后]年)?(?P<month>\d{1,2})[月./-](?P<day>\d{1,2})[日号]?", _month_day),
        (_MONTH + r"的?(?P<day>\d{1,2})[日号]", _day_of_month),
        (r"(?P<month>(?:上上|上|这|本|下下|下)个?月)的?(?P<day>\d{1,2})", _day_of_month),
        (r"(?P<week>(?:上上|上|这|本|下下|下)个?)?⟨(?P<weekday>[1-7])⟩", _weekday),
        (
            _MONTH + r"的?(?P<place>最后1?个|倒数第(?P<back>\d)个|第(?P<nth>\d)个)⟨(?P<weekday>[1-7])⟩",
            _weekday_of_month,
        ),
        (r"(?P<month>(?:上上|上|这|本|下下|下)个?月|\d{1,2}月|月|当月)(?:底|末|最后1天)", _end_of_month),
        (r"(?P<year>[去今本明后]年|年)(?:底|末|最后1天)", _end_of_year),
        (r"(?:过)?(?P<count>\d{1,4}|半)个?(?P<unit>天|周|星期|月|年)(?:以)?(?P<way>后|前)", _after),
        (r"(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?:假期)?后(?:的)?第1个工作日", _working_day_after),
    )
)


def find_day(phrase: str, today: date, *, prefer_future: bool) -> tuple[date, bool] | None:
    """The day that a phrase is, and whether it was a bare weekday, which may mean next week's; None when it is none.

    Raises `DateProblem` for a day that does not exist.
    """
    # A weekday said beside a date is there for people: 12月2日（周三）.
    phrase = re.sub(r"(?<=[\d日号])[（(]?⟨[1-7]⟩[)）]?$", "", phrase)
    for pattern, reader in _WAYS:
        if found := pattern.fullmatch(phrase.strip("，,的 ")):
            day = reader(found, today, prefer_future)
            if day is not None:
                return day, reader is _weekday and not found["week"]
    return None
