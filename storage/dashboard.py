"""What a dashboard shows of a subtree: its open organizations, and their meetings week by week over a quarter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select

from storage.database import Session
from storage.digest import BRANCH
from storage.models import Attendance, Meeting, MeetingState, Organization, OrganizationKind, Presence

Held = tuple[int, int, int]
"""Closed meetings of a week, and how many people were expected and present at them, once a meeting."""


@dataclass(frozen=True, slots=True)
class Place:
    """An organization of the tree that is still open; groups are none of their own here."""

    id: int
    kind: OrganizationKind
    name: str
    path: str


async def open_places(session: Session, path: str) -> list[Place]:
    """The open organizations at or below `path` except groups, in the order of the tree: a subtree is one stretch."""
    query = select(Organization.id, Organization.kind, Organization.name, Organization.path).where(
        Organization.path.startswith(path),
        Organization.kind != OrganizationKind.GROUP,
        Organization.closed_on.is_(None),
    )
    found = [Place(*row) for row in await session.execute(query)]
    return sorted(found, key=lambda one: [int(part) for part in one.path.strip("/").split("/")])


async def weeks_held(session: Session, path: str, starts: Sequence[datetime]) -> dict[int, list[Held]]:
    """What branches at or below `path` held, with their groups, in each of the stretches that begin with `starts`.

    By the branch's id; a branch that held nothing is not in it. The last stretch has no end. One statement.
    """
    week = case(
        *[(Meeting.starts_at < start, number) for number, start in enumerate(starts[1:])], else_=len(starts) - 1
    ).label("week")
    expected, present = Attendance.expected.is_(True), Attendance.presence == Presence.PRESENT
    # One row a meeting first: counting meetings apart from their attendances in one go would have to sort them all.
    each = (
        select(
            BRANCH.label("branch"),
            week,
            func.coalesce(func.sum(case((expected, 1), else_=0)), 0).label("expected"),
            func.coalesce(func.sum(case((and_(expected, present), 1), else_=0)), 0).label("present"),
        )
        .select_from(Meeting)
        .join(Organization, Organization.id == Meeting.organization_id)
        .outerjoin(Attendance, Attendance.meeting_id == Meeting.id)
        .where(
            Organization.path.startswith(path),
            Meeting.state == MeetingState.CLOSED,
            Meeting.starts_at >= starts[0],
        )
        .group_by(Meeting.id, Organization.id)
        .subquery()
    )
    query = select(
        each.c.branch, each.c.week, func.count(), func.sum(each.c.expected), func.sum(each.c.present)
    ).group_by(each.c.branch, each.c.week)
    found: dict[int, list[Held]] = {}
    for branch, number, meetings, awaited, came in await session.execute(query):
        found.setdefault(branch, [(0, 0, 0)] * len(starts))[number] = (meetings, int(awaited), int(came))
    return found
