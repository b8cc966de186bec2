"""The branches that figures are asked of, what is gathered of each, and which of them a record counts for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.elements import ColumnElement

from storage.database import Session
from storage.held import Held
from storage.models import Organization, OrganizationKind

LISTED = 1000
"""Up to so many organizations are named one by one, so that a database takes its indexes; more are told by path."""


@dataclass(frozen=True, slots=True)
class Probation:
    """A member on probation: since when the roster says so, and what a case about it says, if there is one."""

    since: date
    admitted_on: date | None = None
    extended_months: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """An organization of the tree."""

    id: int
    parent_id: int | None
    kind: OrganizationKind
    name: str
    path: str
    timezone: str
    closed_on: date | None
    successor_id: int | None

    @property
    def place(self) -> list[int]:
        """Where it stands in the order of the tree."""
        return [int(part) for part in self.path.strip("/").split("/")]


@dataclass(slots=True)
class BranchRecords:
    """What is recorded of one branch: counts, days and instants, nothing about individuals.

    `weeks` are [meetings, expected, present], the oldest first; `lectures` is what it and those above it want by
    custom; `probations` are those of its members now.
    """

    node: Node
    above: str
    weeks: list[list[int]]
    held: Held = field(default_factory=Held)
    members: int = 0
    committee: int = 0
    term_ends: date | None = None
    has_election: bool = False
    lectures: list[dict[str, Any]] = field(default_factory=list)
    reports: int = 0
    unread: int = 0
    oldest_unread_at: datetime | None = None
    cases_open: int = 0
    cases_moved: int = 0
    cases_late: int = 0
    last_record_at: datetime | None = None
    probations: list[Probation] = field(default_factory=list)
    unanswered: int = 0
    unreachable: int = 0

    def recorded(self, *instants: datetime | None) -> None:
        """Note that something was recorded then."""
        for at in instants:
            if at is not None and (self.last_record_at is None or at > self.last_record_at):
                self.last_record_at = at


class Tree:
    """The organizations at or below some paths that there are, and those that became part of one."""

    def __init__(self, paths: Collection[str], nodes: Iterable[Node], weeks: int, *, everything: bool) -> None:
        """`everything` says that there are no other organizations."""
        self._everything = everything
        self.paths = tuple(paths)
        self._nodes = {one.id: one for one in nodes}
        there = [one for one in self._nodes.values() if one.closed_on is None and one.path.startswith(self.paths)]
        self.open = {one.id: one for one in sorted(there, key=lambda one: one.place)}
        self.branches = {
            one.id: BranchRecords(one, self._name_of(one.parent_id), [[0, 0, 0] for _ in range(weeks)])
            for one in self.open.values()
            if one.kind is OrganizationKind.BRANCH
        }
        self._counts_for = {id: found for id in self._nodes if (found := self._found(id)) is not None}
        self.ids = frozenset({*self.open, *self._counts_for})
        self.with_members: set[int] = set()

    def branch(self, organization_id: int) -> BranchRecords | None:
        """The branch that an organization's records count for: what a group did its branch did, and what one that is
        no more did the one that it became part of."""
        return self._counts_for.get(organization_id)

    def groups(self) -> Iterable[tuple[Node, BranchRecords]]:
        """The groups that have members, and the branch that each belongs to; `with_members` says which have any."""
        for id in sorted(self.with_members & self.open.keys()):
            one = self.open[id]
            if one.kind is OrganizationKind.GROUP and (branch := self.branches.get(one.parent_id or 0)) is not None:
                yield one, branch

    def has(self, column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
        """That a row is of one of these organizations; it may be of some others too, so look again with `branch`."""
        if self._everything:
            return true()
        if len(self.ids) <= LISTED:
            return column.in_(self.ids)
        return column.in_(select(Organization.id).where(_within(self.paths)))

    def _name_of(self, id: int | None) -> str:
        return self._nodes[id].name if id in self._nodes else ""

    def _found(self, id: int) -> BranchRecords | None:
        seen: set[int] = set()
        at: int | None = id
        while at is not None and at not in seen and (node := self._nodes.get(at)) is not None:
            seen.add(at)
            if node.closed_on is not None and node.successor_id is not None:
                at = node.successor_id
            elif node.kind is OrganizationKind.GROUP:
                at = node.parent_id
            elif node.closed_on is not None:
                return None
            else:
                return self.branches.get(at)
        return None


async def tree_at(session: Session, paths: Collection[str], weeks: int) -> Tree:
    """The organizations at or below any of these paths, with room for so many weeks of each branch."""
    above = {int(part) for path in paths for part in path.strip("/").split("/") if part}
    all_there_are = select(func.count()).select_from(aliased(Organization)).scalar_subquery()
    query = select(
        Organization.id,
        Organization.parent_id,
        Organization.kind,
        Organization.name,
        Organization.path,
        Organization.timezone,
        Organization.closed_on,
        Organization.successor_id,
        all_there_are,
    ).where(or_(_within(paths), Organization.id.in_(above)))
    rows = (await session.execute(query)).all()
    return Tree(paths, [Node(*row[:-1]) for row in rows], weeks, everything=bool(rows) and rows[0][-1] == len(rows))


def _within(paths: Iterable[str]) -> ColumnElement[bool]:
    """At or below the paths, or part of something by now, wherever that is; and the groups of those."""
    gone = aliased(Organization)
    return or_(
        *(Organization.path.startswith(path) for path in paths),
        Organization.successor_id.is_not(None),
        Organization.parent_id.in_(select(gone.id).where(gone.successor_id.is_not(None))),
    )
