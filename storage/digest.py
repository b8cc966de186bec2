"""What an official reads on Monday: the figures of every branch in a subtree, and who reads which digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from storage.database import Session, upsert
from storage.models import (
    Account,
    Attendance,
    Case,
    CaseState,
    CaseStep,
    DigestIssue,
    DigestSubscription,
    Meeting,
    MeetingState,
    Organization,
    OrganizationKind,
    Outcome,
    Post,
    PostKind,
    Presence,
    Question,
    Report,
)
from storage.people import SECRETARIES, branches_under

SUBSCRIBED_AT_ONCE = 5000
"""So many at a time; whoever is left is subscribed a moment later."""


@dataclass(frozen=True, slots=True)
class BranchWeek:
    """One branch and its groups in a week: counts only, nothing about individuals.

    `expected` and `present` count people once per meeting; `unread_reports` and `open_cases` are what is waiting now,
    however old; `last_record_at` is the newest record of all time, None where there is none; `oldest_unread_at` is
    since when the report has waited that has waited longest.
    """

    organization_id: int
    name: str
    meetings_held: int
    expected: int
    present: int
    reports: int
    unread_reports: int
    open_cases: int
    last_record_at: datetime | None
    oldest_unread_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """Somebody reads about a subtree, weekly, at a local weekday (1 is Monday) and minute of the day.

    The rest is as in `DigestSubscription`; `kind` is that of the organization: of a branch it is the small digest.
    """

    id: int
    person_id: int
    organization_id: int
    organization_name: str
    path: str
    weekday: int
    minute: int
    timezone: str
    kind: OrganizationKind = OrganizationKind.COMMITTEE
    after_holidays: bool = True
    pressing_only: bool = False
    quiet_days: int = 30
    skipped_week: str = ""
    since: datetime | None = None


async def week_figures(session: Session, path: str, first: datetime, after: datetime) -> list[BranchWeek]:
    """The figures of every branch at or below `path` from `first` until before `after`, in the order of the tree.

    A branch without any record is listed with zeros. The number of statements does not depend on that of the branches.
    """
    branches = await branches_under(session, path)
    held = await _by_branch(session, _held(path, first, after))
    met = await _by_branch(session, _last_meetings(path))
    handed_in = await _by_branch(session, _handed_in(path, first, after))
    open_cases = await _by_branch(session, _open_cases(path))
    steps = await _by_branch(session, _last_steps(path))
    week = []
    for branch in branches:
        meetings, expected, present = held.get(branch.id, (0, 0, 0))
        reports, unread, reported_at, waiting_since = handed_in.get(branch.id, (0, 0, None, None))
        records = [met.get(branch.id, (None,))[0], reported_at, steps.get(branch.id, (None,))[0]]
        week.append(
            BranchWeek(
                organization_id=branch.id,
                name=branch.name,
                meetings_held=meetings,
                expected=expected,
                present=present,
                reports=reports,
                unread_reports=unread,
                open_cases=open_cases.get(branch.id, (0,))[0],
                last_record_at=max((at for at in records if at is not None), default=None),
                oldest_unread_at=waiting_since,
            )
        )
    return week


Figures = Select[*tuple[Any, ...]]

BRANCH = case((Organization.kind == OrganizationKind.GROUP, Organization.parent_id), else_=Organization.id)
"""The branch that a record counts for: what a group did, its branch did."""


async def _by_branch(session: Session, query: Figures) -> dict[int, tuple[Any, ...]]:
    return {row[0]: tuple(row[1:]) for row in await session.execute(query)}


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _held(path: str, first: datetime, after: datetime) -> Figures:
    return (
        select(
            BRANCH,
            func.count(Meeting.id.distinct()),
            _count(Attendance.expected.is_(True)),
            _count(and_(Attendance.expected, Attendance.presence == Presence.PRESENT)),
        )
        .select_from(Meeting)
        .join(Organization, Organization.id == Meeting.organization_id)
        .outerjoin(Attendance, Attendance.meeting_id == Meeting.id)
        .where(
            Organization.path.startswith(path),
            Meeting.state == MeetingState.CLOSED,
            Meeting.starts_at >= first,
            Meeting.starts_at < after,
        )
        .group_by(BRANCH)
    )


def _last_meetings(path: str) -> Figures:
    return (
        select(BRANCH, func.max(Meeting.closed_at))
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(Organization.path.startswith(path), Meeting.state == MeetingState.CLOSED)
        .group_by(BRANCH)
    )


def _handed_in(path: str, first: datetime, after: datetime) -> Figures:
    return (
        select(
            BRANCH,
            _count(and_(Report.handed_in_at >= first, Report.handed_in_at < after)),
            _count(Report.read_at.is_(None)),
            func.max(Report.handed_in_at),
            func.min(case((Report.read_at.is_(None), Report.handed_in_at))),
        )
        .join(Organization, Organization.id == Report.organization_id)
        .where(Organization.path.startswith(path))
        .group_by(BRANCH)
    )


def _open_cases(path: str) -> Figures:
    return (
        select(BRANCH, func.count(Case.id))
        .join(Organization, Organization.id == Case.organization_id)
        .where(Organization.path.startswith(path), Case.state == CaseState.OPEN)
        .group_by(BRANCH)
    )


def _last_steps(path: str) -> Figures:
    return (
        select(BRANCH, func.max(CaseStep.recorded_at))
        .select_from(CaseStep)
        .join(Case, Case.id == CaseStep.case_id)
        .join(Organization, Organization.id == Case.organization_id)
        .where(Organization.path.startswith(path))
        .group_by(BRANCH)
    )


async def unanswered_between(session: Session, path: str, first: datetime, after: datetime) -> int:
    """How many questions of a subtree's people from `first` until before `after` the handbook had no answer to."""
    query = (
        select(func.count(Question.id))
        .join(Organization, Organization.id == Question.organization_id)
        .where(
            Organization.path.startswith(path),
            Question.outcome == Outcome.UNKNOWN,
            Question.asked_at >= first,
            Question.asked_at < after,
        )
    )
    return (await session.execute(query)).scalar_one()


