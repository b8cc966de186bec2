"""The tree of organizations as it changes: new ones, other names, another place, the end of one; what may not be.

Whatever changes it takes one lock first and looks again, so that of two who change the same thing one is told. What was
decided, on which day and by which paper, is kept beside the change.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, literal, or_, select, update
from sqlalchemy.orm import aliased

from storage.database import TREE_LOCK, Session, hold, ids_for
from storage.models import (
    ChangeKind,
    Membership,
    Organization,
    OrganizationChange,
    OrganizationKind,
    Post,
    PostKind,
    Status,
)
from storage.people import COMMITTEE, IS_OPEN, audit

PARENTS: dict[OrganizationKind, tuple[OrganizationKind, ...]] = {
    OrganizationKind.COMMITTEE: (OrganizationKind.COMMITTEE,),
    OrganizationKind.GENERAL_BRANCH: (OrganizationKind.COMMITTEE,),
    OrganizationKind.BRANCH: (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH),
    OrganizationKind.GROUP: (OrganizationKind.BRANCH,),
}
"""Below what an organization of a kind may be."""
LONGEST_PATH = 255


class NotPossible(Exception):
    """The tree does not allow it, or not any more; `key` says why."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True, slots=True)
class Decision:
    """What the level above decided: on which day, by which paper, and who records it when."""

    decided_on: date
    approval: str
    by_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Node:
    """One organization and what it is directly below; `successor` is what it became part of."""

    id: int
    parent_id: int | None
    parent_name: str | None
    kind: OrganizationKind
    name: str
    path: str
    timezone: str
    closed_on: date | None
    successor: str | None


@dataclass(frozen=True, slots=True)
class Below:
    """What there is in a subtree: organizations by kind without its top, people, and how many are full members."""

    committees: int
    general_branches: int
    branches: int
    groups: int
    people: int
    full: int

    @property
    def organizations(self) -> int:
        """How many there are below the top."""
        return self.committees + self.general_branches + self.branches + self.groups


@dataclass(frozen=True, slots=True)
class Change:
    """One change as it was recorded; `name` is what the organization was called then."""

    organization_id: int
    kind: ChangeKind
    decided_on: date
    approval: str
    name: str
    became: str


async def lock_tree(session: Session) -> None:
    """Until this transaction is over nobody else changes the tree; who only reads it, or records something, goes on.

    Not by its rows: there may be none yet, and what is highest of all may be moved.
    """
    await hold(session, TREE_LOCK)


async def still_there(session: Session, *seen: Node) -> None:
    """Take the lock, and look whether these are still where somebody saw them, who may be in charge of that place only.

    Raises `NotPossible`.
    """
    await lock_tree(session)
    for one in seen:
        now = await is_open(session, one.id)
        if now.path != one.path:
            raise NotPossible("moved_meanwhile", name=now.name, parent=now.parent_name)


def _select_nodes() -> Select[*tuple[Any, ...]]:
    above, after = aliased(Organization), aliased(Organization)
    return (
        select(
            Organization.id,
            Organization.parent_id,
            above.name,
            Organization.kind,
            Organization.name,
            Organization.path,
            Organization.timezone,
            Organization.closed_on,
            after.name,
        )
        .outerjoin(above, above.id == Organization.parent_id)
        .outerjoin(after, after.id == Organization.successor_id)
    )


async def node(session: Session, organization_id: int) -> Node | None:
    """One organization by id, whether it is still there or not."""
    row = (await session.execute(_select_nodes().where(Organization.id == organization_id))).one_or_none()
    return None if row is None else Node(*row)


async def nodes_below(session: Session, path: str, kinds: Collection[OrganizationKind]) -> list[Node]:
    """The organizations of some kinds at or below `path`, by id; those that are no more are left out."""
    query = _select_nodes().where(Organization.path.startswith(path), Organization.kind.in_(kinds), IS_OPEN)
    return [Node(*row) for row in await session.execute(query.order_by(Organization.id))]


async def children_of(session: Session, organization_id: int) -> list[Node]:
    """What is directly below an organization, the higher kinds first, then by id."""
    query = _select_nodes().where(Organization.parent_id == organization_id, IS_OPEN).order_by(Organization.id)
    order = list(OrganizationKind)
    return sorted((Node(*row) for row in await session.execute(query)), key=lambda one: order.index(one.kind))


async def predecessors_of(session: Session, organization_id: int) -> list[Node]:
    """What became part of an organization, the newest first."""
    query = _select_nodes().where(Organization.successor_id == organization_id)
    return [Node(*row) for row in await session.execute(query.order_by(Organization.id.desc()))]


