"""What the day's reminders are made of, for many people at once, and what people answered to them.

Each function is one statement, or a few, whatever the number of people and branches it is asked about.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, delete, exists, extract, func, or_, select, type_coerce
from sqlalchemy.orm import aliased

from storage.branches import successors
from storage.database import Session, upsert
from storage.dues import PAYING
from storage.frequencies import AWAY
from storage.learning import LEARNING
from storage.models import (
    Account,
    AnsweredReminder,
    Attendance,
    Case,
    CaseState,
    DuesAssessment,
    DuesPayment,
    InstallationFact,
    Learning,
    MakeUp,
    Meeting,
    Membership,
    Organization,
    OrganizationKind,
    Person,
    Post,
    PostKind,
    ReminderAnswer,
    Status,
    Task,
)
from storage.people import COMMITTEE, IN_PLACE, with_predecessors

KEEPERS = (PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY)
"""Who is reminded of what a branch has to do, in their order."""


@dataclass(frozen=True, slots=True)
class Branch:
    """An organization that somebody is secretary or deputy of; most often a branch."""

    id: int
    name: str
    path: str
    kind: OrganizationKind
    timezone: str


@dataclass(frozen=True, slots=True)
class DuesOwed:
    """How many of a branch's members owe some months, and how many so many that it has to be looked into."""

    some: int
    serious: int


@dataclass(frozen=True, slots=True)
class Probation:
    """Somebody on probation since a day that is known, about whom no case of admission is running."""

    person_id: int
    name: str
    organization_id: int
    since: date


