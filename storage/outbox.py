"""Messages waiting to be sent: written in the transaction that decided on them, claimed and sent after it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from storage.database import Session, table_of, upsert
from storage.models import Delivery, File, Lane, OutboxMessage

LEASE = timedelta(seconds=30)
"""How long a claim holds: whoever has not sent by then is taken to be dead, and somebody else sends."""


@dataclass(slots=True)
class Draft:
    """A message to be put into the outbox; `buttons` are rows of {label, payload, url}, `documents` ids of files.

    Two drafts with one `unique_key` are one message.
    """

    channel: str
    tenant: str
    chat: str
    body: str
    lane: Lane = Lane.REPLY
    account_id: int | None = None
    title: str = ""
    buttons: list[Any] = field(default_factory=list)
    documents: list[int] = field(default_factory=list)
    replaces: str = ""
    reply_ticket: dict[str, Any] | None = None
    not_after: datetime | None = None
    unique_key: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claimed message with its documents as (name, media type, bytes)."""

    id: int
    account_id: int | None
    channel: str
    tenant: str
    chat: str
    lane: Lane
    body: str
    title: str
    buttons: list[Any]
    replaces: str
    reply_ticket: dict[str, Any] | None
    not_after: datetime | None
    attempts: int
    parts_sent: int
    documents: tuple[tuple[str, str, bytes], ...] = ()


_outbox = table_of(OutboxMessage)
_PUT = insert(_outbox).returning(_outbox.c.id, sort_by_parameter_order=True)
_SENT = (
    update(_outbox)
    .where(_outbox.c.id == bindparam("message"))
    .values(state=Delivery.SENT, sent_at=bindparam("at"), sent_ref=bindparam("ref"), claimed_until=None)
)


async def put(session: Session, drafts: Sequence[Draft], now: datetime, *, claimed: bool = False) -> list[int]:
    """Write messages to the outbox and return their ids in order; `claimed` when the caller sends them itself."""
    if not drafts:
        return []
    rows = [
        {
            "account_id": draft.account_id,
            "channel": draft.channel,
            "tenant": draft.tenant,
            "chat": draft.chat,
            "lane": draft.lane,
            "body": draft.body,
            "title": draft.title,
            "buttons": draft.buttons,
            "documents": draft.documents,
            "replaces": draft.replaces,
            "reply_ticket": draft.reply_ticket,
            "not_after": draft.not_after,
            "unique_key": draft.unique_key,
            "created_at": now,
            "due_at": now,
            "claimed_until": now + LEASE if claimed else None,
        }
        for draft in drafts
    ]
    if any(draft.unique_key for draft in drafts):
        statement = upsert(session, OutboxMessage).on_conflict_do_nothing(index_elements=[OutboxMessage.unique_key])
        return list(await session.scalars(statement.returning(OutboxMessage.id), rows))
    return list(await session.scalars(_PUT, rows))


async def claim(
    session: Session, channels: Collection[tuple[str, str]], lane: Lane, now: datetime, limit: int = 50
) -> list[Waiting]:
    """Up to `limit` messages that are due, ours for `LEASE`, oldest first.

    A message is left alone while an earlier one to the same chat in the same lane cannot go yet, so the order per chat
    holds. Several workers may claim at once.
    """
    earlier = aliased(OutboxMessage)
    before = (
        select(earlier.id)
        .where(
            earlier.channel == OutboxMessage.channel,
            earlier.tenant == OutboxMessage.tenant,
            earlier.chat == OutboxMessage.chat,
            earlier.lane == lane,
            earlier.state == Delivery.WAITING,
            earlier.id < OutboxMessage.id,
        )
        .correlate(OutboxMessage)
    )
    blocked = before.where(or_(earlier.due_at > now, earlier.claimed_until > now)).exists()
    ready = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.state == Delivery.WAITING,
            OutboxMessage.lane == lane,
            or_(*(and_(OutboxMessage.channel == c, OutboxMessage.tenant == t) for c, t in channels)),
            OutboxMessage.due_at <= now,
            or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= now),
            ~blocked,
        )
        .order_by(OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(await session.scalars(ready))
    if not ids:
        return []
    # An earlier one that was ready too and is not among ours is being claimed by somebody else this very moment.
    others = before.where(earlier.id.not_in(ids)).exists()
    taken = (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(ids), ~others)
        .values(claimed_until=now + LEASE)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    return await _waiting(session, list(await session.scalars(taken)))


async def _waiting(session: Session, ids: Sequence[int]) -> list[Waiting]:
    rows = list(
        await session.scalars(select(OutboxMessage).where(OutboxMessage.id.in_(ids)).order_by(OutboxMessage.id))
    )
    files = await documents(session, {file_id for row in rows for file_id in row.documents})
    return [
        Waiting(
            id=row.id,
            account_id=row.account_id,
            channel=row.channel,
            tenant=row.tenant,
            chat=row.chat,
            lane=row.lane,
            body=row.body,
            title=row.title,
            buttons=row.buttons,
            replaces=row.replaces,
            reply_ticket=row.reply_ticket,
            not_after=row.not_after,
            attempts=row.attempts,
            parts_sent=row.parts_sent,
            documents=tuple(files[file_id] for file_id in row.documents),
        )
        for row in rows
    ]


async def documents(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str, bytes]]:
    """Files by id, as (name, media type, bytes)."""
    if not ids:
        return {}
    query = select(File.id, File.name, File.media_type, File.content).where(File.id.in_(ids))
    return {id: (name, media_type, content) for id, name, media_type, content in await session.execute(query)}


