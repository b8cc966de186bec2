"""Meetings of many branches at once: how many were held and attended by weeks, and what counts for what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from storage.database import Session
from storage.figures_tree import Tree
from storage.frequencies import RUN_AS_CASES, TALKS, TOGETHER, Group
from storage.models import (
    Attendance,
    Case,
    CaseState,
    CaseStep,
    Meeting,
    MeetingKind,
    MeetingOrganization,
    MeetingSeries,
    MeetingState,
    Organization,
    OrganizationKind,
    Presence,
)

A_DAY = timedelta(days=1)
BY_THE_NEWEST = (
    MeetingKind.GENERAL_MEETING,
    MeetingKind.COMMITTEE_MEETING,
    MeetingKind.THEME_DAY,
    MeetingKind.LECTURE,
)
"""Of these it is enough to know when the newest was."""


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
    def of(cls, today: date, looked_back: timedelta, *, lecture_months: int) -> "Since":
        """As of a day; lectures are looked for within periods of so many months."""
        month = today.replace(day=1)
        quarter = _period(today, 3) - A_DAY
        return cls(
            month,
            (month - A_DAY).replace(day=1),
            _period(quarter, 3),
            _period(today, lecture_months),
            today - looked_back,
        )

    @property
    def year(self) -> date:
        """The first day of the year."""
        return self.month.replace(month=1)

    def wanted(self, zone: ZoneInfo) -> ColumnElement[bool]:
        """Closed meetings that can matter."""
        wanted = (
            (self.month, (MeetingKind.GROUP_MEETING, MeetingKind.THEME_DAY)),
            (self.month_before, (MeetingKind.COMMITTEE_MEETING,)),
            (self.quarter_before, (MeetingKind.GENERAL_MEETING,)),
            (self.lectures, (MeetingKind.LECTURE,)),
            (self.looked_back, (MeetingKind.CRITICISM_MEETING, MeetingKind.APPRAISAL)),
        )
        of_a_kind = [
            and_(Meeting.kind.in_(kinds), Meeting.starts_at >= _beginning(first, zone)) for first, kinds in wanted
        ]
        return and_(Meeting.state == MeetingState.CLOSED, or_(*of_a_kind))

    def general(self, zone: ZoneInfo) -> ColumnElement[bool]:
        """Closed general meetings, however long ago."""
        return and_(
            Meeting.state == MeetingState.CLOSED,
            Meeting.kind == MeetingKind.GENERAL_MEETING,
            Meeting.starts_at >= _beginning(self.looked_back, zone),
        )


def _period(day: date, months: int) -> date:
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def _beginning(first: date, zone: ZoneInfo) -> datetime:
    """A day's grace, for a day begins elsewhere earlier."""
    return datetime(first.year, first.month, first.day, tzinfo=zone) - A_DAY


async def read_weeks(session: Session, tree: Tree, bounds: Sequence[datetime]) -> None:
    """Count closed meetings by weeks, which lie between these instants, and who was expected and present at them."""
    weeks = [and_(Meeting.starts_at >= first, Meeting.starts_at < after) for first, after in pairwise(bounds)]
    within = (
        tree.has(Meeting.organization_id),
        Meeting.state == MeetingState.CLOSED,
        Meeting.starts_at >= bounds[0],
        Meeting.starts_at < bounds[-1],
    )
    # A column for each week and not a row: ten thousand rows are read sooner than fifty thousand.
    held = (
        select(Meeting.organization_id, *(_number(week) for week in weeks))
        .where(*within)
        .group_by(Meeting.organization_id)
    )
    _add(tree, (await session.execute(held)).all(), 0)
    there = Attendance.presence == Presence.PRESENT
    attended = (
        select(
            Meeting.organization_id,
            *(_number(week) for week in weeks),
            *(_number(and_(week, there)) for week in weeks),
        )
        .join(Attendance, Attendance.meeting_id == Meeting.id)
        .where(*within, Attendance.expected)
        .group_by(Meeting.organization_id)
    )
    _add(tree, (await session.execute(attended)).all(), 1)


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _add(tree: Tree, rows: Sequence[Sequence[int]], figure: int) -> None:
    """Add what was counted by weeks to one figure, and what stands after that to the next."""
    for organization_id, *counts in rows:
        if (branch := tree.branch(organization_id)) is not None:
            for number, count in enumerate(counts):
                more, week = divmod(number, len(branch.weeks))
                branch.weeks[week][figure + more] += count


async def read_newest(session: Session, tree: Tree, since: Since) -> None:
    """When each branch began to record, the newest of what it held of each kind, and when it recorded last.

    Of what is asked for in a month or a quarter the newest says whether it was held then, or in the one before.
    """
    closed = Meeting.state == MeetingState.CLOSED
    query = (
        select(
            Meeting.organization_id,
            func.min(case((Meeting.state != MeetingState.CANCELLED, Meeting.starts_at))),
            func.max(case((closed, Meeting.closed_at))),
            func.max(Meeting.host_signed_at),
            func.max(Meeting.recorder_signed_at),
            func.max(Meeting.locked_at),
            *(func.max(case((and_(closed, Meeting.kind == kind), Meeting.starts_at))) for kind in BY_THE_NEWEST),
        )
        .where(tree.has(Meeting.organization_id))
        .group_by(Meeting.organization_id)
    )
    for organization_id, first, closed_at, host, recorder, locked_at, *newest in await session.execute(query):
        if (branch := tree.branch(organization_id)) is not None:
            branch.recorded(closed_at, host, recorder, locked_at)
        if (branch := tree.branches.get(organization_id)) is not None:
            zone = ZoneInfo(branch.node.timezone)
            branch.held.since = first.astimezone(zone).date() if first else None
            for kind, at in zip(BY_THE_NEWEST, newest, strict=True):
                if at is not None and (day := at.astimezone(zone).date()) >= since.looked_back:
                    branch.held.days[kind] = [day]


