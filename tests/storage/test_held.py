"""What branches held is told alike to whoever asks, about one or many, on both databases."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.case_steps import NewStep, record_steps, steps_of, withdraw_step
from storage.cases import add_case, close_case
from storage.database import Database, Session
from storage.held import Held, Home, held_in
from storage.models import (
    Meeting,
    MeetingKind,
    MeetingOrganization,
    MeetingSeries,
    MeetingState,
    Organization,
    OrganizationKind,
)
from tests.storage.kit import NOW, Town, add_member, add_organization, add_town

ZONE = ZoneInfo("Asia/Shanghai")
LOOKED_BACK = timedelta(days=800)


def met(
    organization: int,
    kind: MeetingKind,
    at: datetime,
    *,
    group: int | None = None,
    state: MeetingState = MeetingState.CLOSED,
) -> Meeting:
    return Meeting(organization_id=organization, group_id=group, kind=kind, state=state, starts_at=at, place="村部")


async def case_of(session: Session, town: Town, procedure: str, subject: int | None = None) -> int:
    return await add_case(
        session,
        organization_id=town.branch,
        procedure=procedure,
        subject_id=subject,
        title=procedure,
        started_on=date(2026, 6, 1),
        remind_on=None,
        started_by_id=town.secretary,
    )


async def told(session: Session, *branches: int, every_day: bool = True, now: datetime = NOW) -> Sequence[Held]:
    """What these branches held."""
    homes = []
    for id in branches:
        one = await session.get_one(Organization, id)
        homes.append(Home(one.id, one.path, one.timezone))
    found = await held_in(session, homes, now, LOOKED_BACK, every_day=every_day)
    assert list(found) == list(branches)
    return list(found.values())


async def test_only_closed_meetings_count_on_the_branchs_own_day(database: Database) -> None:
    town = await add_town(database)
    late = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)
    async with database.transaction() as session:
        session.add_all(
            [
                met(town.branch, MeetingKind.LECTURE, late),
                met(town.branch, MeetingKind.LECTURE, NOW, state=MeetingState.CONVENED),
                met(town.branch, MeetingKind.LECTURE, NOW, state=MeetingState.OPEN),
                met(town.branch, MeetingKind.LECTURE, NOW - timedelta(days=99), state=MeetingState.CANCELLED),
                met(town.branch, MeetingKind.COMMITTEE_MEETING, datetime(2025, 12, 26, 20, tzinfo=UTC)),
                met(town.other_branch, MeetingKind.THEME_DAY, NOW),
            ]
        )
    async with database.reading() as session:
        found, nobody = await told(session, town.branch, town.committee)
        assert found.days == {MeetingKind.LECTURE: [date(2026, 11, 1)]}
        assert found.since == date(2025, 12, 27), "earlier records tell since when there are any"
        [newest] = await told(session, town.branch, every_day=False)
        assert await held_in(session, [], NOW, LOOKED_BACK) == {}
    assert (nobody.days, nobody.since) == ({}, None)
    committee_met = {MeetingKind.COMMITTEE_MEETING: [date(2025, 12, 27)]}
    assert newest.days == committee_met | found.days, "the newest of a kind is told however old"


async def test_a_joint_meeting_counts_for_each_branch_and_what_a_general_branch_holds_for_all(
    database: Database,
) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        joint = met(town.other_branch, MeetingKind.THEME_DAY, NOW)
        general = await add_organization(session, OrganizationKind.GENERAL_BRANCH, "总支", None)
        below = await add_organization(session, OrganizationKind.BRANCH, "下属支部", general)
        session.add_all(
            [
                joint,
                met(general.id, MeetingKind.GENERAL_MEETING, NOW),
            ]
        )
        lecture = met(general.id, MeetingKind.LECTURE, NOW)
        session.add(lecture)
        await session.flush()
        session.add(MeetingOrganization(meeting_id=joint.id, organization_id=town.branch))
        session.add(MeetingOrganization(meeting_id=lecture.id, organization_id=below.id))
        branch, below_id = town.branch, below.id
    async with database.reading() as session:
        for every_day in (True, False):
            one, under = await told(session, branch, below_id, every_day=every_day)
            assert one.days == {MeetingKind.THEME_DAY: [NOW.date()]}
            assert under.days == {MeetingKind.LECTURE: [NOW.date()]}, "once, though it was invited too"


async def test_each_group_with_members_meets_for_itself(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        branch = await session.get_one(Organization, town.branch)
        second = await add_organization(session, OrganizationKind.GROUP, "第二党小组", branch)
        await add_organization(session, OrganizationKind.GROUP, "空的党小组", branch)
        gone = await add_organization(session, OrganizationKind.GROUP, "撤了的党小组", branch)
        gone.closed_on = NOW.date()
        await add_member(session, "新一", town.branch, group=second.id)
        await add_member(session, "新二", town.branch, group=gone.id)
        session.add_all(
            [
                met(town.branch, MeetingKind.GROUP_MEETING, NOW, group=town.group),
                met(town.group, MeetingKind.GROUP_MEETING, NOW + timedelta(days=1)),
            ]
        )
    async with database.reading() as session:
        found = (await told(session, town.branch))[0].groups
    days = (NOW.date(), NOW.date() + timedelta(days=1))
    assert [(one.name, one.met) for one in found] == [("第一党小组", days), ("第二党小组", ())]


async def test_talks_and_meetings_run_as_cases_count_and_what_was_taken_back_does_not(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        for day in (date(2026, 3, 1), date(2026, 4, 1)):
            talk = await case_of(session, town, "heart-to-heart", town.full[1])
            await record_steps(
                session, talk, [NewStep("talk", day, {})], after=0, recorded_by_id=town.secretary, now=NOW
            )
        (step,) = (await steps_of(session, [talk]))[talk]
        await withdraw_step(session, step.id, reason="记错了", recorded_by_id=town.secretary, now=NOW)
        appraisal = await case_of(session, town, "appraisal")
        await close_case(session, appraisal, outcome="done", on=date(2026, 11, 2))
        await case_of(session, town, "criticism-meeting")
        session.add(
            MeetingSeries(organization_id=town.branch, kind=MeetingKind.THEME_DAY, day=20, minute=900, place="")
        )
    async with database.reading() as session:
        [found] = await told(session, town.branch)
    assert found.talks == [date(2026, 3, 1)]
    assert found.days == {MeetingKind.APPRAISAL: [date(2026, 11, 2)]}
    assert found.theme_day == 20


async def test_what_is_held_once_a_year_is_told_once_for_the_next_may_count_for_another_year(
    database: Database,
) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        early = met(town.branch, MeetingKind.CRITICISM_MEETING, datetime(2026, 2, 3, 7, tzinfo=UTC))
        session.add(early)
        await session.flush()
        for id in (town.branch, town.other_branch):
            session.add(MeetingOrganization(meeting_id=early.id, organization_id=id))
    async with database.reading() as session:
        for every_day in (True, False):
            for found in await told(session, town.branch, town.other_branch, every_day=every_day):
                assert found.days == {MeetingKind.CRITICISM_MEETING: [date(2026, 2, 3)]}


async def test_where_it_is_still_the_last_day_of_a_month_that_month_is_told(database: Database) -> None:
    town = await add_town(database)
    now = datetime(2026, 11, 30, 20, tzinfo=UTC)
    async with database.transaction() as session:
        (await session.get_one(Organization, town.other_branch)).timezone = "Europe/Berlin"
        session.add(met(town.other_branch, MeetingKind.GROUP_MEETING, NOW))
        session.add(met(town.branch, MeetingKind.GROUP_MEETING, NOW))
    async with database.reading() as session:
        _, there = await told(session, town.branch, town.other_branch, now=now)
    assert there.days == {MeetingKind.GROUP_MEETING: [NOW.date()]}
