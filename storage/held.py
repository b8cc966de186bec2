"""When branches met and talked, as their records tell: the days from which is counted what they owe.

There is one definition of it, for one branch as its secretary asks, for hundreds as people are reminded, for thousands
as digests and the dashboard count: the same statements, whatever their number.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.elements import ColumnElement

from storage.database import Session
from storage.models import (
    Case,
    CaseState,
    CaseStep,
    Meeting,
    MeetingKind,
    MeetingOrganization,
    MeetingSeries,
    MeetingState,
    Membership,
    Organization,
    OrganizationKind,
)

RUN_AS_CASES = {"criticism-meeting": MeetingKind.CRITICISM_MEETING, "appraisal": MeetingKind.APPRAISAL}
"""Procedures whose end is as good a record of such a meeting as the meeting itself."""
TOGETHER = (MeetingKind.LECTURE, MeetingKind.THEME_DAY)
"""What a general branch holds with all of its branches counts for each of them."""
TALKS = "heart-to-heart"
"""The procedure of talks."""
BY_THE_NEWEST = (
    MeetingKind.GENERAL_MEETING,
    MeetingKind.COMMITTEE_MEETING,
    MeetingKind.THEME_DAY,
    MeetingKind.LECTURE,
)
"""Of these it is enough to know when the newest was: that says whether it was held in this period or the one before."""
LISTED = 1000
"""Up to so many organizations are named one by one."""
A_DAY = timedelta(days=1)
IS_CLOSED = Meeting.state == MeetingState.CLOSED


class Located(Protocol):
    """A branch: where it stands in the tree, and by which clock it lives."""

    @property
    def id(self) -> int:
        """Its id."""

    @property
    def path(self) -> str:
        """The ids from the top down to it."""

    @property
    def timezone(self) -> str:
        """The name of its time zone."""


@dataclass(frozen=True, slots=True)
class Home:
    """Nothing but that."""

    id: int
    path: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a branch that has members, and on which days it met."""

    id: int
    name: str
    met: tuple[date, ...]


@dataclass(slots=True)
class Held:
    """What was held, by kind and local day; `since` is the first day of any record, None where there is none."""

    days: dict[MeetingKind, list[date]] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    talks: list[date] = field(default_factory=list)
    theme_day: int | None = None
    since: date | None = None

    def note(self, kind: MeetingKind, day: date) -> None:
        """One more meeting."""
        self.days.setdefault(kind, []).append(day)


@dataclass(frozen=True, slots=True)
class Since:
    """From which day on meetings of a kind can matter for what is owed on a day: what was before is long settled.

    For what is a red light when a period went by without that is the beginning of the one before.
    """

    month: date
    month_before: date
    quarter_before: date
    lectures: date
    looked_back: date

    @classmethod
    def of(cls, today: date, looked_back: timedelta, *, lecture_months: int = 12) -> "Since":
        """As of a day, which may be the day before elsewhere; lectures are looked for in periods of so many months."""
        day = today - A_DAY
        month = day.replace(day=1)
        quarter = _period(day, 3) - A_DAY
        return cls(
            month,
            (month - A_DAY).replace(day=1),
            _period(quarter, 3),
            _period(day, lecture_months),
            day - looked_back,
        )

    @property
    def year(self) -> date:
        """The first day of the year."""
        return self.month.replace(month=1)

    def wanted(self) -> ColumnElement[bool]:
        """Closed meetings that can matter."""
        wanted = (
            (self.month, (MeetingKind.GROUP_MEETING, MeetingKind.THEME_DAY)),
            (self.month_before, (MeetingKind.COMMITTEE_MEETING,)),
            (self.quarter_before, (MeetingKind.GENERAL_MEETING,)),
            (self.lectures, (MeetingKind.LECTURE,)),
            (self.looked_back, tuple(RUN_AS_CASES.values())),
        )
        of_a_kind = [and_(Meeting.kind.in_(kinds), Meeting.starts_at >= _beginning(first)) for first, kinds in wanted]
        return and_(IS_CLOSED, or_(*of_a_kind))

    def general(self) -> ColumnElement[bool]:
        """Closed general meetings, however long ago: how long the newest is past can matter."""
        is_one = Meeting.kind == MeetingKind.GENERAL_MEETING
        return and_(IS_CLOSED, is_one, Meeting.starts_at >= _beginning(self.looked_back))


