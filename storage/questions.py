"""Questions to the handbook: what was asked, how it ended, whether it helped; never who asked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, insert, or_, select, update

from storage.database import Session
from storage.models import Organization, Outcome, Question


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that the handbook did not answer, however often it was asked; `id` is that of the newest."""

    text: str
    times: int
    last_asked_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as it was asked, the entry it was answered with, and where: the path of the organization, or None."""

    id: int
    text: str
    entry: str | None
    path: str | None


async def add_question(
    session: Session,
    *,
    organization_id: int | None,
    text: str,
    outcome: Outcome,
    entry: str | None,
    score: float,
    now: datetime,
) -> int:
    """Keep a question for the curator; its id, by which feedback refers to it."""
    row = {
        "organization_id": organization_id,
        "text": text,
        "outcome": outcome,
        "entry": entry,
        "score": score,
        "asked_at": now,
    }
    return (await session.execute(insert(Question).values(row).returning(Question.id))).scalar_one()


async def give_feedback(session: Session, question_id: int, helpful: bool) -> None:
    """Keep whether the answer helped; a later word replaces an earlier one, and an unknown id is ignored."""
    await session.execute(update(Question).where(Question.id == question_id).values(helpful=helpful))


async def note_picked(session: Session, question_id: int, entry: str) -> None:
    """Keep which of the offered entries was meant; an unknown id is ignored."""
    await session.execute(update(Question).where(Question.id == question_id).values(entry=entry))


async def unanswered(session: Session, since: datetime, limit: int = 50, *, path: str = "") -> list[Unanswered]:
    """What was not found, or found and of no help, since a moment and is not settled: the most asked first, then the
    newest. With a path, what was asked in its subtree.
    """
    times, last = func.count(), func.max(Question.asked_at)
    query = (
        select(Question.text, times, last, func.max(Question.id))
        .where(
            Question.asked_at >= since,
            Question.settled_at.is_(None),
            or_(Question.outcome == Outcome.UNKNOWN, Question.helpful.is_(False)),
        )
        .group_by(Question.text)
        .order_by(times.desc(), last.desc(), func.min(Question.id))
        .limit(limit)
    )
    if path:
        query = query.where(Question.organization_id.in_(_within(path)))
    return [Unanswered(*row) for row in await session.execute(query)]


async def question(session: Session, question_id: int) -> AskedQuestion | None:
    """One question as it was asked; None for an unknown id."""
    query = (
        select(Question.id, Question.text, Question.entry, Organization.path)
        .outerjoin(Organization, Organization.id == Question.organization_id)
        .where(Question.id == question_id)
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else AskedQuestion(*row)


async def settle(session: Session, texts: Collection[str], now: datetime, *, path: str = "") -> None:
    """Note that every question of these words is dealt with, asked until now; with a path, in its subtree."""
    statement = update(Question).where(
        Question.text.in_(texts), Question.settled_at.is_(None), Question.asked_at <= now
    )
    if path:
        statement = statement.where(Question.organization_id.in_(_within(path)))
    await session.execute(statement.values(settled_at=now))


def _within(path: str) -> Select[int]:
    return select(Organization.id).where(Organization.path.startswith(path))
