"""How an installation is doing, read from what it keeps: what waits and since when, and what was given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from storage.database import Session
from storage.installation import Doing, last_done
from storage.models import (
    Account,
    Delivery,
    DigestSubscription,
    Lane,
    Organization,
    OutboxMessage,
    Outcome,
    Question,
    Update,
)

LOOK_UPS_OF = timedelta(days=1)
"""The time whose questions to the handbook are counted."""
PARKED = (Delivery.GONE, Delivery.CLOSED, Delivery.REFUSED, Delivery.EXPIRED)
_PARKED = text("state NOT IN ('waiting', 'sent')")
_WAITING = text("state = 'waiting'")
"""As the partial indexes have it: SQLite uses one only where the query says the same."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages of a lane that wait, and since when the oldest does."""

    count: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """Figures of the whole installation, none of which says anything about a person.

    `inbox` are updates that were stored and not yet played, `unreachable` accounts that can no longer be written to.
    `look_ups` are the questions of the last `LOOK_UPS_OF`; `last_round` is when what is due was looked for last.
    """

    waiting: Mapping[Lane, Waiting]
    parked: Mapping[Delivery, int]
    inbox: int
    unreachable: int
    look_ups: Mapping[Outcome, int]
    last_round: datetime | None


async def health(session: Session, now: datetime) -> Health:
    """The figures of this moment; lanes in which nothing waits are not in them."""
    waits = (
        select(OutboxMessage.lane, func.count(), func.min(OutboxMessage.created_at))
        .where(_WAITING)
        .group_by(OutboxMessage.lane)
    )
    parked = select(OutboxMessage.state, func.count()).where(_PARKED).group_by(OutboxMessage.state)
    inbox = select(func.count()).select_from(Update).where(Update.done_at.is_(None))
    unreachable = select(func.count()).select_from(Account).where(Account.reachable.is_(False))
    asked = (
        select(Question.outcome, func.count()).where(Question.asked_at >= now - LOOK_UPS_OF).group_by(Question.outcome)
    )
    return Health(
        waiting={row[0]: Waiting(row[1], row[2]) for row in await session.execute(waits)},
        parked={row[0]: row[1] for row in await session.execute(parked)},
        inbox=(await session.execute(inbox)).scalar_one(),
        unreachable=(await session.execute(unreachable)).scalar_one(),
        look_ups={row[0]: row[1] for row in await session.execute(asked)},
        last_round=await last_done(session, Doing.ROUND),
    )


async def zones_in_use(session: Session) -> list[str]:
    """The time zones that organizations and readers of digests have, each once, by name."""
    query = select(Organization.timezone).union(select(DigestSubscription.timezone))
    return sorted(await session.scalars(query))
