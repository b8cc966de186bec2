"""The pace of what nobody asked for just now: moments in which a platform may be called, shared by all workers."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from storage.database import Session, upsert
from storage.models import Pace

FARTHEST = timedelta(seconds=60)
"""Nobody reserves so far ahead: what lies beyond was written by a clock that has been put right since."""


async def lock_pace(session: Session, channel: str, tenant: str, now: datetime) -> datetime:
    """From when on the next call may be made; nobody else reserves or claims until the end of the transaction."""
    query = select(Pace.free_at).where(Pace.channel == channel, Pace.tenant == tenant).with_for_update()
    free_at = (await session.execute(query)).scalar_one_or_none()
    if free_at is None:
        row = {"channel": channel, "tenant": tenant, "free_at": now}
        await session.execute(upsert(session, Pace).values(row).on_conflict_do_nothing())
        free_at = (await session.execute(query)).scalar_one()
    return now if free_at > now + FARTHEST else free_at


async def reserve(session: Session, channel: str, tenant: str, length: timedelta, now: datetime) -> datetime:
    """When a stretch of so long begins that is ours alone; it is now, or follows what others have reserved."""
    begins = max(await lock_pace(session, channel, tenant, now), now)
    taken = update(Pace).where(Pace.channel == channel, Pace.tenant == tenant).values(free_at=begins + length)
    await session.execute(taken.execution_options(synchronize_session=False))
    return begins
