"""What a digest, a dashboard or a preview says of branches and weeks: counts and to-dos, nothing about individuals."""

import asyncio
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.dialogue.turn import Place
from handlers.duties import LOOKED_BACK, Duty, duties_of
from handlers.messages import Document, Rows
from knowledge.rules.admission import extended_probation_ends, probation_ends
from knowledge.rules.owed import Light
from storage.database import Session
from storage.figures import BranchRecords, Probation, Records, Window, records_of

WEEKS = 5
"""The week itself and the four before it, which it is compared with."""
AHEAD = timedelta(days=90)
"""How far ahead elections and the ends of probations are looked for."""

GRAVEST = (Light.RED, Light.YELLOW, Light.NONE)


@dataclass(frozen=True, slots=True)
class WeekCount:
    """Closed meetings of a week, and how many people were expected and present at them, once a meeting."""

    meetings: int = 0
    expected: int = 0
    present: int = 0

    @property
    def rate(self) -> float | None:
        """The attendance from 0 to 1; None where nobody was expected."""
        return self.present / self.expected if self.expected else None

    def __add__(self, other: "WeekCount") -> "WeekCount":
        """Both together."""
        return WeekCount(self.meetings + other.meetings, self.expected + other.expected, self.present + other.present)


@dataclass(frozen=True, slots=True)
class Owed:
    """Something of a branch's organizational life that is owed in the period now and not yet held.

    `what` is a key of texts/zh/frequencies.yaml such as "general_meeting"; `count` is more than one only for the
    meetings of several groups. With a red light `missed` is the first day of the period before that went by without.
    `last` is the last day of the period that it can be done in.
    """

    what: str
    light: Light
    last: date
    count: int = 1
    missed: date | None = None


@dataclass(frozen=True, slots=True)
class BranchFigures:
    """One branch with its groups in a week.

    `weeks` are `WEEKS` of them, the newest, which the digest is about, first. What waits is as of now: `owed`,
    `unread`, the cases, the ends. `done` is how many of `duties`, all that a branch owes in the periods now, are
    held, whatever light the others have. `cases_moved` are those with a step recorded in the week, `cases_late` the
    open ones whose day by rule is over. `term_ends` is the end of the committee's term when that is over or within
    `AHEAD` and no election is under way; `probations_ending` are members whose probation is over or ends within
    `AHEAD`. `last_record_at` is the newest record of any kind of all time, None where there is none. `unanswered` are
    questions of the week that the handbook could not answer, `unreachable` people of whom no account can be written
    to any more, who need not be members yet. `above` is the name of the organization right above.
    """

    organization_id: int
    name: str
    path: str
    above: str
    members: int = 0
    weeks: tuple[WeekCount, ...] = (WeekCount(),) * WEEKS
    duties: int = 0
    done: int = 0
    owed: tuple[Owed, ...] = ()
    reports: int = 0
    unread: int = 0
    oldest_unread_at: datetime | None = None
    cases_open: int = 0
    cases_moved: int = 0
    cases_late: int = 0
    term_ends: date | None = None
    probations_ending: int = 0
    last_record_at: datetime | None = None
    unanswered: int = 0
    unreachable: int = 0

    @property
    def week(self) -> WeekCount:
        """The week that the digest is about."""
        return self.weeks[0]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over branches; `elections` counts those whose `term_ends` is set."""

    branches: int = 0
    members: int = 0
    weeks: tuple[WeekCount, ...] = (WeekCount(),) * WEEKS
    duties: int = 0
    done: int = 0
    owed_red: int = 0
    owed_yellow: int = 0
    reports: int = 0
    unread: int = 0
    cases_open: int = 0
    cases_moved: int = 0
    cases_late: int = 0
    elections: int = 0
    probations_ending: int = 0
    unreachable: int = 0

    @property
    def rate(self) -> float | None:
        """The attendance of the week."""
        return self.weeks[0].rate

    @property
    def change_to_last_week(self) -> float | None:
        """By how much the attendance is above (or below) the week before's; None when either had no meeting."""
        now, before = self.weeks[0].rate, self.weeks[1].rate
        return None if now is None or before is None else now - before

    @property
    def change_to_mean(self) -> float | None:
        """By how much it is above that of the four weeks before, taken together; None when either had no meeting."""
        now, before = self.weeks[0].rate, sum(self.weeks[1:], WeekCount()).rate
        return None if now is None or before is None else now - before


@dataclass(frozen=True, slots=True)
class ScopeFigures:
    """All open branches of a subtree, in the order of the tree, from the day `first` to `last`, both included.

    Days and weeks are those of `zone`. `unanswered` counts the whole subtree, committees above branches too.
    """

    organization_id: int
    name: str
    path: str
    zone: ZoneInfo
    first: date
    last: date
    now: datetime
    branches: Sequence[BranchFigures]
    unanswered: int = 0
    totals: Totals = field(default_factory=Totals)