def reads_a_digest() -> ColumnElement[bool]:
    """The posts whose holders read a digest: officials about all below, secretaries and deputies about what they lead,
    which is a branch, or a 党总支 or committee with branches below it."""
    its_secretary = and_(Post.kind.in_(SECRETARIES), Organization.kind != OrganizationKind.GROUP)
    return and_(or_(Post.kind == PostKind.OFFICIAL, its_secretary), Post.until.is_(None))


def _select_subscriptions() -> Select[*tuple[Any, ...]]:
    # Who has given the post up must not go on reading.
    serving = (
        select(Post.id)
        .where(
            Post.person_id == DigestSubscription.person_id,
            Post.organization_id == DigestSubscription.organization_id,
            reads_a_digest(),
        )
        .correlate(DigestSubscription, Organization)
        .exists()
    )
    return (
        select(
            DigestSubscription.id,
            DigestSubscription.person_id,
            DigestSubscription.organization_id,
            Organization.name,
            Organization.path,
            DigestSubscription.weekday,
            DigestSubscription.minute,
            DigestSubscription.timezone,
            Organization.kind,
            DigestSubscription.after_holidays,
            DigestSubscription.pressing_only,
            DigestSubscription.quiet_days,
            DigestSubscription.skipped_week,
            DigestSubscription.since,
        )
        .join(Organization, Organization.id == DigestSubscription.organization_id)
        .where(DigestSubscription.active, Organization.closed_on.is_(None), serving)
        .order_by(DigestSubscription.id)
    )


async def active_subscriptions(session: Session, *, reachable: bool = False) -> list[Subscription]:
    """All digests that are wanted by somebody who holds a post there now, the oldest subscription first; with
    `reachable` only of those who can be written to."""
    query = _select_subscriptions()
    if reachable:
        query = query.where(exists().where(Account.person_id == DigestSubscription.person_id, Account.reachable))
    return [Subscription(*row) for row in await session.execute(query)]


async def serving_without(session: Session) -> list[tuple[int, int, str]]:
    """Whose post wants a digest and who has never had one there, as person, organization and its time zone."""
    had = exists().where(
        DigestSubscription.person_id == Post.person_id, DigestSubscription.organization_id == Post.organization_id
    )
    query = (
        select(Post.person_id, Post.organization_id, Organization.timezone)
        .join(Organization, Organization.id == Post.organization_id)
        .where(reads_a_digest(), Organization.closed_on.is_(None), ~had)
        .distinct()
        .order_by(Post.organization_id, Post.person_id)
        .limit(SUBSCRIBED_AT_ONCE)
    )
    return [(person_id, place_id, timezone) for person_id, place_id, timezone in await session.execute(query)]


async def subscribe(session: Session, readers: Sequence[tuple[int, int, str]], now: datetime) -> None:
    """Have people read a digest of an organization, in its time zone; what was due before now is not sent to them."""
    rows = [
        {"person_id": person_id, "organization_id": place_id, "timezone": timezone, "since": now}
        for person_id, place_id, timezone in readers
    ]
    if rows:
        await session.execute(upsert(session, DigestSubscription).on_conflict_do_nothing(), rows)


async def issues_since(session: Session, week: str) -> dict[int, list[tuple[str, datetime]]]:
    """The digests of a week and later that were issued, each with when that was, by subscription."""
    query = select(DigestIssue.subscription_id, DigestIssue.week, DigestIssue.created_at).where(
        DigestIssue.week >= week
    )
    found: dict[int, list[tuple[str, datetime]]] = {}
    for subscription_id, issued, at in await session.execute(query):
        found.setdefault(subscription_id, []).append((issued, at))
    return found


@dataclass(frozen=True, slots=True)
class Issue:
    """A digest of a week such as "2026-W47", ready to be sent to the reader of a subscription."""

    subscription_id: int
    week: str
    figures: dict[str, Any]
    late: bool


async def add_issues(session: Session, issues: Sequence[Issue], now: datetime) -> set[int]:
    """Claim digests for sending; the ids of the subscriptions of those that nobody had claimed before."""
    if not issues:
        return set()
    # All who issue at once take them in the same order, and so nobody waits for somebody who waits for them.
    rows = [
        {"subscription_id": one.subscription_id, "week": one.week, "figures": one.figures, "late": one.late}
        for one in sorted(issues, key=lambda one: one.subscription_id)
    ]
    claiming = upsert(session, DigestIssue).on_conflict_do_nothing().returning(DigestIssue.subscription_id)
    return set(await session.scalars(claiming, [{**row, "created_at": now} for row in rows]))


async def subscription_of(session: Session, person_id: int) -> Subscription | None:
    """The digest that somebody reads; of several, the one subscribed to first."""
    query = _select_subscriptions().where(DigestSubscription.person_id == person_id).limit(1)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Subscription(*row)
