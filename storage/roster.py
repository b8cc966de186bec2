"""Bringing the tree and the people up to date with a roster: all of it or nothing, and never anybody twice.

The number of statements does not depend on how many people there are, save that rows are written some thousands at a
time. What is read from the database is read as rows and not as objects: a county has 300,000 people.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, false, func, insert, or_, select, update

from storage.database import Session, hold_tables, table_of
from storage.models import (
    Membership,
    Organization,
    Person,
    Post,
    PostKind,
    Status,
)
from storage.people import COMMITTEE
from storage.roster_tree import (
    Chain,
    Outdated,
    OutdatedRoster,
    RosterOrganization,
    RosterTree,
    in_parts,
    inserted,
    write,
)
from storage.tree import lock_tree

__all__ = ["Chain", "Outdated", "OutdatedRoster", "RosterOrganization", "RosterPerson", "Summary", "import_roster"]

MANY_ROOTS = 400
"""More of them than this are not named in a statement: SQLite nests conditions a thousand deep at most."""


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """One row of a roster: somebody's branch and group, and the posts they hold, each with its organization.

    `root` is the committee that they are listed under; where it is not the highest of all, with those above it.
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
"""The committee somebody is listed under, the name, and the last digits of the phone: who is who."""

Progress = Callable[[int, int], None]
"""Told how many people are written, of how many."""


async def import_roster(
    session: Session,
    people: Sequence[RosterPerson],
    today: date,
    *,
    organizations: Sequence[RosterOrganization] = (),
    progress: Progress = lambda done, of: None,
) -> Summary:
    """Make the tree and the people what the roster says, as of today.

    A change of status or branch closes the old membership, on the day the new one begins, and opens another; posts that
    the roster no longer gives somebody end today. `organizations` may also name some in which nobody is listed.
    Raises `OutdatedRoster`.
    """
    await lock_tree(session)
    # What is read now is written at the end: nobody may come to a branch, or leave it, in between.
    await hold_tables(session, Membership, Post)
    tree = await RosterTree.read(session)
    added = await tree.bring_up(session, _named(people, organizations))
    wanted = {(tree.ids[one.root], one.name, one.phone_last4): at for at, one in enumerate(people)}
    roots = {tree.paths[tree.ids[one.root]].split("/")[1] for one in people}
    known, not_listed = await _known(session, tree, roots, wanted)
    new = await _add_people(session, wanted, known, progress)
    ids = [0] * len(people)
    for identity, at in wanted.items():
        ids[at] = known.get(identity) or new[identity]
    touched = await _update_memberships(session, people, ids, tree, today, roots=roots, are_new=not known)
    touched |= await _update_posts(session, people, ids, tree, today, roots)
    await _set_terms(session, organizations, people, tree)
    changed = len(touched - set(new.values()))
    return Summary(
        added=len(new),
        changed=changed,
        unchanged=len(wanted) - len(new) - changed,
        organizations_added=added,
        not_listed=not_listed,
    )


def _named(people: Iterable[RosterPerson], organizations: Iterable[RosterOrganization]) -> dict[Chain, None]:
    """Every organization that is named, with all above it."""
    found: dict[Chain, None] = {}

    def name(chain: Chain | None) -> None:
        if chain and chain not in found:
            name(chain[:-1])
            found[chain] = None

    for one in organizations:
        name(one.chain)
    for person in people:
        for chain in (person.root, person.branch, person.group, *(chain for _, chain in person.posts)):
            name(chain)
    return found


def _under(roots: Collection[str]) -> Select[int]:
    """The ids of all organizations of these trees; of all trees, where they are too many to be named."""
    query = select(Organization.id)
    if not roots:
        return query.where(false())
    if len(roots) > MANY_ROOTS:
        return query
    return query.where(or_(*(Organization.path.startswith(f"/{root}/") for root in sorted(roots))))


async def _known(
    session: Session, tree: RosterTree, roots: Collection[str], wanted: Mapping[Identity, int]
) -> tuple[dict[Identity, int], int]:
    """Of those who are wanted, who belongs or serves under their committee, or did so once, of doubles the first; and
    how many others there are."""
    committees: dict[int, int] = {}
    listed_under = {identity[0] for identity in wanted}
    found: dict[Identity, int] = {}
    others: set[int] = set()
    for link in (Membership, Post):
        query = (
            select(link.organization_id, Person.name, Person.phone_last4, Person.id)
            .join(Person, Person.id == link.person_id)
            .where(link.organization_id.in_(_under(roots)))
            .order_by(Person.id)
        )
        for organization_id, name, phone_last4, person_id in await session.execute(query):
            committee = committees.get(organization_id)
            if committee is None:
                committee = committees[organization_id] = tree.committee_of(organization_id)
            identity = (committee, name, phone_last4)
            if identity in wanted:
                found.setdefault(identity, person_id)
            elif committee in listed_under:
                others.add(person_id)
    return found, len(others - set(found.values()))


async def _add_people(
    session: Session, wanted: Mapping[Identity, int], known: Mapping[Identity, int], progress: Progress
) -> dict[Identity, int]:
    new = [identity for identity in wanted if identity not in known]
    found: dict[Identity, int] = {}
    for part in in_parts(new):
        rows = [{"name": name, "phone_last4": phone_last4} for _, name, phone_last4 in part]
        found.update(zip(part, await inserted(session, Person, rows), strict=True))
        progress(len(found), len(new))
    return found


@dataclass(frozen=True, slots=True)
class _Held:
    """A membership of today, as a row."""

    id: int
    organization_id: int
    group_id: int | None
    status: Status
    may_vote: bool
    since: date


