"""Who reads which digest, and which were issued."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from storage.database import Session, upsert
from storage.models import (
    Account,
    DigestIssue,
    DigestSubscription,
    Organization,
    OrganizationKind,
    Post,
    PostKind,
)
from storage.people import SECRETARIES

SUBSCRIBED_AT_ONCE = 5000
"""So many at a time; whoever is left is subscribed a moment later."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Somebody reads about a subtree, weekly, at a local weekday (1 is Monday) and minute of the day.

    The rest is as in `DigestSubscription`; `kind` is that of the organization: of a branch it is the small digest.
    `serves_since` is the day from which on its reader holds the post.
    """

    id: int
    person_id: int
    organization_id: int
    organization_name: str
    path: str
    weekday: int
    minute: int
    timezone: str
    kind: OrganizationKind = OrganizationKind.COMMITTEE
    after_holidays: bool = True
    pressing_only: bool = False
    quiet_days: int = 30
    skipped_week: str = ""
    since: datetime | None = None
    serves_since: date | None = None


def reads_a_digest() -> ColumnElement[bool]:
    """The posts whose holders read a digest: officials about all below, secretaries and deputies about what they lead,
    which is a branch, or a 党总支 or committee with branches below it."""
    its_secretary = and_(Post.kind.in_(SECRETARIES), Organization.kind != OrganizationKind.GROUP)
    return and_(or_(Post.kind == PostKind.OFFICIAL, its_secretary), Post.until.is_(None))


def _select_subscriptions() -> Select[*tuple[Any, ...]]:
    # Who has given the post up must not go on reading.
    serves_since = (
        select(func.min(Post.since))
        .where(
            Post.person_id == DigestSubscription.person_id,
            Post.organization_id == DigestSubscription.organization_id,
            reads_a_digest(),
        )
        .correlate(DigestSubscription, Organization)
        .scalar_subquery()
    )
    return (
        select(
            DigestSubscription.id,
            DigestSubscription.person_id,
            DigestSubscription.organization_id,
            Organization.name,
            Organization.path,
            DigestSubscription.weekday,
            DigestSubscription.minute,
            DigestSubscription.timezone,
            Organization.kind,
            DigestSubscription.after_holidays,
            DigestSubscription.pressing_only,
            DigestSubscription.quiet_days,
            DigestSubscription.skipped_week,
            DigestSubscription.since,
            serves_since,
        )
        .join(Organization, Organization.id == DigestSubscription.organization_id)
        .where(DigestSubscription.active, Organization.closed_on.is_(None), serves_since.is_not(None))
        .order_by(DigestSubscription.id)
    )


async def active_subscriptions(session: Session, *, reachable: bool = False) -> list[Subscription]:
    """All digests that are wanted by somebody who holds a post there now, the oldest subscription first; with
    `reachable` only of those who can be written to."""
    query = _select_subscriptions()
    if reachable:
        query = query.where(exists().where(Account.person_id == DigestSubscription.person_id, Account.reachable))
    return [Subscription(*row) for row in await session.execute(query)]


async def serving_without(session: Session) -> list[tuple[int, int, str]]:
    """Whose post wants a digest and who has never had one there, as person, organization and its time zone.

    Who has bound no account yet is not among them: theirs begins when it can reach them, and not with a week before.
    """
    bound = exists().where(Account.person_id == Post.person_id)
    had = exists().where(
        DigestSubscription.person_id == Post.person_id, DigestSubscription.organization_id == Post.organization_id
    )
    query = (
        select(Post.person_id, Post.organization_id, Organization.timezone)
        .join(Organization, Organization.id == Post.organization_id)
        .where(reads_a_digest(), Organization.closed_on.is_(None), bound, ~had)
        .distinct()
        .order_by(Post.organization_id, Post.person_id)
        .limit(SUBSCRIBED_AT_ONCE)
    )
    return [(person_id, place_id, timezone) for person_id, place_id, timezone in await session.execute(query)]


async def subscribe(session: Session, readers: Sequence[tuple[int, int, str]], now: datetime) -> None:
    """Have people read a digest of an organization, in its time zone; what was due before now is not sent to them."""
    rows = [
        {"person_id": person_id, "organization_id": place_id, "timezone": timezone, "since": now}
        for person_id, place_id, timezone in readers
    ]
    if rows:
        await session.execute(upsert(session, DigestSubscription).on_conflict_do_nothing(), rows)


async def issues_since(session: Session, week: str) -> dict[int, list[tuple[str, datetime]]]:
    """The digests of a week and later that were issued, each with when that was, by subscription."""
    query = select(DigestIssue.subscription_id, DigestIssue.week, DigestIssue.created_at).where(
        DigestIssue.week >= week
    )
    found: dict[int, list[tuple[str, datetime]]] = {}
    for subscription_id, issued, at in await session.execute(query):
        found.setdefault(subscription_id, []).append((issued, at))
    return found


@dataclass(frozen=True, slots=True)
class Issue:
    """A digest of a week such as "2026-W47", ready to be sent to the reader of a subscription."""

    subscription_id: int
    week: str
    figures: dict[str, Any]
    late: bool


async def add_issues(session: Session, issues: Sequence[Issue], now: datetime) -> set[int]:
    """Claim digests for sending; the ids of the subscriptions of those that nobody had claimed before."""
    if not issues:
        return set()
    # All who issue at once take them in the same order, and so nobody waits for somebody who waits for them.
    rows = [
        {"subscription_id": one.subscription_id, "week": one.week, "figures": one.figures, "late": one.late}
        for one in sorted(issues, key=lambda one: one.subscription_id)
    ]
    claiming = upsert(session, DigestIssue).on_conflict_do_nothing().returning(DigestIssue.subscription_id)
    return set(await session.scalars(claiming, [{**row, "created_at": now} for row in rows]))
