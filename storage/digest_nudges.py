"""A branch reminded by the level above it: once a day, whoever does it."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from storage.database import Session
from storage.models import Account, Organization, OutboxMessage, Post


def nudge_key(organization_id: int, day: date) -> str:
    """What names the one reminder of a branch on a day in the outbox."""
    return f"nudge:{organization_id}:{day.isoformat()}"


async def is_nudged(session: Session, organization_id: int, day: date) -> bool:
    """Whether anybody has reminded a branch on a day.

    Looked for among what went to whoever has ever held a post there: the outbox as a whole grows with the years, and
    PostgreSQL has no index for how a key begins.
    """
    accounts = (
        select(Account.id)
        .join(Post, Post.person_id == Account.person_id)
        .where(Post.organization_id == organization_id)
    )
    query = select(OutboxMessage.id).where(
        OutboxMessage.account_id.in_(accounts),
        OutboxMessage.unique_key.startswith(f"{nudge_key(organization_id, day)}:", autoescape=True),
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def hold_branch(session: Session, organization_id: int) -> None:
    """Until the end of the transaction nobody else reminds this branch: of two at once the second sees the first's."""
    held = select(Organization.id).where(Organization.id == organization_id).with_for_update(key_share=True)
    await session.execute(held)


async def bound_among(session: Session, person_ids: Collection[int]) -> set[int]:
    """Who of these people has ever bound an account, whether it can be written to or not."""
    return set(await session.scalars(select(Account.person_id).where(Account.person_id.in_(person_ids))))
