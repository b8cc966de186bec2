"""A case as conversations work with it: its procedure, what is known, who is in the branch, where it stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn, record_id
from knowledge.procedure.facts import Facts, Named, Record
from knowledge.procedure.files import Procedures
from knowledge.procedure.model import Procedure, Step
from knowledge.procedure.standing import Place, Standing, State, standing
from storage.branches import rosters_of
from storage.case_steps import StepView, steps_of
from storage.cases import CaseView, case
from storage.database import Session
from storage.models import CaseState, PostKind, Status
from storage.people import Member, became, committee_of, members_of, organizations_above, term_ends_of


@dataclass(frozen=True)
class Branch:
    """What procedures need to know of the branch: its name and those above it, and who is in it.

    `since` is from when its members on probation are so, by id, as far as it is known; `committee` who is in it.
    """

    names: tuple[str, ...]
    people: tuple[Member, ...]
    facts: dict[str, Any]
    since: dict[int, date]
    committee: frozenset[int]


async def branch_of(session: Session, organization_id: int) -> Branch:
    """The branch now; in a handful of statements, whatever its size."""
    above = await organizations_above(session, organization_id)
    people = await members_of(session, organization_id, tuple(Status))
    committee = await committee_of(session, organization_id)
    secretary = next((one for one in committee if PostKind.SECRETARY in one.posts), None)
    on_probation = any(one.status is Status.PROBATIONARY for one in people)
    return _branch(
        tuple(one.name for one in above),
        people,
        [one.person_id for one in committee],
        Named(secretary.person_id, secretary.name) if secretary else None,
        await term_ends_of(session, organization_id),
        await became(session, organization_id, Status.PROBATIONARY) if on_probation else {},
    )


async def branches_of(session: Session, organization_ids: Collection[int]) -> dict[int, Branch]:
    """Many branches now, by id; in as many statements as for a few."""
    return {
        id: _branch(
            one.names,
            one.people,
            list(one.committee),
            Named(*one.secretary) if one.secretary else None,
            one.term_ends,
            one.since,
        )
        for id, one in (await rosters_of(session, organization_ids)).items()
    }


def _branch(
    names: tuple[str, ...],
    people: Sequence[Member],
    committee: Sequence[int],
    secretary: Named | None,
    term_ends: date | None,
    since: dict[int, date],
) -> Branch:
    known = {
        "branch.name": names[-1],
        "branch.eligible": sum(one.eligible for one in people),
        "branch.full_members": sum(one.status is Status.FULL for one in people),
        "branch.probationary_members": sum(one.status is Status.PROBATIONARY for one in people),
        "branch.committee_members": len(committee),
        "branch.term_ends": term_ends,
        "committee.name": names[-2] if len(names) > 1 else None,
        "secretary.name": secretary.name if secretary else None,
        "secretary.person": secretary,
    }
    facts = {name: value for name, value in known.items() if value is not None}
    return Branch(names, tuple(people), facts, since, frozenset(committee))


@dataclass(frozen=True)
class Work:
    """One case on a day, with the steps in force."""

    case: CaseView
    procedure: Procedure
    branch: Branch
    views: tuple[StepView, ...]
    records: tuple[Record, ...]
    around: dict[str, Any]
    today: date

    @cached_property
    def facts(self) -> Facts:
        """Everything known."""
        return Facts(self.procedure, self.records, self.around)

    @cached_property
    def standing(self) -> Standing:
        """Where it stands."""
        return standing(self.procedure, self.records, self.facts, self.today, taken_over_at=self.case.taken_over_at)

    @property
    def newest(self) -> int:
        """The id of what was recorded last, by which two people who record at once are told apart."""
        return self.case.newest_record

    def supposing(self, step: str, done_on: date, answers: dict[str, Any]) -> "Work":
        """The same case with one more step that is not recorded yet."""
        return replace(self, records=(*self.records, Record(0, step, done_on, answers)))

    def without(self, record: int) -> "Work":
        """The same case as it was before one of its steps, in the order of the procedure, and without that one."""
        return replace(self, records=tuple(one for one in self.records if one.id != record))


def around_of(branch: Branch, view: CaseView, today: date) -> dict[str, Any]:
    """The surroundings of a case, by the names of `knowledge.procedure.facts.SURROUNDINGS`."""
    subject = next((one for one in branch.people if one.person_id == view.subject_id), None)
    found = {**branch.facts, "today": today, "case.title": view.title, "case.started_on": view.started_on}
    found["case.matter"] = view.title.partition("：")[2] or view.title  # as `begun_title` put them together
    if view.subject_id is not None and view.subject_name is not None:
        found |= {"subject.person": Named(view.subject_id, view.subject_name), "subject.name": view.subject_name}
    if subject is not None:
        found["subject.status"] = subject.status.value
        found["subject.leads"] = subject.person_id in branch.committee
        if subject.person_id in branch.since:
            found["subject.since"] = branch.since[subject.person_id]
    return found


def record_of(view: StepView) -> Record:
    """A stored step as the procedure reads it."""
    return Record(view.id, view.step, view.done_on, view.answers)


async def work_on(turn: Turn, argument: str, *, role: Role = Role.SECRETARY) -> Work:
    """The case that a button names, for those who may see to it.

    Raises `Refused` when there is none, or it is another organization's, or its procedure is gone.
    """
    view = await case(turn.session, record_id(argument))
    if view is None:
        raise Refused("gone")
    turn.require_at(role, view.path)
    return await work_of(turn, view)


async def work_of(turn: Turn, view: CaseView, branch: Branch | None = None) -> Work:
    """A case with all that belongs to it."""
    branch = branch or await branch_of(turn.session, view.organization_id)
    views = (await steps_of(turn.session, [view.id])).get(view.id, [])
    return work_from(turn.around.procedures, turn.today, view, branch, views)


def work_from(procedures: Procedures, today: date, view: CaseView, branch: Branch, views: Sequence[StepView]) -> Work:
    """A case on a day, put together from what was read already.

    Raises `Refused` when its procedure is gone.
    """
    if view.procedure not in procedures:
        raise Refused("gone")
    procedure = procedures.named(view.procedure, branch.names)
    in_order = sorted(views, key=lambda one: (_position(procedure, one.step), one.done_on, one.id))
    return Work(
        view,
        procedure,
        branch,
        tuple(in_order),
        tuple(record_of(one) for one in in_order),
        around_of(branch, view, today),
        today,
    )


def _position(procedure: Procedure, step: str) -> int:
    return next((at for at, one in enumerate(procedure.steps) if one.id == step), len(procedure.steps))


def require_open(work: Work) -> None:
    """Raises `Refused` when nothing can be recorded in it now."""
    if work.case.state is CaseState.PAUSED:
        raise Refused("is_paused", title=work.case.title)
    if work.case.state is CaseState.CLOSED:
        raise Refused("is_closed", title=work.case.title)


def open_steps(work: Work) -> list[Step]:
    """What may be recorded today, in order."""
    return [place.step for place in work.standing.open]


def step_place(work: Work, step: str) -> Place:
    """Where a step of the case stands.

    Raises `Refused` when the procedure has no such step.
    """
    try:
        return work.standing.place(step)
    except KeyError:
        raise Refused("no_such_step") from None


__all__ = [
    "Branch",
    "State",
    "Work",
    "branch_of",
    "open_steps",
    "require_open",
    "step_place",
    "work_from",
    "work_of",
    "work_on",
]
