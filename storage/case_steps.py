"""The steps of cases: recorded, corrected and taken back, never overwritten."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from storage.database import Session
from storage.models import Case, CaseState, CaseStep, Person


class CaseMoved(Exception):
    """Somebody else recorded, corrected or closed in the meantime: look at the case again."""


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step to be recorded; `answers` are JSON, by field; `note` is why it was done in spite of a rule, if it was."""

    step: str
    done_on: date
    answers: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True, slots=True)
class StepView:
    """One record of a step; `withdrawn` says that the one it replaces was never done."""

    id: int
    case_id: int
    step: str
    done_on: date
    answers: dict[str, Any]
    note: str
    recorded_by_name: str | None
    recorded_at: datetime
    replaces_id: int | None
    withdrawn: bool = False


def _select_steps() -> Select[*tuple[Any, ...]]:
    return (
        select(
            CaseStep.id,
            CaseStep.case_id,
            CaseStep.step,
            CaseStep.done_on,
            CaseStep.answers,
            CaseStep.note,
            Person.name,
            CaseStep.recorded_at,
            CaseStep.replaces_id,
            CaseStep.withdrawn,
        )
        .outerjoin(Person, Person.id == CaseStep.recorded_by_id)
        .order_by(CaseStep.id)
    )


async def steps_of(session: Session, case_ids: Collection[int]) -> dict[int, list[StepView]]:
    """The steps in force of each case, in the order in which they were first recorded; every case that was asked for
    is in the answer.

    A correction stands where the record stood that it replaces: correcting an early round of a repeated step does not
    make it the newest one.
    """
    found: dict[int, list[StepView]] = {case_id: [] for case_id in case_ids}
    if not found:
        return found
    in_force: dict[int, StepView] = {}  # by the id of the record that began the chain of corrections
    beginning: dict[int, int] = {}
    for row in await session.execute(_select_steps().where(CaseStep.case_id.in_(found))):
        view = StepView(*row)
        first = view.id if view.replaces_id is None else beginning[view.replaces_id]
        beginning[view.id] = first
        in_force[first] = view
    for view in in_force.values():
        if not view.withdrawn:
            found[view.case_id].append(view)
    return found


async def history_of(session: Session, case_id: int) -> list[StepView]:
    """Everything that was ever recorded in a case, the oldest first, with what was replaced and taken back."""
    return [StepView(*row) for row in await session.execute(_select_steps().where(CaseStep.case_id == case_id))]


async def newest_record(session: Session, case_id: int) -> int:
    """The id of whatever was recorded last in a case, for `record_steps` to go on from; 0 where there is nothing."""
    newest = select(func.max(CaseStep.id)).where(CaseStep.case_id == case_id)
    return (await session.execute(newest)).scalar() or 0


async def record_steps(
    session: Session,
    case_id: int,
    records: Sequence[NewStep],
    *,
    after: int,
    recorded_by_id: int | None,
    now: datetime,
) -> list[int]:
    """Record what was done, in order; the ids of the new records.

    `after` is the newest record that whoever records has seen, `CaseView.newest_record`. Raises `CaseMoved` when there
    is a newer one by now, or when the case is closed or not there: two people at once must not record a step twice.
    """
    if await _locked(session, case_id) in (None, CaseState.CLOSED) or await newest_record(session, case_id) != after:
        raise CaseMoved
    rows = [
        CaseStep(
            case_id=case_id,
            step=one.step,
            done_on=one.done_on,
            answers=dict(one.answers),
            note=one.note,
            recorded_by_id=recorded_by_id,
            recorded_at=now,
        )
        for one in records
    ]
    session.add_all(rows)
    await session.flush()
    return [row.id for row in rows]


async def correct_step(
    session: Session,
    step_id: int,
    *,
    done_on: date,
    answers: Mapping[str, Any],
    reason: str,
    recorded_by_id: int | None,
    now: datetime,
) -> int:
    """Put another record in the place of one that was wrong, which is kept; the id of the new one.

    A closed case can be corrected too. Raises `CaseMoved` when the record is not in force any more.
    """
    row = await _successor(session, step_id)
    row.done_on, row.answers, row.note = done_on, dict(answers), reason
    return await _add(session, row, recorded_by_id, now)


async def withdraw_step(
    session: Session, step_id: int, *, reason: str, recorded_by_id: int | None, now: datetime
) -> int:
    """Take a record back that should not be there; it is kept, and so is the reason. The id of the note of it.

    Raises `CaseMoved` when the record is not in force any more.
    """
    row = await _successor(session, step_id)
    row.withdrawn, row.note = True, reason
    return await _add(session, row, recorded_by_id, now)


async def _locked(session: Session, case_id: int) -> CaseState | None:
    """The state of a case, which nobody else changes until this transaction is over; None where there is none."""
    return (await session.execute(select(Case.state).where(Case.id == case_id).with_for_update())).scalar()


async def _successor(session: Session, step_id: int) -> CaseStep:
    """What shall replace a record, alike so far and not yet added; its case is locked."""
    query = select(CaseStep.case_id, CaseStep.step, CaseStep.done_on, CaseStep.withdrawn).where(CaseStep.id == step_id)
    old = (await session.execute(query)).one_or_none()
    if old is None or old.withdrawn:
        raise CaseMoved
    await _locked(session, old.case_id)
    if (await session.execute(select(CaseStep.id).where(CaseStep.replaces_id == step_id))).first() is not None:
        raise CaseMoved
    return CaseStep(case_id=old.case_id, step=old.step, done_on=old.done_on, answers={}, replaces_id=step_id)


async def _add(session: Session, row: CaseStep, recorded_by_id: int | None, now: datetime) -> int:
    row.recorded_by_id, row.recorded_at = recorded_by_id, now
    session.add(row)
    await session.flush()
    return row.id
