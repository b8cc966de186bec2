"""What reminders are made of is read for many at once as for one alone; what people answer is kept."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from knowledge.rules.dues import HALF_A_YEAR, unpaid_months
from storage.accounts import lock_account
from storage.branches import rosters_of, successors
from storage.cases import add_case, close_case
from storage.database import Database, Session
from storage.dues import (
    Assessment,
    PayerKind,
    add_assessments,
    add_payments,
    members_since,
    payments_by,
    void_payment,
)
from storage.learning import LearningKind, add_hours
from storage.memberships import change_status, end_posts, give_post
from storage.models import (
    Organization,
    OrganizationKind,
    PostKind,
    ReminderAnswer,
    Status,
)
from storage.people import became, committee_of, members_of, organizations_above, term_ends_of
from storage.reminders import (
    answer,
    answers_to,
    dues_owed,
    forget_answers,
    hours_behind,
    kept_by,
    last_round,
    note_round,
    probations,
    recipients,
    take_answer_back,
    time_zones,
)
from storage.tasks import add_task
from storage.tree import Decision
from storage.tree_endings import merge_organization
from tests.storage.kit import NOW, START, Town, add_member, add_organization, add_post, add_town

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 20)
SHANGHAI = ["Asia/Shanghai"]


async def bound(session: Session, *people: int) -> None:
    """Each has an account."""
    for person_id in people:
        (await lock_account(session, "web", "t", f"u{person_id}", "c", NOW)).person_id = person_id


async def asked(database: Database, *, after: int = 0, limit: int = 99) -> list[int]:
    """Who may have something due."""
    async with database.reading() as session:
        return await recipients(session, SHANGHAI, TODAY, TODAY + timedelta(days=3), after=after, limit=limit)


async def test_whoever_keeps_a_branch_writes_or_has_a_task_and_can_be_reached_is_looked_at(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        await bound(session, *town.full, town.activist, town.probationary)
        deputy = await add_member(session, "苏副", town.other_branch)
        await add_post(session, deputy, town.other_branch, PostKind.DEPUTY_SECRETARY)
        await bound(session, deputy)
        away = await add_member(session, "苏流", town.branch)
        await bound(session, away)
        for person, due_on in ((town.full[2], TODAY), (town.full[3], TODAY + timedelta(days=9)), (town.full[4], None)):
            await add_task(
                session,
                organization_id=town.branch,
                what="修灯",
                person_id=person,
                due_on=due_on,
                created_by_id=town.secretary,
                now=NOW,
            )
        await add_case(
            session,
            organization_id=town.branch,
            procedure="mobile-member",
            subject_id=away,
            title="",
            started_on=TODAY,
            remind_on=None,
            started_by_id=None,
        )
        account = await lock_account(session, "web", "t", f"u{town.full[0]}", "c", NOW)
        second = await lock_account(session, "telegram", "t", "s", "c", NOW)
        second.person_id = account.person_id
    everybody = sorted([town.secretary, town.full[2], town.activist, deputy, away])
    assert await asked(database) == everybody
    assert await asked(database, limit=2) == everybody[:2]
    assert await asked(database, after=everybody[1]) == everybody[2:]
    async with database.transaction() as session:
        (await lock_account(session, "web", "t", f"u{deputy}", "c", NOW)).reachable = False
        (await session.get_one(Organization, town.branch)).timezone = "Asia/Urumqi"
    assert await asked(database) == []
    async with database.reading() as session:
        assert await time_zones(session) == ["Asia/Shanghai", "Asia/Urumqi"]
        there = await recipients(session, ["Asia/Urumqi"], TODAY, TODAY, after=0, limit=9)
    assert there == sorted([town.secretary, town.full[2], town.activist, away])


async def test_what_somebody_keeps_is_told_with_all_who_keep_it_and_with_what_became_part_of_it(
    database: Database,
) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        await add_post(session, town.full[3], town.branch, PostKind.DEPUTY_SECRETARY)
        gone = await add_organization(
            session, OrganizationKind.BRANCH, "并走的", await session.get_one(Organization, town.committee)
        )
        before = await add_organization(
            session, OrganizationKind.BRANCH, "更早的", await session.get_one(Organization, town.committee)
        )
        gone.closed_on, gone.successor_id = TODAY, town.branch
        before.closed_on, before.successor_id = TODAY, gone.id
    async with database.reading() as session:
        branches, keepers = await kept_by(session, [town.full[3]])
        assert await kept_by(session, [town.full[2]]) == ([], {})
        assert await successors(session) == {gone.id: town.branch, before.id: town.branch}
    assert [one.id for one in branches] == [town.branch]
    both = (town.secretary, town.full[3])
    assert keepers == {town.branch: both, gone.id: both, before.id: both}
    async with database.transaction() as session:
        await end_posts(session, town.branch, [PostKind.SECRETARY], TODAY)
        (await session.get_one(Organization, town.branch)).closed_on = TODAY
    async with database.reading() as session:
        assert (await kept_by(session, [town.full[3]]))[0] == []


async def test_many_branches_are_read_as_each_would_be(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        await change_status(session, town.activist, Status.PROBATIONARY, date(2026, 1, 5))
        await give_post(session, town.full[2], town.branch, PostKind.DEPUTY_SECRETARY, START, date(2027, 3, 1))
        await add_post(session, town.full[2], town.branch, PostKind.PUBLICITY_COMMISSIONER)
    async with database.reading() as session:
        found = await rosters_of(session, [town.branch, town.other_branch])
        assert await rosters_of(session, []) == {}
        for id, many in found.items():
            assert many.names == tuple(one.name for one in await organizations_above(session, id))
            assert many.people == await members_of(session, id)
            assert set(many.committee) == {one.person_id for one in await committee_of(session, id)}
            assert many.term_ends == await term_ends_of(session, id)
            assert many.since == await became(session, id, Status.PROBATIONARY)
    assert found[town.branch].since == {town.activist: date(2026, 1, 5)}
    assert found[town.branch].secretary == (town.secretary, "苏一")
    assert found[town.other_branch].secretary is None


async def assessed(session: Session, town: Town, person: int, year: int, monthly: str, first: date) -> None:
    """What somebody pays."""
    fixed = Assessment(person, PayerKind.EMPLOYED, Decimal(monthly))
    await add_assessments(session, town.branch, year, [(fixed, first)], assessed_by_id=None, now=NOW)


async def test_months_that_are_owed_are_counted_as_the_rule_counts_them(database: Database) -> None:
    town, random = await add_town(database), Random(7)
    first = {person: date(2026, random.randint(1, 10), 1) for person in town.full}
    paid: dict[int, set[date]] = {person: set() for person in town.full}
    async with database.transaction() as session:
        for person in town.full:
            await assessed(session, town, person, 2025, "9", date(2026, 12, 1))
            await assessed(session, town, person, 2026, "30", first[person])
            months = [date(2026, month, 1) for month in range(first[person].month, 12) if random.random() < 0.5]
            await add_payments(
                session,
                town.branch,
                [(person, month, Decimal(30)) for month in months],
                paid_on=TODAY,
                recorded_by_id=None,
                now=NOW,
            )
            paid[person].update(months)
        await assessed(session, town, town.full[1], 2026, "0", first[town.full[1]])
        await assessed(session, town, town.full[2], 2027, "0", first[town.full[2]])
        moved = await add_member(session, "别支部的", town.other_branch)
        await assessed(session, town, moved, 2026, "30", date(2026, 1, 1))
    owed = [len(unpaid_months(first[person], paid[person], TODAY)) for person in town.full if person != town.full[1]]
    serious = sum(months >= HALF_A_YEAR for months in owed)
    assert serious
    async with database.reading() as session:
        found = await dues_owed(session, [town.branch, town.other_branch], TODAY, serious=HALF_A_YEAR)
    assert set(found) == {town.branch}
    assert found[town.branch].serious == serious
    assert found[town.branch].some == sum(0 < months < HALF_A_YEAR for months in owed)


async def test_a_voided_month_is_owed_again_and_who_came_later_owes_less(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        who = await add_member(session, "新来的", town.other_branch)
        fixed = Assessment(who, PayerKind.EMPLOYED, Decimal(30))
        await add_assessments(
            session, town.other_branch, 2026, [(fixed, date(2010, 1, 1))], assessed_by_id=None, now=NOW
        )
        months = [date(2020 + (6 + n) // 12, (6 + n) % 12 + 1, 1) for n in range(76)]
        await add_payments(
            session,
            town.other_branch,
            [(who, month, Decimal(30)) for month in months],
            paid_on=TODAY,
            recorded_by_id=None,
            now=NOW,
        )
    async with database.reading() as session:
        assert await dues_owed(session, [town.other_branch], TODAY, serious=HALF_A_YEAR) == {}, "since she came"
    async with database.transaction() as session:
        [newest, *_] = reversed(await payments_by(session, [who]))
        assert await void_payment(session, newest.id, "记错了")
    async with database.reading() as session:
        found = await dues_owed(session, [town.other_branch], TODAY, serious=HALF_A_YEAR)
    assert (found[town.other_branch].some, found[town.other_branch].serious) == (1, 0)


async def test_who_has_fewer_hours_than_their_share_is_counted_where_hours_are_recorded(database: Database) -> None:
    town = await add_town(database)
    shares = {"member": Decimal("24"), "leader": Decimal("42")}

    async def learn(session: Session, people: list[int], hours: str, day: date = date(2026, 5, 1)) -> None:
        await add_hours(
            session,
            town.branch,
            people,
            held_on=day,
            title=f"{day}{hours}",
            kind=LearningKind.TRAINING,
            hours=Decimal(hours),
            proof_id=None,
            recorded_by_id=None,
            now=NOW,
        )

    async with database.reading() as session:
        assert await hours_behind(session, [town.branch], 2026, **shares) == {}, "nothing is known"
    async with database.transaction() as session:
        await learn(session, [town.full[0], town.full[2], town.activist], "24")
        await learn(session, [town.full[1]], "41.5")
        await learn(session, [town.full[3]], "23.5")
        await learn(session, [town.full[3]], "9", date(2025, 12, 31))
    async with database.reading() as session:
        found = await hours_behind(session, [town.branch, town.other_branch], 2026, **shares)
        before = await hours_behind(session, [town.branch], 2024, **shares)
    # The two of the committee, who need more; the one with half an hour less; four with nothing, and the probationary.
    assert found == {town.branch: 2 + 1 + 4 + 1}
    assert before == {}


async def test_a_probation_is_known_of_who_began_it_there_and_is_in_no_case(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        await change_status(session, town.activist, Status.CANDIDATE, date(2025, 6, 1))
        await change_status(session, town.activist, Status.PROBATIONARY, date(2026, 1, 5))
    async with database.reading() as session:
        [found] = await probations(session, [town.branch, town.other_branch], "admission")
        assert await probations(session, [town.other_branch], "admission") == []
    assert (found.person_id, found.since) == (town.activist, date(2026, 1, 5))
    async with database.transaction() as session:
        case = await add_case(
            session,
            organization_id=town.branch,
            procedure="admission",
            subject_id=town.activist,
            title="",
            started_on=TODAY,
            remind_on=None,
            started_by_id=None,
        )
    async with database.reading() as session:
        assert await probations(session, [town.branch], "admission") == []
    async with database.transaction() as session:
        await close_case(session, case, outcome="stopped", on=TODAY)
    async with database.reading() as session:
        assert len(await probations(session, [town.branch], "admission")) == 1


async def test_what_was_known_of_people_is_known_where_their_branch_went(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        await change_status(session, town.activist, Status.PROBATIONARY, date(2026, 1, 5))
        await assessed(session, town, town.full[1], 2026, "30", date(2026, 1, 1))
        paid = [(town.full[1], date(2026, month, 1), Decimal(30)) for month in (1, 2, 3)]
        await add_payments(session, town.branch, paid, paid_on=TODAY, recorded_by_id=None, now=NOW)
    there = [town.branch]
    for merged in (False, True):
        if merged:
            there = [town.other_branch]
            async with database.transaction() as session:
                decision = Decision(TODAY, "清组批〔2026〕12号", None, NOW)
                await merge_organization(session, town.branch, town.other_branch, decision)
        async with database.reading() as session:
            [probation] = await probations(session, there, "admission")
            owed = await dues_owed(session, there, TODAY, serious=HALF_A_YEAR)
            since = (await rosters_of(session, there))[there[0]].since
            members = await members_since(session, there[0])
        assert (probation.person_id, probation.organization_id) == (town.activist, there[0])
        assert probation.since == date(2026, 1, 5)
        assert since == {town.activist: date(2026, 1, 5)}
        assert {id: (one.some, one.serious) for id, one in owed.items()} == {there[0]: (0, 1)}, "April to October"
        assert members[town.full[1]] == START


async def test_an_answer_takes_the_place_of_the_last_and_can_be_taken_back(database: Database) -> None:
    town = await add_town(database)
    mine, theirs = town.full[:2]

    async def say(who: int, what: ReminderAnswer, *keys: str, until: date | None = None, at: datetime = NOW) -> None:
        async with database.transaction() as session:
            await answer(session, who, [(key, "yellow") for key in keys], what, until=until, now=at)

    await asyncio.gather(*(say(mine, ReminderAnswer.SEEN, "a", "b") for _ in range(4)))
    await say(theirs, ReminderAnswer.DONE, "a", at=NOW + timedelta(hours=1))
    await say(mine, ReminderAnswer.LATER, "b", until=TODAY)
    await say(mine, ReminderAnswer.SEEN)
    async with database.reading() as session:
        found = await answers_to(session, ["a", "b", "c"])
    assert {(one.person_id, one.key, one.answer, one.until) for one in found} == {
        (theirs, "a", ReminderAnswer.DONE, None),
        (mine, "a", ReminderAnswer.SEEN, None),
        (mine, "b", ReminderAnswer.LATER, TODAY),
    }
    assert (found[0].name, found[0].light) == ("苏二", "yellow")
    async with database.transaction() as session:
        assert await take_answer_back(session, mine, "a")
        assert not await take_answer_back(session, mine, "a")
        await forget_answers(session, NOW + timedelta(minutes=1))
    async with database.reading() as session:
        assert [one.person_id for one in await answers_to(session, ["a", "b"])] == [theirs]


async def test_the_day_of_the_last_round_is_kept_for_each_clock(database: Database) -> None:
    async with database.transaction() as session:
        assert await last_round(session, "Asia/Shanghai") is None
        await note_round(session, "Asia/Shanghai", TODAY, NOW)
        await note_round(session, "Asia/Shanghai", TODAY + timedelta(days=1), datetime(2026, 11, 21, tzinfo=UTC))
    async with database.reading() as session:
        assert await last_round(session, "Asia/Shanghai") == TODAY + timedelta(days=1)
        assert await last_round(session, "Asia/Urumqi") is None
