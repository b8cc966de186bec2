"""Importing a roster into either database: the second time updates, and nobody is there twice."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from storage.accounts import lock_account
from storage.database import Database
from storage.digest import serving_without
from storage.memberships import change_status
from storage.models import ChangeKind, Membership, Organization, OrganizationKind, Person, PostKind, Status
from storage.people import (
    branches_under,
    find_people,
    membership_of,
    organizations_under,
    posts_of,
    roots,
    term_ends_of,
)
from storage.roster import Chain, Outdated, OutdatedRoster, RosterOrganization, RosterPerson, Summary, import_roster
from storage.tree import Decision, move_organization, rename_organization, set_term
from storage.tree_endings import merge_organization
from tests.storage.kit import add_organization, is_waiting

TODAY = date(2026, 11, 20)
ROOT: Chain = ((OrganizationKind.COMMITTEE, "清河镇党委"),)
BRANCH: Chain = (*ROOT, (OrganizationKind.GENERAL_BRANCH, "柳荫村党总支"), (OrganizationKind.BRANCH, "第一党支部"))
OTHER: Chain = (*ROOT, (OrganizationKind.BRANCH, "镇机关党支部"))
GROUP: Chain = (*BRANCH, (OrganizationKind.GROUP, "第一党小组"))
MAIQIU = RosterPerson(
    name="田麦秋",
    phone_last4="8207",
    root=ROOT,
    branch=BRANCH,
    group=GROUP,
    status=Status.PROBATIONARY,
    since=date(2025, 11, 1),
    may_vote=True,
    posts=(),
    term_ends=None,
)
SECRETARY = replace(
    MAIQIU,
    name="何田田",
    group=None,
    status=Status.FULL,
    posts=((PostKind.SECRETARY, BRANCH),),
    term_ends=date(2029, 6, 30),
)
OFFICIAL = replace(
    MAIQIU, name="程望舒", branch=None, group=None, status=None, posts=((PostKind.OFFICIAL, ROOT),), phone_last4="0316"
)


async def _import(database: Database, *people: RosterPerson, today: date = TODAY) -> Summary:
    async with database.transaction() as session:
        return await import_roster(session, people, today)


async def _stretches(database: Database, name: str) -> list[tuple[str, Status, date, date | None]]:
    async with database.reading() as session:
        query = (
            select(Organization.name, Membership.status, Membership.since, Membership.until)
            .join(Organization, Organization.id == Membership.organization_id)
            .join(Person, Person.id == Membership.person_id)
            .where(Person.name == name)
            .order_by(Membership.id)
        )
        return [(row[0], row[1], row[2], row[3]) for row in await session.execute(query)]


async def test_the_first_import_builds_the_tree_and_the_second_changes_nothing(database: Database) -> None:
    people = (MAIQIU, SECRETARY, OFFICIAL)
    assert await _import(database, *people) == Summary(3, 0, 0, 4, 0)
    assert await _import(database, *people) == Summary(0, 0, 3, 0, 0)
    async with database.reading() as session:
        [branch] = await branches_under(session, "/")
        found = {one.name: one.id for one in await find_people(session)}
        assert len(found) == 3
        held = await posts_of(session, found["何田田"], TODAY)
        assert [(one.kind, one.path) for one in held] == [(PostKind.SECRETARY, branch.path)]
        belongs = await membership_of(session, found["田麦秋"])
        assert belongs is not None
        assert belongs.path == branch.path
        assert belongs.group_id is not None
        assert await membership_of(session, found["程望舒"]) is None
        paths = (await session.scalars(select(Organization.path).order_by(Organization.id))).all()
        assert [path.count("/") for path in paths] == [2, 3, 4, 5]
        assert all(path.startswith(paths[at]) for at, path in enumerate(paths[1:]))


async def test_a_new_status_closes_the_old_membership_and_opens_another(database: Database) -> None:
    await _import(database, MAIQIU)
    full = replace(MAIQIU, status=Status.FULL, since=date(2026, 11, 1))
    assert await _import(database, full) == Summary(0, 1, 0, 0, 0)
    assert await _stretches(database, "田麦秋") == [
        ("第一党支部", Status.PROBATIONARY, date(2025, 11, 1), date(2026, 11, 1)),
        ("第一党支部", Status.FULL, date(2026, 11, 1), None),
    ]


async def test_a_new_status_under_the_old_date_counts_from_today(database: Database) -> None:
    await _import(database, MAIQIU)
    await _import(database, replace(MAIQIU, status=Status.FULL))
    assert await _stretches(database, "田麦秋") == [
        ("第一党支部", Status.PROBATIONARY, date(2025, 11, 1), TODAY),
        ("第一党支部", Status.FULL, TODAY, None),
    ]
    again = await _import(database, replace(MAIQIU, status=Status.FULL), today=date(2026, 12, 1))
    assert again == Summary(0, 0, 1, 0, 0)


async def test_moving_to_another_branch_is_recorded_as_such(database: Database) -> None:
    await _import(database, MAIQIU, SECRETARY)
    moved = replace(MAIQIU, branch=OTHER, group=None, since=date(2026, 10, 1))
    assert await _import(database, moved) == Summary(0, 1, 0, 1, 1)
    assert [stretch[0] for stretch in await _stretches(database, "田麦秋")] == ["第一党支部", "镇机关党支部"]


async def test_a_correction_changes_the_membership_in_place(database: Database) -> None:
    await _import(database, MAIQIU)
    await _import(database, replace(MAIQIU, group=None, may_vote=False, since=date(2025, 10, 1)))
    assert await _stretches(database, "田麦秋") == [("第一党支部", Status.PROBATIONARY, date(2025, 10, 1), None)]


async def test_posts_follow_the_roster(database: Database) -> None:
    await _import(database, SECRETARY, OFFICIAL)
    later = date(2026, 12, 1)
    changed = replace(SECRETARY, posts=((PostKind.ORGANIZATION_COMMISSIONER, BRANCH),))
    assert await _import(database, changed, replace(OFFICIAL, term_ends=later), today=later) == Summary(0, 2, 0, 0, 0)
    async with database.reading() as session:
        found = {one.name: one.id for one in await find_people(session)}
        held = await posts_of(session, found["何田田"], later)
        assert [one.kind for one in held] == [PostKind.ORGANIZATION_COMMISSIONER]


async def test_a_roster_makes_nobody_read_a_digest_before_an_account_is_bound(database: Database) -> None:
    await _import(database, OFFICIAL)
    async with database.reading() as session:
        assert await serving_without(session) == []
        [official] = await find_people(session)
    async with database.transaction() as session:
        account = await lock_account(session, "web", "t", "u", "u", datetime(2026, 11, 25, tzinfo=UTC))
        account.person_id = official.id
    async with database.reading() as session:
        [(person_id, _, timezone)] = await serving_without(session)
    assert (person_id, timezone) == (official.id, "Asia/Shanghai")
    await _import(database, replace(OFFICIAL, posts=()))
    async with database.reading() as session:
        assert await serving_without(session) == []


async def test_people_of_one_name_are_told_apart_by_digits_and_by_town(database: Database) -> None:
    elsewhere: Chain = ((OrganizationKind.COMMITTEE, "白石镇党委"),)
    namesake = replace(MAIQIU, phone_last4="1111")
    foreign = replace(MAIQIU, root=elsewhere, branch=(*elsewhere, (OrganizationKind.BRANCH, "第一党支部")), group=None)
    assert (await _import(database, MAIQIU, namesake)).added == 2
    assert (await _import(database, foreign)) == Summary(1, 0, 0, 2, 0)


async def test_an_import_that_fails_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises((DBAPIError, ValueError)):
        await _import(database, MAIQIU, replace(SECRETARY, phone_last4="12"))
    async with database.reading() as session:
        assert (await session.scalars(select(Organization))).all() == []
        assert (await session.scalars(select(Person))).all() == []


COUNTY: Chain = ((OrganizationKind.COMMITTEE, "清河县委"),)
TOWN: Chain = (*COUNTY, *ROOT)
DECIDED = Decision(TODAY, "清组批〔2026〕12号", None, datetime(2026, 11, 20, tzinfo=UTC))


def under(root: Chain, one: RosterPerson) -> RosterPerson:
    """The same person, listed in the branch of that name under another committee."""
    branch = (*root, (OrganizationKind.BRANCH, "第一党支部"))
    return replace(one, root=root, branch=branch, group=None, posts=tuple((kind, branch) for kind, _ in one.posts))


async def test_the_sheet_of_the_tree_makes_what_is_empty_and_says_when_terms_end(database: Database) -> None:
    secretary = replace(under(TOWN, SECRETARY), term_ends=None)
    empty = (*TOWN, (OrganizationKind.GENERAL_BRANCH, "机关党总支"))
    ends = date(2029, 6, 30)
    assert secretary.branch is not None
    rows = [RosterOrganization(COUNTY), RosterOrganization(empty), RosterOrganization(secretary.branch, ends)]
    async with database.transaction() as session:
        assert await import_roster(session, [], TODAY, organizations=rows[:1]) == Summary(0, 0, 0, 1, 0)
    async with database.transaction() as session:
        assert await import_roster(session, [secretary], TODAY, organizations=rows) == Summary(1, 0, 0, 3, 0)
    async with database.transaction() as session:
        assert await import_roster(session, [secretary], TODAY, organizations=rows) == Summary(0, 0, 1, 0, 0)
        [one] = await branches_under(session, "/")
        assert await term_ends_of(session, one.id) == ends
        assert [each.name for each in await organizations_under(session, "/")] == [
            "清河县委",
            "清河镇党委",
            "机关党总支",
            "第一党支部",
        ]


async def test_a_committee_that_has_come_under_another_is_found_there_without_the_sheet(database: Database) -> None:
    await _import(database, MAIQIU)
    async with database.transaction() as session:
        [town] = await roots(session)
        county = await add_organization(session, OrganizationKind.COMMITTEE, "清河县委", None)
        await move_organization(session, town.id, county.id, DECIDED)
    assert await _import(database, MAIQIU, SECRETARY) == Summary(1, 0, 1, 0, 0)


async def test_two_of_one_name_and_number_in_two_towns_of_a_county_are_two_people(database: Database) -> None:
    elsewhere: Chain = (*COUNTY, (OrganizationKind.COMMITTEE, "白石镇党委"))
    here, there = under(TOWN, MAIQIU), under(elsewhere, MAIQIU)
    assert (await _import(database, here, there)).added == 2
    assert await _import(database, here, there) == Summary(0, 0, 2, 0, 0)
    # Of a town alone the other town's people are not looked for.
    assert await _import(database, here) == Summary(0, 0, 1, 0, 0)


async def test_an_old_roster_does_not_build_again_what_has_changed_since(database: Database) -> None:
    await _import(database, MAIQIU, replace(SECRETARY, branch=OTHER, posts=()))
    async with database.transaction() as session:
        first, office = await branches_under(session, "/")
        [town] = await roots(session)
        await rename_organization(session, first.id, "柳荫村第一党支部", DECIDED)
        await move_organization(session, first.id, town.id, DECIDED)
        await merge_organization(session, office.id, first.id, DECIDED)
    with pytest.raises(OutdatedRoster) as caught:
        await _import(database, MAIQIU, replace(SECRETARY, branch=OTHER, posts=()), replace(OFFICIAL, posts=()))
    assert caught.value.organizations == {
        BRANCH: Outdated(ChangeKind.RENAMED, "清河镇党委/柳荫村第一党支部"),
        OTHER: Outdated(ChangeKind.MERGED, "清河镇党委/柳荫村第一党支部"),
    }
    moved = (*BRANCH[:-1], (OrganizationKind.BRANCH, "柳荫村第一党支部"))
    with pytest.raises(OutdatedRoster) as caught:
        await _import(database, replace(MAIQIU, branch=moved, group=None))
    assert caught.value.organizations == {moved: Outdated(ChangeKind.MOVED, "清河镇党委/柳荫村第一党支部")}
    now = (*ROOT, (OrganizationKind.BRANCH, "柳荫村第一党支部"))
    assert await _import(database, replace(MAIQIU, branch=now, group=None)) == Summary(0, 1, 0, 0, 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_of_what_has_changed_more_than_once_it_is_said_what_it_is_now(database: Database) -> None:
    last: Chain = (*ROOT, (OrganizationKind.BRANCH, "第三党支部"))
    people = [replace(SECRETARY, name=name, branch=branch, posts=()) for name, branch in (("甲", OTHER), ("乙", last))]
    await _import(database, MAIQIU, *people)
    async with database.transaction() as session:
        first, office, third = await branches_under(session, "/")
        await rename_organization(session, first.id, "柳荫村党支部", DECIDED)
        await merge_organization(session, first.id, office.id, DECIDED)
        await merge_organization(session, office.id, third.id, DECIDED)
    with pytest.raises(OutdatedRoster) as caught:
        await _import(database, MAIQIU, *people)
    now = Outdated(ChangeKind.MERGED, "清河镇党委/第三党支部")
    assert caught.value.organizations == {BRANCH: now, OTHER: now}


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_an_import_waits_for_who_is_just_changing_a_roster_and_goes_on_from_there(database: Database) -> None:
    """SQLite has one writer; on a server somebody would belong twice, which is an error at the end of a long import."""
    await _import(database, MAIQIU, replace(SECRETARY, branch=OTHER, posts=()))
    full = replace(MAIQIU, status=Status.FULL, since=date(2026, 11, 1))
    async with database.transaction() as session:
        [who] = await find_people(session, name="田麦秋")
        assert await change_status(session, who.id, Status.FULL, date(2026, 11, 1))
        importing = asyncio.create_task(_import(database, full, replace(SECRETARY, branch=OTHER, posts=())))
        await is_waiting(database)
    assert await importing == Summary(0, 0, 2, 0, 0)


async def test_one_name_is_one_kind_of_organization(database: Database) -> None:
    await _import(database, MAIQIU)
    wrong = (*ROOT, (OrganizationKind.BRANCH, "柳荫村党总支"))
    with pytest.raises(OutdatedRoster) as caught:
        await _import(database, replace(MAIQIU, branch=wrong, group=None))
    assert caught.value.organizations == {wrong: Outdated(None, "general_branch")}


async def test_an_empty_cell_leaves_a_term_as_it_is(database: Database) -> None:
    await _import(database, SECRETARY)
    assert await _import(database, replace(SECRETARY, term_ends=None)) == Summary(0, 0, 1, 0, 0)


async def test_an_old_roster_does_not_take_back_that_an_election_was_put_off(database: Database) -> None:
    await _import(database, SECRETARY)
    later = date(2030, 6, 30)
    async with database.transaction() as session:
        [one] = await branches_under(session, "/")
        await set_term(session, one.id, later, DECIDED, extended=True)
    assert await _import(database, SECRETARY) == Summary(0, 0, 1, 0, 0)
    async with database.transaction() as session:
        rows = [RosterOrganization(BRANCH, date(2029, 6, 30))]
        await import_roster(session, [replace(SECRETARY, term_ends=None)], TODAY, organizations=rows)
        assert await term_ends_of(session, one.id) == later
    # A new committee has a new term.
    assert await _import(database, replace(SECRETARY, term_ends=date(2034, 6, 30))) == Summary(0, 1, 0, 0, 0)


async def test_rows_are_written_in_parts_each_with_its_own_person(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.roster_tree.AT_ONCE", 3)
    people = [replace(MAIQIU, name=f"田{number}", phone_last4=f"{number:04}") for number in range(8)]
    told: list[tuple[int, int]] = []
    async with database.transaction() as session:
        done = await import_roster(session, people, TODAY, progress=lambda done, of: told.append((done, of)))
    assert (done.added, told) == (8, [(3, 8), (6, 8), (8, 8)])
    async with database.reading() as session:
        query = select(Person.name, Person.phone_last4).join(Membership, Membership.person_id == Person.id)
        found = {tuple(row) for row in await session.execute(query)}
    assert found == {(one.name, one.phone_last4) for one in people}
    # And who is written one by one afterwards gets an id of their own.
    assert (await _import(database, SECRETARY)).added == 1
