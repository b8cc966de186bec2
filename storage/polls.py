"""Opinions asked for in the chat: the question, how many chose each answer, and who has answered, but never what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, func, insert, select, update

from storage.database import Session
from storage.models import Organization, Poll, PollAnswer
from storage.people import with_predecessors

Answering = Literal["noted", "already", "closed", "unknown"]


@dataclass(frozen=True, slots=True)
class PollView:
    """One question with its counts; `answered` is how many people have answered."""

    id: int
    organization_id: int
    path: str
    timezone: str
    question: str
    options: tuple[str, ...]
    counts: tuple[int, ...]
    closes_at: datetime
    created_by_id: int | None
    created_at: datetime
    answered: int


def _select_polls() -> Select[*tuple[Any, ...]]:
    answered = select(func.count()).where(PollAnswer.poll_id == Poll.id).scalar_subquery()
    return select(
        Poll.id,
        func.coalesce(Organization.successor_id, Organization.id),
        Organization.path,
        Organization.timezone,
        Poll.question,
        Poll.options,
        Poll.counts,
        Poll.closes_at,
        Poll.created_by_id,
        Poll.created_at,
        answered,
    ).join(Organization, Organization.id == Poll.organization_id)


async def _views(session: Session, query: Select[*tuple[Any, ...]]) -> list[PollView]:
    rows: Sequence[Sequence[Any]] = (await session.execute(query)).all()
    filled: list[list[Any]] = [[*row[:5], tuple(row[5]), tuple(row[6]), *row[7:]] for row in rows]
    return [PollView(*values) for values in filled]


async def add_poll(
    session: Session,
    *,
    organization_id: int,
    question: str,
    options: Sequence[str],
    closes_at: datetime,
    created_by_id: int,
    now: datetime,
) -> int:
    """Ask a question of a branch; its id."""
    added = Poll(
        organization_id=organization_id,
        question=question[:200],
        options=list(options),
        counts=[0] * len(options),
        closes_at=closes_at,
        created_by_id=created_by_id,
        created_at=now,
    )
    session.add(added)
    await session.flush()
    return added.id


async def poll(session: Session, poll_id: int) -> PollView | None:
    """One question by id."""
    found = await _views(session, _select_polls().where(Poll.id == poll_id))
    return found[0] if found else None


async def polls_of(session: Session, organization_id: int, limit: int) -> list[PollView]:
    """The questions of a branch and of what became part of it, the newest first."""
    here = Poll.organization_id.in_(with_predecessors(organization_id))
    query = _select_polls().where(here).order_by(Poll.id.desc()).limit(limit)
    return await _views(session, query)


async def answer_poll(session: Session, poll_id: int, person_id: int, option: int, now: datetime) -> Answering:
    """Count an answer of somebody who has not answered; the choice is added to its count and kept nowhere else.

    The question is held meanwhile, so that no answer gets lost among others that come at the same time.
    """
    query = select(Poll.counts, Poll.closes_at).where(Poll.id == poll_id).with_for_update()
    row = (await session.execute(query)).one_or_none()
    if row is None or not 0 <= option < len(row[0]):
        return "unknown"
    if await has_answered(session, poll_id, person_id):
        return "already"
    if row[1] <= now:
        return "closed"
    await session.execute(insert(PollAnswer).values(poll_id=poll_id, person_id=person_id))
    counts = [count + (place == option) for place, count in enumerate(row[0])]
    await session.execute(update(Poll).where(Poll.id == poll_id).values(counts=counts))
    return "noted"


async def has_answered(session: Session, poll_id: int, person_id: int) -> bool:
    """Whether somebody has answered a question."""
    query = select(PollAnswer.poll_id).where(PollAnswer.poll_id == poll_id, PollAnswer.person_id == person_id)
    return (await session.execute(query)).first() is not None


async def close_poll(session: Session, poll_id: int, now: datetime) -> bool:
    """Take no more answers; False when the question was closed already."""
    closing = update(Poll).where(Poll.id == poll_id, Poll.closes_at > now).values(closes_at=now).returning(Poll.id)
    return (await session.execute(closing)).first() is not None


async def polls_closed_between(session: Session, first: datetime, last: datetime) -> list[PollView]:
    """The questions of all branches whose time ended after `first` and not after `last`, the oldest first."""
    query = _select_polls().where(Poll.closes_at > first, Poll.closes_at <= last).order_by(Poll.id)
    return await _views(session, query)
