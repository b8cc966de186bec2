"""Who is in which organization, with which status and post, and who did what."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from storage.database import Session
from storage.models import AuditEntry, Membership, Organization, OrganizationKind, Person, Post, PostKind, Status

COMMITTEE = (
    PostKind.SECRETARY,
    PostKind.DEPUTY_SECRETARY,
    PostKind.ORGANIZATION_COMMISSIONER,
    PostKind.PUBLICITY_COMMISSIONER,
    PostKind.DISCIPLINE_COMMISSIONER,
)
"""The posts that make up a branch's committee, in their order."""

SECRETARIES = (PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY)


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody on a roster."""

    id: int
    name: str
    phone_last4: str


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A post that somebody holds now."""

    id: int
    kind: PostKind
    organization_id: int
    organization_name: str
    organization_kind: OrganizationKind
    path: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Belongs:
    """The branch that somebody belongs to now, and as what."""

    organization_id: int
    organization_name: str
    path: str
    timezone: str
    status: Status
    may_vote: bool
    group_id: int | None
    since: date


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a branch now."""

    person_id: int
    name: str
    phone_last4: str
    status: Status
    may_vote: bool
    group_id: int | None

    @property
    def eligible(self) -> bool:
        """Whether they count for the quorum: full members with the right to vote do."""
        return self.status is Status.FULL and self.may_vote


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody in a branch's committee, with all of their posts there in order."""

    person_id: int
    name: str
    phone_last4: str
    posts: tuple[PostKind, ...]


@dataclass(frozen=True, slots=True)
class OrganizationView:
    """One organization of the tree; `closed_on` is since when it is no more."""

    id: int
    parent_id: int | None
    kind: OrganizationKind
    name: str
    path: str
    timezone: str
    closed_on: date | None = None


def is_within(path: str, scope_path: str) -> bool:
    """Whether the organization at `path` is the one at `scope_path` or somewhere below it."""
    return path.startswith(scope_path)


async def person(session: Session, person_id: int) -> PersonView | None:
    """One person by id."""
    row = (
        await session.execute(select(Person.id, Person.name, Person.phone_last4).where(Person.id == person_id))
    ).one_or_none()
    return None if row is None else PersonView(*row)


async def find_people(
    session: Session, path: str = "/", *, name: str | None = None, phone_last4: str | None = None
) -> list[PersonView]:
    """Everybody who belongs or has a post somewhere at or below `path` now, each once, by name and then digits."""
    within = select(Organization.id).where(Organization.path.startswith(path))
    belongs = select(Membership.person_id).where(Membership.until.is_(None), Membership.organization_id.in_(within))
    serves = select(Post.person_id).where(Post.until.is_(None), Post.organization_id.in_(within))
    query = select(Person.id, Person.name, Person.phone_last4).where(or_(Person.id.in_(belongs), Person.id.in_(serves)))
    if name is not None:
        query = query.where(Person.name == name)
    if phone_last4 is not None:
        query = query.where(Person.phone_last4 == phone_last4)
    return _by_name([PersonView(*row) for row in await session.execute(query)])


async def posts_of(session: Session, person_id: int, today: date) -> list[PostHeld]:
    """What somebody is charged with today, the highest organization first."""
    query = (
        select(
            Post.id,
            Post.kind,
            Organization.id,
            Organization.name,
            Organization.kind,
            Organization.path,
            Organization.timezone,
        )
        .join(Organization, Organization.id == Post.organization_id)
        .where(Post.person_id == person_id, Post.since <= today, or_(Post.until.is_(None), Post.until > today))
    )
    held = [PostHeld(*row) for row in await session.execute(query)]
    return sorted(held, key=lambda post: (post.path.count("/"), post.id))


async def membership_of(session: Session, person_id: int) -> Belongs | None:
    """Where somebody belongs now; None for those who only have a post."""
    query = (
        select(
            Organization.id,
            Organization.name,
            Organization.path,
            Organization.timezone,
            Membership.status,
            Membership.may_vote,
            Membership.group_id,
            Membership.since,
        )
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.person_id == person_id, Membership.until.is_(None))
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Belongs(*row)


def select_members() -> Select[int, str, str, Status, bool, int | None]:
    """The columns of `Member` of everybody who belongs anywhere now, to be narrowed down."""
    return (
        select(Person.id, Person.name, Person.phone_last4, Membership.status, Membership.may_vote, Membership.group_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.until.is_(None))
    )


async def members_of(
    session: Session, organization_id: int, statuses: Collection[Status] | None = None
) -> list[Member]:
    """Who belongs to a branch now, or to a group of one; by code points of the name, which only makes it the same order
    on every database: sort by sound before people read it."""
    query = select_members().where(
        or_(Membership.organization_id == organization_id, Membership.group_id == organization_id)
    )
    if statuses is not None:
        query = query.where(Membership.status.in_(statuses))
    found = [Member(*row) for row in await session.execute(query)]
    return sorted(found, key=lambda member: (member.name, member.phone_last4, member.person_id))


async def holders(session: Session, organization_id: int, *kinds: PostKind) -> list[PersonView]:
    """Who holds any of these posts in an organization now, in the order of the kinds, then of taking office."""
    query = (
        select(Person.id, Person.name, Person.phone_last4, Post.kind)
        .join(Post, Post.person_id == Person.id)
        .where(Post.organization_id == organization_id, Post.kind.in_(kinds), Post.until.is_(None))
        .order_by(Post.since, Post.id)
    )
    rows = sorted(await session.execute(query), key=lambda row: kinds.index(row.kind))
    return list(dict.fromkeys(PersonView(*row[:3]) for row in rows))


