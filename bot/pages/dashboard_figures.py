"""The figures behind a dashboard: every open branch of a subtree over twelve weeks, counted in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from storage.dashboard import Held, Place, open_places, weeks_held
from storage.database import Session
from storage.digest import week_figures
from storage.models import OrganizationKind

WEEKS: Final = 12
"""The weeks of a sparkline; the last one is the week that is not over."""
FEW: Final = 4
"""The newest weeks that are over, of which the table speaks; a single one says little of a branch."""
QUIET_AFTER: Final = timedelta(days=30)
"""A branch without any record for this long is named, so that somebody asks whether it needs help."""


@dataclass(frozen=True, slots=True)
class Line:
    """One branch, with its groups; or several together: then `last` is the oldest of theirs, None if one has none.

    `quiet` are the branches without a record for long.
    """

    weeks: Sequence[Held]
    branches: int
    unread: int
    cases: int
    quiet: int
    last: datetime | None

    @property
    def meetings(self) -> int:
        """Meetings of the newest weeks that are over."""
        return sum(week[0] for week in self.weeks[-1 - FEW : -1])

    @property
    def rate(self) -> float | None:
        """The attendance in them, from 0 to 1; None where nobody was expected."""
        return _rate(self.weeks[-1 - FEW : -1])

    @property
    def change(self) -> float | None:
        """By how much that is above or below the attendance of as many weeks before; None where either has none."""
        now, before = self.rate, _rate(self.weeks[-1 - 2 * FEW : -1 - FEW])
        return None if now is None or before is None else now - before


@dataclass(frozen=True, slots=True)
class Scope:
    """A subtree as it stood at a moment: its open organizations in the order of the tree, and each branch's figures."""

    path: str
    zone: ZoneInfo
    counted_at: datetime
    starts: Sequence[datetime]
    places: Sequence[Place]
    lines: dict[int, Line]


def _rate(weeks: Sequence[Held]) -> float | None:
    expected = sum(week[1] for week in weeks)
    return sum(week[2] for week in weeks) / expected if expected else None


def starts_of(today: date, zone: ZoneInfo) -> list[datetime]:
    """When the weeks of a sparkline begin, the oldest first; the last is the one that `today` is in."""
    monday = today - timedelta(days=today.isoweekday() - 1)
    return [datetime.combine(monday - timedelta(weeks=back), time(), zone) for back in reversed(range(WEEKS))]


async def scope_of(session: Session, path: str, zone: ZoneInfo, now: datetime) -> Scope:
    """Count a subtree; the number of statements does not depend on how large it is."""
    starts = starts_of(now.astimezone(zone).date(), zone)
    places = await open_places(session, path)
    held = await weeks_held(session, path, starts)
    waiting = {one.organization_id: one for one in await week_figures(session, path, starts[-1], now)}
    none: list[Held] = [(0, 0, 0)] * WEEKS
    lines = {}
    for place in places:
        if place.kind is OrganizationKind.BRANCH and (one := waiting.get(place.id)) is not None:
            last = one.last_record_at
            lines[place.id] = Line(
                weeks=held.get(place.id, none),
                branches=1,
                unread=one.unread_reports,
                cases=one.open_cases,
                quiet=int(last is None or now - last > QUIET_AFTER),
                last=last,
            )
    return Scope(path, zone, now, starts, places, lines)


def together(lines: Sequence[Line]) -> Line:
    """Several branches as one line."""
    lasts = [line.last for line in lines]
    known = [last for last in lasts if last is not None]
    return Line(
        weeks=[
            (
                sum(line.weeks[number][0] for line in lines),
                sum(line.weeks[number][1] for line in lines),
                sum(line.weeks[number][2] for line in lines),
            )
            for number in range(WEEKS)
        ],
        branches=len(lines),
        unread=sum(line.unread for line in lines),
        cases=sum(line.cases for line in lines),
        quiet=sum(line.quiet for line in lines),
        last=min(known) if known and len(known) == len(lasts) else None,
    )