async def below(session: Session, path: str) -> Below:
    """How much there is at and below `path` now."""
    kinds = (
        select(Organization.kind, func.count())
        .where(Organization.path.startswith(path), Organization.path != path, IS_OPEN)
        .group_by(Organization.kind)
    )
    counts = {row[0]: row[1] for row in await session.execute(kinds)}
    within = select(Organization.id).where(Organization.path.startswith(path))
    # Of a group its members are known by their membership of the branch.
    of_them = or_(Membership.organization_id.in_(within), Membership.group_id.in_(within))
    people = select(func.count(), func.count().filter(Membership.status == Status.FULL)).where(
        Membership.until.is_(None), of_them
    )
    everybody, full = (await session.execute(people)).one()
    return Below(
        committees=counts.get(OrganizationKind.COMMITTEE, 0),
        general_branches=counts.get(OrganizationKind.GENERAL_BRANCH, 0),
        branches=counts.get(OrganizationKind.BRANCH, 0),
        groups=counts.get(OrganizationKind.GROUP, 0),
        people=everybody,
        full=full,
    )


async def term_of(session: Session, organization_id: int) -> tuple[int, date | None]:
    """How many posts of its committee are held in an organization, and the day on which its term ends."""
    query = select(func.count(), func.max(Post.term_ends)).where(
        Post.organization_id == organization_id, Post.kind.in_(COMMITTEE), Post.until.is_(None)
    )
    count, ends = (await session.execute(query)).one()
    return count, ends


async def changes_of(session: Session, organization_id: int) -> list[Change]:
    """What was recorded about an organization, and that others became part of it; the oldest first."""
    query = (
        select(
            OrganizationChange.organization_id,
            OrganizationChange.kind,
            OrganizationChange.decided_on,
            OrganizationChange.approval,
            OrganizationChange.name,
            OrganizationChange.became,
        )
        .where(
            or_(
                OrganizationChange.organization_id == organization_id,
                (OrganizationChange.other_id == organization_id) & (OrganizationChange.kind == ChangeKind.MERGED),
            )
        )
        .order_by(OrganizationChange.id)
    )
    return [Change(*row) for row in await session.execute(query)]


async def is_open(session: Session, organization_id: int) -> Node:
    """An organization that there still is.

    Raises `NotPossible`.
    """
    found = await node(session, organization_id)
    if found is None:
        raise NotPossible("gone")
    if found.closed_on is not None:
        raise NotPossible("closed", name=found.name, closed_on=found.closed_on, successor=found.successor)
    return found


async def check_name(session: Session, parent_id: int | None, name: str, *, besides: int = 0) -> None:
    """Raises `NotPossible` when another organization under this parent has the name."""
    at = Organization.parent_id.is_(None) if parent_id is None else Organization.parent_id == parent_id
    query = select(Organization.kind).where(at, Organization.name == name, Organization.id != besides, IS_OPEN)
    if (await session.execute(query)).first() is not None:
        raise NotPossible("name_taken", name=name)


async def check_new(session: Session, kind: OrganizationKind, name: str, parent_id: int | None) -> Node | None:
    """The parent of an organization that is to be set up; None for a committee that is to have nothing above it.

    Raises `NotPossible`.
    """
    parent = await _parent_for(session, kind, parent_id)
    await check_name(session, parent_id, name)
    return parent


async def _parent_for(session: Session, kind: OrganizationKind, parent_id: int | None) -> Node | None:
    if parent_id is None:
        if kind is not OrganizationKind.COMMITTEE:
            raise NotPossible("no_parent")
        return None
    parent = await is_open(session, parent_id)
    if parent.kind not in PARENTS[kind]:
        raise NotPossible("wrong_kind", parent=parent.name)
    return parent


async def add_organization(
    session: Session, kind: OrganizationKind, name: str, parent_id: int | None, decision: Decision
) -> int:
    """Set an organization up; its id.

    Raises `NotPossible`.
    """
    await lock_tree(session)
    parent = await check_new(session, kind, name, parent_id)
    [id] = await ids_for(session, Organization, 1)
    path = f"{parent.path if parent else '/'}{id}/"
    if len(path) > LONGEST_PATH:
        raise NotPossible("too_deep")
    zone = {"timezone": parent.timezone} if parent else {}
    session.add(Organization(id=id, kind=kind, name=name, parent_id=parent_id, path=path, **zone))
    await session.flush()
    made = Node(id, parent_id, parent.name if parent else None, kind, name, path, "", None, None)
    await note(session, made, ChangeKind.ESTABLISHED, decision, became=name)
    return id


async def check_rename(session: Session, organization_id: int, name: str) -> Node:
    """The organization that is to have another name.

    Raises `NotPossible`.
    """
    found = await is_open(session, organization_id)
    if found.name == name:
        raise NotPossible("same_name", name=name)
    await check_name(session, found.parent_id, name, besides=found.id)
    return found


