"""Accounts: one user of one platform, and the person behind it once an invitation has bound them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update

from storage.database import Session, upsert
from storage.models import Account


@dataclass(frozen=True, slots=True)
class Reach:
    """One way to reach a person."""

    account_id: int
    person_id: int
    channel: str
    tenant: str
    chat: str


_LOCKED = (
    select(Account)
    .where(
        Account.channel == bindparam("channel"),
        Account.tenant == bindparam("tenant"),
        Account.user == bindparam("user"),
    )
    # Not the key: others may put a notice for this account into the outbox meanwhile. With the key locked too, two
    # people who notify each other at once would wait for each other.
    .with_for_update(key_share=True)
)


async def lock_account(session: Session, channel: str, tenant: str, user: str, chat: str, now: datetime) -> Account:
    """The account of a user, made at first contact, held until the end of the transaction.

    Whoever else has a turn for it waits, so that one person's messages are played one after another.
    """
    found = await _find(session, channel, tenant, user)
    if found is None:
        # Two first messages may arrive at once: one of them makes the row, both then queue for it.
        row = {"channel": channel, "tenant": tenant, "user": user, "chat": chat, "created_at": now}
        await session.execute(upsert(session, Account).values(row).on_conflict_do_nothing())
        found = await _find(session, channel, tenant, user)
    assert found is not None
    if chat and found.chat != chat:
        found.chat = chat
    if not found.reachable:
        found.reachable = True
    return found


async def _find(session: Session, channel: str, tenant: str, user: str) -> Account | None:
    names = {"channel": channel, "tenant": tenant, "user": user}
    return (await session.execute(_LOCKED, names)).scalar_one_or_none()


async def reach(session: Session, person_ids: Collection[int]) -> list[Reach]:
    """Every reachable account of these people, in the order of people and accounts."""
    query = (
        select(Account.id, Account.person_id, Account.channel, Account.tenant, Account.chat)
        .where(Account.person_id.in_(person_ids), Account.reachable)
        .order_by(Account.person_id, Account.id)
    )
    return [
        Reach(id, person_id, channel, tenant, chat)
        for id, person_id, channel, tenant, chat in await session.execute(query)
        if person_id is not None
    ]


async def mark_unreachable(session: Session, account_id: int, chat: str | None = None) -> None:
    """Note that a platform refuses to carry anything to this account until its user writes again; with `chat` only if
    that is the account's own, and no group."""
    marked = update(Account).where(Account.id == account_id)
    if chat is not None:
        marked = marked.where(Account.chat == chat)
    await session.execute(marked.values(reachable=False))


async def accounts_of(session: Session, person_id: int) -> list[Account]:
    """The accounts bound to a person, oldest first."""
    query = select(Account).where(Account.person_id == person_id).order_by(Account.id)
    return list((await session.execute(query)).scalars())
