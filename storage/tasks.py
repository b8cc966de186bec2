"""What was decided to be done: by whom, by when, and whether it is done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import aliased

from storage.database import Session
from storage.models import Organization, Person, Task


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task; `who` is a name, of somebody on the roster where there is a `person_id`."""

    id: int
    organization_id: int
    path: str
    timezone: str
    meeting_id: int | None
    what: str
    person_id: int | None
    who: str
    due_on: date | None
    done_on: date | None
    done_by: str


def _select_tasks() -> Select[*tuple[Any, ...]]:
    doer, closer = aliased(Person), aliased(Person)
    return (
        select(
            Task.id,
            Task.organization_id,
            Organization.path,
            Organization.timezone,
            Task.meeting_id,
            Task.what,
            Task.person_id,
            func.coalesce(doer.name, Task.who),
            Task.due_on,
            Task.done_on,
            func.coalesce(closer.name, ""),
        )
        .join(Organization, Organization.id == Task.organization_id)
        .outerjoin(doer, doer.id == Task.person_id)
        .outerjoin(closer, closer.id == Task.done_by_id)
    )


async def _views(session: Session, query: Select[*tuple[Any, ...]]) -> list[TaskView]:
    rows: Sequence[Sequence[Any]] = (await session.execute(query)).all()
    return [TaskView(*row) for row in rows]


async def add_task(
    session: Session,
    *,
    organization_id: int,
    what: str,
    person_id: int | None,
    who: str = "",
    due_on: date | None,
    created_by_id: int,
    now: datetime,
    meeting_id: int | None = None,
) -> int:
    """Note a task; its id."""
    added = Task(
        organization_id=organization_id,
        meeting_id=meeting_id,
        what=what[:200],
        person_id=person_id,
        who=who[:60],
        due_on=due_on,
        created_by_id=created_by_id,
        created_at=now,
    )
    session.add(added)
    await session.flush()
    return added.id


async def task(session: Session, task_id: int) -> TaskView | None:
    """One task by id."""
    found = await _views(session, _select_tasks().where(Task.id == task_id))
    return found[0] if found else None


async def open_tasks_of(session: Session, organization_ids: Collection[int]) -> list[TaskView]:
    """What some organizations still have to do, the most urgent first, what has no day last."""
    query = _select_tasks().where(Task.organization_id.in_(organization_ids), Task.done_on.is_(None))
    return _by_urgency(await _views(session, query))


async def open_tasks_for(session: Session, person_id: int) -> list[TaskView]:
    """What one person still has to do, the most urgent first."""
    return _by_urgency(
        await _views(session, _select_tasks().where(Task.person_id == person_id, Task.done_on.is_(None)))
    )


async def tasks_for(session: Session, person_id: int) -> list[TaskView]:
    """Everything that one person was ever to do, the oldest first."""
    return await _views(session, _select_tasks().where(Task.person_id == person_id).order_by(Task.id))


async def tasks_of_meeting(session: Session, meeting_id: int) -> list[TaskView]:
    """What a meeting decided to be done, in the order it was noted."""
    return await _views(session, _select_tasks().where(Task.meeting_id == meeting_id).order_by(Task.id))


async def finish_task(session: Session, task_id: int, by_id: int, today: date) -> bool:
    """Note that a task is done; False when it was already."""
    finishing = (
        update(Task)
        .where(Task.id == task_id, Task.done_on.is_(None))
        .values(done_on=today, done_by_id=by_id)
        .returning(Task.id)
    )
    return (await session.execute(finishing)).first() is not None


async def reopen_task(session: Session, task_id: int) -> bool:
    """Note that a task is not done after all; False when it was open."""
    reopening = (
        update(Task)
        .where(Task.id == task_id, Task.done_on.is_not(None))
        .values(done_on=None, done_by_id=None)
        .returning(Task.id)
    )
    return (await session.execute(reopening)).first() is not None


def _by_urgency(tasks: list[TaskView]) -> list[TaskView]:
    return sorted(tasks, key=lambda one: (one.due_on or date.max, one.id))
