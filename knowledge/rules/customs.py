"""What no regulation counts and custom does: how often lectures are held and reports handed in, and for which period.

Sources: 支部工作条例（试行）（2018） article 16, which names no number for lectures; 支部党务规程资料, 2 (a thought
report every quarter is practice, no article of the rules for admission), 14 and 21 (so is how often who is away is in
touch).
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from knowledge.rules.owed import period_of


class CustomName(StrEnum):
    """What is done as often as a branch or a level above it wants."""

    LECTURE = "lecture"
    THOUGHT_REPORT = "thought_report"
    MOBILE_REPORT = "mobile_report"


class Every(StrEnum):
    """How often."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    NEVER = "never"

    @property
    def months(self) -> int:
        """The months from one time to the next; 0 when it is not asked for."""
        return {"month": 1, "quarter": 3, "half_year": 6, "year": 12, "never": 0}[self.value]


USUAL = Every.QUARTER
"""How often where nobody has said otherwise."""


def agreed(wanted: Iterable[Every]) -> Every:
    """What holds where a branch and those above it each want something: the most often; the usual when nobody does."""
    return min(wanted, key=lambda every: every.months or 99, default=USUAL)


def period_code(day: date, every: Every) -> str:
    """The month, quarter, half year or year that a day is in: "2026-11", "2026-Q4", "2026-H2", "2026".

    What nobody asks for is reported by quarters.
    """
    match every:
        case Every.MONTH:
            return f"{day:%Y-%m}"
        case Every.HALF_YEAR:
            return f"{day.year}-H{(day.month + 5) // 6}"
        case Every.YEAR:
            return str(day.year)
    return f"{day.year}-Q{(day.month + 2) // 3}"


def newest_periods(day: date, every: Every, count: int) -> list[str]:
    """The period that a day is in and those before it, the newest first."""
    found = []
    for _ in range(count):
        found.append(period_code(day, every))
        day = period_of(day, every.months or USUAL.months)[0] - timedelta(days=1)
    return found


def period_words(code: str) -> str:
    """A period in words: 2026年第四季度; also the day of "2026-11-20", and nothing where there is no period."""
    year, _, rest = code.partition("-")
    if not rest:
        return f"{year}年" if year else ""
    if rest.startswith("Q"):
        return f"{year}年第{'一二三四'[int(rest[1:]) - 1]}季度"
    if rest.startswith("H"):
        return f"{year}年{'上下'[int(rest[1:]) - 1]}半年"
    month, _, day = rest.partition("-")
    return f"{year}年{int(month)}月" + (f"{int(day)}日" if day else "")
