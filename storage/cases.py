"""Cases from their beginning to their end: which run where and about whom, what is due, and their papers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, insert, literal_column, or_, select, update

from storage.case_steps import (
    CaseMoved,
    NewStep,
    StepView,
    correct_step,
    history_of,
    newest_record,
    record_steps,
    steps_of,
    withdraw_step,
)
from storage.database import Session, table_of
from storage.memberships import change_status, end_membership, end_posts, give_post, move_membership
from storage.models import Case, CaseFile, CaseState, CaseStep, Organization, OrganizationKind, Person, Post
from storage.models.cases import NEVER_DUE
from storage.people import COMMITTEE, with_predecessors

__all__ = [
    "RUNNING",
    "CaseFileView",
    "CaseMoved",
    "CaseState",
    "CaseView",
    "NewStep",
    "StepView",
    "TermEnding",
    "add_case",
    "add_case_file",
    "case",
    "case_files",
    "cases_about",
    "cases_of",
    "cases_to_reckon",
    "cases_to_remind",
    "change_status",
    "close_case",
    "correct_step",
    "count_cases",
    "end_membership",
    "end_posts",
    "give_post",
    "history_of",
    "move_case",
    "move_membership",
    "newest_record",
    "note_due",
    "open_case_about",
    "pause_case",
    "record_steps",
    "reopen_case",
    "resume_case",
    "set_due",
    "set_remind",
    "steps_of",
    "terms_ending",
    "withdraw_step",
]

RUNNING = (CaseState.OPEN, CaseState.PAUSED)
"""What has not come to its end, whether it goes on now or not."""

IS_OPEN = Case.state == literal_column("'open'")
"""Written out, since a database takes a partial index only if it sees when planning that the condition holds."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case, with its branch and whom it is about; `subject_name` is None where it is about nobody.

    `newest_record` is the id of whatever was recorded last, also a correction or that something was taken back: who
    records shows by it what they have seen.
    """

    id: int
    organization_id: int
    organization_name: str
    path: str
    timezone: str
    procedure: str
    subject_id: int | None
    subject_name: str | None
    title: str
    state: CaseState
    outcome: str | None
    started_on: date
    closed_on: date | None
    remind_on: date | None
    paused_why: str
    taken_over_at: str
    newest_record: int = 0


@dataclass(frozen=True, slots=True)
class CaseFileView:
    """A file that belongs to a case, under the name it has there."""

    id: int
    step: str
    file_id: int
    name: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class TermEnding:
    """A branch and the day on which the term of its committee ends."""

    organization_id: int
    organization_name: str
    path: str
    timezone: str
    term_ends: date


async def add_case(
    session: Session,
    *,
    organization_id: int,
    procedure: str,
    subject_id: int | None,
    title: str,
    started_on: date,
    remind_on: date | None,
    started_by_id: int | None,
    taken_over_at: str = "",
) -> int:
    """Begin a case; its id."""
    row = {
        "organization_id": organization_id,
        "procedure": procedure,
        "subject_id": subject_id,
        "title": title[:120],
        "started_on": started_on,
        "remind_on": remind_on,
        "started_by_id": started_by_id,
        "taken_over_at": taken_over_at,
    }
    return (await session.execute(insert(Case).values(row).returning(Case.id))).scalar_one()


def _select_cases() -> Select[*tuple[Any, ...]]:
    newest = select(func.max(CaseStep.id)).where(CaseStep.case_id == Case.id).correlate(Case).scalar_subquery()
    return (
        select(
            Case.id,
            Case.organization_id,
            Organization.name,
            Organization.path,
            Organization.timezone,
            Case.procedure,
            Case.subject_id,
            Person.name,
            Case.title,
            Case.state,
            Case.outcome,
            Case.started_on,
            Case.closed_on,
            Case.remind_on,
            Case.paused_why,
            Case.taken_over_at,
            func.coalesce(newest, 0),
        )
        .join(Organization, Organization.id == Case.organization_id)
        .outerjoin(Person, Person.id == Case.subject_id)
    )


async def case(session: Session, case_id: int) -> CaseView | None:
    """One case by id."""
    row = (await session.execute(_select_cases().where(Case.id == case_id))).one_or_none()
    return None if row is None else CaseView(*row)


async def cases_of(
    session: Session,
    organization_id: int,
    *,
    states: Collection[CaseState],
    procedure: str | None = None,
    limit: int = 10,
    offset: int = 0,
) -> list[CaseView]:
    """The cases of one organization in these states, the one that was begun last first."""
    here = Case.organization_id.in_(with_predecessors(organization_id))
    query = _select_cases().where(here, Case.state.in_(states))
    if procedure is not None:
        query = query.where(Case.procedure == procedure)
    query = query.order_by(Case.id.desc()).limit(limit).offset(offset)
    return [CaseView(*row) for row in await session.execute(query)]


async def count_cases(
    session: Session, organization_id: int, *, states: Collection[CaseState], procedure: str | None = None
) -> int:
    """How many `cases_of` would go through."""
    here = Case.organization_id.in_(with_predecessors(organization_id))
    query = select(func.count(Case.id)).where(here, Case.state.in_(states))
    if procedure is not None:
        query = query.where(Case.procedure == procedure)
    return (await session.execute(query)).scalar_one()


async def cases_about(session: Session, person_id: int) -> list[CaseView]:
    """All cases that somebody is the subject of, in whatever branch and state, the newest first."""
    query = _select_cases().where(Case.subject_id == person_id).order_by(Case.id.desc())
    return [CaseView(*row) for row in await session.execute(query)]


async def open_case_about(session: Session, procedure: str, person_id: int) -> CaseView | None:
    """The newest case of this procedure about somebody that has not come to its end; a paused one counts."""
    query = (
        _select_cases()
        .where(Case.subject_id == person_id, Case.procedure == procedure, Case.state.in_(RUNNING))
        .order_by(Case.id.desc())
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else CaseView(*row)


async def close_case(session: Session, case_id: int, *, outcome: str, on: date, why: str = "") -> bool:
    """End a case, with the reason when it is before its last step; nothing is said about it any more.

    False when it is closed already.
    """
    ended = {"state": CaseState.CLOSED, "outcome": outcome[:20], "closed_on": on, "remind_on": None}
    return await _change(session, case_id, RUNNING, {**ended, "paused_why": why[:200]})


async def reopen_case(session: Session, case_id: int) -> bool:
    """Go on with a closed case, as when its last step is corrected. False when it is not closed."""
    going_on = {"state": CaseState.OPEN, "outcome": None, "closed_on": None, "paused_why": ""}
    return await _change(session, case_id, (CaseState.CLOSED,), going_on)


async def pause_case(session: Session, case_id: int, why: str) -> bool:
    """Let a case rest; it keeps its day, but nothing is said before it goes on. False when it is not open."""
    return await _change(session, case_id, (CaseState.OPEN,), {"state": CaseState.PAUSED, "paused_why": why[:200]})


async def resume_case(session: Session, case_id: int) -> bool:
    """Go on with a case that rests. False when it does not."""
    return await _change(session, case_id, (CaseState.PAUSED,), {"state": CaseState.OPEN, "paused_why": ""})


async def move_case(session: Session, case_id: int, organization_id: int) -> bool:
    """Hand a case over to another organization, with all that is recorded. False when it is closed."""
    return await _change(session, case_id, RUNNING, {"organization_id": organization_id})


async def set_remind(session: Session, case_id: int, day: date | None) -> bool:
    """From which day on something has to be said about a case. False when it is closed."""
    return await _change(session, case_id, RUNNING, {"remind_on": day})


async def set_due(session: Session, case_id: int, day: date | None) -> bool:
    """By which day a case has to go on by its rules; None where no rule says so. False when it is closed."""
    return await _change(session, case_id, RUNNING, {"due_on": day or NEVER_DUE})


async def cases_to_reckon(session: Session, *, after: int = 0, limit: int) -> list[CaseView]:
    """Open cases of which it is not known yet by which day they have to go on, by id from `after` on."""
    query = _select_cases().where(IS_OPEN, Case.due_on.is_(None), Case.id > after).order_by(Case.id).limit(limit)
    return [CaseView(*row) for row in await session.execute(query)]


async def note_due(session: Session, days: Mapping[int, date | None]) -> None:
    """By which day these cases have to go on, where it is not known by now; what was recorded meanwhile stays."""
    table = table_of(Case)
    unknown = table.c.due_on.is_(None), table.c.state != CaseState.CLOSED
    noting = update(table).where(table.c.id == bindparam("case"), *unknown).values(due_on=bindparam("day"))
    rows = [{"case": id, "day": day or NEVER_DUE} for id, day in sorted(days.items())]
    if rows:
        await session.execute(noting, rows)


async def _change(session: Session, case_id: int, states: Collection[CaseState], values: dict[str, Any]) -> bool:
    """Change a case that is in one of these states; whether it was."""
    changing = update(Case).where(Case.id == case_id, Case.state.in_(states)).values(values).returning(Case.id)
    return (await session.execute(changing)).first() is not None


async def cases_to_remind(session: Session, today: date, among: Collection[int] | None = None) -> list[CaseView]:
    """The open cases, of these organizations or of all, about which there has been something to say since today or
    before, those that have waited longest first.

    Of these organizations also those that were taken over midway and have no such day: what was done elsewhere may say.
    """
    query = _select_cases().where(IS_OPEN).order_by(Case.remind_on, Case.id)
    if among is None:
        query = query.where(Case.remind_on <= today)
    else:
        unsaid = and_(Case.remind_on.is_(None), Case.taken_over_at != "")
        query = query.where(Case.organization_id.in_(among), or_(Case.remind_on <= today, unsaid))
    return [CaseView(*row) for row in await session.execute(query)]


async def add_case_file(
    session: Session, case_id: int, *, step: str, file_id: int, name: str, added_by_id: int | None, now: datetime
) -> int:
    """Put a file with a case, under a step; its id there."""
    row = {
        "case_id": case_id,
        "step": step,
        "file_id": file_id,
        "name": name[:200],
        "added_by_id": added_by_id,
        "added_at": now,
    }
    return (await session.execute(insert(CaseFile).values(row).returning(CaseFile.id))).scalar_one()


async def case_files(session: Session, case_id: int) -> list[CaseFileView]:
    """The files of a case, in the order in which they came."""
    query = (
        select(CaseFile.id, CaseFile.step, CaseFile.file_id, CaseFile.name, CaseFile.added_at)
        .where(CaseFile.case_id == case_id)
        .order_by(CaseFile.id)
    )
    return [CaseFileView(*row) for row in await session.execute(query)]


async def terms_ending(
    session: Session, first: date, last: date, procedure: str = "election", *, among: Collection[int] | None = None
) -> list[TermEnding]:
    """The branches, of these or of all, whose committee's term ends in these days, both included, and that have no case
    of `procedure` running; those whose term ends first come first.

    The newest end counts: who was chosen later, in a by-election, serves until the term of all ends.
    """
    ends = func.max(Post.term_ends)
    running = exists().where(
        Case.organization_id == Organization.id, Case.procedure == procedure, Case.state.in_(RUNNING)
    )
    query = (
        select(Organization.id, Organization.name, Organization.path, Organization.timezone, ends)
        .join(Post, Post.organization_id == Organization.id)
        .where(Organization.kind == OrganizationKind.BRANCH, Post.kind.in_(COMMITTEE), Post.until.is_(None), ~running)
        .group_by(Organization.id, Organization.name, Organization.path, Organization.timezone)
        .having(ends.between(first, last))
        .order_by(ends, Organization.id)
    )
    if among is not None:
        query = query.where(Organization.id.in_(among))
    return [TermEnding(*row[:4], day) for row in await session.execute(query) if (day := row[4]) is not None]