async def read_held(session: Session, tree: Tree, since: Since, zone: ZoneInfo) -> None:
    """What groups and, of what is held once a year, branches held; joint meetings; what was held for all below."""
    groups: dict[int, list[date]] = {one.id: [] for one, _ in tree.groups()}
    zones = {id: ZoneInfo(one.node.timezone) for id, one in tree.branches.items()}
    query = select(Meeting.organization_id, Meeting.group_id, Meeting.kind, Meeting.starts_at)
    for organization_id, group_id, kind, at in await session.execute(
        query.where(tree.has(Meeting.organization_id), Meeting.kind.not_in(BY_THE_NEWEST), since.wanted(zone))
    ):
        whose = organization_id if group_id is None else group_id
        if kind is MeetingKind.GROUP_MEETING and whose in groups:
            parent = tree.open[whose].parent_id
            groups[whose].append(at.astimezone(zones.get(parent or 0, zone)).date())
        elif organization_id in tree.branches:
            day = at.astimezone(zones[organization_id]).date()
            tree.branches[organization_id].held.days.setdefault(kind, []).append(day)
    joint = (
        select(MeetingOrganization.organization_id, Meeting.kind, Meeting.starts_at)
        .join(Meeting, Meeting.id == MeetingOrganization.meeting_id)
        .where(
            tree.has(MeetingOrganization.organization_id),
            MeetingOrganization.organization_id != Meeting.organization_id,
            # Older general meetings too: how long ago the newest was can matter. Of its own `read_newest` knows.
            or_(since.wanted(zone), since.general(zone)),
        )
    )
    for organization_id, kind, at in await session.execute(joint):
        if organization_id in tree.branches:
            day = at.astimezone(zones[organization_id]).date()
            tree.branches[organization_id].held.days.setdefault(kind, []).append(day)
    together = (
        select(Meeting.organization_id, Meeting.kind, Meeting.starts_at)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(Organization.kind == OrganizationKind.GENERAL_BRANCH, Meeting.kind.in_(TOGETHER), since.wanted(zone))
    )
    above: dict[int, list[tuple[MeetingKind, datetime]]] = {}
    for organization_id, kind, at in await session.execute(together):
        above.setdefault(organization_id, []).append((kind, at))
    for id, branch in tree.branches.items():
        for organization_id in branch.node.place if above else ():
            for kind, at in above.get(organization_id, ()):
                branch.held.days.setdefault(kind, []).append(at.astimezone(zones[id]).date())
        branch.held.groups = []
    for one, branch in tree.groups():
        branch.held.groups.append(Group(one.id, one.name, tuple(sorted(groups[one.id]))))


async def read_done_as_cases(session: Session, tree: Tree, since: Since) -> None:
    """What was done as a case instead of a meeting, and talks."""
    ended = select(Case.organization_id, Case.procedure, Case.closed_on).where(
        tree.has(Case.organization_id),
        Case.procedure.in_(RUN_AS_CASES),
        Case.state == CaseState.CLOSED,
        Case.closed_on >= since.looked_back,
    )
    for organization_id, procedure, closed_on in await session.execute(ended):
        if organization_id in tree.branches and closed_on is not None:
            tree.branches[organization_id].held.days.setdefault(RUN_AS_CASES[procedure], []).append(closed_on)
    newer = aliased(CaseStep)
    talks = (
        select(Case.organization_id, func.max(CaseStep.done_on))
        .join(Case, Case.id == CaseStep.case_id)
        .where(
            tree.has(Case.organization_id),
            Case.procedure == TALKS,
            CaseStep.step == "talk",
            CaseStep.done_on >= since.year,
            CaseStep.withdrawn.is_(False),
            ~select(newer.id).where(newer.replaces_id == CaseStep.id).exists(),
        )
        .group_by(Case.organization_id)
    )
    for organization_id, day in await session.execute(talks):
        if organization_id in tree.branches and day is not None:
            tree.branches[organization_id].held.talks.append(day)


async def read_theme_days(session: Session, tree: Tree) -> None:
    """The day of the month that a branch has fixed for its theme day; of several the one fixed first."""
    query = (
        select(MeetingSeries.organization_id, MeetingSeries.day)
        .where(
            tree.has(MeetingSeries.organization_id),
            MeetingSeries.kind == MeetingKind.THEME_DAY,
            MeetingSeries.active,
        )
        .order_by(MeetingSeries.id)
    )
    for organization_id, day in await session.execute(query):
        branch = tree.branches.get(organization_id)
        if branch is not None and branch.held.theme_day is None:
            branch.held.theme_day = day