@dataclass(frozen=True, slots=True)
class DigestStyle:
    """How one reader wants the digest: the small one of a branch's `own` secretary, or an official's; only what is
    pressing; sent `late`, since its hour was missed; a branch is quiet that has no record for `quiet_days`."""

    own: bool = False
    pressing_only: bool = False
    late: bool = False
    quiet_days: int = 30


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest ready to be sent; readers of one scope and one style read the same one, which is made and kept once.

    `handlers.digest.digest_of(texts, figures: ScopeFigures, style: DigestStyle) -> Digest` (a coroutine, which asks the
    database nothing) is what `bot/digest_round.py` makes one with.
    """

    body: str
    rows: Rows
    documents: tuple[Document, ...] = ()


def totals_of(branches: Sequence[BranchFigures]) -> Totals:
    """The sums over some branches."""
    return Totals(
        branches=len(branches),
        members=sum(one.members for one in branches),
        weeks=tuple(sum((one.weeks[back] for one in branches), WeekCount()) for back in range(WEEKS)),
        duties=sum(one.duties for one in branches),
        done=sum(one.done for one in branches),
        owed_red=sum(owed.count for one in branches for owed in one.owed if owed.light is Light.RED),
        owed_yellow=sum(owed.count for one in branches for owed in one.owed if owed.light is Light.YELLOW),
        reports=sum(one.reports for one in branches),
        unread=sum(one.unread for one in branches),
        cases_open=sum(one.cases_open for one in branches),
        cases_moved=sum(one.cases_moved for one in branches),
        cases_late=sum(one.cases_late for one in branches),
        elections=sum(one.term_ends is not None for one in branches),
        probations_ending=sum(one.probations_ending for one in branches),
        unreachable=sum(one.unreachable for one in branches),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of all branches of some subtrees in a week; `of` takes out of them what one reader reads about."""

    zone: ZoneInfo
    first: date
    last: date
    now: datetime
    branches: Sequence[BranchFigures]
    unanswered: Sequence[tuple[str, int]]
    places: Sequence[list[int]]

    def of(self, organization_id: int, name: str, path: str) -> ScopeFigures:
        """What is at or below `path`, which was among those that were asked for."""
        # In the order of the tree what is below something comes right after it.
        at = _place(path)
        after = [*at[:-1], at[-1] + 1] if at else [sys.maxsize]
        begin, end = bisect_left(self.places, at), bisect_left(self.places, after)
        branches = self.branches[begin:end]
        return ScopeFigures(
            organization_id=organization_id,
            name=name,
            path=path,
            zone=self.zone,
            first=self.first,
            last=self.last,
            now=self.now,
            branches=branches,
            unanswered=sum(count for whose, count in self.unanswered if whose.startswith(path)),
            totals=totals_of(branches),
        )


def bounds_of(day: date, zone: ZoneInfo, weeks: int) -> tuple[datetime, ...]:
    """The instants between so many weeks, the oldest first, of which the last is the one that a day is in."""
    monday = day - timedelta(days=day.isoweekday() - 1)
    return tuple(datetime.combine(monday + timedelta(weeks=step), time(), zone) for step in range(1 - weeks, 2))


async def figures_of(
    session: Session, paths: Collection[str], day: date, zone: ZoneInfo, now: datetime, *, weeks: int = WEEKS
) -> Figures:
    """The figures of the week that `day` is in of every open branch at or below any of `paths`.

    The number of statements is the same for one branch and for ten thousand. More `weeks` are for sparklines.
    """
    bounds = bounds_of(day, zone, weeks)
    window = Window(bounds, now.astimezone(zone).date(), LOOKED_BACK)
    records = await records_of(session, paths, window)
    # Thousands of branches take a second or more to think through; others are answered meanwhile.
    branches = await asyncio.to_thread(_all_branches, records, now)
    return Figures(
        zone=zone,
        first=bounds[-2].date(),
        last=bounds[-1].date() - timedelta(days=1),
        now=now,
        branches=branches,
        unanswered=records.unanswered,
        places=[_place(one.path) for one in branches],
    )


async def figures_at(session: Session, place: Place, day: date, now: datetime) -> ScopeFigures:
    """The figures of one place in the week that `day` is in."""
    found = await figures_of(session, [place.path], day, place.zone, now)
    return found.of(place.organization_id, place.name, place.path)


def _place(path: str) -> list[int]:
    return [int(part) for part in path.split("/") if part]


def _all_branches(records: Records, now: datetime) -> list[BranchFigures]:
    return [_branch(one, now) for one in records.branches]


def _branch(records: BranchRecords, now: datetime) -> BranchFigures:
    node = records.node
    today = now.astimezone(ZoneInfo(node.timezone)).date()
    near = today + AHEAD
    duties = duties_of(records.held, today, committee=records.committee, lectures=records.lectures)
    ends = records.term_ends
    return BranchFigures(
        organization_id=node.id,
        name=node.name,
        path=node.path,
        above=records.above,
        members=records.members,
        weeks=tuple(WeekCount(*one) for one in reversed(records.weeks)),
        duties=len(duties),
        done=sum(one.standing.count > 0 for one in duties),
        owed=tuple(_owed(duties)),
        reports=records.reports,
        unread=records.unread,
        oldest_unread_at=records.oldest_unread_at,
        cases_open=records.cases_open,
        cases_moved=records.cases_moved,
        cases_late=records.cases_late,
        term_ends=ends if ends is not None and ends <= near and not records.has_election else None,
        probations_ending=sum(_end_of(one) <= near for one in records.probations),
        last_record_at=records.last_record_at,
        unanswered=records.unanswered,
        unreachable=records.unreachable,
    )


def _owed(duties: Iterable[Duty]) -> Iterator[Owed]:
    """What is not held yet, several groups of one light together, red before yellow before the rest."""
    open_ones = [(one.what, one.standing) for one in duties if not one.standing.count]
    found = Counter((what, stands.light, stands.last, stands.missed) for what, stands in open_ones)
    for (what, light, last, missed), count in sorted(found.items(), key=_by_light):
        yield Owed(what, light, last, count, missed)


def _by_light(one: tuple[tuple[str, Light, date, date | None], int]) -> int:
    return GRAVEST.index(one[0][1])


def _end_of(one: Probation) -> date:
    """When a probation ends: counted from the meeting that admitted, as far as it is recorded, and extended."""
    admitted = one.admitted_on or one.since
    return extended_probation_ends(admitted, one.extended_months) if one.extended_months else probation_ends(admitted)
