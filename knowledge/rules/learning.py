"""How many hours a member learns in a year (学时), and goals that can be checked (目标).

Hours may be halves: Decimal, or int where whole ones are meant.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from knowledge.rules.periods import months_later

MEMBER_HOURS = 32
"""As a rule at least. Source: 党员教育管理工作条例（2019） article 20."""

LEADER_HOURS = 56
"""Of secretaries and members of committees. Source: 全国党员教育培训工作规划; ask whether the newest keeps it."""


def hours_needed(*, leader: bool) -> int:
    """The least hours of a year."""
    return LEADER_HOURS if leader else MEMBER_HOURS


def hours_missing(learned: int, *, leader: bool) -> int:
    """How many of them are still to be learned; ValueError for a negative count."""
    if learned < 0:
        raise ValueError(f"{learned} hours")
    return max(0, hours_needed(leader=leader) - learned)


def hours_for(role: str) -> int:
    """The least hours of a year by the words of the procedure: leader, member, or exempt, who has none to reach.

    Article 23 for those whom nobody presses. ValueError for another word.
    """
    if role == "exempt":
        return 0
    if role not in ("leader", "member"):
        raise ValueError(role)
    return hours_needed(leader=role == "leader")


def is_in_half_hours(hours: Decimal) -> bool:
    """Whether it is more than nothing and a multiple of half an hour."""
    return hours > 0 and hours % Decimal("0.5") == 0


def hours_together(hours: Sequence[Decimal]) -> Decimal:
    """The sum of what was learned."""
    return sum(hours, Decimal(0))


def hours_with(hours: Decimal, earlier: Sequence[Decimal]) -> Decimal:
    """What was learned before and this time."""
    return hours_together(earlier) + hours


def hours_left(learned: Decimal, needed: int) -> Decimal:
    """What is still to be learned; nothing when it is reached."""
    return max(Decimal(0), needed - learned)


def hours_due_by(day: date, needed: int) -> Decimal:
    """A quarter of the year's hours for each quarter of the year that is over on that day, its last day included.

    Source: 支部党务规程资料 23, a mark to be reminded by; no article asks for it.
    """
    after = day + timedelta(days=1)
    quarters = 4 if after.year > day.year else (after.month - 1) // 3
    return Decimal(needed) * quarters / 4


def hours_on_course(learned: Decimal, day: date, needed: int) -> bool:
    """Whether as much is learned as is due by a day; see `hours_due_by`."""
    return learned >= hours_due_by(day, needed)


def learning_quarter_ends(day: date) -> date:
    """The last day of a quarter for the next look at the hours: the first that is at least a month away.

    So that a look on 28 March or on 3 April both lead to 30 June.
    """
    there = months_later(day, 1)
    last_month = (there.month + 2) // 3 * 3
    return date(there.year, last_month, monthrange(there.year, last_month)[1])


def is_counted_once(day: date, theme: str, days: Sequence[date], themes: Sequence[str]) -> bool:
    """Whether an activity is not among those counted before, which are told by their day and theme."""
    return (day, theme.strip()) not in zip(days, (one.strip() for one in themes), strict=False)


def each_has_figure(lines: Sequence[str]) -> bool:
    """Whether every goal says how much: it has a figure in digits or in Chinese."""
    return all(re.search(r"[0-9０-９一二两三四五六七八九十百]", line) for line in lines)


def is_in_months(day: date, first: int, last: int) -> bool:
    """Whether a day lies in one of the months from `first` to `last` of its year."""
    return first <= day.month <= last


def members_together(full: int, probationary: int) -> int:
    """Full and probationary members, as those who are expected where nothing is voted on."""
    return full + probationary


def absent_fit(expected: int, absent: Sequence[object]) -> bool:
    """Whether no more were away than were expected."""
    return len(absent) <= expected


def is_same_year(day: date, other: date) -> bool:
    """Whether two days lie in one year, for which the hours are counted."""
    return day.year == other.year


def december_begins(day: date) -> date:
    """When the year of a day may be closed: from the first of December on, by practice."""
    return date(day.year, 12, 1)
