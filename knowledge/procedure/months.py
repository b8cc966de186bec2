"""The months across a picture: where a day stands, and which months are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from knowledge.procedure.timeline import Row
from knowledge.rules.periods import months_later

STEPS = (1, 2, 3, 6, 12, 24, 60)
ROOM = 88
"""How far apart months are written at least: a year with its word in small type."""
BEYOND = 6
"""So many months after the last day of a case are shown of what is allowed even later."""


@dataclass(frozen=True, slots=True)
class Months:
    """From the first of one month to the first of another, across a picture from `left` to `right`."""

    first: date
    last: date
    left: float
    right: float

    @classmethod
    def of(cls, rows: Sequence[Row], today: date, left: float, right: float) -> Self:
        """Those of all days of a timeline, and of today."""
        days = [today, *(day for row in rows for day in (*row.happened, *row.planned))]
        end = max(days)
        latest = [one.allowed.latest for row in rows for one in row.rounds if one.allowed.latest]
        days += [min(day, months_later(end, BEYOND)) for day in latest if day >= min(days)]
        return cls(min(days).replace(day=1), months_later(max(days).replace(day=1), 1), left, right)

    @property
    def count(self) -> int:
        """How many months there are."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month

    @property
    def ticks(self) -> list[date]:
        """The months that are written, with every January among them unless even years stand too close."""
        wide = (self.right - self.left) / self.count
        step = next((step for step in STEPS if step * wide >= ROOM), STEPS[-1])
        every = [months_later(self.first, number) for number in range(self.count)]
        return [month for month in every if (month.year * 12 + month.month - 1) % step == 0] or every[:1]

    def x(self, day: date) -> float:
        """Where a day stands; one outside stands at the edge."""
        share = (day - self.first) / (self.last - self.first)
        return round(self.left + (self.right - self.left) * min(max(share, 0), 1), 1)

    def holds(self, day: date) -> bool:
        """Whether a day is inside."""
        return self.first <= day <= self.last - timedelta(days=1)
