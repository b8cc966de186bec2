"""The figures behind a dashboard: every open branch of a subtree over twelve weeks, counted in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from handlers.figures import BranchFigures, DigestStyle, WeekCount, bounds_of, figures_of
from knowledge.rules.owed import Light
from storage.dashboard import Open, open_organizations
from storage.database import Session

WEEKS: Final = 12
"""The weeks of a sparkline; the last one is the week that is not over."""
FEW: Final = 4
"""The newest weeks that are over, of which the table speaks; a single one says little of a branch."""
QUIET_AFTER: Final = timedelta(days=DigestStyle().quiet_days)
"""A branch without any record for this long is named, so that somebody asks whether it needs help."""


@dataclass(frozen=True, slots=True)
class Line:
    """One branch, with its groups; or several together: then `last` is the oldest of theirs, None if one has none.

    `weeks` are the oldest first. `owed` is what was due in a period that went by without it, `late` the cases whose
    day by rule is over, `quiet` the branches without a record for long.
    """

    weeks: Sequence[WeekCount]
    branches: int
    owed: int
    unread: int
    cases: int
    late: int
    quiet: int
    last: datetime | None

    @property
    def meetings(self) -> int:
        """Meetings of the newest weeks that are over."""
        return self._few.meetings

    @property
    def rate(self) -> float | None:
        """The attendance in them, from 0 to 1; None where nobody was expected."""
        return self._few.rate

    @property
    def change(self) -> float | None:
        """By how much that is above or below the attendance of as many weeks before; None where either has none."""
        now, before = self.rate, _sum(self.weeks[-1 - 2 * FEW : -1 - FEW]).rate
        return None if now is None or before is None else now - before

    @property
    def _few(self) -> WeekCount:
        return _sum(self.weeks[-1 - FEW : -1])


@dataclass(frozen=True, slots=True)
class Scope:
    """A subtree as it stood at a moment: its open organizations in the order of the tree, and each branch's figures."""

    path: str
    zone: ZoneInfo
    counted_at: datetime
    starts: Sequence[datetime]
    places: Sequence[Open]
    lines: dict[int, Line]


def _sum(weeks: Sequence[WeekCount]) -> WeekCount:
    return WeekCount(
        sum(week.meetings for week in weeks), sum(week.expected for week in weeks), sum(week.present for week in weeks)
    )


async def scope_of(session: Session, path: str, zone: ZoneInfo, now: datetime) -> Scope:
    """Count a subtree; the number of statements does not depend on how large it is."""
    today = now.astimezone(zone).date()
    places = await open_organizations(session, path)
    found = await figures_of(session, [path], today, zone, now, weeks=WEEKS)
    lines = {one.organization_id: _line(one, now) for one in found.branches}
    return Scope(path, zone, now, bounds_of(today, zone, WEEKS)[:-1], places, lines)


def _line(one: BranchFigures, now: datetime) -> Line:
    return Line(
        weeks=one.weeks[::-1],
        branches=1,
        owed=sum(owed.count for owed in one.owed if owed.light is Light.RED),
        unread=one.unread,
        cases=one.cases_open,
        late=one.cases_late,
        quiet=int(one.last_record_at is None or now - one.last_record_at >= QUIET_AFTER),
        last=one.last_record_at,
    )


def together(lines: Sequence[Line]) -> Line:
    """Several branches as one line."""
    lasts = [line.last for line in lines]
    known = [last for last in lasts if last is not None]
    return Line(
        weeks=[_sum([line.weeks[number] for line in lines]) for number in range(WEEKS)],
        branches=len(lines),
        owed=sum(line.owed for line in lines),
        unread=sum(line.unread for line in lines),
        cases=sum(line.cases for line in lines),
        late=sum(line.late for line in lines),
        quiet=sum(line.quiet for line in lines),
        last=min(known) if known and len(known) == len(lasts) else None,
    )
