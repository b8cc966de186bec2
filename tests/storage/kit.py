"""A small invented branch for tests of storage."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from storage.database import Database, Session
from storage.meetings import add_meeting, expected_attendees, open_check_in
from storage.models import (
    MeetingKind,
    Membership,
    Organization,
    OrganizationKind,
    Person,
    Post,
    PostKind,
    Status,
)

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
START = date(2020, 7, 1)


@dataclass(frozen=True, slots=True)
class Town:
    """The ids of one committee with two branches, the first with people and a group."""

    committee: int
    branch: int
    other_branch: int
    group: int
    secretary: int
    full: Sequence[int]
    probationary: int
    activist: int


async def add_organization(
    session: Session, kind: OrganizationKind, name: str, parent: Organization | None
) -> Organization:
    """One organization with its path."""
    added = Organization(kind=kind, name=name, parent_id=parent.id if parent else None, path="")
    session.add(added)
    await session.flush()
    added.path = f"{parent.path if parent else '/'}{added.id}/"
    await session.flush()
    return added


async def add_member(
    session: Session,
    name: str,
    branch: int,
    status: Status = Status.FULL,
    *,
    group: int | None = None,
    may_vote: bool = True,
) -> int:
    """Somebody in a branch; the digits of the phone follow from the id."""
    person = Person(name=name, phone_last4="0000")
    session.add(person)
    await session.flush()
    person.phone_last4 = f"{person.id:04d}"
    session.add(
        Membership(
            person_id=person.id, organization_id=branch, status=status, since=START, group_id=group, may_vote=may_vote
        )
    )
    await session.flush()
    return person.id


async def add_post(session: Session, person: int, organization: int, kind: PostKind, since: date = START) -> None:
    """A post that somebody holds."""
    session.add(Post(person_id=person, organization_id=organization, kind=kind, since=since))
    await session.flush()


async def add_town(database: Database) -> Town:
    """Eight full members (one without a vote), one probationary, one activist; a secretary and a commissioner."""
    async with database.transaction() as session:
        committee = await add_organization(session, OrganizationKind.COMMITTEE, "清河镇党委", None)
        branch = await add_organization(session, OrganizationKind.BRANCH, "柳荫村党支部", committee)
        other = await add_organization(session, OrganizationKind.BRANCH, "渡口村党支部", committee)
        group = await add_organization(session, OrganizationKind.GROUP, "第一党小组", branch)
        names = ["苏一", "苏二", "苏三", "苏四", "苏五", "苏六", "苏七"]
        full = [await add_member(session, name, branch.id, group=group.id) for name in names[:3]]
        full += [await add_member(session, name, branch.id) for name in names[3:]]
        full.append(await add_member(session, "苏八", branch.id, may_vote=False))
        probationary = await add_member(session, "余备", branch.id, Status.PROBATIONARY)
        activist = await add_member(session, "季极", branch.id, Status.ACTIVIST)
        await add_post(session, full[0], branch.id, PostKind.SECRETARY)
        await add_post(session, full[1], branch.id, PostKind.ORGANIZATION_COMMISSIONER)
    return Town(committee.id, branch.id, other.id, group.id, full[0], tuple(full), probationary, activist)


async def add_open_meeting(
    database: Database, town: Town, *, starts_at: datetime = NOW, secret: str = "secret", remote: bool = False
) -> int:
    """A general meeting of the branch whose check-in is open."""
    meeting_id = await add_convened_meeting(database, town, starts_at=starts_at)
    async with database.transaction() as session:
        await open_check_in(session, meeting_id, starts_at - timedelta(minutes=10), secret, remote=remote)
    return meeting_id


async def add_convened_meeting(
    database: Database, town: Town, *, kind: MeetingKind = MeetingKind.GENERAL_MEETING, starts_at: datetime = NOW
) -> int:
    """A meeting of the branch that has not begun."""
    async with database.transaction() as session:
        held = await add_meeting(
            session,
            organization_id=town.branch,
            kind=kind,
            starts_at=starts_at,
            place="村部会议室",
            agenda=["学习", "讨论"],
            expected=await expected_attendees(session, town.branch, kind),
            convened_by_id=town.secretary,
        )
        return held.id


async def is_waiting(database: Database) -> None:
    """Until a transaction waits for the lock of another; PostgreSQL only."""
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(20):
        while True:
            async with database.reading() as session:
                if await session.scalar(waits):
                    return
