"""What a branch, or a level above it for all below, does by custom; what holds in the end is a rule's business."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from storage.database import Session, upsert
from storage.models import Custom, Organization


@dataclass(frozen=True, slots=True)
class CustomView:
    """A custom, and whose it is."""

    organization_id: int
    organization_name: str
    value: dict[str, Any]


async def customs_for(session: Session, name: str, organization_ids: Collection[int]) -> dict[int, list[CustomView]]:
    """A custom of some organizations and of all above them: for each that has any, the highest first."""
    below, above = aliased(Organization), aliased(Organization)
    query = (
        select(below.id, above.id, above.name, Custom.value)
        .join(above, below.path.startswith(above.path))
        .join(Custom, Custom.organization_id == above.id)
        .where(Custom.name == name, below.id.in_(organization_ids))
        .order_by(above.path)
    )
    found: dict[int, list[CustomView]] = {}
    for id, owner, owner_name, value in await session.execute(query):
        found.setdefault(id, []).append(CustomView(owner, owner_name, value))
    return found


async def customs_by_path(session: Session, name: str) -> dict[str, CustomView]:
    """A custom wherever it is set, by the path of the organization: few rows, however many branches they hold for."""
    query = (
        select(Organization.path, Organization.id, Organization.name, Custom.value)
        .join(Custom, Custom.organization_id == Organization.id)
        .where(Custom.name == name)
    )
    return {path: CustomView(id, owner, value) for path, id, owner, value in await session.execute(query)}


def customs_over(path: str, customs: Mapping[str, CustomView]) -> list[CustomView]:
    """Those of `customs_by_path` that hold for the organization at a path, the highest first."""
    ends = [at + 1 for at, letter in enumerate(path) if letter == "/"]
    return [customs[path[:end]] for end in ends if path[:end] in customs]


async def set_custom(
    session: Session, organization_id: int, name: str, value: Mapping[str, Any], set_by_id: int, now: datetime
) -> None:
    """Set a custom of an organization, in place of what it was."""
    row = {
        "organization_id": organization_id,
        "name": name,
        "value": dict(value),
        "set_by_id": set_by_id,
        "set_at": now,
    }
    setting = upsert(session, Custom).values(row)
    changed = {column: setting.excluded[column] for column in ("value", "set_by_id", "set_at")}
    await session.execute(
        setting.on_conflict_do_update(index_elements=[Custom.organization_id, Custom.name], set_=changed)
    )
