"""Group chats that secretaries have linked to their branches."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select, update

from storage.database import Session, upsert
from storage.models import GroupChat, Organization
from storage.outbox import readdress


@dataclass(frozen=True, slots=True)
class GroupView:
    """One group chat, and the organization that it is linked to."""

    id: int
    channel: str
    tenant: str
    chat: str
    organization_id: int
    organization_name: str
    path: str


def _select_groups() -> Select[*tuple[Any, ...]]:
    return select(
        GroupChat.id,
        GroupChat.channel,
        GroupChat.tenant,
        GroupChat.chat,
        GroupChat.organization_id,
        Organization.name,
        Organization.path,
    ).join(Organization, Organization.id == GroupChat.organization_id)


async def groups_of(session: Session, organization_id: int) -> list[GroupView]:
    """The group chats of an organization, the first linked first."""
    query = _select_groups().where(GroupChat.organization_id == organization_id).order_by(GroupChat.id)
    return [GroupView(*row) for row in await session.execute(query)]


async def group_of_id(session: Session, id: int) -> GroupView | None:
    """One linked group chat."""
    row = (await session.execute(_select_groups().where(GroupChat.id == id))).one_or_none()
    return None if row is None else GroupView(*row)


async def group_at(session: Session, channel: str, tenant: str, chat: str) -> GroupView | None:
    """What a group chat is linked to."""
    query = _select_groups().where(GroupChat.channel == channel, GroupChat.tenant == tenant, GroupChat.chat == chat)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else GroupView(*row)


async def link_chat(
    session: Session, channel: str, tenant: str, chat: str, *, organization_id: int, person_id: int, now: datetime
) -> bool:
    """Link a group chat; False when it is linked already, to whatever organization."""
    row = {
        "channel": channel,
        "tenant": tenant,
        "chat": chat,
        "organization_id": organization_id,
        "linked_by_id": person_id,
        "linked_at": now,
    }
    linking = upsert(session, GroupChat).values(row).on_conflict_do_nothing().returning(GroupChat.id)
    return (await session.execute(linking)).first() is not None


async def unlink_chat(session: Session, channel: str, tenant: str, chat: str) -> bool:
    """Forget what a group chat was linked to; False when it was linked to nothing."""
    unlinking = (
        delete(GroupChat)
        .where(GroupChat.channel == channel, GroupChat.tenant == tenant, GroupChat.chat == chat)
        .returning(GroupChat.id)
    )
    return (await session.execute(unlinking)).first() is not None


async def follow_chat(session: Session, channel: str, tenant: str, old: str, new: str) -> None:
    """A group chat goes on under another id: so does what it is linked to, and what waits for it.

    Where the new one was linked by somebody meanwhile, that counts.
    """
    if await group_at(session, channel, tenant, new) is not None:
        await unlink_chat(session, channel, tenant, old)
    else:
        moved = update(GroupChat).where(GroupChat.channel == channel, GroupChat.tenant == tenant, GroupChat.chat == old)
        await session.execute(moved.values(chat=new))
    await readdress(session, channel, tenant, old, new)