async def mark_sent(session: Session, sent: Sequence[tuple[int, str]], now: datetime) -> None:
    """Note that messages arrived, each with the reference that its platform gave it."""
    if sent:
        await session.execute(_SENT, [{"message": id, "at": now, "ref": ref[:120]} for id, ref in sent])


async def mark_part_sent(session: Session, id: int, parts: int) -> None:
    """Note that the first parts of a long message arrived, so that a later try goes on after them."""
    await session.execute(update(OutboxMessage).where(OutboxMessage.id == id).values(parts_sent=parts))


async def put_off(session: Session, id: int, due_at: datetime, detail: str) -> None:
    """Try a message again at a later time."""
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == id)
        .values(due_at=due_at, claimed_until=None, attempts=OutboxMessage.attempts + 1, detail=detail[:200])
    )


async def release(session: Session, ids: Sequence[int]) -> None:
    """Let go of claimed messages that are not sent after all, so that they are claimed again in their order."""
    await session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(claimed_until=None))


async def give_up(session: Session, id: int, state: Delivery, detail: str) -> None:
    """Stop trying, and keep why."""
    await session.execute(
        update(OutboxMessage).where(OutboxMessage.id == id).values(state=state, claimed_until=None, detail=detail[:200])
    )


async def release_claims(session: Session, channel: str, tenant: str, lane: Lane) -> None:
    """Let go of what a stopped process had claimed; only for the one process that may send on this channel."""
    await session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.channel == channel,
            OutboxMessage.tenant == tenant,
            OutboxMessage.lane == lane,
            OutboxMessage.state == Delivery.WAITING,
        )
        .values(claimed_until=None)
    )


async def offered(session: Session, account_id: int, messages: int = 5) -> list[list[tuple[str, str]]]:
    """Label and payload of each button of an account's newest messages that have any, the newest message first.

    A message is on somebody's screen a moment before it is marked as sent: one that is claimed counts too.
    """
    on_the_screen = or_(
        OutboxMessage.state == Delivery.SENT,
        OutboxMessage.lane == Lane.REPLY,
        OutboxMessage.claimed_until.is_not(None),
    )
    query = (
        select(OutboxMessage.buttons)
        .where(OutboxMessage.account_id == account_id, on_the_screen)
        .order_by(OutboxMessage.id.desc())
        .limit(messages * 2)
    )
    found = [
        [(button["label"], button["payload"]) for row in rows for button in row if button["payload"]]
        for rows in await session.scalars(query)
    ]
    return [buttons for buttons in found if buttons][:messages]


async def keys_that_begin(session: Session, start: str) -> list[str]:
    """The keys of all messages, sent or not, that begin so: what was said already is not thought out again."""
    query = select(OutboxMessage.unique_key).where(OutboxMessage.unique_key.startswith(start, autoescape=True))
    return [key for key in await session.scalars(query) if key is not None]


async def counts(session: Session) -> dict[Delivery, int]:
    """How many messages are in each state."""
    query = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
    return {row[0]: row[1] for row in await session.execute(query)}


async def parked(session: Session, limit: int = 50) -> list[OutboxMessage]:
    """Messages that were given up on, newest first."""
    query = (
        select(OutboxMessage)
        .where(OutboxMessage.state.not_in([Delivery.WAITING, Delivery.SENT]))
        .order_by(OutboxMessage.id.desc())
        .limit(limit)
    )
    return list(await session.scalars(query))
