"""How an organization comes to its end: it becomes part of another, with its people and what is under way, or it is
dissolved when nothing is left in it. What it has recorded stays, and lies below what it became part of."""

from dataclasses import dataclass
from datetime import date
from itertools import chain, count

from sqlalchemy import case, delete, func, insert, literal, select, update

from storage.cases import RUNNING
from storage.database import Session
from storage.models import (
    BranchEntry,
    Case,
    ChangeKind,
    DigestSubscription,
    EntryState,
    GroupChat,
    MeetingSeries,
    Membership,
    Organization,
    OrganizationKind,
    Post,
    ReadingText,
    Task,
)
from storage.people import IS_OPEN
from storage.tree import Decision, Node, NotPossible, check_depth, children_of, is_open, lock_tree, note


@dataclass(frozen=True, slots=True)
class Ending:
    """What the end of an organization concerns: people, what is directly below it, cases and tasks under way, posts
    and digests that end, group chats and days fixed for meetings."""

    people: int
    children: int
    cases: int
    tasks: int
    posts: int
    digests: int
    chats: int
    series: int


async def ending(session: Session, one: Node) -> Ending:
    """What there is of it now, in one statement."""
    is_group = one.kind is OrganizationKind.GROUP
    belongs = Membership.group_id == one.id if is_group else Membership.organization_id == one.id
    counted = (
        (Membership, (belongs, Membership.until.is_(None))),
        (Organization, (Organization.parent_id == one.id, IS_OPEN)),
        (Case, (Case.organization_id == one.id, Case.state.in_(RUNNING))),
        (Task, (Task.organization_id == one.id, Task.done_on.is_(None))),
        (Post, (Post.organization_id == one.id, Post.until.is_(None))),
        (DigestSubscription, (DigestSubscription.organization_id == one.id, DigestSubscription.active)),
        (GroupChat, (GroupChat.organization_id == one.id,)),
        (MeetingSeries, (MeetingSeries.organization_id == one.id, MeetingSeries.active)),
    )
    counts = [select(func.count()).select_from(table).where(*where).scalar_subquery() for table, where in counted]
    return Ending(*(await session.execute(select(*counts))).one())


async def check_merge(session: Session, organization_id: int, into_id: int) -> tuple[Node, Node]:
    """The organization that is to become part of another, and that other.

    Raises `NotPossible`.
    """
    one, into = await is_open(session, organization_id), await is_open(session, into_id)
    if into.path.startswith(one.path):
        raise NotPossible("into_itself", name=one.name, into=into.name)
    if one.kind is not into.kind:
        raise NotPossible("other_kind", name=one.name, into=into.name)
    if one.kind is OrganizationKind.GROUP:
        if one.parent_id != into.parent_id:
            raise NotPossible("other_branch", name=one.name, into=into.name)
        return one, into
    taken = {child.name for child in await children_of(session, into.id) if child.id != one.id}
    clash = [
        child.name
        for child in await children_of(session, one.id)
        if child.name in taken and child.kind is not OrganizationKind.GROUP
    ]
    if clash:
        raise NotPossible("names_clash", into=into.name, names=clash)
    return one, into


async def merge_organization(session: Session, organization_id: int, into_id: int, decision: Decision) -> Ending:
    """Make an organization part of another from the day of the decision on; what that concerned.

    Its people belong there, in the groups they were in, which come along under another name where there is one of
    theirs; running cases, open tasks and group chats are handed over; posts, digests and fixed days end.
    Raises `NotPossible`.
    """
    await lock_tree(session)
    await _nobody_else_comes(session, organization_id, into_id)
    one, into = await check_merge(session, organization_id, into_id)
    figures = await ending(session, one)
    await check_depth(session, one.path, f"{into.path}{one.id}/")
    if one.kind is OrganizationKind.GROUP:
        here = update(Membership).where(Membership.group_id == one.id, Membership.until.is_(None))
        await session.execute(here.values(group_id=into.id))
    else:
        await _hand_over_people(session, one.id, into.id, decision.decided_on)
        await _rename_groups(session, one, into)
    await session.execute(
        update(Case).where(Case.organization_id == one.id, Case.state.in_(RUNNING)).values(organization_id=into.id)
    )
    await session.execute(
        update(Task).where(Task.organization_id == one.id, Task.done_on.is_(None)).values(organization_id=into.id)
    )
    await session.execute(update(GroupChat).where(GroupChat.organization_id == one.id).values(organization_id=into.id))
    entries = update(BranchEntry).where(BranchEntry.organization_id == one.id, BranchEntry.state == EntryState.STANDING)
    await session.execute(entries.values(organization_id=into.id))
    theirs = select(ReadingText.title).where(ReadingText.organization_id == into.id)
    books = update(ReadingText).where(ReadingText.organization_id == one.id, ReadingText.title.not_in(theirs))
    await session.execute(books.values(organization_id=into.id).execution_options(synchronize_session=False))
    await _end(session, one, decision.decided_on, into.id)
    below = update(Organization).where(Organization.parent_id == one.id, IS_OPEN).values(parent_id=into.id)
    await session.execute(below.execution_options(synchronize_session=False))
    # What became part of it before is part of the other now, and so is seen there.
    inherited = update(Organization).where(Organization.successor_id == one.id).values(successor_id=into.id)
    await session.execute(inherited.execution_options(synchronize_session=False))
    at = case(
        (Organization.id == one.id, literal(f"{one.id}/")), else_=func.substr(Organization.path, len(one.path) + 1)
    )
    moving = update(Organization).where(Organization.path.startswith(one.path)).values(path=literal(into.path) + at)
    await session.execute(moving.execution_options(synchronize_session=False))
    await note(session, one, ChangeKind.MERGED, decision, became=into.name, other_id=into.id)
    return figures