def _period(day: date, months: int) -> date:
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def _beginning(first: date) -> datetime:
    """A day's grace, for a day begins elsewhere earlier."""
    return datetime(first.year, first.month, first.day, tzinfo=UTC) - A_DAY


@dataclass(frozen=True)
class Looking:
    """Of which branches it is asked, and from when on it can matter.

    `has` says that a row is of one of them or of their groups, and may say so of others; `groups` are those that have
    members, each with its name and its branch. With `every_day` each meeting is told, else of some kinds the newest.
    """

    homes: Mapping[int, Located]
    has: Callable[[InstrumentedAttribute[int]], ColumnElement[bool]]
    groups: Mapping[int, tuple[str, int]]
    since: Since
    every_day: bool = False

    @cached_property
    def zones(self) -> dict[int, ZoneInfo]:
        """The clock of each branch."""
        return {id: ZoneInfo(one.timezone) for id, one in self.homes.items()}

    @cached_property
    def below(self) -> dict[int, list[int]]:
        """The branches below each organization that is above any of them."""
        found: dict[int, list[int]] = {}
        for id, one in self.homes.items():
            for part in one.path.strip("/").split("/")[:-1]:
                found.setdefault(int(part), []).append(id)
        return found


async def held_in(
    session: Session, branches: Collection[Located], now: datetime, looked_back: timedelta, *, every_day: bool = False
) -> dict[int, Held]:
    """What each of these branches and its groups held, by id: closed meetings, joint ones and those of the general
    branch above included, what was done as a case, talks, and the day that is fixed for the theme day.

    In as many statements as for one branch. Without `every_day` of most kinds only the newest meeting is told.
    """
    homes = {one.id: one for one in branches}
    if not homes:
        return {}
    today = min(now.astimezone(ZoneInfo(name)).date() for name in {one.timezone for one in branches})
    groups = await _groups_of(session, homes)
    ids = {*homes, *groups}
    looking = Looking(homes, lambda column: column.in_(ids), groups, Since.of(today, looked_back), every_day)
    found = {id: Held() for id in homes}
    for id, first, *newest in await session.execute(select_newest(looking)):
        if id in found:
            note_newest(found[id], looking, id, first, newest)
    await read_days(session, looking, found)
    return found


async def _groups_of(session: Session, branch_ids: Collection[int]) -> dict[int, tuple[str, int]]:
    # By their branch, which has an index, and not by their group, which has none.
    filled = select(Membership.group_id).where(
        Membership.organization_id.in_(branch_ids), Membership.until.is_(None), Membership.group_id.is_not(None)
    )
    query = select(Organization.id, Organization.name, Organization.parent_id).where(
        Organization.parent_id.in_(branch_ids),
        Organization.kind == OrganizationKind.GROUP,
        Organization.closed_on.is_(None),
        Organization.id.in_(filled),
    )
    rows: Sequence[Any] = (await session.execute(query)).all()
    return {id: (name, branch) for id, name, branch in rows}


def select_newest(looking: Looking) -> Select[*tuple[Any, ...]]:
    """When each branch began to record, and the newest of what it held of each kind of `BY_THE_NEWEST`."""
    return (
        select(
            Meeting.organization_id,
            func.min(case((Meeting.state != MeetingState.CANCELLED, Meeting.starts_at))),
            *(func.max(case((and_(IS_CLOSED, Meeting.kind == kind), Meeting.starts_at))) for kind in BY_THE_NEWEST),
        )
        .where(looking.has(Meeting.organization_id))
        .group_by(Meeting.organization_id)
    )


def note_newest(
    held: Held, looking: Looking, id: int, first: datetime | None, newest: Sequence[datetime | None]
) -> None:
    """Note what `select_newest` told of a branch."""
    zone = looking.zones[id]
    held.since = first.astimezone(zone).date() if first else None
    for kind, at in zip(BY_THE_NEWEST, newest, strict=True) if not looking.every_day else ():
        if at is not None and (day := at.astimezone(zone).date()) >= looking.since.looked_back:
            held.note(kind, day)


async def read_days(session: Session, looking: Looking, found: Mapping[int, Held]) -> None:
    """Note everything else that these branches held."""
    await _read_own(session, looking, found)
    await _read_joint(session, looking, found)
    await _read_cases(session, looking, found)
    await _read_theme_days(session, looking, found)


