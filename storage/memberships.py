"""What a procedure changes in a roster: a status, a branch, a post; the old stretch ends and the new one begins."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import case, select, update

from storage.database import Session
from storage.models import Membership, Organization, Person, Post, PostKind, Status
from storage.tree import is_open


async def enrol(
    session: Session, *, organization_id: int, name: str, phone_last4: str, status: Status, since: date
) -> int:
    """Put somebody new on a branch's roster; the id.

    Raises `NotPossible` when it is no more.
    """
    organization_id = await _standing(session, organization_id)
    added = Person(name=name, phone_last4=phone_last4)
    session.add(added)
    await session.flush()
    session.add(
        Membership(
            person_id=added.id,
            organization_id=organization_id,
            status=status,
            may_vote=status is Status.FULL,
            since=since,
        )
    )
    await session.flush()
    return added.id


async def change_status(session: Session, person_id: int, status: Status, on: date) -> bool:
    """Give somebody another status from a day on, in the same branch and group; False when they have it already or
    belong nowhere.

    A stretch that began that very day or later is changed in place. Who becomes a full member may vote; otherwise the
    right stays as it was.
    """
    held = await _current(session, person_id)
    if held is None or held.status is status:
        return False
    may_vote = held.may_vote or status is Status.FULL
    await _go_on(session, held, on, status=status, may_vote=may_vote)
    return True


async def move_membership(session: Session, person_id: int, organization_id: int, on: date) -> bool:
    """Have somebody belong to another branch from a day on, as what they are and in no group yet; False when they are
    there already or belong nowhere.

    Raises `NotPossible` when it is no more.
    """
    organization_id = await _standing(session, organization_id)
    held = await _current(session, person_id)
    if held is None or held.organization_id == organization_id:
        return False
    await _go_on(session, held, on, organization_id=organization_id, group_id=None)
    return True


async def end_membership(session: Session, person_id: int, on: date) -> bool:
    """Have somebody belong nowhere from a day on; False when they do not belong anywhere."""
    held = await _current(session, person_id)
    if held is None:
        return False
    held.until = max(on, held.since)
    await session.flush()
    return True


async def give_post(
    session: Session, person_id: int, organization_id: int, kind: PostKind, since: date, term_ends: date | None
) -> int:
    """Charge somebody with a post; its id.

    Who holds it already, and is chosen again, begins another term with a row of its own; a post that began that very
    day or later only gets its end.
    """
    query = (
        select(Post)
        .where(
            Post.person_id == person_id,
            Post.organization_id == organization_id,
            Post.kind == kind,
            Post.until.is_(None),
        )
        .with_for_update()
    )
    held = (await session.scalars(query)).one_or_none()
    if held is not None and held.since >= since:
        held.term_ends = term_ends
        await session.flush()
        return held.id
    if held is not None:
        held.until = since
        await session.flush()  # nobody holds a post twice at once
    given = Post(
        person_id=person_id, organization_id=organization_id, kind=kind, since=since, term_ends=term_ends, until=None
    )
    session.add(given)
    await session.flush()
    return given.id


async def end_posts(
    session: Session, organization_id: int, kinds: Collection[PostKind], on: date, *, person_id: int | None = None
) -> int:
    """End these posts of an organization, of everybody or of one person; how many there were."""
    ending = update(Post).where(Post.organization_id == organization_id, Post.kind.in_(kinds), Post.until.is_(None))
    if person_id is not None:
        ending = ending.where(Post.person_id == person_id)
    until = case((Post.since > on, Post.since), else_=on)
    return len((await session.execute(ending.values(until=until).returning(Post.id))).all())


async def _standing(session: Session, organization_id: int) -> int:
    """The branch itself, which has no end until this transaction is over; of what has just become part of another,
    that one."""
    held = select(Organization.successor_id).where(Organization.id == organization_id).with_for_update(read=True)
    successor = await session.scalar(held)
    if successor is not None:
        return await _standing(session, successor)
    await is_open(session, organization_id)
    return organization_id


async def _current(session: Session, person_id: int) -> Membership | None:
    query = select(Membership).where(Membership.person_id == person_id, Membership.until.is_(None)).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def _go_on(session: Session, held: Membership, on: date, **changed: Any) -> None:
    """End a stretch and begin the next, with what has changed; in place when it has not begun before that day."""
    if held.since >= on:
        for name, value in changed.items():
            setattr(held, name, value)
        await session.flush()
        return
    kept = ("person_id", "organization_id", "group_id", "status", "may_vote")
    held.until = on
    await session.flush()  # what ends must end before what begins, for nobody belongs to two branches at once
    session.add(Membership(**{name: getattr(held, name) for name in kept} | changed, since=on))
    await session.flush()
