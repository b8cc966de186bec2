"""The tree of organizations as a roster names it: found, made where it is new, and told where it has changed since."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import String, cast, func, insert, select, update

from storage.database import Session, ids_for, table_of
from storage.models import ChangeKind, Organization, OrganizationChange, OrganizationKind

Chain = tuple[tuple[OrganizationKind, str], ...]
"""An organization as (kind, name) of all above it and itself, the highest first."""
AT_ONCE = 5000
"""Rows that are handed to the database together."""


@dataclass(frozen=True, slots=True)
class RosterOrganization:
    """One row of the sheet of the tree: an organization, and when its term ends, if that is known."""

    chain: Chain
    term_ends: date | None = None


@dataclass(frozen=True, slots=True)
class Outdated:
    """Why an organization cannot be what the roster calls it: what became of it, and what it is now.

    `change` is None where its kind is another, or where several are called so; `now` is then that kind, or empty.
    """

    change: ChangeKind | None
    now: str


class OutdatedRoster(Exception):
    """The roster names organizations that have been renamed, moved, merged or dissolved; nothing was imported."""

    def __init__(self, organizations: Mapping[Chain, Outdated]) -> None:
        super().__init__(f"{len(organizations)} organizations")
        self.organizations = dict(organizations)


@dataclass(slots=True)
class RosterTree:
    """All organizations as they are, and the ids of those that a roster names."""

    paths: dict[int, str]
    kinds: dict[int, OrganizationKind]
    names: dict[int, str]
    open: dict[tuple[int | None, str], int]
    committees: dict[str, list[int]]
    former: dict[tuple[int | None, str], tuple[ChangeKind, int]]
    extended: dict[int, date]
    ids: dict[Chain, int]
    successors: dict[int, int]

    @classmethod
    async def read(cls, session: Session) -> "RosterTree":
        """What there is, what it was called before, and until when terms were extended, in three statements."""
        tree = cls({}, {}, {}, {}, {}, {}, {}, {}, {})
        longer = select(OrganizationChange.organization_id, OrganizationChange.became).where(
            OrganizationChange.kind == ChangeKind.TERM_EXTENDED
        )
        for id, ends in await session.execute(longer.order_by(OrganizationChange.id)):
            tree.extended[id] = date.fromisoformat(ends)
        changed = (
            select(
                OrganizationChange.parent_id,
                OrganizationChange.name,
                OrganizationChange.kind,
                func.coalesce(OrganizationChange.other_id, OrganizationChange.organization_id),
                OrganizationChange.organization_id,
            )
            .where(
                OrganizationChange.kind.in_(
                    (ChangeKind.RENAMED, ChangeKind.MOVED, ChangeKind.MERGED, ChangeKind.DISSOLVED)
                )
            )
            .order_by(OrganizationChange.id)
        )
        for parent_id, name, change, other_id, changed_id in await session.execute(changed):
            tree.former[parent_id, name] = (change, other_id if change is ChangeKind.MERGED else changed_id)
        there = select(
            Organization.id,
            Organization.parent_id,
            Organization.kind,
            Organization.name,
            Organization.path,
            Organization.closed_on,
            Organization.successor_id,
        )
        for id, parent_id, kind, name, path, closed_on, successor_id in await session.execute(
            there.order_by(Organization.id)
        ):
            tree.paths[id], tree.names[id] = path, name
            if successor_id is not None:
                tree.successors[id] = successor_id
            if closed_on is None:
                tree.kinds[id] = kind
                tree.open[parent_id, name] = id
                if kind is OrganizationKind.COMMITTEE and parent_id is not None:
                    tree.committees.setdefault(name, []).append(id)
        return tree

    async def bring_up(self, session: Session, named: Iterable[Chain]) -> int:
        """Find or make every organization that is named, a statement or two a level; how many are new.

        Raises `OutdatedRoster`.
        """
        wrong: dict[Chain, Outdated] = {}
        count = 0
        for _, level in groupby(sorted(named, key=len), key=len):
            new = []
            for chain in level:
                if len(chain) > 1 and chain[:-1] not in self.ids:
                    continue  # what is above it is wrong already, or new in a tree that will not be kept
                found = self._found(chain)
                if isinstance(found, Outdated):
                    wrong[chain] = found
                elif found is not None:
                    self.ids[chain] = found
                else:
                    new.append(chain)
            if not wrong:
                await self._add(session, new)
            count += len(new)
        if wrong:
            raise OutdatedRoster(wrong)
        return count

    def _found(self, chain: Chain) -> int | Outdated | None:
        """The id of an organization, what has become of it, or None where there has never been one."""
        kind, name = chain[-1]
        parent_id = self.ids[chain[:-1]] if len(chain) > 1 else None
        id = self.open.get((parent_id, name))
        if id is None and len(chain) == 1:
            # A committee is named without those above it where the roster has no sheet of the tree.
            same = self.committees.get(name, [])
            if len(same) > 1:
                return Outdated(None, "")
            id = same[0] if same else None
        if id is not None:
            return id if self.kinds[id] is kind else Outdated(None, self.kinds[id].value)
        if (parent_id, name) not in self.former:
            return None
        change, now_id = self.former[parent_id, name]
        # What it became part of may be part of something else by now, and what was renamed or moved as well.
        if now_id in self.successors:
            return Outdated(ChangeKind.MERGED, self._called(self.successors[now_id]))
        return Outdated(change, self._called(now_id))

    def _called(self, id: int) -> str:
        above = [int(part) for part in self.paths[id].strip("/").split("/")][:-1]
        return f"{self.names[above[-1]]}/{self.names[id]}" if above else self.names[id]

    async def _add(self, session: Session, chains: Sequence[Chain]) -> None:
        rows: list[dict[str, Any]] = [
            {
                "parent_id": self.ids[chain[:-1]] if len(chain) > 1 else None,
                "kind": chain[-1][0],
                "name": chain[-1][1],
                "path": "",
            }
            for chain in chains
        ]
        ids = await inserted(session, Organization, rows)
        for chain, row, id in zip(chains, rows, ids, strict=True):
            self.ids[chain] = id
            self.kinds[id], self.names[id] = chain[-1]
            self.paths[id] = f"{self.paths[row['parent_id']] if row['parent_id'] else '/'}{id}/"
        above = table_of(Organization).alias()
        path = select(above.c.path).where(above.c.id == Organization.parent_id).scalar_subquery()
        placing = update(Organization).where(Organization.path == "")
        placed = func.coalesce(path, "/") + cast(Organization.id, String) + "/"
        await session.execute(placing.values(path=placed).execution_options(synchronize_session=False))

    def is_behind(self, organization_id: int, ends: date) -> bool:
        """Whether a roster gives an end of a term from before the level above had the election put off."""
        return organization_id in self.extended and ends < self.extended[organization_id]

    def committee_of(self, organization_id: int) -> int:
        """The nearest committee at or above an organization; what is highest of all, where there is none."""
        line = [int(part) for part in self.paths[organization_id].strip("/").split("/")]
        return next((id for id in reversed(line) if self.kinds.get(id) is OrganizationKind.COMMITTEE), line[0])


async def inserted(session: Session, model: Any, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write rows; their ids, in the same order."""
    ids = await ids_for(session, model, len(rows))
    await write(session, insert(table_of(model)), [{"id": id, **row} for id, row in zip(ids, rows, strict=True)])
    return ids


def in_parts(rows: Sequence[Any]) -> Iterator[Any]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))


async def write(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute one statement for many rows."""
    connection = await session.connection()
    for part in in_parts(rows):
        await connection.execute(statement, part)