async def rename_organization(session: Session, organization_id: int, name: str, decision: Decision) -> None:
    """Call an organization something else; what it was called is kept.

    Raises `NotPossible`.
    """
    await lock_tree(session)
    found = await check_rename(session, organization_id, name)
    await session.execute(update(Organization).where(Organization.id == found.id).values(name=name))
    await note(session, found, ChangeKind.RENAMED, decision, became=name)


async def check_move(session: Session, organization_id: int, parent_id: int | None) -> tuple[Node, Node | None]:
    """An organization that is to be moved, and what it is to be put under; None for a committee that comes to the top.

    Raises `NotPossible`.
    """
    found = await is_open(session, organization_id)
    if parent_id is not None:
        above = await is_open(session, parent_id)
        if above.path.startswith(found.path):
            raise NotPossible("under_itself", name=found.name, parent=above.name)
    if parent_id == found.parent_id:
        raise NotPossible("there_already", name=found.name, parent=found.parent_name)
    parent = await _parent_for(session, found.kind, parent_id)
    await check_name(session, parent_id, found.name, besides=found.id)
    return found, parent


async def move_organization(session: Session, organization_id: int, parent_id: int | None, decision: Decision) -> int:
    """Put an organization, with all below it, under another; how many paths were written anew, in one statement.

    Raises `NotPossible`.
    """
    await lock_tree(session)
    found, parent = await check_move(session, organization_id, parent_id)
    base = parent.path if parent else "/"
    await check_depth(session, found.path, f"{base}{found.id}/")
    moved = literal(base) + func.substr(Organization.path, len(found.path) - len(f"{found.id}/") + 1)
    moving = (
        update(Organization)
        .where(Organization.path.startswith(found.path))
        .values(path=moved, parent_id=case((Organization.id == found.id, parent_id), else_=Organization.parent_id))
        .returning(Organization.id)
        .execution_options(synchronize_session=False)
    )
    count = len((await session.execute(moving)).all())
    became = parent.name if parent else ""
    await note(session, found, ChangeKind.MOVED, decision, became=became, other_id=parent_id)
    return count


async def check_depth(session: Session, old: str, new: str) -> None:
    """Raises `NotPossible` when a path of the subtree at `old` would be too long below `new`."""
    longest = await session.scalar(
        select(func.max(func.length(Organization.path))).where(Organization.path.startswith(old))
    )
    if (longest or 0) - len(old) + len(new) > LONGEST_PATH:
        raise NotPossible("too_deep")


async def set_term(
    session: Session, organization_id: int, ends: date, decision: Decision, *, extended: bool = False
) -> int:
    """Say when the term of an organization's committee ends, for all who serve in it now; how many posts that are.

    `extended` when the level above has let the election be put off. Raises `NotPossible` where nobody serves.
    """
    await lock_tree(session)
    found = await is_open(session, organization_id)
    serving = (Post.organization_id == organization_id, Post.kind.in_(COMMITTEE), Post.until.is_(None))
    setting = update(Post).where(*serving).values(term_ends=ends).returning(Post.id)
    count = len((await session.execute(setting)).all())
    if not count:
        raise NotPossible("nobody_serves", name=found.name)
    kind = ChangeKind.TERM_EXTENDED if extended else ChangeKind.TERM_SET
    await note(session, found, kind, decision, became=ends.isoformat())
    return count


async def readers_of(session: Session, path: str) -> list[int]:
    """The officials of the levels at and above `path`, each once, the highest level first."""
    query = (
        select(Post.person_id, Organization.path)
        .join(Organization, Organization.id == Post.organization_id)
        .where(Post.kind == PostKind.OFFICIAL, Post.until.is_(None), literal(path).startswith(Organization.path))
    )
    rows = sorted((await session.execute(query)).all(), key=lambda row: (len(row[1]), row[0]))
    return list(dict.fromkeys(row[0] for row in rows))


async def note(
    session: Session,
    before: Node,
    kind: ChangeKind,
    decision: Decision,
    *,
    became: str = "",
    other_id: int | None = None,
) -> None:
    """Keep what was decided about an organization, as it was called and placed before, and who recorded it."""
    session.add(
        OrganizationChange(
            organization_id=before.id,
            kind=kind,
            decided_on=decision.decided_on,
            approval=decision.approval[:120],
            parent_id=before.parent_id,
            name=before.name,
            became=became[:120],
            other_id=other_id,
            recorded_by_id=decision.by_id,
            recorded_at=decision.at,
        )
    )
    await audit(session, decision.at, decision.by_id, before.id, f"tree_{kind.value}", f"organization:{before.id}")
