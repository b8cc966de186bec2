"""How somebody wants their digests: one for each organization in which they hold a post that reads one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select

from storage.database import Session, upsert
from storage.digest import reads_a_digest
from storage.models import DigestIssue, DigestSubscription, Organization, OrganizationKind, Post


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants the digest of an organization; as everybody has it at first where they never said.

    `issued` is the newest week that was sent, empty for none; what was due before `since` is not sent any more, and
    `known` is whether there is a subscription at all.
    """

    organization_id: int
    name: str
    path: str
    kind: OrganizationKind
    weekday: int = 1
    minute: int = 8 * 60 + 30
    timezone: str = "Asia/Shanghai"
    active: bool = True
    after_holidays: bool = True
    pressing_only: bool = False
    skipped_week: str = ""
    quiet_days: int = 30
    issued: str = ""
    since: datetime | None = None
    known: bool = True


async def wishes_of(session: Session, person_id: int, today: date) -> list[Wish]:
    """The digests that somebody reads, the highest organization first."""
    subscription, wanted = DigestSubscription, Organization
    issued = (
        select(func.max(DigestIssue.week))
        .where(DigestIssue.subscription_id == subscription.id)
        .correlate(subscription)
        .scalar_subquery()
    )
    serves = (
        select(Post.id)
        .where(
            Post.organization_id == wanted.id,
            Post.person_id == person_id,
            reads_a_digest(),
            Post.since <= today,
        )
        .exists()
    )
    query = (
        select(
            wanted.id,
            wanted.name,
            wanted.path,
            wanted.kind,
            func.coalesce(subscription.weekday, 1),
            func.coalesce(subscription.minute, 8 * 60 + 30),
            func.coalesce(subscription.timezone, wanted.timezone),
            func.coalesce(subscription.active, True),
            func.coalesce(subscription.after_holidays, True),
            func.coalesce(subscription.pressing_only, False),
            func.coalesce(subscription.skipped_week, ""),
            func.coalesce(subscription.quiet_days, 30),
            func.coalesce(issued, ""),
            subscription.since,
            subscription.id.is_not(None),
        )
        .outerjoin(subscription, and_(subscription.organization_id == wanted.id, subscription.person_id == person_id))
        .where(serves, wanted.closed_on.is_(None))
    )
    found = [Wish(*row) for row in await session.execute(query)]
    return sorted(found, key=lambda one: (one.path.count("/"), one.organization_id))


async def set_wish(session: Session, person_id: int, wish: Wish, changed: Mapping[str, Any], now: datetime) -> None:
    """Change how somebody wants the digest of an organization, and nothing else of it; one that is new begins now."""
    row = {
        "person_id": person_id,
        "organization_id": wish.organization_id,
        "timezone": wish.timezone,
        "since": now,
        **changed,
    }
    statement = upsert(session, DigestSubscription).values(row)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[DigestSubscription.person_id, DigestSubscription.organization_id], set_=dict(changed)
        )
    )
