"""When a branch met, talked and handed in, as its records tell: the days that frequencies are counted from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

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
    Person,
    Report,
    ReportKind,
    Status,
)

RUN_AS_CASES = {"criticism-meeting": MeetingKind.CRITICISM_MEETING, "appraisal": MeetingKind.APPRAISAL}
"""Procedures whose end is as good a record of such a meeting as the meeting itself."""
TOGETHER = (MeetingKind.LECTURE, MeetingKind.THEME_DAY)
"""What a general branch holds with all of its branches counts for each of them."""
TALKS, AWAY = "heart-to-heart", "mobile-member"
"""The procedures of talks, and of members away from their branch."""


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


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who hands in by custom; `since` is from when on they are what makes them do so."""

    person_id: int
    name: str
    organization_id: int
    path: str
    timezone: str
    since: date


async def held_in(session: Session, organization_id: int, since: datetime, zone: ZoneInfo) -> Held:
    """What a branch and its groups held from an instant on: meetings that are closed, joint ones included, and what was
    done as a case; and the day that is fixed for its theme day."""
    found = Held(since=await _first_record(session, organization_id, zone))
    joint = select(MeetingOrganization.meeting_id).where(MeetingOrganization.organization_id == organization_id)
    path = select(Organization.path).where(Organization.id == organization_id).scalar_subquery()
    above = select(Organization.id).where(
        path.startswith(Organization.path), Organization.kind == OrganizationKind.GENERAL_BRANCH
    )
    query = select(Meeting.kind, Meeting.starts_at).where(
        or_(
            Meeting.organization_id == organization_id,
            Meeting.id.in_(joint),
            and_(Meeting.organization_id.in_(above), Meeting.kind.in_(TOGETHER)),
        ),
        Meeting.state == MeetingState.CLOSED,
        Meeting.starts_at >= since,
    )
    for kind, starts_at in await session.execute(query):
        found.days.setdefault(kind, []).append(starts_at.astimezone(zone).date())
    ended = select(Case.procedure, Case.closed_on).where(
        Case.organization_id == organization_id,
        Case.procedure.in_(RUN_AS_CASES),
        Case.state == CaseState.CLOSED,
        Case.closed_on >= since.astimezone(zone).date(),
    )
    for procedure, closed_on in await session.execute(ended):
        if closed_on is not None:
            found.days.setdefault(RUN_AS_CASES[procedure], []).append(closed_on)
    found.groups = await _groups(session, organization_id, since, zone)
    found.talks = await _talks(session, organization_id)
    fixed = select(MeetingSeries.day).where(
        MeetingSeries.organization_id == organization_id,
        MeetingSeries.kind == MeetingKind.THEME_DAY,
        MeetingSeries.active,
    )
    found.theme_day = (await session.scalars(fixed.order_by(MeetingSeries.id).limit(1))).first()
    return found


async def _first_record(session: Session, organization_id: int, zone: ZoneInfo) -> date | None:
    query = select(func.min(Meeting.starts_at)).where(
        Meeting.organization_id == organization_id, Meeting.state != MeetingState.CANCELLED
    )
    first = (await session.execute(query)).scalar_one()
    return None if first is None else first.astimezone(zone).date()


async def _groups(session: Session, organization_id: int, since: datetime, zone: ZoneInfo) -> list[Group]:
    has_members = exists().where(Membership.group_id == Organization.id, Membership.until.is_(None))
    of_the_branch = (
        select(Organization.id, Organization.name)
        .where(Organization.parent_id == organization_id, Organization.kind == OrganizationKind.GROUP, has_members)
        .order_by(Organization.id)
    )
    names = {row.id: row.name for row in await session.execute(of_the_branch)}
    whose = func.coalesce(Meeting.group_id, Meeting.organization_id)
    query = select(whose, Meeting.starts_at).where(
        whose.in_(names),
        Meeting.kind == MeetingKind.GROUP_MEETING,
        Meeting.state == MeetingState.CLOSED,
        Meeting.starts_at >= since,
    )
    met: dict[int, list[date]] = {}
    for id, starts_at in await session.execute(query):
        met.setdefault(id, []).append(starts_at.astimezone(zone).date())
    return [Group(id, name, tuple(sorted(met.get(id, ())))) for id, name in names.items()]


async def _talks(session: Session, organization_id: int) -> list[date]:
    newer = aliased(CaseStep)
    query = (
        select(CaseStep.done_on)
        .join(Case, Case.id == CaseStep.case_id)
        .where(
            Case.organization_id == organization_id,
            Case.procedure == TALKS,
            CaseStep.step == "talk",
            CaseStep.withdrawn.is_(False),
            ~exists().where(newer.replaces_id == CaseStep.id),
        )
    )
    return list(await session.scalars(query))


async def writers(
    session: Session, kind: ReportKind, organization_id: int | None = None, *, among: Collection[int] | None = None
) -> list[Writer]:
    """Who hands in such a report by custom: activists thought reports, and whoever is away from the branch by a case
    that runs reports of that; of one branch or of all, by branch and name; `among` narrows it to these people."""
    query = (
        select(Person.id, Person.name, Organization.id, Organization.path, Organization.timezone)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.until.is_(None))
        .order_by(Organization.id, Person.name, Person.id)
    )
    if kind is ReportKind.THOUGHT_REPORT:
        query = query.add_columns(Membership.since).where(Membership.status == Status.ACTIVIST)
    else:
        away = (
            select(Case.subject_id, Case.organization_id, func.min(Case.started_on).label("since"))
            .where(Case.procedure == AWAY, Case.state == CaseState.OPEN)
            .group_by(Case.subject_id, Case.organization_id)
            .subquery()
        )
        query = query.add_columns(away.c.since).join(
            away, (away.c.subject_id == Person.id) & (away.c.organization_id == Membership.organization_id)
        )
    if organization_id is not None:
        query = query.where(Organization.id == organization_id)
    if among is not None:
        query = query.where(Person.id.in_(among))
    rows: Sequence[Sequence[Any]] = (await session.execute(query)).all()
    return [Writer(*row) for row in rows]


async def written_for(
    session: Session, kind: ReportKind, periods: Collection[str], *, among: Collection[int] | None = None
) -> set[int]:
    """Whoever, of these people or of all, has handed in such a report for any of these periods, by id."""
    query = select(Report.author_id).where(Report.kind == kind, Report.period.in_(periods)).distinct()
    if among is not None:
        query = query.where(Report.author_id.in_(among))
    return set(await session.scalars(query))