async def check_dissolve(session: Session, organization_id: int) -> Node:
    """An organization in which nothing is left.

    Raises `NotPossible`.
    """
    one = await is_open(session, organization_id)
    left = await ending(session, one)
    if left.people or left.children or left.cases:
        raise NotPossible("not_empty", name=one.name, left=left)
    return one


async def dissolve_organization(session: Session, organization_id: int, decision: Decision) -> None:
    """End an organization in which nothing is left, from the day of the decision on; its records stay where they are.

    Raises `NotPossible`.
    """
    await lock_tree(session)
    await _nobody_else_comes(session, organization_id)
    one = await check_dissolve(session, organization_id)
    # Its chat may be linked by whoever comes after.
    await session.execute(delete(GroupChat).where(GroupChat.organization_id == one.id))
    await _end(session, one, decision.decided_on, None)
    await note(session, one, ChangeKind.DISSOLVED, decision)


async def _nobody_else_comes(session: Session, *organization_ids: int) -> None:
    """Wait for whoever is just being put on the roster there, and have the next wait; see `storage.memberships`."""
    rows = select(Organization.id).where(Organization.id.in_(organization_ids)).order_by(Organization.id)
    await session.execute(rows.with_for_update(key_share=True))


async def _hand_over_people(session: Session, from_id: int, to_id: int, on: date) -> None:
    """Who came on that day or later has only ever belonged to the other; everybody else's stretch ends and goes on."""
    here = (Membership.organization_id == from_id, Membership.until.is_(None))
    late = update(Membership).where(*here, Membership.since >= on).values(organization_id=to_id)
    await session.execute(late.execution_options(synchronize_session=False))
    ended = (
        update(Membership)
        .where(*here)
        .values(until=on)
        .returning(Membership.person_id, Membership.group_id, Membership.status, Membership.may_vote)
        .execution_options(synchronize_session=False)
    )
    rows = [
        {"person_id": row[0], "group_id": row[1], "status": row[2], "may_vote": row[3]}
        | {"organization_id": to_id, "since": on}
        for row in await session.execute(ended)
    ]
    if rows:
        await session.execute(insert(Membership), rows)


async def _rename_groups(session: Session, one: Node, into: Node) -> None:
    taken = {child.name for child in await children_of(session, into.id)}
    for group in await children_of(session, one.id):
        if group.kind is OrganizationKind.GROUP and group.name in taken:
            named = f"{group.name}(原{one.name})"[:117]
            name = next(one for one in chain([named], (f"{named}{n}" for n in count(2))) if one not in taken)
            taken.add(name)
            await session.execute(update(Organization).where(Organization.id == group.id).values(name=name))


async def _end(session: Session, one: Node, on: date, successor_id: int | None) -> None:
    until = case((Post.since > on, Post.since), else_=on)
    await session.execute(update(Post).where(Post.organization_id == one.id, Post.until.is_(None)).values(until=until))
    await session.execute(
        update(DigestSubscription).where(DigestSubscription.organization_id == one.id).values(active=False)
    )
    await session.execute(update(MeetingSeries).where(MeetingSeries.organization_id == one.id).values(active=False))
    closing = update(Organization).where(Organization.id == one.id)
    await session.execute(closing.values(closed_on=on, successor_id=successor_id))
