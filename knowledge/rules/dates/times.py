"""The time in a phrase, and spans from now."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from knowledge.rules.dates.problems import DateProblem

_MORNING = ("清晨", "早上", "早晨", "上午", "早")
_AFTERNOON = ("午后", "下午", "傍晚")
_NIGHT = ("晚上", "夜里", "夜晚", "半夜", "深夜", "晚")
_HALVES = "|".join(("凌晨", "中午", "正午", *_MORNING, *_AFTERNOON, *_NIGHT))
_HALF = rf"(?:(?P<half>{_HALVES})[的,，、]?)?"
_SURE_HALF = rf"(?P<half>{_HALVES})[的,，、]?"
_SHORT = r"差(?:(?P<short>\d{1,2})分?钟?|(?P<short_quarters>[13])刻钟?)"
_TIMES = tuple(
    re.compile(pattern)
    for pattern in (
        _HALF + r"(?<!\d)(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::\d{2})?(?!\d)",
        _HALF + _SHORT + r"到?(?P<hour>\d{1,2})点",
        _HALF + r"(?<!\d)(?P<hour>\d{1,2})点" + _SHORT,
        _HALF + r"(?<!\d)(?P<hour>\d{1,2})点"
        r"(?:(?P<half_past>半)|(?P<quarters>[13])刻|过?(?P<minute>\d{1,2})(?![\d月./日号刻])分?)?",
        _SURE_HALF + r"(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?!\d)",
        _SURE_HALF + r"(?P<hour>\d{1,2})$",
    )
)
_NOON = re.compile(r"中午|正午")
_HALF_ALONE = re.compile(rf"(?<=.)(?:{_HALVES})$")
_SPANS = (
    (re.compile(r"(?:再?过)?半个?(?:小时|钟头)后|再?过半个?(?:小时|钟头)()"), 30, 0),
    (re.compile(r"(?:再?过)?(\d{1,3})个半(?:小时|钟头)后|再?过(\d{1,3})个半(?:小时|钟头)"), 30, 60),
    (re.compile(r"(?:再?过)?(\d{1,3})个?(?:小时|钟头)后|再?过(\d{1,3})个?(?:小时|钟头)"), 0, 60),
    (re.compile(r"(?:再?过)?(\d{1,4})分钟?后|再?过(\d{1,4})分钟"), 0, 1),
    (re.compile(r"(?:再?过)?(\d{1,2})刻钟后|再?过(\d{1,2})刻钟"), 0, 15),
)
"""Spans from now: what is always part of them, and what each counted one adds, in minutes."""


@dataclass(frozen=True, slots=True)
class Said:
    """A time of day; `days_on` is 1 for 晚上12点, which belongs to the next day."""

    time: time
    assumed: bool
    days_on: int = 0


def from_now(phrase: str, now: datetime) -> datetime | None:
    """Spans like 半小时后 or 1个半小时后, to the minute; None for anything else."""
    for pattern, always, each in _SPANS:
        if found := pattern.fullmatch(phrase):
            minutes = always + (each * int(found[found.lastindex]) if each and found.lastindex else 0)
            return (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    return None


def find_time(phrase: str) -> tuple[Said | None, str]:
    """The time in a phrase, and what is left of the phrase without it.

    Raises `DateProblem` for a time that does not exist.
    """
    for pattern in _TIMES:
        if found := pattern.search(phrase):
            return _said(found.groupdict()), _without(phrase, found)
    if found := _NOON.search(phrase):
        return Said(time(12), assumed=True), _without(phrase, found)
    return None, phrase


def split_half(phrase: str) -> tuple[str, str]:
    """A phrase without the half of the day that it ends with, and that half, or "": 后天下午."""
    found = _HALF_ALONE.search(phrase)
    return (phrase[: found.start()], found[0]) if found else (phrase, "")


def _without(phrase: str, found: re.Match[str]) -> str:
    return (phrase[: found.start()] + phrase[found.end() :]).strip("，,、的")


def _said(parts: dict[str, str | None]) -> Said:
    said = parts["hour"] or ""
    hour, days_on, assumed = _on_24_hours(parts["half"] or "", int(said), literal=said.startswith("0"))
    minute = int(parts.get("minute") or 0) + 15 * int(parts.get("quarters") or 0)
    short = int(parts.get("short") or 0) + 15 * int(parts.get("short_quarters") or 0)
    if parts.get("half_past"):
        minute = 30
    if minute > 59 or short > 59 or (int(said) == 24 and minute):
        raise DateProblem("no_such_time")
    days, minutes = divmod((days_on * 24 + hour) * 60 + minute - short, 24 * 60)
    return Said(time(minutes // 60, minutes % 60), assumed, days)


def _on_24_hours(half: str, hour: int, *, literal: bool) -> tuple[int, int, bool]:
    """The hour of the day, how many days on, and whether the half had to be assumed."""
    if (
        hour > 24
        or (hour > 12 and half in ("凌晨", *_MORNING))
        or (12 < hour < 17 and half in _NIGHT)
        or (half in ("中午", "正午") and not (hour < 4 or 10 <= hour <= 14))
    ):
        raise DateProblem("no_such_time")
    if (half in _NIGHT and hour in (0, 12)) or hour == 24:
        return 0, 1, False
    if half in _NIGHT and hour < 5:
        return hour, 1, True  # two at night is already the next day
    if (half in (*_AFTERNOON, *_NIGHT) and hour < 12) or (half in ("中午", "正午") and hour < 4):
        return hour + 12, 0, False
    if half == "凌晨" and hour == 12:
        return 0, 0, False
    if not half and not literal and 1 <= hour <= 6:
        return hour + 12, 0, True  # nobody meets at three in the morning
    return hour, 0, False