async def _read_own(session: Session, looking: Looking, found: Mapping[int, Held]) -> None:
    """What groups held and, of what is held once a year or with `every_day`, branches."""
    since = looking.since
    wanted = or_(since.wanted(), since.general()) if looking.every_day else since.wanted()
    kinds = () if looking.every_day else BY_THE_NEWEST
    query = select(Meeting.organization_id, Meeting.group_id, Meeting.kind, Meeting.starts_at).where(
        looking.has(Meeting.organization_id), Meeting.kind.not_in(kinds), wanted
    )
    groups: dict[int, list[date]] = {id: [] for id in looking.groups}
    for organization_id, group_id, kind, at in await session.execute(query):
        whose = organization_id if group_id is None else group_id
        if kind is MeetingKind.GROUP_MEETING and whose in groups:
            _, branch = looking.groups[whose]
            groups[whose].append(at.astimezone(looking.zones[branch]).date())
        elif organization_id in found:
            found[organization_id].note(kind, at.astimezone(looking.zones[organization_id]).date())
    for id, (name, branch) in sorted(looking.groups.items()):
        found[branch].groups.append(Group(id, name, tuple(sorted(groups[id]))))


async def _read_joint(session: Session, looking: Looking, found: Mapping[int, Held]) -> None:
    """What others held together with them, and the general branch for all below it; each meeting once."""
    since, seen = looking.since, set()
    joint = (
        select(MeetingOrganization.organization_id, Meeting.id, Meeting.kind, Meeting.starts_at)
        .join(Meeting, Meeting.id == MeetingOrganization.meeting_id)
        .where(
            looking.has(MeetingOrganization.organization_id),
            MeetingOrganization.organization_id != Meeting.organization_id,
            or_(since.wanted(), since.general()),
        )
    )
    for organization_id, meeting_id, kind, at in await session.execute(joint):
        if organization_id in found:
            seen.add((organization_id, meeting_id))
            found[organization_id].note(kind, at.astimezone(looking.zones[organization_id]).date())
    together = (
        select(Meeting.organization_id, Meeting.id, Meeting.kind, Meeting.starts_at)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(Organization.kind == OrganizationKind.GENERAL_BRANCH, Meeting.kind.in_(TOGETHER), since.wanted())
    )
    if len(looking.below) <= LISTED:
        together = together.where(Meeting.organization_id.in_(looking.below))
    for organization_id, meeting_id, kind, at in await session.execute(together):
        for id in looking.below.get(organization_id, ()):
            if (id, meeting_id) not in seen:
                found[id].note(kind, at.astimezone(looking.zones[id]).date())


async def _read_cases(session: Session, looking: Looking, found: Mapping[int, Held]) -> None:
    """What was done as a case instead of a meeting, and talks."""
    ended = select(Case.organization_id, Case.procedure, Case.closed_on).where(
        looking.has(Case.organization_id),
        Case.procedure.in_(RUN_AS_CASES),
        Case.state == CaseState.CLOSED,
        Case.closed_on >= looking.since.looked_back,
    )
    for organization_id, procedure, closed_on in await session.execute(ended):
        if organization_id in found and closed_on is not None:
            found[organization_id].note(RUN_AS_CASES[procedure], closed_on)
    newer = aliased(CaseStep)
    talks = (
        select(Case.organization_id, func.max(CaseStep.done_on))
        .join(Case, Case.id == CaseStep.case_id)
        .where(
            looking.has(Case.organization_id),
            Case.procedure == TALKS,
            CaseStep.step == "talk",
            CaseStep.done_on >= looking.since.year,
            CaseStep.withdrawn.is_(False),
            ~exists().where(newer.replaces_id == CaseStep.id),
        )
        .group_by(Case.organization_id, *((CaseStep.id,) if looking.every_day else ()))
    )
    for organization_id, day in await session.execute(talks):
        if organization_id in found and day is not None:
            found[organization_id].talks.append(day)


async def _read_theme_days(session: Session, looking: Looking, found: Mapping[int, Held]) -> None:
    """The day of the month that a branch has fixed for its theme day; of several the one fixed first."""
    query = (
        select(MeetingSeries.organization_id, MeetingSeries.day)
        .where(
            looking.has(MeetingSeries.organization_id),
            MeetingSeries.kind == MeetingKind.THEME_DAY,
            MeetingSeries.active,
        )
        .order_by(MeetingSeries.id)
    )
    for organization_id, day in await session.execute(query):
        if organization_id in found and found[organization_id].theme_day is None:
            found[organization_id].theme_day = day
