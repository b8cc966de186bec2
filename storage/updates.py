"""Updates that reached us: stored before they are confirmed to a platform, done when their turn is committed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.sql.dml import ReturningInsert

from storage.database import Session, prepared, table_of, upsert
from storage.models import Update


async def store_updates(
    session: Session, channel: str, tenant: str, updates: Sequence[tuple[str, Mapping[str, object]]], now: datetime
) -> None:
    """Keep a batch of raw updates until each has had its turn; one that is known already is left as it is."""
    if not updates:
        return
    rows = [
        {"channel": channel, "tenant": tenant, "update_id": id, "payload": dict(raw), "received_at": now}
        for id, raw in updates
    ]
    await session.execute(upsert(session, Update).values(rows).on_conflict_do_nothing())


async def unfinished_updates(session: Session, channel: str, tenant: str) -> list[tuple[str, dict[str, Any]]]:
    """Updates stored but not played when we stopped, oldest first."""
    query = (
        select(Update.update_id, Update.payload)
        .where(Update.channel == channel, Update.tenant == tenant, Update.done_at.is_(None))
        .order_by(Update.received_at, func.length(Update.update_id), Update.update_id)
    )
    return [(id, payload or {}) for id, payload in await session.execute(query)]


async def finish_update(session: Session, channel: str, tenant: str, update_id: str, now: datetime) -> bool:
    """Mark an update as played in this transaction; False when it was played before, and then nothing may be done.

    Its payload is dropped: what matters of it is in the records.
    """
    row = {"channel": channel, "tenant": tenant, "update_id": update_id, "received_at": now, "done_at": now}
    return (await session.execute(_finish(session), row)).first() is not None


@prepared
def _finish(session: Session) -> ReturningInsert[Any]:
    statement = upsert(session, table_of(Update))
    return statement.on_conflict_do_update(
        index_elements=[Update.channel, Update.tenant, Update.update_id],
        set_={"done_at": statement.excluded.done_at, "payload": None},
        where=Update.done_at.is_(None),
    ).returning(table_of(Update).c.update_id)


async def forget_updates(session: Session, before: datetime) -> None:
    """Drop the ids of updates played before a moment; platforms do not repeat what is a month old."""
    await session.execute(delete(Update).where(Update.done_at < before))