@dataclass(frozen=True, slots=True)
class ToDo:
    """A task or a make-up that is not done; `who` is a name, of somebody on the roster where there is a `person_id`."""

    id: int
    organization_id: int
    timezone: str
    what: str
    person_id: int | None
    who: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody answered to one occurrence; `light` is what it was then, `until` when it is said again."""

    person_id: int
    name: str
    key: str
    answer: ReminderAnswer
    light: str
    until: date | None
    answered_at: datetime


async def time_zones(session: Session) -> list[str]:
    """The time zones of all organizations that still exist."""
    query = select(Organization.timezone).where(Organization.closed_on.is_(None)).distinct()
    return sorted(await session.scalars(query))


async def recipients(
    session: Session, zones: Collection[str], first: date, last: date, *, after: int, limit: int
) -> list[int]:
    """Who can be reached, lives by one of these clocks, and may have something due, by id from `after` on.

    These are secretaries and deputies, whoever has a task or a make-up that is due between the days, and whoever hands
    in by custom. Somebody's clock is that of the branch they belong to, else of their highest post.
    """
    person = Account.person_id
    home = (
        select(Organization.timezone)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.person_id == person, Membership.until.is_(None))
        .scalar_subquery()
    )
    office = (
        select(Organization.timezone)
        .join(Post, Post.organization_id == Organization.id)
        .where(Post.person_id == person, Post.until.is_(None))
        .order_by(func.length(Organization.path), Post.id)
        .limit(1)
        .scalar_subquery()
    )
    may = or_(
        exists().where(Post.person_id == person, Post.kind.in_(KEEPERS), Post.until.is_(None)),
        exists().where(Task.person_id == person, Task.done_on.is_(None), Task.due_on.between(first, last)),
        exists()
        .where(MakeUp.attendance_id == Attendance.id, Attendance.person_id == person)
        .where(MakeUp.done_on.is_(None), MakeUp.due_on.between(first, last)),
        exists().where(
            Membership.person_id == person, Membership.until.is_(None), Membership.status == Status.ACTIVIST
        ),
        exists().where(Case.subject_id == person, Case.procedure == AWAY, Case.state == CaseState.OPEN),
    )
    query = (
        select(person)
        .where(Account.reachable, person > after, func.coalesce(home, office).in_(zones), may)
        .distinct()
        .order_by(person)
        .limit(limit)
    )
    return [id for id in await session.scalars(query) if id is not None]


async def kept_by(session: Session, person_ids: Collection[int]) -> tuple[list[Branch], dict[int, tuple[int, ...]]]:
    """The organizations that any of these people is secretary or deputy of, in the order of the tree, and who is that
    in each of them, of these people or not: the secretaries first.

    What has become part of one of them is known by its id in the second answer as well: its records go on there.
    """
    mine = select(Post.organization_id).where(
        Post.person_id.in_(person_ids), Post.kind.in_(KEEPERS), Post.until.is_(None)
    )
    places = (
        select(Organization.id, Organization.name, Organization.path, Organization.kind, Organization.timezone)
        .where(Organization.id.in_(mine), Organization.closed_on.is_(None))
        .order_by(Organization.path, Organization.id)
    )
    found = [Branch(*row) for row in await session.execute(places)]
    held = (
        select(Post.organization_id, Post.person_id, Post.kind)
        .where(Post.organization_id.in_([one.id for one in found]), Post.kind.in_(KEEPERS), Post.until.is_(None))
        .order_by(Post.since, Post.id)
    )
    keepers: dict[int, dict[int, None]] = {}
    for organization_id, person_id, _ in sorted(await session.execute(held), key=lambda row: KEEPERS.index(row[2])):
        keepers.setdefault(organization_id, {})[person_id] = None
    kept = {id: tuple(people) for id, people in keepers.items()}
    became = await successors(session)
    return found, kept | {id: kept[now] for id, now in became.items() if now in kept}


async def committee_sizes(session: Session, organization_ids: Collection[int]) -> dict[int, int]:
    """How many people are in the committee of each; organizations without one are not in the answer."""
    query = (
        select(Post.organization_id, func.count(Post.person_id.distinct()))
        .where(Post.organization_id.in_(organization_ids), Post.kind.in_(COMMITTEE), Post.until.is_(None))
        .group_by(Post.organization_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


def _month_number(day: Any) -> ColumnElement[int]:
    return cast(extract("year", day), Integer) * 12 + cast(extract("month", day), Integer)


async def dues_owed(
    session: Session, organization_ids: Collection[int], today: date, *, serious: int
) -> dict[int, DuesOwed]:
    """In which of these branches members owe dues for months that are over, and how many, by the last assessment; of
    `serious` months on they are counted apart."""
    here = with_predecessors(*organization_ids)
    newest = (
        select(
            DuesAssessment.person_id,
            IN_PLACE.label("organization_id"),
            DuesAssessment.monthly,
            func.min(DuesAssessment.first_month)
            .over(partition_by=(DuesAssessment.person_id, IN_PLACE))
            .label("first_month"),
            func.row_number()
            .over(
                partition_by=(DuesAssessment.person_id, IN_PLACE),
                order_by=(DuesAssessment.year.desc(), DuesAssessment.id.desc()),
            )
            .label("place"),
        )
        .join(Organization, Organization.id == DuesAssessment.organization_id)
        .where(Organization.id.in_(here), DuesAssessment.year <= today.year)
        .subquery()
    )
    began = (
        select(Membership.person_id, IN_PLACE.label("organization_id"), func.min(Membership.since).label("since"))
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Organization.id.in_(here), Membership.status.in_(PAYING))
        .group_by(Membership.person_id, IN_PLACE)
        .subquery()
    )
    current = aliased(Membership)
    start, since = _month_number(newest.c.first_month), _month_number(began.c.since)
    owing = (
        select(
            newest.c.person_id,
            newest.c.organization_id,
            case((start > since, start), else_=since).label("start"),
        )
        .join(
            began,
            and_(began.c.person_id == newest.c.person_id, began.c.organization_id == newest.c.organization_id),
        )
        .join(
            current,
            and_(
                current.person_id == newest.c.person_id,
                current.organization_id == newest.c.organization_id,
                current.until.is_(None),
                current.status.in_(PAYING),
            ),
        )
        .where(newest.c.place == 1, newest.c.monthly > Decimal(0))
        .subquery()
    )
    this_month = today.year * 12 + today.month
    paid = (
        select(func.count(DuesPayment.id))
        .where(
            DuesPayment.person_id == owing.c.person_id,
            ~DuesPayment.voided,
            _month_number(DuesPayment.month) >= owing.c.start,
            DuesPayment.month < today.replace(day=1),
        )
        .scalar_subquery()
    )
    months = select(owing.c.organization_id, (this_month - owing.c.start - paid).label("months")).subquery()
    some = func.count().filter(months.c.months < serious)
    many = func.count().filter(months.c.months >= serious)
    query = select(months.c.organization_id, some, many).where(months.c.months > 0).group_by(months.c.organization_id)
    return {row[0]: DuesOwed(row[1], row[2]) for row in await session.execute(query)}


async def hours_behind(
    session: Session, organization_ids: Collection[int], year: int, *, member: Decimal, leader: Decimal
) -> dict[int, int]:
    """In which of these branches members have fewer hours of learning in a year than this, and how many.

    `leader` is the figure of those in the committee. A branch that has recorded no hours in the year is left out: what
    it learned is not known.
    """
    counted = (
        select(Learning.person_id, func.sum(type_coerce(Learning.hours, Integer)).label("hours"))
        .join(Membership, and_(Membership.person_id == Learning.person_id, Membership.until.is_(None)))
        .where(
            Membership.organization_id.in_(organization_ids),
            Learning.held_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .group_by(Learning.person_id)
        .subquery()
    )
    leads = exists().where(
        Post.person_id == Membership.person_id,
        Post.organization_id == Membership.organization_id,
        Post.kind.in_(COMMITTEE),
        Post.until.is_(None),
    )
    needed = case((leads, int(leader * 100)), else_=int(member * 100))
    learned = func.coalesce(counted.c.hours, 0)
    behind = func.count().filter(learned < needed)
    query = (
        select(Membership.organization_id, behind)
        .outerjoin(counted, counted.c.person_id == Membership.person_id)
        .where(
            Membership.organization_id.in_(organization_ids),
            Membership.until.is_(None),
            Membership.status.in_(LEARNING),
        )
        .group_by(Membership.organization_id)
        .having(func.count(counted.c.person_id) > 0, behind > 0)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def probations(session: Session, organization_ids: Collection[int], procedure: str) -> list[Probation]:
    """Who is on probation in these branches, became it there, and is the subject of no running case of `procedure`.

    Of those who came on probation it is not known since when they are. By branch and name.
    """
    running = exists().where(
        Case.subject_id == Membership.person_id, Case.procedure == procedure, Case.state != CaseState.CLOSED
    )
    current = (
        select(Membership.person_id)
        .where(
            Membership.organization_id.in_(organization_ids),
            Membership.status == Status.PROBATIONARY,
            Membership.until.is_(None),
            ~running,
        )
        .scalar_subquery()
    )
    query = (
        select(Membership.person_id, Person.name, IN_PLACE, Membership.status, Membership.since)
        .join(Person, Person.id == Membership.person_id)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.person_id.in_(current), Organization.id.in_(with_predecessors(*organization_ids)))
        .order_by(IN_PLACE, Person.name, Membership.person_id, Membership.since, Membership.id)
    )
    began: dict[int, Probation] = {}
    before: dict[int, Status] = {}
    for person_id, name, organization_id, status, since in await session.execute(query):
        earlier = before.get(person_id)
        if status is Status.PROBATIONARY and earlier not in (None, Status.PROBATIONARY):
            began[person_id] = Probation(person_id, name, organization_id, since)
        before[person_id] = status
    return list(began.values())


async def tasks_near(
    session: Session,
    person_ids: Collection[int],
    organization_ids: Collection[int],
    first: date,
    last: date,
) -> list[ToDo]:
    """What these people still have to do and is due between the days, and what somebody who is not on the roster has to
    do for these organizations; the earliest first."""
    theirs = or_(
        Task.person_id.in_(person_ids),
        and_(Task.person_id.is_(None), Task.organization_id.in_(organization_ids)),
    )
    query = (
        select(
            Task.id,
            Task.organization_id,
            Organization.timezone,
            Task.what,
            Task.person_id,
            func.coalesce(Person.name, Task.who),
            Task.due_on,
        )
        .join(Organization, Organization.id == Task.organization_id)
        .outerjoin(Person, Person.id == Task.person_id)
        .where(theirs, Task.done_on.is_(None), Task.due_on.between(first, last))
        .order_by(Task.due_on, Task.id)
    )
    return [ToDo(*row[:6], due_on) for row in await session.execute(query) if (due_on := row[6]) is not None]


async def make_ups_near(session: Session, person_ids: Collection[int], first: date, last: date) -> list[ToDo]:
    """What these people still have to make up and is due between the days, the earliest first."""
    query = (
        select(
            MakeUp.id,
            Meeting.organization_id,
            Organization.timezone,
            MakeUp.what,
            Person.id,
            Person.name,
            MakeUp.due_on,
        )
        .join(Attendance, Attendance.id == MakeUp.attendance_id)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .join(Organization, Organization.id == Meeting.organization_id)
        .join(Person, Person.id == Attendance.person_id)
        .where(Person.id.in_(person_ids), MakeUp.done_on.is_(None), MakeUp.due_on.between(first, last))
        .order_by(MakeUp.due_on, MakeUp.id)
    )
    return [ToDo(*row) for row in await session.execute(query)]


async def answers_to(session: Session, keys: Collection[str]) -> list[Answered]:
    """What anybody answered to these occurrences, the newest answer first."""
    query = (
        select(
            AnsweredReminder.person_id,
            Person.name,
            AnsweredReminder.key,
            AnsweredReminder.answer,
            AnsweredReminder.light,
            AnsweredReminder.until,
            AnsweredReminder.answered_at,
        )
        .join(Person, Person.id == AnsweredReminder.person_id)
        .where(AnsweredReminder.key.in_(keys))
        .order_by(AnsweredReminder.answered_at.desc(), AnsweredReminder.id.desc())
    )
    return [Answered(*row) for row in await session.execute(query)]


async def answer(
    session: Session,
    person_id: int,
    given: Sequence[tuple[str, str]],
    answer: ReminderAnswer,
    *,
    until: date | None,
    now: datetime,
) -> None:
    """Note what somebody answers to these occurrences, each with its light now; it takes the place of an earlier
    answer."""
    rows = [
        {"person_id": person_id, "key": key, "answer": answer, "light": light, "until": until, "answered_at": now}
        for key, light in given
    ]
    if rows:
        noting = upsert(session, AnsweredReminder).values(rows)
        changed = {name: noting.excluded[name] for name in ("answer", "light", "until", "answered_at")}
        await session.execute(noting.on_conflict_do_update(index_elements=["person_id", "key"], set_=changed))


async def take_answer_back(session: Session, person_id: int, key: str) -> bool:
    """Forget what somebody answered; False when there is nothing to forget."""
    dropping = delete(AnsweredReminder).where(AnsweredReminder.person_id == person_id, AnsweredReminder.key == key)
    return (await session.execute(dropping.returning(AnsweredReminder.id))).first() is not None


async def forget_answers(session: Session, before: datetime) -> None:
    """Drop what was answered long ago, to occurrences that do not come back."""
    await session.execute(delete(AnsweredReminder).where(AnsweredReminder.answered_at < before))


async def last_round(session: Session, timezone: str) -> date | None:
    """The last local day on which everybody who lives by a clock was reminded; None when never."""
    query = select(InstallationFact.value).where(InstallationFact.name == _round(timezone))
    found = (await session.execute(query)).scalar_one_or_none()
    return None if found is None else date.fromisoformat(found)


async def note_round(session: Session, timezone: str, day: date, now: datetime) -> None:
    """Note that everybody who lives by a clock was reminded on a day."""
    noting = upsert(session, InstallationFact).values(name=_round(timezone), value=day.isoformat(), noted_at=now)
    changed = {name: noting.excluded[name] for name in ("value", "noted_at")}
    await session.execute(noting.on_conflict_do_update(index_elements=[InstallationFact.name], set_=changed))


def _round(timezone: str) -> str:
    return f"reminded:{timezone}"[:40]
