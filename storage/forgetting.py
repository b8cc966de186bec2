"""What was said is forgotten after a while: messages of the outbox, and the files that were made for them alone."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    cast,
    delete,
    exists,
    func,
    literal_column,
    select,
    true,
)

from storage.database import Session, table_of
from storage.models import Base, File, OutboxMessage
from storage.outbox import GIVEN_UP

SENT_KEPT = timedelta(days=31)
"""Longer than anything looks back for a message: the longest is a month's meeting that was proposed a week ahead."""
GIVEN_UP_KEPT = timedelta(days=90)
"""An administrator has so long to look why, and to have it sent again."""
FILES_KEPT = timedelta(days=7)
"""What has been sent is on its readers' telephones, and can be asked for anew."""
MESSAGES, FILES = 500, 100
"""At most so many at once: nobody else writes to SQLite meanwhile, and with a tick every half minute it is enough for
more than a million messages a day."""

_WAITING: ColumnElement[bool] = literal_column("state = 'waiting'")
_SENT: ColumnElement[bool] = literal_column("state = 'sent'")
_PASSING: ColumnElement[bool] = literal_column("passing")
"""In the words of the partial indexes: with a parameter in their place SQLite would not use them."""
_GIVEN_UP: ColumnElement[bool] = and_(
    literal_column("state NOT IN ('waiting', 'sent')"), table_of(OutboxMessage).c.state.in_(GIVEN_UP)
)
"""The same twice: by the first the index may be used, by the second PostgreSQL knows that it finds few."""

_HOLDERS = [
    column
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if column.references(table_of(File).c.id)
]


async def forget_messages(session: Session, now: datetime) -> int:
    """Remove what is old enough, the oldest first and not more than a batch of each sort; how many rows that were.

    What waits stays, and so does every file that it or something given up would still be sent with, or that is kept
    with a record. Several may do this at once.
    """
    sent = select(OutboxMessage.id).where(_SENT, OutboxMessage.sent_at < now - SENT_KEPT)
    given_up = select(OutboxMessage.id).where(
        _GIVEN_UP,
        OutboxMessage.created_at < now - GIVEN_UP_KEPT,
        func.coalesce(OutboxMessage.sent_at, OutboxMessage.created_at) < now - GIVEN_UP_KEPT,
    )
    ids = await _some(session, sent.order_by(OutboxMessage.sent_at), MESSAGES)
    ids += await _some(session, given_up, MESSAGES)
    files = await _some(session, _no_longer_needed(session, now - FILES_KEPT), FILES)
    await session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(ids)))
    await session.execute(delete(File).where(File.id.in_(files)))
    return len(ids) + len(files)


async def forget_files(session: Session, ids: Collection[int]) -> None:
    """Remove files that no record has taken; those that are kept with one stay."""
    await session.execute(delete(File).where(File.id.in_(ids), *_unheld()))


async def _some(session: Session, query: Select[int], limit: int) -> list[int]:
    return list(await session.scalars(query.limit(limit).with_for_update(skip_locked=True)))


def _no_longer_needed(session: Session, before: datetime) -> Select[int]:
    """Files that were made for messages which have all been sent, or are no more."""
    query = select(File.id).where(_PASSING, File.created_at < before).order_by(File.created_at)
    for state in (_WAITING, _GIVEN_UP):
        query = query.where(File.id.not_in(_named_by(session, state, before)))
    return query.where(*_unheld())


def _unheld() -> list[ColumnElement[bool]]:
    return [~exists().where(column == File.id) for column in _HOLDERS]


def _named_by(session: Session, state: ColumnElement[bool], before: datetime) -> Select[int]:
    """The files of messages: a file made for one was made together with it."""
    if session.get_bind().dialect.name == "sqlite":
        named = func.json_each(OutboxMessage.documents).table_valued("value")
    else:
        named = func.json_array_elements_text(OutboxMessage.documents).table_valued("value")
    query = select(cast(named.c.value, Integer)).select_from(OutboxMessage).join(named, true())
    return query.where(state, OutboxMessage.created_at < before)
