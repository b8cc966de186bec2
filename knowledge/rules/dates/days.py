"""The day in a phrase. Each pattern is one way to say a day; the first that is all of the phrase counts."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

from knowledge.rules.dates.festivals import MARK, OfYear, of_year
from knowledge.rules.dates.problems import DateProblem
from knowledge.rules.working_days import is_working_day, next_working_day

Reader = Callable[[re.Match[str], date, bool], date | None]
"""What a pattern found, today, and whether what may be past or coming is coming; None when it is no day after all."""

_NEAR = {"大前天": -3, "前天": -2, "昨天": -1, "今天": 0, "明天": 1, "后天": 2, "大后天": 3}
_YEARS = {"前年": -2, "去年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_STEPS = {"上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "": 0, "下": 1, "下下": 2}
_STEP = "上上|上|这|本|下下|下"
_MONTH = rf"(?P<month>(?:{_STEP})个?月|\d{{1,2}}月|当月)"
_WEEKDAY = rf"(?:(?P<week>{_STEP})个?)?⟨(?P<weekday>[1-7])⟩"


def _exact(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise DateProblem("no_such_day") from error


def _full(found: re.Match[str], today: date, future: bool) -> date:
    year = found["year"]
    return _exact(int(year) if len(year) == 4 else 2000 + int(year), int(found["month"]), int(found["day"]))


def _month_day(found: re.Match[str], today: date, future: bool) -> date:
    month, day = int(found["month"]), int(found["day"])
    if found["year"]:
        return _exact(today.year + _YEARS[found["year"]], month, day)
    return _exact(_year_of((month, day), (today.month, today.day), today.year, future), month, day)


def _year_of(said: tuple[int, ...], now: tuple[int, ...], year: int, future: bool) -> int:
    if future:
        return year if said >= now else year + 1
    return year if said <= now else year - 1


def _shift(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return _exact(index // 12, index % 12 + 1, 1)


def _last(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _month_named(words: str, today: date, future: bool) -> date:
    """The first day of the month that 本月, 下个月 or 12月 names."""
    words = words.replace("个", "").removesuffix("月")
    if words in _STEPS:
        return _shift(today.replace(day=1), _STEPS[words])
    return _exact(_year_of((int(words),), (today.month,), today.year, future), int(words), 1)


def _in_months(
    found: re.Match[str], today: date, future: bool, of_month: Callable[[date], date | None], months: int = 4
) -> date:
    """What `of_month` finds in the month that is named; else the first in sight of this month and those next to it."""
    if found["month"]:
        if (day := of_month(_month_named(found["month"], today, future))) is None:
            raise DateProblem("no_such_day")
        return day
    for step in range(months):
        day = of_month(_shift(today.replace(day=1), step if future else -step))
        if day is not None and (day >= today if future else day <= today):
            return day
    raise DateProblem("no_such_day")


def _day_of_month(found: re.Match[str], today: date, future: bool) -> date:
    day = int(found["day"])
    return _in_months(
        found, today, future, lambda first: first.replace(day=day) if 1 <= day <= _last(first).day else None
    )


def _weekday(found: re.Match[str], today: date, future: bool) -> date:
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(weeks=_STEPS[found["week"] or ""], days=int(found["weekday"]) - 1)
    if found["week"]:
        return day
    if future and day < today:
        return day + timedelta(weeks=1)
    return day - timedelta(weeks=1) if not future and day > today else day


def _nth_of_month(found: re.Match[str], today: date, future: bool) -> date:
    """The first Monday, the last working day of a month."""
    weekday = int(found["weekday"] or 0)
    back = found["back"] or ("1" if found["place"].startswith("最后") else "")

    def of_month(first: date) -> date | None:
        days = [first.replace(day=number) for number in range(1, _last(first).day + 1)]
        fits = [day for day in days if (day.isoweekday() == weekday if weekday else is_working_day(day))]
        index = -int(back) if back else int(found["nth"]) - 1
        return fits[index] if -len(fits) <= index < len(fits) and (back or index >= 0) and back != "0" else None

    return _in_months(found, today, future, of_month, months=15)


def _end_of_month(found: re.Match[str], today: date, future: bool) -> date:
    return _in_months(found, today, future, _last)


def _end_of_year(found: re.Match[str], today: date, future: bool) -> date:
    return date(today.year + _YEARS[found["year"] or "今年"], 12, 31)


def _after(found: re.Match[str], today: date, future: bool) -> date | None:
    unit, sign = found["unit"], -1 if found["way"] == "前" else 1
    if found["count"] == "半":
        if unit not in "月年":
            return None
        count, unit = (15, "天") if unit == "月" else (6, "月")
    else:
        count = int(found["count"])
    if unit in "月年":
        first = _shift(today.replace(day=1), sign * count * (12 if unit == "年" else 1))
        return first.replace(day=min(today.day, _last(first).day))
    try:
        return today + timedelta(days=sign * count * (1 if unit in "天日" else 7))
    except OverflowError as error:
        raise DateProblem("no_such_day") from error


def _working_days_after(found: re.Match[str], today: date, future: bool) -> date:
    for _ in range(int(found["count"])):
        today = next_working_day(today)
    return today


def _festival(found: re.Match[str], today: date, future: bool) -> date:
    on = of_year(found["mark"])
    if said := found["year"]:
        return _found(on(today.year + _YEARS[said] if said in _YEARS else int(said.removesuffix("年"))))
    return _nearest(on, today, future)


def _working_day_after_festival(found: re.Match[str], today: date, future: bool) -> date:
    on = of_year(found["mark"])

    def after(year: int) -> date | None:
        return (day := on(year)) and next_working_day(day)

    return _nearest(after, today, future)


def _nearest(on: OfYear, today: date, future: bool) -> date:
    days = [day for year in range(today.year - 1, today.year + 2) if (day := on(year))]
    fits = [day for day in days if (day >= today if future else day <= today)]
    return _found((min(fits) if future else max(fits)) if fits else None)


def _found(day: date | None) -> date:
    if day is None:
        raise DateProblem("no_such_day")
    return day


_NAMED_DAY = r"(?P<month>\d{1,2})[月./-](?P<day>\d{1,2})"
_WAYS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (
            r"(?P<near>大?[前后]天|[昨今明]天)",
            lambda found, today, future: today + timedelta(days=_NEAR[found["near"]]),
        ),
        (rf"(?P<year>\d{{4}}|\d{{2}}(?=年))[年./-]{_NAMED_DAY}[日号]?", _full),
        (r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})", _full),
        (rf"(?:(?P<year>[前去今本明后]年)的?)?{_NAMED_DAY}[日号]?", _month_day),
        (rf"(?:{_MONTH}的?)?(?P<day>\d{{1,2}})[日号]", _day_of_month),
        (rf"{_MONTH}的?(?P<day>\d{{1,2}})", _day_of_month),
        (_WEEKDAY, _weekday),
        (
            rf"(?:{_MONTH}的?)?(?P<place>最后1?个|倒数第(?P<back>\d)个|第(?P<nth>\d{{1,2}})个)"
            r"(?:⟨(?P<weekday>[1-7])⟩|工作日)",
            _nth_of_month,
        ),
        (rf"(?:{_MONTH}|月)的?(?:底|末|最后1天)", _end_of_month),
        (r"(?:(?P<year>[去今本明后]年)的?年?|年)(?:底|末|最后1天)", _end_of_year),
        (r"(?P<count>\d{1,4}|半)个?(?P<unit>天|日|周|星期|月|年)(?P<way>后|前)", _after),
        (r"再?过(?P<count>\d{1,4}|半)个?(?P<unit>天|日|周|星期|月|年)(?P<way>后)?", _after),
        (r"(?P<count>[1-9]\d?)个工作日后", _working_days_after),
        (rf"(?:(?P<year>[前去今本明后]年|\d{{4}}年)的?)?(?P<mark>{MARK})(?:节|这天|当天|那天)?", _festival),
        (rf"(?P<mark>{MARK})(?:假期?|长假|放假)?后的?第1个工作日", _working_day_after_festival),
    )
)
_BESIDE = re.compile(rf"(?P<first>{_WEEKDAY})(?P<then>.+)|(?P<day_first>.+?)[(,，]?(?P<last>(?:{_STEP})?个?⟨[1-7]⟩)\)?")


def find_day(phrase: str, today: date, *, prefer_future: bool) -> tuple[date, bool] | None:
    """The day that a phrase is, and whether it was a bare weekday, which may mean next week's; None when it is none.

    Raises `DateProblem` for a day that does not exist, and for a date with the wrong weekday beside it.
    """
    phrase = phrase.strip("，,、的")
    for pattern, reader in _WAYS:
        if found := pattern.fullmatch(phrase):
            try:
                day = reader(found, today, prefer_future)
            except (OverflowError, ValueError) as error:
                raise DateProblem("no_such_day") from error
            if day is not None:
                return day, reader is _weekday and not found["week"]
    return _beside(phrase, today, prefer_future)


def _beside(phrase: str, today: date, future: bool) -> tuple[date, bool] | None:
    """A date with its weekday before or after it, as in 12月2日（周三）."""
    found = _BESIDE.fullmatch(phrase)
    if found is None:
        return None
    day = find_day((found["then"] or found["day_first"]).strip("()"), today, prefer_future=future)
    weekday = find_day(found["first"] or found["last"], today, prefer_future=future)
    if day is None or weekday is None:
        return None
    bare = weekday[1]
    if day[0].weekday() != weekday[0].weekday() or not (bare or day[0] == weekday[0]):
        raise DateProblem("no_such_day")
    return day[0], False
