"""Messages waiting to be sent: written in the transaction that decided on them, claimed and sent after it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, insert, literal_column, or_, select, update
from sqlalchemy.orm import aliased

from storage.database import Session, table_of, upsert
from storage.models import Account, Delivery, File, Lane, OutboxMessage
from storage.paces import lock_pace

LEASE = timedelta(seconds=30)
"""How long a claim holds: whoever has not sent by then is taken to be dead, and somebody else sends."""
CHAT_GAP = timedelta(seconds=1)
"""Between two messages to one chat that nobody asked for."""
GROUP_GAP = timedelta(seconds=3.1)
"""The same where many read: so that it is never more than twenty a minute."""
BATCH_BYTES = 64 * 1024 * 1024
"""How much of documents is loaded for messages that are claimed together."""


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
    sent_ref: str = ""
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
    session: Session,
    channels: Collection[tuple[str, str]],
    lanes: Sequence[Lane],
    now: datetime,
    limit: int = 50,
    *,
    lease: timedelta = LEASE,
    under_way: Collection[int] = (),
    paced: bool = False,
) -> list[Waiting]:
    """Up to `limit` messages that are due, ours for `lease`: those of the first lane first, then oldest first.

    Of each chat only the first that waits in its lane, so the order per chat holds, however many workers claim at
    once. `under_way` are left alone, whatever their claims say. `paced` is for a platform that lets a chat have so
    many unasked messages in a time: a chat that has just had one, or declined it, or is being sent one in another lane,
    is left alone.
    Documents are loaded, each once, so fewer are claimed where they are large.
    """
    if paced:
        # One at a time: two workers could otherwise be at one chat in two lanes, and neither would see the other.
        for channel, tenant in sorted(channels):
            await lock_pace(session, channel, tenant, now)
    claimed: list[int] = []
    files: dict[int, int] = {}
    for lane in lanes:
        if limit <= len(claimed):
            break
        found = await session.execute(
            _ready(channels, lane, now, paced, under_way).limit(limit - len(claimed)).with_for_update(skip_locked=True)
        )
        fitting = await _fitting(session, [(id, wanted) for id, wanted in found], files)
        if fitting:
            taken = update(OutboxMessage).where(OutboxMessage.id.in_(fitting)).values(claimed_until=now + lease)
            await session.execute(taken.execution_options(synchronize_session=False))
            claimed += fitting
    return await _waiting(session, claimed)


_WAITS: ColumnElement[Delivery] = literal_column("'waiting'")
_REPLY: ColumnElement[Lane] = literal_column("'reply'")
"""In the words of the partial indexes: with a parameter in their place SQLite would not use them."""


def _ready(
    channels: Collection[tuple[str, str]], lane: Lane, now: datetime, paced: bool, under_way: Collection[int]
) -> Select[int, list[int]]:
    """The messages that may be claimed in a lane, oldest first, and the documents of each.

    What is asked about a chat stands in scalar subqueries, which are looked up in an index for the few rows that are
    needed; of EXISTS PostgreSQL makes a join over all that waits.
    """
    other = aliased(OutboxMessage)
    same_chat = and_(
        other.channel == OutboxMessage.channel, other.tenant == OutboxMessage.tenant, other.chat == OutboxMessage.chat
    )
    in_chat = select(other.id).where(same_chat).correlate(OutboxMessage)
    query = (
        select(OutboxMessage.id, OutboxMessage.documents)
        .where(
            OutboxMessage.state == _WAITS,
            OutboxMessage.lane == lane,
            or_(*(and_(OutboxMessage.channel == c, OutboxMessage.tenant == t) for c, t in channels)),
            OutboxMessage.due_at <= now,
            or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= now),
            OutboxMessage.id
            == in_chat.where(other.state == _WAITS, other.lane == lane).order_by(other.id).limit(1).scalar_subquery(),
        )
        .order_by(OutboxMessage.id)
    )
    if under_way:
        query = query.where(OutboxMessage.id.not_in(under_way))
    if paced:
        just_now = or_(
            other.sent_at > now - CHAT_GAP, and_(other.account_id.is_(None), other.sent_at > now - GROUP_GAP)
        )
        recent = in_chat.where(other.lane != _REPLY, other.sent_at > now - GROUP_GAP, just_now)
        busy = in_chat.where(other.state == _WAITS, other.lane != _REPLY, other.claimed_until > now)
        query = query.where(*(found.limit(1).scalar_subquery().is_(None) for found in (recent, busy)))
    return query


async def _fitting(session: Session, found: Sequence[tuple[int, list[int]]], files: dict[int, int]) -> list[int]:
    """The first of these messages whose documents, with those in `files`, are together not larger than `BATCH_BYTES`;
    at least one of a batch. `files` gets the size of each."""
    unknown = {file_id for _, wanted in found for file_id in wanted} - files.keys()
    sizes: dict[int, int] = {}
    if unknown:
        rows = await session.execute(select(File.id, File.size).where(File.id.in_(unknown)))
        sizes = dict(rows.all())
    fitting: list[int] = []
    for id, wanted in found:
        more = {file_id: sizes.get(file_id, 0) for file_id in wanted if file_id not in files}
        if files and sum(files.values()) + sum(more.values()) > BATCH_BYTES:
            break
        files |= more
        fitting.append(id)
    return fitting


async def _waiting(session: Session, ids: Sequence[int]) -> list[Waiting]:
    """Claimed messages in the order of their ids here."""
    if not ids:
        return []
    rows = {row.id: row for row in await session.scalars(select(OutboxMessage).where(OutboxMessage.id.in_(ids)))}
    files = await documents(session, {file_id for row in rows.values() for file_id in row.documents})
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
            sent_ref=row.sent_ref,
            documents=tuple(files[file_id] for file_id in row.documents),
        )
        for row in (rows[id] for id in ids)
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


async def mark_part_sent(session: Session, id: int, parts: int, ref: str) -> None:
    """Note that the first parts of a message arrived, so that a later try goes on after them; `ref` is the platform's
    reference of the one with the words."""
    noted = update(OutboxMessage).where(OutboxMessage.id == id).values(parts_sent=parts, sent_ref=ref[:120])
    await session.execute(noted.execution_options(synchronize_session=False))


async def put_off(session: Session, id: int, due_at: datetime, detail: str, hold: datetime | None = None) -> None:
    """Try a message again at a later time; until `hold` its chat is left alone, in other lanes too where a pace is
    kept."""
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == id)
        .values(due_at=due_at, claimed_until=hold, attempts=OutboxMessage.attempts + 1, detail=detail[:200])
    )


async def renew(session: Session, ids: Collection[int], until: datetime) -> None:
    """Hold on to messages that are still under way; what was put off or let go meanwhile stays so."""
    held = update(OutboxMessage).where(OutboxMessage.id.in_(ids), OutboxMessage.claimed_until.is_not(None))
    await session.execute(held.values(claimed_until=until))


async def release(session: Session, ids: Sequence[int]) -> None:
    """Let go of claimed messages that are not sent after all, so that they are claimed again in their order."""
    await session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(claimed_until=None))


async def give_up(session: Session, id: int, state: Delivery, detail: str, declined_at: datetime | None = None) -> None:
    """Stop trying, and keep why; `declined_at` is when the platform was asked in vain, which its chat's pace counts."""
    given_up = update(OutboxMessage).where(OutboxMessage.id == id)
    await session.execute(given_up.values(state=state, claimed_until=None, detail=detail[:200], sent_at=declined_at))