async def secretaries_of(session: Session, organization_id: int) -> list[PersonView]:
    """The secretary, then the deputies: who gets what is handed in. Of what became part of another, those there."""
    found = await holders(session, organization_id, *SECRETARIES)
    if found:
        return found
    successor = await session.scalar(select(Organization.successor_id).where(Organization.id == organization_id))
    return await holders(session, successor, *SECRETARIES) if successor else []


async def committee_of(session: Session, organization_id: int) -> list[Officer]:
    """A branch's committee now, each person once: the secretary, the deputies, the commissioners."""
    query = (
        select(Person.id, Person.name, Person.phone_last4, Post.kind)
        .join(Post, Post.person_id == Person.id)
        .where(Post.organization_id == organization_id, Post.kind.in_(COMMITTEE), Post.until.is_(None))
        .order_by(Post.since, Post.id)
    )
    posts: dict[PersonView, list[PostKind]] = {}
    for row in sorted(await session.execute(query), key=lambda row: COMMITTEE.index(row.kind)):
        posts.setdefault(PersonView(*row[:3]), []).append(row.kind)
    return [Officer(one.id, one.name, one.phone_last4, tuple(kinds)) for one, kinds in posts.items()]


async def became(session: Session, organization_id: int, status: Status) -> dict[int, date]:
    """Since when those who have a status in a branch have it, by id; only of those who became it there.

    Of others, who came with it or were put on the roster with it, the roster knows only since when they are there.
    """
    current = select(Membership.person_id).where(
        Membership.organization_id == organization_id, Membership.status == status, Membership.until.is_(None)
    )
    query = (
        select(Membership.person_id, Membership.status, Membership.since)
        .where(Membership.organization_id.in_(with_predecessors(organization_id)), Membership.person_id.in_(current))
        .order_by(Membership.since.desc(), Membership.id.desc())
    )
    found: dict[int, date] = {}
    begun: dict[int, date] = {}
    for person_id, had, since in await session.execute(query):
        if had is status and person_id not in found:
            begun[person_id] = since
        elif person_id in begun:
            found.setdefault(person_id, begun[person_id])
    return found


async def organization(session: Session, organization_id: int) -> OrganizationView | None:
    """One organization by id."""
    row = (await session.execute(_select_organizations().where(Organization.id == organization_id))).one_or_none()
    return None if row is None else OrganizationView(*row)


async def organizations_above(session: Session, organization_id: int) -> list[OrganizationView]:
    """An organization and all above it, the highest first."""
    path = select(Organization.path).where(Organization.id == organization_id).scalar_subquery()
    query = _select_organizations().where(path.startswith(Organization.path))
    return sorted((OrganizationView(*row) for row in await session.execute(query)), key=lambda one: len(one.path))


async def term_ends_of(session: Session, organization_id: int) -> date | None:
    """The day on which the term of a branch's committee ends; None when no post of it has one."""
    query = select(func.max(Post.term_ends)).where(
        Post.organization_id == organization_id, Post.kind.in_(COMMITTEE), Post.until.is_(None)
    )
    return (await session.execute(query)).scalar_one()


async def organizations_named(session: Session, name: str) -> list[OrganizationView]:
    """The organizations of that very name that there are, by id."""
    query = _select_organizations().where(Organization.name == name, IS_OPEN).order_by(Organization.id)
    return [OrganizationView(*row) for row in await session.execute(query)]


async def roots(session: Session) -> list[OrganizationView]:
    """The highest organizations, the oldest first."""
    query = _select_organizations().where(Organization.parent_id.is_(None), IS_OPEN).order_by(Organization.id)
    return [OrganizationView(*row) for row in await session.execute(query)]


async def branches_under(session: Session, path: str) -> list[OrganizationView]:
    """All branches at or below `path`, in the order of the tree."""
    return [one for one in await organizations_under(session, path) if one.kind is OrganizationKind.BRANCH]


async def organizations_under(session: Session, path: str) -> list[OrganizationView]:
    """All organizations at or below `path`, in the order of the tree; those that are no more are left out."""
    query = _select_organizations().where(Organization.path.startswith(path), IS_OPEN)
    found = [OrganizationView(*row) for row in await session.execute(query)]
    return sorted(found, key=lambda one: [int(part) for part in one.path.strip("/").split("/")])


def _select_organizations() -> Select[int, int | None, OrganizationKind, str, str, str, date | None]:
    return select(
        Organization.id,
        Organization.parent_id,
        Organization.kind,
        Organization.name,
        Organization.path,
        Organization.timezone,
        Organization.closed_on,
    )


IS_OPEN = Organization.closed_on.is_(None)
"""What leaves out the organizations that are no more."""


def with_predecessors(*organization_ids: int) -> Select[int]:
    """The ids of these organizations and of those that became part of them: what those recorded is theirs now."""
    return select(Organization.id).where(
        or_(Organization.id.in_(organization_ids), Organization.successor_id.in_(organization_ids))
    )


IN_PLACE: ColumnElement[int] = func.coalesce(Organization.successor_id, Organization.id)
"""What stands today in the place of an organization: itself, or what it became part of."""


async def audit(
    session: Session, at: datetime, actor_id: int | None, organization_id: int | None, action: str, subject: str
) -> None:
    """Note who did what to which record, such as "close_meeting" to "meeting:12"; never what people wrote."""
    session.add(
        AuditEntry(at=at, actor_id=actor_id, organization_id=organization_id, action=action, subject=subject[:80])
    )


def _by_name(people: list[PersonView]) -> list[PersonView]:
    return sorted(people, key=lambda one: (one.name, one.phone_last4, one.id))