async def _update_memberships(
    session: Session,
    people: Sequence[RosterPerson],
    ids: Sequence[int],
    tree: RosterTree,
    today: date,
    *,
    roots: Collection[str],
    are_new: bool,
) -> set[int]:
    """Whose membership changed."""
    current, last_ended = ({}, {}) if are_new else await _stretches(session, roots)
    touched: set[int] = set()
    changed, ended, opened = [], [], []
    for one, person_id in zip(people, ids, strict=True):
        if one.branch is None or one.status is None:
            continue
        branch_id = tree.ids[one.branch]
        group_id = tree.ids[one.group] if one.group else None
        # A roster whose date was not brought up to date with the status must not reach back into an earlier stretch.
        since = max(one.since, last_ended.get(person_id, one.since))
        held = current.get(person_id)
        if held is not None and (held.organization_id, held.status) == (branch_id, one.status):
            if (held.group_id, held.may_vote, held.since) != (group_id, one.may_vote, since):
                changed.append({"at": held.id, "to_group": group_id, "votes": one.may_vote, "from_day": since})
                touched.add(person_id)
            continue
        if held is not None:
            since = since if since > held.since else max(today, held.since)
            ended.append({"at": held.id, "to_day": since})
        opened.append(
            {
                "person_id": person_id,
                "organization_id": branch_id,
                "group_id": group_id,
                "status": one.status,
                "may_vote": one.may_vote,
                "since": since,
            }
        )
        touched.add(person_id)
    table = table_of(Membership)
    at = update(table).where(table.c.id == bindparam("at"))
    correcting = at.values(group_id=bindparam("to_group"), may_vote=bindparam("votes"), since=bindparam("from_day"))
    await write(session, correcting, changed)
    # What ends must end before what begins, for nobody belongs to two branches at once.
    await write(session, at.values(until=bindparam("to_day")), ended)
    await write(session, insert(table), opened)
    return touched


async def _stretches(session: Session, roots: Collection[str]) -> tuple[dict[int, _Held], dict[int, date]]:
    """Where everybody belongs today who belongs or serves in these trees, or did so once, and when they last left."""
    within = _under(roots)
    here = or_(
        Membership.person_id.in_(select(Membership.person_id).where(Membership.organization_id.in_(within))),
        Membership.person_id.in_(select(Post.person_id).where(Post.organization_id.in_(within))),
    )
    query = select(
        Membership.person_id,
        Membership.id,
        Membership.organization_id,
        Membership.group_id,
        Membership.status,
        Membership.may_vote,
        Membership.since,
    ).where(Membership.until.is_(None), here)
    current = {row[0]: _Held(*row[1:]) for row in await session.execute(query)}
    ended = select(Membership.person_id, func.max(Membership.until)).where(Membership.until.is_not(None), here)
    days = await session.execute(ended.group_by(Membership.person_id))
    return current, {row[0]: row[1] for row in days if row[1] is not None}


async def _update_posts(
    session: Session,
    people: Sequence[RosterPerson],
    ids: Sequence[int],
    tree: RosterTree,
    today: date,
    roots: Collection[str],
) -> set[int]:
    """Whose posts changed."""
    query = select(Post.id, Post.person_id, Post.organization_id, Post.kind, Post.term_ends, Post.since).where(
        Post.until.is_(None), Post.organization_id.in_(_under(roots))
    )
    given = {
        (person_id, tree.ids[chain], kind): one.term_ends
        for one, person_id in zip(people, ids, strict=True)
        for kind, chain in one.posts
    }
    listed = set(ids)
    touched: set[int] = set()
    current, changed, ended = set(), [], []
    for id, person_id, organization_id, kind, term_ends, since in await session.execute(query):
        held = (person_id, organization_id, kind)
        current.add(held)
        ends = given.get(held)
        if ends is not None and ends != term_ends and not tree.is_behind(organization_id, ends):
            changed.append({"at": id, "ends": ends})
        elif person_id in listed and held not in given:
            ended.append({"at": id, "to_day": max(today, since)})
        else:
            continue
        touched.add(person_id)
    new: list[dict[str, Any]] = [
        {"person_id": held[0], "organization_id": held[1], "kind": held[2], "since": today, "term_ends": term_ends}
        for held, term_ends in given.items()
        if held not in current
    ]
    touched.update(row["person_id"] for row in new)
    table = table_of(Post)
    at = update(table).where(table.c.id == bindparam("at"))
    await write(session, at.values(term_ends=bindparam("ends")), changed)
    await write(session, at.values(until=bindparam("to_day")), ended)
    await write(session, insert(table), new)
    return touched


async def _set_terms(
    session: Session, organizations: Sequence[RosterOrganization], people: Iterable[RosterPerson], tree: RosterTree
) -> None:
    """The day that the sheet of the tree gives, for the posts of a committee for which no row gives one."""
    own = {(chain, kind) for one in people if one.term_ends for kind, chain in one.posts}
    table = table_of(Post)
    setting = (
        update(table)
        .where(
            table.c.organization_id == bindparam("organization"),
            table.c.kind == bindparam("which"),
            table.c.until.is_(None),
        )
        .values(term_ends=bindparam("ends"))
    )
    rows = [
        {"organization": tree.ids[one.chain], "which": kind, "ends": one.term_ends}
        for one in organizations
        for kind in COMMITTEE
        if one.term_ends is not None and (one.chain, kind) not in own
        if not tree.is_behind(tree.ids[one.chain], one.term_ends)
    ]
    await write(session, setting, rows)