async def readdress(session: Session, channel: str, tenant: str, old: str, new: str) -> None:
    """Have what waits for a chat go to another, which is the same chat by a new name."""
    await session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.channel == channel,
            OutboxMessage.tenant == tenant,
            OutboxMessage.chat == old,
            OutboxMessage.state == _WAITS,
        )
        .values(chat=new)
    )


async def release_claims(
    session: Session, channel: str, tenant: str, lane: Lane, due_at: datetime | None = None
) -> None:
    """Let go of what a stopped process had claimed; only for the one process that may send on this channel.

    With `due_at` none of it is due before that, and what was put off for longer stays put off.
    """
    released = update(OutboxMessage).where(
        OutboxMessage.channel == channel,
        OutboxMessage.tenant == tenant,
        OutboxMessage.lane == lane,
        OutboxMessage.state == _WAITS,
        OutboxMessage.claimed_until.is_not(None),
    )
    if due_at is not None:
        released = released.where(OutboxMessage.due_at < due_at).values(due_at=due_at)
    await session.execute(released.values(claimed_until=None))


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


async def counts(session: Session) -> dict[Delivery, int]:
    """How many messages are in each state."""
    query = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
    return {row[0]: row[1] for row in await session.execute(query)}


@dataclass(frozen=True, slots=True)
class Parked:
    """A message that was given up on: when and why, and what sort it was; never what it said."""

    id: int
    created_at: datetime
    channel: str
    lane: Lane
    state: Delivery
    sort: str
    attempts: int
    detail: str


GIVEN_UP = (Delivery.GONE, Delivery.CLOSED, Delivery.REFUSED, Delivery.EXPIRED)


async def parked(session: Session, limit: int = 50) -> list[Parked]:
    """Messages that were given up on, newest first."""
    query = (
        select(OutboxMessage).where(OutboxMessage.state.in_(GIVEN_UP)).order_by(OutboxMessage.id.desc()).limit(limit)
    )
    return [
        Parked(
            row.id,
            row.created_at,
            row.channel,
            row.lane,
            row.state,
            (row.unique_key or "").partition(":")[0],
            row.attempts,
            row.detail,
        )
        for row in await session.scalars(query)
    ]


async def send_again(session: Session, now: datetime, id: int | None = None) -> list[int]:
    """Let messages that were given up on wait once more, one or all; the ids of those that do.

    Not what has become worthless by now; and, of all, not what is for somebody who still cannot be written to.
    """
    query = (
        update(OutboxMessage)
        .where(OutboxMessage.state.in_(GIVEN_UP), or_(OutboxMessage.not_after.is_(None), OutboxMessage.not_after > now))
        .values(state=Delivery.WAITING, due_at=now, claimed_until=None, attempts=0, sent_at=None)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    if id is not None:
        query = query.where(OutboxMessage.id == id)
    else:
        away = select(Account.id).where(Account.id == OutboxMessage.account_id, ~Account.reachable)
        unknown = and_(OutboxMessage.state == Delivery.GONE, OutboxMessage.account_id.is_(None))
        query = query.where(~away.exists(), ~unknown)
    return sorted(await session.scalars(query))
