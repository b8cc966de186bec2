"""What is recorded of many branches at once, for digests and dashboards: so many statements, whatever their number."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from storage.cases import RUNNING
from storage.database import Session
from storage.figures_meetings import read_held, read_weeks
from storage.figures_tree import BranchRecords, Probation, Tree, tree_at
from storage.models import (
    Account,
    Case,
    CaseState,
    CaseStep,
    ChangeKind,
    Custom,
    DuesPayment,
    Learning,
    Membership,
    OrganizationChange,
    Outcome,
    Post,
    Question,
    Report,
    Status,
)
from storage.people import COMMITTEE

__all__ = ["BranchRecords", "Probation", "Records", "Window", "records_of"]

ADMISSION, ADMITTED, CONVERTED = "admission", "admission_meeting", "conversion_meeting"
"""The procedure by which members are admitted, and its steps that say how long a probation lasts."""
ELECTION = "election"
MEMBERS = (Status.FULL, Status.PROBATIONARY)
"""Who is a member; applicants and activists belong to a branch too, and are in its groups."""
LECTURES = {"half_year": 6, "year": 12}
"""Months of what is longer than the usual quarter, by `every` of a custom."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked for: the weeks between these instants, the oldest first, of which the last is the one that is
    looked at, the day today, and how far back what is owed is looked for."""

    bounds: tuple[datetime, ...]
    today: date
    looked_back: timedelta

    @property
    def week(self) -> tuple[datetime, datetime]:
        """The first instant of the week that is looked at, and the first after it."""
        return self.bounds[-2], self.bounds[-1]


@dataclass(frozen=True, slots=True)
class Records:
    """All open branches of some subtrees in the order of the tree; `unanswered` are the questions of the week that the
    handbook had no answer to, by the path of whose they were, committees included."""

    branches: list[BranchRecords]
    unanswered: list[tuple[str, int]]


async def records_of(session: Session, paths: Collection[str], window: Window) -> Records:
    """What is recorded of all open branches at or below any of these paths.

    What an organization recorded that became part of another counts for that one.
    """
    tree = await tree_at(session, paths, len(window.bounds) - 1)
    lecture_months = await _read_lectures(session, tree)
    await _read_members(session, tree)
    await _read_committees(session, tree)
    await read_weeks(session, tree, window.bounds)
    await read_held(session, tree, window.today, window.looked_back, lecture_months=lecture_months)
    await _read_reports(session, tree, window.week)
    await _read_cases(session, tree, window.today)
    await _read_steps(session, tree, window.week)
    await _read_ledgers(session, tree)
    await _read_beginnings(session, tree)
    await _read_probations(session, tree)
    await _read_unreachable(session, tree)
    unanswered = await _read_unanswered(session, tree, window.week)
    return Records(list(tree.branches.values()), unanswered)


async def _read_members(session: Session, tree: Tree) -> None:
    query = (
        select(Membership.organization_id, Membership.group_id, _number(Membership.status.in_(MEMBERS)))
        .where(tree.has(Membership.organization_id), Membership.until.is_(None))
        .group_by(Membership.organization_id, Membership.group_id)
    )
    for organization_id, group_id, members in await session.execute(query):
        if (branch := tree.branch(organization_id)) is not None:
            branch.members += members
        if group_id is not None:
            tree.with_members.add(group_id)


async def _read_committees(session: Session, tree: Tree) -> None:
    query = (
        select(Post.organization_id, func.count(Post.person_id.distinct()), func.max(Post.term_ends))
        .where(tree.has(Post.organization_id), Post.kind.in_(COMMITTEE), Post.until.is_(None))
        .group_by(Post.organization_id)
    )
    for organization_id, committee, term_ends in await session.execute(query):
        if (branch := tree.branches.get(organization_id)) is not None:
            branch.committee, branch.term_ends = committee, term_ends


async def _read_lectures(session: Session, tree: Tree) -> int:
    """What is wanted of lectures by custom, and of how many months the longest period is that any custom names."""
    query = select(Custom.organization_id, Custom.value).where(Custom.name == "lecture")
    wanted = {row[0]: row[1] for row in await session.execute(query)}
    for branch in tree.branches.values() if wanted else ():
        branch.lectures = [wanted[id] for id in branch.node.place if id in wanted]
    return max((LECTURES.get(value["every"], 3) for value in wanted.values()), default=3)


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


async def _read_reports(session: Session, tree: Tree, week: tuple[datetime, datetime]) -> None:
    first, after = week
    waits = Report.read_at.is_(None)
    query = (
        select(
            Report.organization_id,
            _number(and_(Report.handed_in_at >= first, Report.handed_in_at < after)),
            _number(waits),
            func.min(case((waits, Report.handed_in_at))),
            func.max(Report.handed_in_at),
        )
        .where(tree.has(Report.organization_id))
        .group_by(Report.organization_id)
    )
    for organization_id, reports, unread, oldest, newest in await session.execute(query):
        if (branch := tree.branch(organization_id)) is not None:
            branch.reports += reports
            branch.unread += unread
            branch.recorded(newest)
            if oldest is not None:
                branch.oldest_unread_at = min(branch.oldest_unread_at or oldest, oldest)


async def _read_cases(session: Session, tree: Tree, today: date) -> None:
    is_open = Case.state == CaseState.OPEN
    query = (
        select(
            Case.organization_id,
            _number(is_open),
            _number(and_(is_open, Case.due_on < today)),
            _number(Case.procedure == ELECTION),
        )
        .where(tree.has(Case.organization_id), Case.state.in_(RUNNING))
        .group_by(Case.organization_id)
    )
    for organization_id, open_now, late, elections in await session.execute(query):
        if (branch := tree.branch(organization_id)) is not None:
            branch.cases_open += open_now
            branch.cases_late += late
            branch.has_election = branch.has_election or elections > 0


async def _read_steps(session: Session, tree: Tree, week: tuple[datetime, datetime]) -> None:
    """When anything was recorded, and how many cases went on in the week, which a correction does not make them do."""
    steps = (
        select(Case.organization_id).join(CaseStep, CaseStep.case_id == Case.id).where(tree.has(Case.organization_id))
    )
    query = steps.add_columns(func.max(CaseStep.recorded_at)).group_by(Case.organization_id)
    for organization_id, newest in await session.execute(query):
        if (branch := tree.branch(organization_id)) is not None:
            branch.recorded(newest)
    first, after = week
    went_on = (
        steps.add_columns(func.count(CaseStep.case_id.distinct()))
        .where(CaseStep.recorded_at >= first, CaseStep.recorded_at < after, CaseStep.replaces_id.is_(None))
        .group_by(Case.organization_id)
    )
    for organization_id, moved in await session.execute(went_on):
        if (branch := tree.branch(organization_id)) is not None:
            branch.cases_moved += moved


async def _read_ledgers(session: Session, tree: Tree) -> None:
    """When dues and hours of learning were recorded last."""
    for organization, recorded_at in (
        (DuesPayment.organization_id, DuesPayment.recorded_at),
        (Learning.organization_id, Learning.recorded_at),
    ):
        query = select(organization, func.max(recorded_at)).where(tree.has(organization)).group_by(organization)
        for organization_id, newest in await session.execute(query):
            if (branch := tree.branch(organization_id)) is not None:
                branch.recorded(newest)


async def _read_beginnings(session: Session, tree: Tree) -> None:
    """When what is new was set up: from then on is counted for how long nothing was recorded there."""
    query = (
        select(OrganizationChange.organization_id, func.max(OrganizationChange.recorded_at))
        .where(tree.has(OrganizationChange.organization_id), OrganizationChange.kind == ChangeKind.ESTABLISHED)
        .group_by(OrganizationChange.organization_id)
    )
    for organization_id, newest in await session.execute(query):
        if (branch := tree.branch(organization_id)) is not None:
            branch.recorded(newest)


async def _read_probations(session: Session, tree: Tree) -> None:
    """Since when members are on probation: by the roster, through all branches that they were in meanwhile, and by the
    case about their admission."""
    earlier = aliased(Membership)
    query = (
        select(Membership.organization_id, Membership.person_id, func.min(earlier.since))
        .join(earlier, and_(earlier.person_id == Membership.person_id, earlier.status == Status.PROBATIONARY))
        .where(
            tree.has(Membership.organization_id),
            Membership.status == Status.PROBATIONARY,
            Membership.until.is_(None),
        )
        .group_by(Membership.organization_id, Membership.person_id)
    )
    found = {person: (organization, Probation(since)) for organization, person, since in await session.execute(query)}
    for person_id, step, done_on, answers in await session.execute(_select_admissions(tree)):
        if person_id in found:
            organization_id, probation = found[person_id]
            if step == ADMITTED:
                probation = replace(probation, admitted_on=done_on)
            elif answers.get("decision") == "extend":
                probation = replace(probation, extended_months=int(answers.get("months") or 0))
            found[person_id] = organization_id, probation
    for organization_id, probation in found.values():
        if (branch := tree.branch(organization_id)) is not None:
            branch.probations.append(probation)


def _select_admissions(tree: Tree) -> Select[*tuple[Any, ...]]:
    """Steps in force of the admissions that go on, of those who are on probation."""
    newer = aliased(CaseStep)
    on_probation = exists().where(
        Membership.person_id == Case.subject_id,
        Membership.status == Status.PROBATIONARY,
        Membership.until.is_(None),
    )
    return (
        select(Case.subject_id, CaseStep.step, CaseStep.done_on, CaseStep.answers)
        .join(Case, Case.id == CaseStep.case_id)
        .where(
            tree.has(Case.organization_id),
            Case.procedure == ADMISSION,
            Case.state.in_(RUNNING),
            on_probation,
            CaseStep.step.in_((ADMITTED, CONVERTED)),
            CaseStep.withdrawn.is_(False),
            ~exists().where(newer.replaces_id == CaseStep.id),
        )
        .order_by(CaseStep.id)
    )


async def _read_unreachable(session: Session, tree: Tree) -> None:
    """People of each branch who had an account, of whom no account can be written to any more."""
    other = aliased(Account)
    query = (
        select(Membership.organization_id, func.count(Membership.person_id.distinct()))
        .join(Account, Account.person_id == Membership.person_id)
        .where(
            tree.has(Membership.organization_id),
            Membership.until.is_(None),
            Account.reachable.is_(False),
            ~exists().where(other.person_id == Account.person_id, other.reachable),
        )
        .group_by(Membership.organization_id)
    )
    for organization_id, unreachable in await session.execute(query):
        if (branch := tree.branch(organization_id)) is not None:
            branch.unreachable += unreachable


async def _read_unanswered(session: Session, tree: Tree, week: tuple[datetime, datetime]) -> list[tuple[str, int]]:
    first, after = week
    query = (
        select(Question.organization_id, func.count())
        .where(
            tree.has(Question.organization_id),
            Question.outcome == Outcome.UNKNOWN,
            Question.asked_at >= first,
            Question.asked_at < after,
        )
        .group_by(Question.organization_id)
    )
    found = []
    for organization_id, unanswered in await session.execute(query):
        if organization_id is None:
            continue
        if (branch := tree.branch(organization_id)) is not None:
            branch.unanswered += unanswered
            found.append((branch.node.path, unanswered))
        elif organization_id in tree.open:
            found.append((tree.open[organization_id].path, unanswered))
    return found
