"""Bringing the tree and the people up to date with a roster: all of it or nothing, and never anybody twice."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import Select, func, or_, select

from storage.database import Session, upsert
from storage.models import (
    DigestSubscription,
    Membership,
    Organization,
    OrganizationKind,
    Person,
    Post,
    PostKind,
    Status,
)

Chain = tuple[tuple[OrganizationKind, str], ...]
"""An organization as (kind, name) of all above it and itself, the highest first."""


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """One row of a roster: somebody's branch and group, and the posts they hold, each with its organization.

    `branch` and `status` are None for somebody who only has a post above the branches.
    """

    name: str
    phone_last4: str
    root: Chain
    branch: Chain | None
    group: Chain | None
    status: Status | None
    since: date
    may_vote: bool
    posts: tuple[tuple[PostKind, Chain], ...]
    term_ends: date | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What an import did, in people and organizations; `not_listed` are those the roster does not name, left alone."""

    added: int
    changed: int
    unchanged: int
    organizations_added: int
    not_listed: int


Identity = tuple[int, str, str]
"""The highest organization, the name, and the last digits of the phone: who is who."""


async def import_roster(session: Session, people: Sequence[RosterPerson], today: date) -> Summary:
    """Make the tree and the people what the roster says, as of today.

    A change of status or branch closes the old membership, on the day the new one begins, and opens another; posts that
    the roster no longer gives somebody end today. A new official reads the weekly digest of their organization.
    """
    organizations = await _bring_up_tree(session, people)
    new_organizations = sum(is_new for _, is_new in organizations.values())
    ids = {chain: organization.id for chain, (organization, _) in organizations.items()}
    roots = {organization.path for chain, (organization, _) in organizations.items() if len(chain) == 1}
    known = await _people_under(session, roots)
    wanted = {(ids[one.root], one.name, one.phone_last4): one for one in people}
    new = {key: Person(name=key[1], phone_last4=key[2]) for key in wanted if key not in known}
    session.add_all(new.values())
    await session.flush()
    person_ids = known | {key: person.id for key, person in new.items()}

    touched = await _update_memberships(session, wanted, person_ids, ids, today)
    touched |= await _update_posts(session, wanted, person_ids, ids, roots, today)
    changed = len(touched - {person.id for person in new.values()})
    return Summary(
        added=len(new),
        changed=changed,
        unchanged=len(wanted) - len(new) - changed,
        organizations_added=new_organizations,
        not_listed=len(known.keys() - wanted.keys()),
    )


async def _bring_up_tree(session: Session, people: Iterable[RosterPerson]) -> dict[Chain, tuple[Organization, bool]]:
    """Every organization that the roster names, and whether it is new; one statement or two for each level."""
    named: dict[Chain, None] = {}
    for one in people:
        for chain in (one.root, one.branch, one.group, *(chain for _, chain in one.posts)):
            named.update({chain[: depth + 1]: None for depth in range(len(chain or ()))} if chain else {})
    found: dict[Chain, tuple[Organization, bool]] = {}
    for _, level in groupby(sorted(named, key=len), key=len):
        chains = list(level)
        parents = {chain: found[chain[:-1]][0] if len(chain) > 1 else None for chain in chains}
        of_parents = Organization.parent_id.in_({parent.id for parent in parents.values() if parent})
        roots = Organization.parent_id.is_(None)
        existing = {
            (each.parent_id, each.name): each
            for each in await session.scalars(select(Organization).where(of_parents if len(chains[0]) > 1 else roots))
        }
        for chain in chains:
            parent = parents[chain]
            kind, name = chain[-1]
            organization = existing.get((parent.id if parent else None, name))
            if organization is not None:
                found[chain] = (organization, False)
                continue
            organization = Organization(parent_id=parent.id if parent else None, kind=kind, name=name, path="")
            session.add(organization)
            found[chain] = (organization, True)
        await session.flush()
        for chain in chains:
            organization, is_new = found[chain]
            if is_new:
                parent = parents[chain]
                organization.path = f"{parent.path if parent else '/'}{organization.id}/"
        await session.flush()
    return found


