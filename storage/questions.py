"""Questions to the handbook: what was asked, how it ended, whether it helped; never who asked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, or_, select, update

from storage.database import Session
from storage.models import Outcome, Question


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that the handbook did not answer, however often it was asked."""

    text: str
    times: int
    last_asked_at: datetime


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


async def unanswered(session: Session, since: datetime, limit: int = 50) -> list[Unanswered]:
    """What was not found, or found and of no help, since a moment: the most asked first, then the newest."""
    times, last = func.count(), func.max(Question.asked_at)
    query = (
        select(Question.text, times, last)
        .where(Question.asked_at >= since, or_(Question.outcome == Outcome.UNKNOWN, Question.helpful.is_(False)))
        .group_by(Question.text)
        .order_by(times.desc(), last.desc(), func.min(Question.id))
        .limit(limit)
    )
    return [Unanswered(*row) for row in await session.execute(query)]
