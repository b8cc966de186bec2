"""People, posts and organizations, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.models import AuditEntry, Membership, OrganizationKind, Post, PostKind, Status
from storage.people import (
    PersonView,
    audit,
    branches_under,
    committee_of,
    find_people,
    holders,
    is_within,
    members_of,
    membership_of,
    organization,
    person,
    posts_of,
    secretaries_of,
)
from tests.storage.kit import NOW, START, add_member, add_organization, add_post, add_town


async def test_posts_of_today_are_listed_with_the_highest_organization_first(database: Database) -> None:
    town = await add_town(database)
    today = date(2026, 11, 20)
    async with database.transaction() as session:
        await add_post(session, town.secretary, town.committee, PostKind.OFFICIAL)
        await add_post(session, town.secretary, town.other_branch, PostKind.SECRETARY, since=today + timedelta(days=1))
        await add_post(session, town.secretary, town.branch, PostKind.GROUP_LEADER)
        await session.execute(update(Post).where(Post.kind == PostKind.GROUP_LEADER).values(until=today))
    async with database.reading() as session:
        held = await posts_of(session, town.secretary, today)
        assert [(one.kind, one.organization_id) for one in held] == [
            (PostKind.OFFICIAL, town.committee),
            (PostKind.SECRETARY, town.branch),
        ]
        assert held[0].organization_kind is OrganizationKind.COMMITTEE
        assert is_within(held[1].path, held[0].path)
        assert not is_within(held[0].path, held[1].path)
        assert await posts_of(session, town.activist, today) == []


async def test_only_the_membership_of_today_counts(database: Database) -> None:
    town = await add_town(database)
    moved = date(2026, 6, 1)
    async with database.transaction() as session:
        mine = Membership.person_id == town.probationary
        await session.execute(update(Membership).where(mine).values(until=moved))
        session.add(
            Membership(person_id=town.probationary, organization_id=town.other_branch, status=Status.FULL, since=moved)
        )
    async with database.reading() as session:
        belongs = await membership_of(session, town.probationary)
        assert belongs is not None
        assert (belongs.organization_name, belongs.status, belongs.since) == ("渡口村党支部", Status.FULL, moved)
        assert [one.name for one in await members_of(session, town.other_branch)] == ["余备"]
        assert town.probationary not in {one.person_id for one in await members_of(session, town.branch)}
        assert await membership_of(session, 10_000) is None


async def test_members_are_filtered_by_status_and_say_whether_they_count(database: Database) -> None:
    town = await add_town(database)
    async with database.reading() as session:
        full = await members_of(session, town.branch, {Status.FULL})
        assert {one.person_id for one in full} == set(town.full)
        assert {one.name for one in full if not one.eligible} == {"苏八"}
        [probationary] = await members_of(session, town.branch, {Status.PROBATIONARY})
        assert not probationary.eligible
        assert len(await members_of(session, town.branch)) == 10
        assert {one.person_id for one in await members_of(session, town.group)} == set(town.full[:3])


async def test_people_are_found_in_a_subtree_once_each(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        same_name = await add_member(session, "苏一", town.other_branch)
        await add_post(session, same_name, town.committee, PostKind.OFFICIAL)
    async with database.reading() as session:
        branch = await organization(session, town.branch)
        assert branch is not None
        assert len(await find_people(session)) == 11
        assert len(await find_people(session, branch.path)) == 10
        assert [one.id for one in await find_people(session, name="苏一")] == [town.full[0], same_name]
        found = await find_people(session, name="苏一", phone_last4=f"{same_name:04d}")
        assert found == [PersonView(same_name, "苏一", f"{same_name:04d}")]
        assert await person(session, same_name) == found[0]
        assert await person(session, 10_000) is None


async def test_the_committee_is_listed_by_post_each_person_once(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        await add_post(session, town.full[1], town.branch, PostKind.DEPUTY_SECRETARY)
        await add_post(session, town.full[2], town.branch, PostKind.GROUP_LEADER)
    async with database.reading() as session:
        committee = await committee_of(session, town.branch)
        assert [(one.name, one.posts) for one in committee] == [
            ("苏一", (PostKind.SECRETARY,)),
            ("苏二", (PostKind.DEPUTY_SECRETARY, PostKind.ORGANIZATION_COMMISSIONER)),
        ]
        assert [one.name for one in await secretaries_of(session, town.branch)] == ["苏一", "苏二"]
        assert [one.name for one in await holders(session, town.branch, PostKind.GROUP_LEADER)] == ["苏三"]
        assert await holders(session, town.other_branch, PostKind.SECRETARY) == []


async def test_branches_are_listed_in_the_order_of_the_tree(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        for number in range(10):
            root = await add_organization(session, OrganizationKind.COMMITTEE, f"第{number}党委", None)
        late = await add_organization(session, OrganizationKind.BRANCH, "山前村党支部", root)
    async with database.reading() as session:
        found = await branches_under(session, "/")
        assert [one.id for one in found] == [town.branch, town.other_branch, late.id]
        assert [one.id for one in await branches_under(session, f"/{town.committee}/")] == [
            town.branch,
            town.other_branch,
        ]
        # "/1/" must not be taken for the beginning of "/12/".
        assert late.path.startswith(f"/{root.id}/")
        assert await organization(session, 10_000) is None


async def test_the_database_itself_refuses_a_second_membership_post_or_root(database: Database) -> None:
    town = await add_town(database)
    for row in (
        Membership(person_id=town.activist, organization_id=town.other_branch, status=Status.FULL, since=START),
        Post(person_id=town.secretary, organization_id=town.branch, kind=PostKind.SECRETARY, since=START),
    ):
        with pytest.raises(IntegrityError):
            async with database.transaction() as session:
                session.add(row)
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await add_organization(session, OrganizationKind.COMMITTEE, "清河镇党委", None)


async def test_what_was_done_is_noted_with_who_and_when(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        await audit(session, NOW, town.secretary, town.branch, "convene", "meeting:12")
    async with database.reading() as session:
        entry = (await session.scalars(select(AuditEntry))).one()
        assert (entry.at, entry.actor_id, entry.organization_id) == (NOW, town.secretary, town.branch)
        assert (entry.action, entry.subject) == ("convene", "meeting:12")
