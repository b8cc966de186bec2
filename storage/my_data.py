"""Everything that is held on one person, by topic; what others are called stands in none of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, update

from storage.database import Session
from storage.models import (
    Account,
    AnsweredReminder,
    Attendance,
    AuditEntry,
    BranchEntry,
    Case,
    CaseFile,
    CaseStep,
    CheckInWay,
    Custom,
    Delivery,
    DigestSubscription,
    DuesAssessment,
    DuesPayment,
    GroupChat,
    Invitation,
    Learning,
    MakeUp,
    Meeting,
    MeetingFile,
    MeetingKind,
    MeetingSeries,
    MeetingState,
    Membership,
    MinutesCorrection,
    Organization,
    OrganizationChange,
    OutboxMessage,
    Person,
    Poll,
    PollAnswer,
    Post,
    PostKind,
    Presence,
    Report,
    ReportNote,
    Run,
    RunState,
    Status,
    Task,
    Vote,
)


@dataclass(frozen=True, slots=True)
class Attended:
    """One meeting that somebody is on the list of; `expected` is false for who sat in."""

    meeting_id: int
    kind: MeetingKind
    title: str
    state: MeetingState
    organization_name: str
    starts_at: datetime
    place: str
    expected: bool
    presence: Presence
    will_come: bool | None
    way: CheckInWay | None
    how: str
    checked_in_at: datetime | None
    late_minutes: int
    left_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of a membership."""

    organization_name: str
    status: Status
    may_vote: bool
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Served:
    """One post, held now or before."""

    organization_name: str
    kind: PostKind
    since: date
    term_ends: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Charged:
    """One task of somebody's."""

    what: str
    due_on: date | None
    done_on: date | None


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One make-up of somebody's."""

    what: str
    kind: MeetingKind
    title: str
    starts_at: datetime
    due_on: date
    done_on: date | None


@dataclass(frozen=True, slots=True)
class Bound:
    """One account that is bound to somebody."""

    id: int
    channel: str
    created_at: datetime
    reachable: bool


@dataclass(frozen=True, slots=True)
class Done:
    """Something that somebody did here, as it is noted for later."""

    at: datetime
    action: str


async def attended_by(session: Session, person_id: int) -> list[Attended]:
    """Every meeting that somebody is or was on the list of, the newest first."""
    query: Select[*tuple[Any, ...]] = (
        select(
            Meeting.id,
            Meeting.kind,
            Meeting.title,
            Meeting.state,
            Organization.name,
            Meeting.starts_at,
            Meeting.place,
            Attendance.expected,
            Attendance.presence,
            Attendance.will_come,
            Attendance.way,
            Attendance.how,
            Attendance.checked_in_at,
            Attendance.late_minutes,
            Attendance.left_at,
            Attendance.reason,
        )
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(Attendance.person_id == person_id)
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    )
    return [Attended(*row) for row in await session.execute(query)]


async def stretches_of(session: Session, person_id: int) -> list[Stretch]:
    """Where somebody belonged and belongs, and as what, the earliest first."""
    query = (
        select(Organization.name, Membership.status, Membership.may_vote, Membership.since, Membership.until)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.person_id == person_id)
        .order_by(Membership.since, Membership.id)
    )
    return [Stretch(*row) for row in await session.execute(query)]


async def served_by(session: Session, person_id: int) -> list[Served]:
    """Every post that somebody holds or held, the earliest first."""
    query = (
        select(Organization.name, Post.kind, Post.since, Post.term_ends, Post.until)
        .join(Organization, Organization.id == Post.organization_id)
        .where(Post.person_id == person_id)
        .order_by(Post.since, Post.id)
    )
    return [Served(*row) for row in await session.execute(query)]


async def charged_to(session: Session, person_id: int) -> list[Charged]:
    """The tasks of somebody, the newest first."""
    query = select(Task.what, Task.due_on, Task.done_on).where(Task.person_id == person_id).order_by(Task.id.desc())
    return [Charged(*row) for row in await session.execute(query)]


async def made_up_by(session: Session, person_id: int) -> list[MadeUp]:
    """The make-up studies of somebody, the newest first."""
    query = (
        select(MakeUp.what, Meeting.kind, Meeting.title, Meeting.starts_at, MakeUp.due_on, MakeUp.done_on)
        .join(Attendance, Attendance.id == MakeUp.attendance_id)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .where(Attendance.person_id == person_id)
        .order_by(MakeUp.id.desc())
    )
    return [MadeUp(*row) for row in await session.execute(query)]


async def bound_to(session: Session, person_id: int) -> list[Bound]:
    """The accounts of somebody, the oldest first."""
    query = (
        select(Account.id, Account.channel, Account.created_at, Account.reachable)
        .where(Account.person_id == person_id)
        .order_by(Account.id)
    )
    return [Bound(*row) for row in await session.execute(query)]


