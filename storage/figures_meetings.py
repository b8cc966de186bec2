"""Meetings of many branches at once: how many were held and attended by weeks, and what counts for what is owed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import and_, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from storage.database import Session
from storage.figures_tree import Tree
from storage.held import Looking, Since, note_newest, read_days, select_newest
from storage.models import Attendance, Meeting, MeetingState, Presence


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


async def read_held(session: Session, tree: Tree, today: date, looked_back: timedelta, *, lecture_months: int) -> None:
    """What each branch held that can matter for what it owes on a day or on the day before, and when it recorded last.

    Lectures are looked for within periods of so many months.
    """
    looking = Looking(
        {id: one.node for id, one in tree.branches.items()},
        tree.has,
        {one.id: (one.name, branch.node.id) for one, branch in tree.groups()},
        Since.of(today, looked_back, lecture_months=lecture_months),
    )
    found = {id: one.held for id, one in tree.branches.items()}
    query = select_newest(looking).add_columns(
        func.max(case((Meeting.state == MeetingState.CLOSED, Meeting.closed_at))),
        func.max(Meeting.host_signed_at),
        func.max(Meeting.recorder_signed_at),
        func.max(Meeting.locked_at),
    )
    for id, first, *newest, closed_at, host, recorder, locked_at in await session.execute(query):
        if (branch := tree.branch(id)) is not None:
            branch.recorded(closed_at, host, recorder, locked_at)
        if id in found:
            note_newest(found[id], looking, id, first, newest)
    await read_days(session, looking, found)
