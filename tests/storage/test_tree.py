"""The tree as it changes: moved, merged, dissolved, renamed, by two at once; what was recorded stays readable."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text, update

from storage.branch_entries import add_entry, entries_version, standing_entries
from storage.cases import add_case, cases_of
from storage.database import Database, Session
from storage.meetings import meetings_of
from storage.memberships import move_membership
from storage.models import (
    AuditEntry,
    CaseState,
    ChangeKind,
    DigestSubscription,
    GroupChat,
    Membership,
    Organization,
    OrganizationChange,
    OrganizationKind,
    Post,
    PostKind,
    ReportKind,
    Status,
)
from storage.people import (
    audit,
    branches_under,
    members_of,
    organization,
    organizations_named,
    organizations_under,
    roots,
    secretaries_of,
)
from storage.polls import add_poll, polls_of
from storage.readings import PassageText, passage_owners, put_reading, readings_version
from storage.reports import add_report, report, reports_to
from storage.tree import (
    Decision,
    NotPossible,
    add_organization,
    below,
    changes_of,
    children_of,
    move_organization,
    node,
    nodes_below,
    predecessors_of,
    readers_of,
    rename_organization,
    set_term,
    still_there,
    term_of,
)
from storage.tree_endings import dissolve_organization, ending, merge_organization
from tests.storage.kit import NOW, START, Town, add_convened_meeting, add_member, add_post, add_town, is_waiting
from tests.storage.kit import add_organization as plant

TODAY = date(2026, 11, 20)
DECIDED = Decision(TODAY, "清组批〔2026〕12号", None, NOW)
GENERAL, BRANCH, GROUP = OrganizationKind.GENERAL_BRANCH, OrganizationKind.BRANCH, OrganizationKind.GROUP


async def path_of(session: Session, organization_id: int) -> str:
    found = await organization(session, organization_id)
    assert found is not None
    return found.path


async def refused(database: Database, change: Callable[[Session], Awaitable[object]]) -> NotPossible:
    """Why a change is not possible; nothing of it is left."""
    async with database.reading() as session:
        before = (await session.execute(select(Organization.id, Organization.path, Organization.name))).all()
    with pytest.raises(NotPossible) as caught:
        async with database.transaction() as session:
            await change(session)
    async with database.reading() as session:
        assert (await session.execute(select(Organization.id, Organization.path, Organization.name))).all() == before
        assert (await session.scalars(select(OrganizationChange))).all() == []
    return caught.value


async def test_organizations_are_set_up_at_any_depth_and_each_leaves_who_decided(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        lower = await add_organization(session, OrganizationKind.COMMITTEE, "开发区党委", town.committee, DECIDED)
        general = await add_organization(session, GENERAL, "园区党总支", lower, DECIDED)
        branch = await add_organization(session, BRANCH, "第一党支部", general, DECIDED)
        group = await add_organization(session, GROUP, "第一党小组", branch, DECIDED)
    async with database.reading() as session:
        assert await path_of(session, group) == f"/{town.committee}/{lower}/{general}/{branch}/{group}/"
        [change] = await changes_of(session, general)
        assert (change.kind, change.decided_on, change.approval) == (ChangeKind.ESTABLISHED, TODAY, DECIDED.approval)
        actions = set(await session.scalars(select(AuditEntry.action)))
        assert actions == {"tree_established"}
        found = await below(session, await path_of(session, lower))
        assert (found.committees, found.general_branches, found.branches, found.groups, found.people) == (0, 1, 1, 1, 0)
        assert [one.name for one in await children_of(session, town.committee)] == [
            "开发区党委",
            "柳荫村党支部",
            "渡口村党支部",
        ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("kind", "name", "under", "key"),
    [
        (BRANCH, "渡口村党支部", "committee", "name_taken"),
        (GROUP, "第二党小组", "committee", "wrong_kind"),
        (BRANCH, "第三党支部", "group", "wrong_kind"),
        (BRANCH, "第三党支部", "", "gone"),
    ],
)
async def test_what_cannot_stand_there_is_not_set_up(
    database: Database, kind: OrganizationKind, name: str, under: str, key: str
) -> None:
    town = await add_town(database)
    parent = getattr(town, under) if under else 9999
    assert (await refused(database, lambda session: add_organization(session, kind, name, parent, DECIDED))).key == key


async def test_a_move_rewrites_the_paths_of_the_whole_subtree_and_nothing_else(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        general = await add_organization(session, GENERAL, "柳荫村党总支", town.committee, DECIDED)
        # Its path begins with the same figures, and is another's.
        beside = [await add_organization(session, BRANCH, f"第{n}党支部", town.committee, DECIDED) for n in range(12)]
        paths = {id: await path_of(session, id) for id in beside}
    async with database.transaction() as session:
        assert await move_organization(session, town.branch, general, DECIDED) == 2
    async with database.reading() as session:
        assert await path_of(session, town.branch) == f"/{town.committee}/{general}/{town.branch}/"
        assert await path_of(session, town.group) == f"/{town.committee}/{general}/{town.branch}/{town.group}/"
        assert {id: await path_of(session, id) for id in beside} == paths
        moved = await node(session, town.branch)
        assert moved is not None
        assert (moved.parent_id, moved.parent_name) == (general, "柳荫村党总支")
        assert len(await members_of(session, town.branch)) == 10
        assert (await below(session, await path_of(session, general))).full == 8
    async with database.transaction() as session:
        # A whole general branch, to the top of another tree, and back.
        other = await plant(session, OrganizationKind.COMMITTEE, "白水镇党委", None)
        assert await move_organization(session, general, other.id, DECIDED) == 3
        assert await path_of(session, town.group) == f"/{other.id}/{general}/{town.branch}/{town.group}/"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_moves_that_make_no_tree_are_refused(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        inner = await plant(
            session, OrganizationKind.COMMITTEE, "内层党委", await session.get(Organization, town.committee)
        )
        await plant(session, BRANCH, "渡口村党支部", inner)

    async def key(what: int, where: int) -> str:
        return (await refused(database, lambda session: move_organization(session, what, where, DECIDED))).key

    assert await key(town.committee, town.committee) == "under_itself"
    assert await key(town.committee, inner.id) == "under_itself"
    assert await key(town.branch, town.committee) == "there_already"
    assert await key(town.branch, town.other_branch) == "wrong_kind"
    assert await key(town.group, town.committee) == "wrong_kind"
    assert await key(town.other_branch, inner.id) == "name_taken"
    assert await key(town.branch, 9999) == "gone"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_path_that_would_be_too_long_is_refused_before_anything_is_moved(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        parent = await session.get(Organization, town.committee)
        deep = await plant(session, OrganizationKind.COMMITTEE, "深处党委", parent)
        deep.path = "/" + "1/" * 126
        deep_id = deep.id
    assert (
        await refused(database, lambda session: move_organization(session, town.branch, deep_id, DECIDED))
    ).key == "too_deep"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_name_can_be_changed_but_not_into_a_neighbours(database: Database) -> None:
    town = await add_town(database)
    for name, key in (("渡口村党支部", "name_taken"), ("柳荫村党支部", "same_name")):

        async def rename(session: Session, name: str = name) -> None:
            await rename_organization(session, town.branch, name, DECIDED)

        assert (await refused(database, rename)).key == key
    async with database.transaction() as session:
        await rename_organization(session, town.branch, "柳荫社区党支部", DECIDED)
    async with database.reading() as session:
        [change] = await changes_of(session, town.branch)
        assert (change.name, change.became) == ("柳荫村党支部", "柳荫社区党支部")


async def filled(database: Database, town: Town) -> dict[str, int]:
    """What a branch leaves: a case that runs and one that is over, a meeting, a report, a digest, a chat, a book."""
    meeting_id = await add_convened_meeting(database, town)
    async with database.transaction() as session:
        await plant(session, GROUP, "第一党小组", await session.get(Organization, town.other_branch))
        await add_post(session, town.full[3], town.other_branch, PostKind.SECRETARY)
        begun = {"procedure": "admission", "started_on": START, "remind_on": None, "started_by_id": None}
        common = {"organization_id": town.branch, "title": "发展党员", "subject_id": town.activist}
        running = await add_case(session, **common, **begun)  # type: ignore[arg-type]  # keywords of several types
        over = await add_case(session, **common, **begun)  # type: ignore[arg-type]  # keywords of several types
        await session.execute(text("UPDATE cases SET state = 'closed' WHERE id = :id"), {"id": over})
        session.add(DigestSubscription(person_id=town.secretary, organization_id=town.branch))
        session.add(
            GroupChat(
                channel="fake", tenant="t", chat="g", organization_id=town.branch, linked_at=NOW, linked_by_id=None
            )
        )
        handed_in = await add_report(
            session,
            organization_id=town.branch,
            author_id=town.activist,
            kind=ReportKind.THOUGHT_REPORT,
            period="2026-Q4",
            text="心里话",
            file_ids=[],
            now=NOW,
        )
        await put_reading(
            session,
            organization_id=town.branch,
            title="村规",
            file_name="村规.md",
            digest="0" * 64,
            passages=[PassageText("一", "", "", "村里的事")],
            now=NOW,
        )
    return {"meeting": meeting_id, "running": running, "over": over, "report": handed_in.id}


async def test_a_merger_hands_over_people_and_what_runs_and_keeps_the_records_readable(database: Database) -> None:
    town = await add_town(database)
    left = await filled(database, town)
    async with database.transaction() as session:
        one = await node(session, town.branch)
        assert one is not None
        before = await ending(session, one)
        assert await merge_organization(session, town.branch, town.other_branch, DECIDED) == before
    assert (before.people, before.children, before.cases, before.posts, before.digests, before.chats) == (
        *(10, 1, 1, 2, 1, 1),
    )
    async with database.reading() as session:
        merged = await node(session, town.branch)
        assert merged is not None
        assert (merged.closed_on, merged.successor) == (TODAY, "渡口村党支部")
        assert merged.path == f"/{town.committee}/{town.other_branch}/{town.branch}/"
        assert await members_of(session, town.branch) == []
        people = await members_of(session, town.other_branch)
        assert len(people) == 10
        assert {one.group_id for one in people if one.person_id in town.full[:3]} == {town.group}
        stretches = await session.execute(
            select(Membership.organization_id, Membership.since, Membership.until)
            .where(Membership.person_id == town.probationary)
            .order_by(Membership.id)
        )
        assert [tuple(row) for row in stretches] == [
            (town.branch, START, TODAY),
            (town.other_branch, TODAY, None),
        ]
        groups = await children_of(session, town.other_branch)
        assert sorted(one.name for one in groups) == ["第一党小组", "第一党小组(原柳荫村党支部)"]
        assert [one.id for one in groups if one.id == town.group] == [town.group]
        assert [one.id for one in await secretaries_of(session, town.branch)] == [town.full[3]]
        # What is under way goes on there, what is over is found there.
        assert [one.id for one in await cases_of(session, town.other_branch, states=[CaseState.OPEN])] == [
            left["running"]
        ]
        assert [one.id for one in await cases_of(session, town.other_branch, states=[CaseState.CLOSED])] == [
            left["over"]
        ]
        assert [one.id for one in await meetings_of(session, town.other_branch)] == [left["meeting"]]
        [handed_in] = await reports_to(session, town.other_branch)
        assert (handed_in.id, handed_in.organization_id) == (left["report"], town.other_branch)
        assert await report(session, left["report"]) == handed_in
        assert set(await session.scalars(select(GroupChat.organization_id))) == {town.other_branch}
        assert set(await session.scalars(select(DigestSubscription.active))) == {False}
        assert set((await passage_owners(session)).values()) == {f"/{town.committee}/{town.other_branch}/"}
        open_posts = await session.scalars(
            select(Post.id).where(Post.organization_id == town.branch, Post.until.is_(None))
        )
        assert list(open_posts) == []
        # Lists of what there is leave it out.
        assert [one.id for one in await branches_under(session, "/")] == [town.other_branch]
        assert town.branch not in {one.id for one in await organizations_under(session, "/")}
        assert town.branch not in {one.id for one in await nodes_below(session, "/", [BRANCH])}
        assert await organizations_named(session, "柳荫村党支部") == []
        assert [one.id for one in await predecessors_of(session, town.other_branch)] == [town.branch]
        assert [one.kind for one in await changes_of(session, town.other_branch)] == [ChangeKind.MERGED]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_was_merged_twice_is_the_last_ones(database: Database) -> None:
    town = await add_town(database)
    left = await filled(database, town)
    async with database.transaction() as session:
        last = await plant(session, BRANCH, "山前村党支部", await session.get(Organization, town.committee))
    async with database.transaction() as session:
        await merge_organization(session, town.branch, town.other_branch, DECIDED)
        await merge_organization(session, town.other_branch, last.id, DECIDED)
    async with database.reading() as session:
        assert (await path_of(session, town.branch)).startswith(await path_of(session, last.id))
        assert [one.id for one in await meetings_of(session, last.id)] == [left["meeting"]]
        assert {one.id for one in await predecessors_of(session, last.id)} == {town.branch, town.other_branch}
        assert len(await members_of(session, last.id)) == 10
        stretches = await session.execute(
            select(Membership.organization_id, Membership.until).where(
                Membership.person_id == town.probationary, Membership.until.is_(None)
            )
        )
        assert [tuple(row) for row in stretches] == [(last.id, None)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_groups_are_merged_within_a_branch_and_members_come_along(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        second = await add_organization(session, GROUP, "第二党小组", town.branch, DECIDED)
        elsewhere = await add_organization(session, GROUP, "第一党小组", town.other_branch, DECIDED)
    with pytest.raises(NotPossible, match="other_branch"):
        async with database.transaction() as session:
            await merge_organization(session, town.group, elsewhere, DECIDED)
    async with database.transaction() as session:
        assert (await merge_organization(session, town.group, second, DECIDED)).people == 3
    async with database.reading() as session:
        assert {one.person_id for one in await members_of(session, second)} == set(town.full[:3])
        assert len(await members_of(session, town.branch)) == 10


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_mergers_that_cannot_be_are_refused(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        top = await session.get(Organization, town.committee)
        lower = await plant(session, OrganizationKind.COMMITTEE, "下级党委", top)
        second = await plant(session, OrganizationKind.COMMITTEE, "另一党委", top)
        await plant(session, BRANCH, "同名党支部", lower)
        await plant(session, BRANCH, "同名党支部", second)

    async def why(what: int, into: int) -> NotPossible:
        return await refused(database, lambda session: merge_organization(session, what, into, DECIDED))

    assert (await why(town.branch, town.branch)).key == "into_itself"
    assert (await why(town.committee, lower.id)).key == "into_itself"
    assert (await why(town.branch, lower.id)).key == "other_kind"
    clash = await why(lower.id, second.id)
    assert (clash.key, clash.values["names"]) == ("names_clash", ["同名党支部"])


async def test_only_what_is_empty_is_dissolved_and_its_name_is_free_again(database: Database) -> None:
    town = await add_town(database)
    full = await refused(database, lambda session: dissolve_organization(session, town.branch, DECIDED))
    assert full.key == "not_empty"
    async with database.transaction() as session:
        chat = {"channel": "fake", "tenant": "t", "chat": "g", "linked_at": NOW}
        session.add(GroupChat(organization_id=town.other_branch, **chat))
        await session.flush()
        await dissolve_organization(session, town.other_branch, DECIDED)
        assert list(await session.scalars(select(GroupChat))) == []
        again = await add_organization(session, BRANCH, "渡口村党支部", town.committee, DECIDED)
    async with database.reading() as session:
        assert [one.id for one in await organizations_named(session, "渡口村党支部")] == [again]
        gone = await organization(session, town.other_branch)
        assert gone is not None
        assert (gone.closed_on, gone.path) == (TODAY, f"/{town.committee}/{town.other_branch}/")
    with pytest.raises(NotPossible, match="closed"):
        async with database.transaction() as session:
            await move_organization(session, town.other_branch, town.committee, DECIDED)
    async with database.reading() as session:
        assert len(await roots(session)) == 1


async def test_a_term_is_set_for_all_who_serve(database: Database) -> None:
    town = await add_town(database)
    nobody = await refused(database, lambda session: set_term(session, town.other_branch, TODAY, DECIDED))
    assert nobody.key == "nobody_serves"
    ends = date(2029, 6, 30)
    async with database.transaction() as session:
        await add_post(session, town.full[2], town.branch, PostKind.GROUP_LEADER)
        assert await set_term(session, town.branch, ends, DECIDED, extended=True) == 2
    async with database.reading() as session:
        assert await term_of(session, town.branch) == (2, ends)
        leader = select(Post.term_ends).where(Post.kind == PostKind.GROUP_LEADER)
        assert await session.scalar(leader) is None
        [change] = await changes_of(session, town.branch)
        assert (change.kind, change.became) == (ChangeKind.TERM_EXTENDED, "2029-06-30")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_officials_of_the_levels_above_are_found_by_the_path(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        await add_post(session, town.full[5], town.committee, PostKind.OFFICIAL)
        await add_post(session, town.full[6], town.other_branch, PostKind.OFFICIAL)
    async with database.reading() as session:
        assert await readers_of(session, await path_of(session, town.branch)) == [town.full[5]]


async def at_once(database: Database, *changes: Callable[[Session], Awaitable[object]]) -> list[object]:
    """What becomes of changes that begin together: None, or why not."""

    async def attempt(change: Callable[[Session], Awaitable[object]]) -> object:
        try:
            async with database.transaction() as session:
                await change(session)
        except NotPossible as no:
            return no.key
        return None

    return list(await asyncio.gather(*map(attempt, changes)))


async def test_of_two_who_change_the_same_thing_one_is_told(database: Database) -> None:
    town = await add_town(database)
    found = await at_once(
        database,
        lambda session: merge_organization(session, town.branch, town.other_branch, DECIDED),
        lambda session: merge_organization(session, town.other_branch, town.branch, DECIDED),
    )
    assert sorted(found, key=str) == [None, "closed"]
    async with database.reading() as session:
        [standing] = await branches_under(session, "/")
        assert len(await members_of(session, standing.id)) == 10


async def test_two_moves_that_would_make_a_ring_leave_a_tree(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        top = await session.get(Organization, town.committee)
        one = await plant(session, OrganizationKind.COMMITTEE, "甲党委", top)
        two = await plant(session, OrganizationKind.COMMITTEE, "乙党委", top)
    found = await at_once(
        database,
        lambda session: move_organization(session, one.id, two.id, DECIDED),
        lambda session: move_organization(session, two.id, one.id, DECIDED),
    )
    assert sorted(found, key=str) == [None, "under_itself"]


async def test_two_new_ones_of_a_name_at_once_are_one(database: Database) -> None:
    town = await add_town(database)

    async def new(session: Session) -> None:
        await add_organization(session, BRANCH, "新村党支部", town.committee, DECIDED)

    assert sorted(await at_once(database, new, new), key=str) == [None, "name_taken"]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_nobody_who_records_something_waits_for_a_branch_that_is_being_moved(database: Database) -> None:
    """SQLite has one writer anyway; on a server a check-in must not stand still because an official moves a subtree."""
    town = await add_town(database)
    async with database.transaction() as session:
        general = await add_organization(session, GENERAL, "柳荫村党总支", town.committee, DECIDED)
    async with database.transaction() as moving:
        await move_organization(moving, town.branch, general, DECIDED)
        async with database.transaction() as recording:
            await recording.execute(text("SET LOCAL lock_timeout = '1s'"))  # where it waited, this is an error
            await audit(recording, NOW, town.secretary, town.branch, "check_in", "meeting:1")
            await add_member(recording, "新人", town.branch)
            await recording.execute(update(Membership).values(may_vote=True))
    async with database.transaction() as recording:
        await audit(recording, NOW, town.secretary, town.branch, "check_in", "meeting:1")
        await recording.flush()
        async with database.transaction() as moving:
            await moving.execute(text("SET LOCAL lock_timeout = '1s'"))
            await move_organization(moving, town.branch, town.committee, DECIDED)
    async with database.reading() as session:
        assert await path_of(session, town.branch) == f"/{town.committee}/{town.branch}/"
        assert len(await members_of(session, town.branch)) == 11


async def test_who_loads_the_handbook_sees_that_its_owners_have_moved(database: Database) -> None:
    town = await add_town(database)
    await filled(database, town)
    async with database.transaction() as session:
        await add_entry(
            session,
            organization_id=town.branch,
            author_id=None,
            title="几点开饭",
            aliases=[],
            answer="十一点半",
            source="惯例",
            now=NOW,
        )
    async with database.transaction() as session:
        before = await entries_version(session), await readings_version(session)
        general = await add_organization(session, GENERAL, "柳荫村党总支", town.committee, DECIDED)
        await move_organization(session, town.branch, general, DECIDED)
        after = await entries_version(session), await readings_version(session)
        assert before[0] != after[0]
        assert before[1] != after[1]
        assert set((await passage_owners(session)).values()) == {f"/{town.committee}/{general}/{town.branch}/"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_came_after_the_day_of_the_decision_has_only_ever_belonged_to_the_new_one(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        late = await add_member(session, "新来的", town.branch, Status.APPLICANT)
        await session.execute(update(Membership).where(Membership.person_id == late).values(since=TODAY))
        earlier = Decision(TODAY - timedelta(days=30), "镇党委会议", None, NOW)
        await merge_organization(session, town.branch, town.other_branch, earlier)
    async with database.reading() as session:
        rows = await session.execute(
            select(Membership.organization_id, Membership.since, Membership.until).where(Membership.person_id == late)
        )
        assert [tuple(row) for row in rows] == [(town.other_branch, TODAY, None)]


async def test_two_who_begin_on_an_empty_database_at_once_make_one_committee(database: Database) -> None:
    async def new(session: Session) -> None:
        await add_organization(session, OrganizationKind.COMMITTEE, "清河县委", None, DECIDED)

    assert sorted(await at_once(database, new, new), key=str) == [None, "name_taken"]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("merged_first", [True, False])
async def test_who_moves_into_a_branch_that_is_being_merged_is_where_it_went(
    database: Database, merged_first: bool
) -> None:
    """SQLite has one writer; on a server somebody could be left behind in a branch that is no more."""
    town = await add_town(database)
    async with database.transaction() as session:
        last = await plant(session, BRANCH, "山前村党支部", await session.get(Organization, town.committee))
        comer = await add_member(session, "新人", town.other_branch)

    async def merge(session: Session) -> None:
        await merge_organization(session, town.branch, last.id, DECIDED)

    async def move(session: Session) -> None:
        await move_membership(session, comer, town.branch, TODAY)

    async def second(change: Callable[[Session], Awaitable[None]]) -> None:
        async with database.transaction() as session:
            await change(session)

    async with database.transaction() as session:
        await (merge if merged_first else move)(session)
        waiting = asyncio.create_task(second(move if merged_first else merge))
        await is_waiting(database)
    await waiting
    async with database.reading() as session:
        assert comer in {one.person_id for one in await members_of(session, last.id)}


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_branch_that_somebody_is_just_coming_to_is_not_dissolved(database: Database) -> None:
    town = await add_town(database)

    async def dissolve() -> None:
        async with database.transaction() as session:
            await dissolve_organization(session, town.other_branch, DECIDED)

    async with database.transaction() as session:
        await move_membership(session, town.activist, town.other_branch, TODAY)
        waiting = asyncio.create_task(dissolve())
        await is_waiting(database)
    with pytest.raises(NotPossible, match="not_empty"):
        await waiting


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nobody_comes_to_a_branch_that_was_dissolved(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        await dissolve_organization(session, town.other_branch, DECIDED)
    with pytest.raises(NotPossible, match="closed"):
        async with database.transaction() as session:
            await move_membership(session, town.activist, town.other_branch, TODAY)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_branch_that_was_merged_keeps_its_entries_its_questions_and_its_groups_names(
    database: Database,
) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        # Another of that name became part of it before, and brought a group along.
        taken = "第一党小组(原柳荫村党支部)"
        for name in ("第一党小组", taken):
            await add_organization(session, GROUP, name, town.other_branch, DECIDED)
        await add_entry(
            session,
            organization_id=town.branch,
            author_id=None,
            title="活动室钥匙",
            aliases=[],
            answer="在值班室",
            source="支部",
            now=NOW,
        )
        asked = await add_poll(
            session,
            organization_id=town.branch,
            question="几点学习？",
            options=["早", "晚"],
            closes_at=NOW + timedelta(days=1),
            created_by_id=town.secretary,
            now=NOW,
        )
    async with database.transaction() as session:
        await merge_organization(session, town.branch, town.other_branch, DECIDED)
    async with database.reading() as session:
        names = [one.name for one in await children_of(session, town.other_branch)]
        assert sorted(names) == ["第一党小组", taken, "第一党小组(原柳荫村党支部)2"]
        # Its people are below the other's path now, and not below its own.
        [entry] = await standing_entries(session)
        assert entry.path == await path_of(session, town.other_branch)
        assert [one.id for one in await polls_of(session, town.other_branch, 9)] == [asked]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_has_got_another_place_meanwhile_is_not_changed_by_who_saw_it_in_the_old_one(
    database: Database,
) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        seen = await node(session, town.branch)
        other = await plant(session, OrganizationKind.COMMITTEE, "白水镇党委", None)
    assert seen is not None
    async with database.transaction() as session:
        await still_there(session, seen)
        await move_organization(session, town.branch, other.id, DECIDED)
    with pytest.raises(NotPossible, match="moved_meanwhile"):
        async with database.transaction() as session:
            await still_there(session, seen)
