"""Many branches at once: their names and those above them, and who is in each; a few statements for all of them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from storage.database import Session
from storage.models import Membership, Organization, Person, Post, PostKind, Status
from storage.people import COMMITTEE, IN_PLACE, Member, with_predecessors


@dataclass(slots=True)
class Roster:
    """One branch: `names` from the highest organization down to its own; `since` is from when those on probation are
    so, of whoever became it there."""

    names: tuple[str, ...] = ()
    people: list[Member] = field(default_factory=list)
    committee: dict[int, None] = field(default_factory=dict)
    secretary: tuple[int, str] | None = None
    term_ends: date | None = None
    since: dict[int, date] = field(default_factory=dict)


async def rosters_of(session: Session, organization_ids: Collection[int]) -> dict[int, Roster]:
    """Each of these organizations by id, its people by code points of the name."""
    found = {id: Roster() for id in organization_ids}
    if not found:
        return found
    await _name(session, found)
    await _fill(session, found)
    await _appoint(session, found)
    await _date(session, found)
    return found


async def _name(session: Session, found: dict[int, Roster]) -> None:
    paths = {
        id: [int(part) for part in path.strip("/").split("/")]
        for id, path in await session.execute(
            select(Organization.id, Organization.path).where(Organization.id.in_(found))
        )
    }
    above = {id for ids in paths.values() for id in ids}
    query = select(Organization.id, Organization.name).where(Organization.id.in_(above))
    names = {row[0]: row[1] for row in await session.execute(query)}
    for id, ids in paths.items():
        found[id].names = tuple(names[one] for one in ids if one in names)


async def _fill(session: Session, found: dict[int, Roster]) -> None:
    query = (
        select(
            Membership.organization_id,
            Person.id,
            Person.name,
            Person.phone_last4,
            Membership.status,
            Membership.may_vote,
            Membership.group_id,
        )
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.until.is_(None), Membership.organization_id.in_(found))
    )
    for row in await session.execute(query):
        found[row[0]].people.append(Member(*row[1:]))
    for roster in found.values():
        roster.people.sort(key=lambda one: (one.name, one.phone_last4, one.person_id))


async def _appoint(session: Session, found: dict[int, Roster]) -> None:
    query = (
        select(Post.organization_id, Post.kind, Person.id, Person.name, Post.term_ends)
        .join(Person, Person.id == Post.person_id)
        .where(Post.organization_id.in_(found), Post.kind.in_(COMMITTEE), Post.until.is_(None))
        .order_by(Post.since, Post.id)
    )
    for organization_id, kind, person_id, name, term_ends in await session.execute(query):
        roster = found[organization_id]
        roster.committee[person_id] = None
        if kind is PostKind.SECRETARY and roster.secretary is None:
            roster.secretary = (person_id, name)
        if term_ends is not None:
            roster.term_ends = max(term_ends, roster.term_ends or term_ends)


async def _date(session: Session, found: dict[int, Roster]) -> None:
    """Since when those on probation are so: the beginning of the stretch that followed another status there, or in what
    became part of it."""
    on_probation = [
        one.person_id for roster in found.values() for one in roster.people if one.status is Status.PROBATIONARY
    ]
    if not on_probation:
        return
    query = (
        select(IN_PLACE, Membership.person_id, Membership.status, Membership.since)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Organization.id.in_(with_predecessors(*found)), Membership.person_id.in_(on_probation))
        .order_by(Membership.since, Membership.id)
    )
    before: dict[tuple[int, int], Status] = {}
    for organization_id, person_id, status, since in await session.execute(query):
        earlier = before.get((organization_id, person_id))
        begins = status is Status.PROBATIONARY and earlier not in (None, Status.PROBATIONARY)
        if begins and organization_id in found:
            found[organization_id].since[person_id] = since
        before[organization_id, person_id] = status


async def successors(session: Session) -> dict[int, int]:
    """What became of each organization that is no more, by id: the one that stands in its place today."""
    query = select(Organization.id, Organization.successor_id).where(Organization.successor_id.is_not(None))
    became = {id: successor for id, successor in await session.execute(query) if successor is not None}
    found = {}
    for id in became:
        last, seen = id, {id}
        while last in became and became[last] not in seen:
            last = became[last]
            seen.add(last)
        found[id] = last
    return found
