"""What procedures change in a roster, on both databases."""

from datetime import date, timedelta

from sqlalchemy import select

from storage.database import Database
from storage.memberships import change_status, end_membership, end_posts, enrol, give_post, move_membership
from storage.models import Membership, Post, PostKind, Status
from storage.people import COMMITTEE, PersonView, became, committee_of, members_of, membership_of, person
from tests.storage.kit import START, add_member, add_town

DAY = date(2026, 3, 5)

Stretch = tuple[int, Status, int | None, bool, date, date | None]


async def _stretches(database: Database, person_id: int) -> list[Stretch]:
    async with database.reading() as session:
        query = select(Membership).where(Membership.person_id == person_id).order_by(Membership.id)
        return [
            (one.organization_id, one.status, one.group_id, one.may_vote, one.since, one.until)
            for one in await session.scalars(query)
        ]


async def _posts(database: Database, organization_id: int) -> list[tuple[int, PostKind, date, date | None]]:
    async with database.reading() as session:
        query = select(Post).where(Post.organization_id == organization_id).order_by(Post.id)
        return [(one.person_id, one.kind, one.since, one.until) for one in await session.scalars(query)]


async def test_somebody_new_belongs_to_the_branch_and_gets_the_vote_with_full_membership(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        person_id = await enrol(
            session,
            organization_id=town.branch,
            name="骆新",
            phone_last4="0420",
            status=Status.APPLICANT,
            since=DAY,
        )
    async with database.transaction() as session:
        assert await person(session, person_id) == PersonView(person_id, "骆新", "0420")
        assert await change_status(session, person_id, Status.FULL, DAY + timedelta(days=900))
    assert await _stretches(database, person_id) == [
        (town.branch, Status.APPLICANT, None, False, DAY, DAY + timedelta(days=900)),
        (town.branch, Status.FULL, None, True, DAY + timedelta(days=900), None),
    ]


async def test_a_new_status_ends_the_stretch_and_begins_the_next_in_the_same_place(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        person_id = await add_member(
            session, "骆新", town.branch, Status.PROBATIONARY, group=town.group, may_vote=False
        )
    async with database.transaction() as session:
        assert await change_status(session, person_id, Status.FULL, DAY)
        assert not await change_status(session, person_id, Status.FULL, DAY + timedelta(days=1))
    assert await _stretches(database, person_id) == [
        (town.branch, Status.PROBATIONARY, town.group, False, START, DAY),
        (town.branch, Status.FULL, town.group, True, DAY, None),
    ]
    async with database.reading() as session:
        [member] = [one for one in await members_of(session, town.branch) if one.person_id == person_id]
        assert member.eligible


async def test_only_who_becomes_a_full_member_gets_the_vote(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        person_id = await add_member(session, "骆新", town.branch, Status.ACTIVIST, may_vote=False)
        assert await change_status(session, person_id, Status.CANDIDATE, DAY)
    assert [stretch[3] for stretch in await _stretches(database, person_id)] == [False, False]


async def test_a_stretch_that_began_that_day_or_later_is_changed_in_place(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        assert await change_status(session, town.activist, Status.CANDIDATE, START)
        assert await change_status(session, town.probationary, Status.FULL, START - timedelta(days=9))
        assert await move_membership(session, town.full[0], town.other_branch, START)
    assert await _stretches(database, town.activist) == [(town.branch, Status.CANDIDATE, None, True, START, None)]
    assert await _stretches(database, town.probationary) == [(town.branch, Status.FULL, None, True, START, None)]
    assert await _stretches(database, town.full[0]) == [(town.other_branch, Status.FULL, None, True, START, None)]


async def test_who_moves_keeps_the_status_and_leaves_the_group(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        assert await move_membership(session, town.full[2], town.other_branch, DAY)
        assert not await move_membership(session, town.full[2], town.other_branch, DAY + timedelta(days=1))
        assert await move_membership(session, town.full[7], town.other_branch, DAY)
    assert await _stretches(database, town.full[2]) == [
        (town.branch, Status.FULL, town.group, True, START, DAY),
        (town.other_branch, Status.FULL, None, True, DAY, None),
    ]
    assert [stretch[3] for stretch in await _stretches(database, town.full[7])] == [False, False]


async def test_who_belongs_nowhere_is_left_alone(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        assert await end_membership(session, town.activist, DAY)
        assert await end_membership(session, town.probationary, START - timedelta(days=1))
    async with database.transaction() as session:
        assert not await end_membership(session, town.activist, DAY)
        assert not await change_status(session, town.activist, Status.FULL, DAY)
        assert not await move_membership(session, town.activist, town.other_branch, DAY)
        assert await membership_of(session, town.activist) is None
    assert await _stretches(database, town.activist) == [(town.branch, Status.ACTIVIST, None, True, START, DAY)]
    # Nothing ends before it began.
    assert (await _stretches(database, town.probationary))[0][5] == START


async def test_an_election_ends_the_posts_of_the_committee_and_gives_them_anew(database: Database) -> None:
    town = await add_town(database)
    ends = date(2029, 3, 5)
    async with database.transaction() as session:
        await give_post(session, town.full[4], town.branch, PostKind.GROUP_LEADER, START, None)
        assert await end_posts(session, town.branch, COMMITTEE, DAY) == 2
        assert await end_posts(session, town.branch, COMMITTEE, DAY) == 0
        await give_post(session, town.secretary, town.branch, PostKind.SECRETARY, DAY, ends)
        await give_post(session, town.full[2], town.branch, PostKind.DISCIPLINE_COMMISSIONER, DAY, ends)
    async with database.reading() as session:
        assert [(one.person_id, one.posts) for one in await committee_of(session, town.branch)] == [
            (town.secretary, (PostKind.SECRETARY,)),
            (town.full[2], (PostKind.DISCIPLINE_COMMISSIONER,)),
        ]
    assert await _posts(database, town.branch) == [
        (town.secretary, PostKind.SECRETARY, START, DAY),
        (town.full[1], PostKind.ORGANIZATION_COMMISSIONER, START, DAY),
        (town.full[4], PostKind.GROUP_LEADER, START, None),
        (town.secretary, PostKind.SECRETARY, DAY, None),
        (town.full[2], PostKind.DISCIPLINE_COMMISSIONER, DAY, None),
    ]


async def test_who_is_chosen_again_begins_another_term(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        again = await give_post(session, town.secretary, town.branch, PostKind.SECRETARY, DAY, date(2029, 3, 5))
        assert again == await give_post(session, town.secretary, town.branch, PostKind.SECRETARY, DAY, date(2031, 3, 5))
    async with database.reading() as session:
        query = select(Post.since, Post.until, Post.term_ends).where(Post.kind == PostKind.SECRETARY).order_by(Post.id)
        assert [tuple(row) for row in await session.execute(query)] == [
            (START, DAY, None),
            (DAY, None, date(2031, 3, 5)),
        ]


async def test_the_posts_of_one_person_end_alone_and_never_before_they_began(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        ended = await end_posts(session, town.branch, PostKind, START - timedelta(days=1), person_id=town.full[1])
    assert ended == 1
    assert await _posts(database, town.branch) == [
        (town.secretary, PostKind.SECRETARY, START, None),
        (town.full[1], PostKind.ORGANIZATION_COMMISSIONER, START, START),
    ]


async def test_since_when_somebody_is_on_probation_is_known_of_who_became_so_here(database: Database) -> None:
    town = await add_town(database)
    later = DAY + timedelta(days=100)
    async with database.transaction() as session:
        moved = await add_member(session, "骆新", town.other_branch, Status.ACTIVIST)
        grouped = await add_member(session, "彭晓", town.branch, Status.ACTIVIST)
        await change_status(session, town.activist, Status.PROBATIONARY, DAY)
        await change_status(session, moved, Status.PROBATIONARY, DAY)
        await move_membership(session, moved, town.branch, later)
        await change_status(session, grouped, Status.PROBATIONARY, DAY)
        await move_membership(session, grouped, town.other_branch, later)
        await move_membership(session, grouped, town.branch, later + timedelta(days=1))
    async with database.reading() as session:
        here = await became(session, town.branch, Status.PROBATIONARY)
        there = await became(session, town.other_branch, Status.PROBATIONARY)
    assert here == {town.activist: DAY, grouped: DAY}
    assert there == {}