async def done_by(session: Session, person_id: int) -> list[Done]:
    """What somebody did here, the newest first; whom or what it was done to is not said."""
    query = (
        select(AuditEntry.at, AuditEntry.action).where(AuditEntry.actor_id == person_id).order_by(AuditEntry.id.desc())
    )
    return [Done(*row) for row in await session.execute(query)]


OWN = {
    Account.person_id,
    AnsweredReminder.person_id,
    Attendance.person_id,
    AuditEntry.actor_id,
    BranchEntry.author_id,
    Case.subject_id,
    DigestSubscription.person_id,
    DuesAssessment.person_id,
    DuesPayment.person_id,
    Invitation.person_id,
    Learning.person_id,
    Membership.person_id,
    PollAnswer.person_id,
    Post.person_id,
    Report.author_id,
    ReportNote.author_id,
    Task.person_id,
}
"""Where something stands about somebody, each shown by its own function here or in the storage of its feature."""

HANDLED = (
    Attendance.granted_by_id,
    Case.started_by_id,
    CaseFile.added_by_id,
    CaseStep.recorded_by_id,
    Custom.set_by_id,
    DuesAssessment.assessed_by_id,
    DuesPayment.recorded_by_id,
    GroupChat.linked_by_id,
    Learning.recorded_by_id,
    MakeUp.confirmed_by_id,
    Meeting.convened_by_id,
    Meeting.host_id,
    Meeting.recorder_id,
    MeetingFile.added_by_id,
    MeetingSeries.created_by_id,
    MinutesCorrection.corrected_by_id,
    OrganizationChange.recorded_by_id,
    Poll.created_by_id,
    Report.accepted_by_id,
    Report.read_by_id,
    Task.created_by_id,
    Task.done_by_id,
    Vote.recorded_by_id,
)
"""Where it is noted who did something to a record of the branch or of somebody else; only counted."""


async def small_traces(session: Session, person_id: int) -> dict[str, int]:
    """How many there are of what has no page of its own: drafts, invitations, opinions given, digests, entries,
    answers to reminders, and records that somebody had a hand in."""
    accounts = select(Account.id).where(Account.person_id == person_id)
    counts = {
        "drafts": select(func.count(Run.id)).where(
            Run.account_id.in_(accounts), Run.state.in_((RunState.OPEN, RunState.PARKED))
        ),
        "invitations": select(func.count(Invitation.id)).where(Invitation.person_id == person_id),
        "opinions": select(func.count(PollAnswer.poll_id)).where(PollAnswer.person_id == person_id),
        "digests": select(func.count(DigestSubscription.id)).where(DigestSubscription.person_id == person_id),
        "entries": select(func.count(BranchEntry.id)).where(BranchEntry.author_id == person_id),
        "answers": select(func.count(AnsweredReminder.id)).where(AnsweredReminder.person_id == person_id),
    }
    found = {name: (await session.execute(query)).scalar_one() for name, query in counts.items()}
    handled = [select(func.count()).where(column == person_id).scalar_subquery() for column in HANDLED]
    found["handled"] = sum((await session.execute(select(*handled))).one())
    return found


async def other_names(session: Session, person_id: int) -> list[str]:
    """What everybody else is called who was ever in an organization that somebody was in, the longest first.

    What others wrote about somebody is shown without these.
    """
    mine = select(Membership.organization_id).where(Membership.person_id == person_id)
    served = select(Post.organization_id).where(Post.person_id == person_id)
    me = select(Person.name).where(Person.id == person_id).scalar_subquery()
    within = select(Membership.person_id).where(
        or_(Membership.organization_id.in_(mine), Membership.organization_id.in_(served))
    )
    query = select(Person.name).where(Person.id.in_(within), Person.id != person_id, Person.name != me).distinct()
    return sorted(await session.scalars(query), key=lambda name: (-len(name), name))


async def unbind(session: Session, account_id: int, person_id: int, *, keep_run: int, now: datetime) -> None:
    """Let an account be nobody's again: what was begun on it is forgotten, and what waits to be sent to it is not sent.

    `keep_run` is the run that does it.
    """
    letting_go = update(Account).where(Account.id == account_id, Account.person_id == person_id)
    await session.execute(letting_go.values(person_id=None))
    await session.execute(
        update(Run)
        .where(Run.account_id == account_id, Run.id != keep_run, Run.state.in_((RunState.OPEN, RunState.PARKED)))
        .values(state=RunState.CANCELLED, journal={}, updated_at=now)
    )
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.account_id == account_id, OutboxMessage.state == Delivery.WAITING)
        .values(state=Delivery.EXPIRED)
    )
