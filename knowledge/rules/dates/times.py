"""The time in a phrase, and spans from now."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from knowledge.rules.dates.problems import DateProblem

_HALF = r"(?P<half>凌晨|清晨|早上|早晨|上午|中午|正午|午后|下午|傍晚|晚上|夜里|夜晚|早|晚)?的?"
_TIMES = (
    re.compile(_HALF + r"(?<!\d)(?P<hour>\d{1,2})[:：](?P<minute>\d{1,2})(?!\d)"),
    re.compile(_HALF + r"差(?P<short>\d{1,2}|一刻)分?(?P<hour>\d{1,2})点"),
    re.compile(
        _HALF + r"(?<!\d)(?P<hour>\d{1,2})点(?:(?P<halfpast>半)|(?P<quarter>[13])刻|过?(?P<minute>\d{1,2})分?)?"
    ),
)
_HALF_ALONE = r"(?<=.)(?:凌晨|清晨|早上|早晨|上午|午后|下午|傍晚|晚上|夜里|夜晚)$"
_NOON = re.compile(r"中午|正午")
_SPANS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], timedelta]], ...] = (
    (re.compile(r"(?:过)?半个?(?:小时|钟头)后?"), lambda m: timedelta(minutes=30)),
    (re.compile(r"(?:过)?(\d{1,3})个半(?:小时|钟头)后?"), lambda m: timedelta(hours=int(m[1]), minutes=30)),
    (re.compile(r"(?:过)?(\d{1,3})个?(?:小时|钟头)后?"), lambda m: timedelta(hours=int(m[1]))),
    (re.compile(r"(?:过)?(\d{1,4})分钟?后"), lambda m: timedelta(minutes=int(m[1]))),
    (re.compile(r"(?:过)?(\d{1,2})刻钟后"), lambda m: timedelta(minutes=15 * int(m[1]))),
)
_AFTERNOON = {"午后", "下午", "傍晚", "晚上", "夜里", "夜晚", "晚"}


@dataclass(frozen=True, slots=True)
class Said:
    """A time of day; `days_on` is 1 for 晚上12点, which belongs to the next day."""

    time: time
    assumed: bool
    days_on: int = 0


def from_now(phrase: str, now: datetime) -> datetime | None:
    """Spans like 半小时后 or 1个半小时后, to the minute; None for anything else."""
    for pattern, span in _SPANS:
        if found := pattern.fullmatch(phrase):
            return (now + span(found)).replace(second=0, microsecond=0)
    return None


def find_time(phrase: str) -> tuple[Said | None, str]:
    """The time in a phrase, and what is left of the phrase without it.

    Raises `DateProblem` for a time that does not exist.
    """
    for pattern in _TIMES:
        if found := pattern.search(phrase):
            rest = phrase[: found.start()] + phrase[found.end() :]
            return _said(found.groupdict()), rest.strip("，,的")
    if found := _NOON.search(phrase):
        return Said(time(12), assumed=True), (phrase[: found.start()] + phrase[found.end() :]).strip("，,的")
    return None, re.sub(_HALF_ALONE, "", phrase)


def _said(parts: dict[str, str | None]) -> Said:
    hour, minute, days_on = int(parts["hour"] or 0), int(parts.get("minute") or 0), 0
    if parts.get("halfpast"):
        minute = 30
    elif quarter := parts.get("quarter"):
        minute = 15 * int(quarter)
    half = parts["half"] or ""
    assumed = False
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise DateProblem("no_such_time")
    if (half in _AFTERNOON and hour < 12) or (half in ("中午", "正午") and hour < 4):
        hour += 12
    elif (half in ("晚上", "夜里", "夜晚", "晚") and hour == 12) or hour == 24:
        hour, days_on = 0, 1
    elif half == "凌晨" and hour == 12:
        hour = 0
    elif not half and 1 <= hour <= 6:
        # Nobody meets at three in the morning.
        hour, assumed = hour + 12, True
    moment = timedelta(hours=hour, minutes=minute)
    if short := parts.get("short"):
        moment -= timedelta(minutes=15 if short == "一刻" else int(short))
    moment %= timedelta(days=1)
    minutes = int(moment.total_seconds()) // 60
    return Said(time(minutes // 60, minutes % 60), assumed, days_on)
