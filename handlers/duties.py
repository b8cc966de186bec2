"""What the regulations ask of a branch, counted from what it held: for whoever speaks of it, about one or thousands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from knowledge.rules.customs import Every, agreed
from knowledge.rules.owed import (
    AFTER_A_THEME_DAY,
    LATE_IN_A_MONTH,
    QUIET_DAYS,
    Standing,
    standing,
    standing_of_the_year,
)
from storage.held import Held
from storage.models import MeetingKind

LOOKED_BACK = timedelta(days=800)
"""Two years and more: the year before last may have been made up for early in the last."""
LEAST_COMMITTEE = 3
"""A branch with a committee has at least so many in it; two posts are a secretary and a deputy without one.

Source: 支部工作条例（试行）（2018）; 支部党务规程资料, 0.5.
"""
MEETINGS = {
    "general_meeting": MeetingKind.GENERAL_MEETING,
    "committee_meeting": MeetingKind.COMMITTEE_MEETING,
    "group_meeting": MeetingKind.GROUP_MEETING,
    "theme_day": MeetingKind.THEME_DAY,
    "lecture": MeetingKind.LECTURE,
    "criticism_meeting": MeetingKind.CRITICISM_MEETING,
    "appraisal": MeetingKind.APPRAISAL,
}


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that a branch does so often: how it stands, how it is called, and who wants it."""

    what: str
    standing: Standing
    every: Every
    of: str = ""
    people: tuple[str, ...] = ()


def duties_of(held: Held, today: date, *, committee: int, lectures: Iterable[Mapping[str, Any]]) -> list[Duty]:
    """Everything that is asked of a branch whose committee is of so many people, done or not: what the regulations say,
    then lectures, as the customs of the branch and of those above it want them.

    Digests, the dashboard, reminders and the secretary's own list all go by this.
    """
    often = agreed(Every(one["every"]) for one in lectures)
    wanted = _of_lectures(held, today, often)
    return [*_by_regulation(held, today, has_committee=committee >= LEAST_COMMITTEE), *([wanted] if wanted else [])]


def _by_regulation(held: Held, today: date, *, has_committee: bool) -> list[Duty]:
    since = held.since or today
    days = {name: held.days.get(kind, []) for name, kind in MEETINGS.items()}

    def monthly(met: Sequence[date], *, red: bool = False, warn_day: int = LATE_IN_A_MONTH) -> Standing:
        return standing(met, today, months=1, since=since, red=red, warn_day=warn_day)

    quarterly = standing(days["general_meeting"], today, months=3, since=since, red=True, quiet_days=QUIET_DAYS)
    found = [Duty("general_meeting", quarterly, Every.QUARTER)]
    if has_committee:
        found.append(Duty("committee_meeting", monthly(days["committee_meeting"], red=True), Every.MONTH))
    found += [Duty("group_meeting", monthly(group.met), Every.MONTH, of=group.name) for group in held.groups]
    warn_day = held.theme_day + AFTER_A_THEME_DAY if held.theme_day else LATE_IN_A_MONTH
    found.append(Duty("theme_day", monthly(days["theme_day"], warn_day=warn_day), Every.MONTH))
    for name, red in (("criticism_meeting", True), ("appraisal", False)):
        found.append(Duty(name, standing_of_the_year(days[name], today, since=since, red=red), Every.YEAR))
    found.append(Duty("talks", standing(held.talks, today, months=12, since=since), Every.YEAR))
    return found


def _of_lectures(held: Held, today: date, every: Every) -> Duty | None:
    if every is Every.NEVER:
        return None
    met = held.days.get(MeetingKind.LECTURE, [])
    return Duty("lecture", standing(met, today, months=every.months, since=held.since or today), every)
