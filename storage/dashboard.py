"""What a dashboard folds by: the open organizations of a subtree."""

from dataclasses import dataclass

from sqlalchemy import select

from storage.database import Session
from storage.models import Organization, OrganizationKind


@dataclass(frozen=True, slots=True)
class Open:
    """An organization of the tree that there still is; groups are none of their own here."""

    id: int
    kind: OrganizationKind
    name: str
    path: str


async def open_organizations(session: Session, path: str) -> list[Open]:
    """The open organizations at or below `path` except groups, in the order of the tree: a subtree is one stretch."""
    query = select(Organization.id, Organization.kind, Organization.name, Organization.path).where(
        Organization.path.startswith(path),
        Organization.kind != OrganizationKind.GROUP,
        Organization.closed_on.is_(None),
    )
    found = [Open(*row) for row in await session.execute(query)]
    return sorted(found, key=lambda one: [int(part) for part in one.path.strip("/").split("/")])