def _under(roots: Collection[str]) -> Select[int]:
    """The ids of all organizations of these trees."""
    return select(Organization.id).where(or_(*(Organization.path.startswith(root) for root in sorted(roots))))


async def _people_under(session: Session, roots: Collection[str]) -> dict[Identity, int]:
    """Everybody who belongs or serves, or did so once, in these trees; of doubles the first."""
    found: dict[Identity, int] = {}
    for link in (Membership, Post):
        query = (
            select(Organization.path, Person.name, Person.phone_last4, Person.id)
            .join(link, link.person_id == Person.id)
            .join(Organization, Organization.id == link.organization_id)
            .where(Organization.id.in_(_under(roots)))
            .order_by(Person.id)
        )
        for path, name, phone_last4, person_id in await session.execute(query):
            found.setdefault((int(path.split("/")[1]), name, phone_last4), person_id)
    return found


async def _update_memberships(
    session: Session,
    wanted: Mapping[Identity, RosterPerson],
    person_ids: Mapping[Identity, int],
    ids: Mapping[Chain, int],
    today: date,
) -> set[int]:
    """Whose membership changed."""
    query = select(Membership).where(Membership.until.is_(None), Membership.person_id.in_(set(person_ids.values())))
    current = {one.person_id: one for one in await session.scalars(query)}
    ended = (
        select(Membership.person_id, func.max(Membership.until))
        .where(Membership.person_id.in_(set(person_ids.values())))
        .group_by(Membership.person_id)
    )
    last_ended = {person_id: day for person_id, day in await session.execute(ended) if day is not None}
    touched: set[int] = set()
    opened: list[Membership] = []
    for key, one in wanted.items():
        if one.branch is None or one.status is None:
            continue
        person_id, branch_id = person_ids[key], ids[one.branch]
        group_id = ids[one.group] if one.group else None
        # A roster whose date was not brought up to date with the status must not reach back into an earlier stretch.
        since = max(one.since, last_ended.get(person_id, one.since))
        held = current.get(person_id)
        if held is not None and (held.organization_id, held.status) == (branch_id, one.status):
            if (held.group_id, held.may_vote, held.since) != (group_id, one.may_vote, since):
                held.group_id, held.may_vote, held.since = group_id, one.may_vote, since
                touched.add(person_id)
            continue
        if held is not None:
            since = since if since > held.since else max(today, held.since)
            held.until = since
        opened.append(
            Membership(
                person_id=person_id,
                organization_id=branch_id,
                group_id=group_id,
                status=one.status,
                may_vote=one.may_vote,
                since=since,
            )
        )
        touched.add(person_id)
    await session.flush()  # what ends must end before what begins, for nobody belongs to two branches at once
    session.add_all(opened)
    await session.flush()
    return touched


async def _update_posts(
    session: Session,
    wanted: Mapping[Identity, RosterPerson],
    person_ids: Mapping[Identity, int],
    ids: Mapping[Chain, int],
    roots: Collection[str],
    today: date,
) -> set[int]:
    """Whose posts changed."""
    query = select(Post).where(Post.until.is_(None), Post.organization_id.in_(_under(roots)))
    current = {(one.person_id, one.organization_id, one.kind): one for one in await session.scalars(query)}
    given = {
        (person_ids[key], ids[chain], kind): one.term_ends for key, one in wanted.items() for kind, chain in one.posts
    }
    listed = {person_ids[key] for key in wanted}
    touched: set[int] = set()
    for held_by, held in current.items():
        if held_by in given and held.term_ends != given[held_by]:
            held.term_ends = given[held_by]
        elif held.person_id in listed and held_by not in given:
            held.until = max(today, held.since)
        else:
            continue
        touched.add(held.person_id)
    for (person_id, organization_id, kind), term_ends in given.items():
        if (person_id, organization_id, kind) in current:
            continue
        session.add(
            Post(person_id=person_id, organization_id=organization_id, kind=kind, since=today, term_ends=term_ends)
        )
        if kind is PostKind.OFFICIAL:
            reads = {"person_id": person_id, "organization_id": organization_id}
            await session.execute(upsert(session, DigestSubscription).values(reads).on_conflict_do_nothing())
        touched.add(person_id)
    await session.flush()
    return touched
