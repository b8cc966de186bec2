"""What frequencies are counted from, and customs, on both databases."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from storage.case_steps import NewStep, record_steps, steps_of, withdraw_step
from storage.cases import add_case, close_case
from storage.customs import customs_by_path, customs_for, customs_over, set_custom
from storage.database import Database, Session
from storage.frequencies import held_in, writers, written_for
from storage.models import (
    Meeting,
    MeetingKind,
    MeetingOrganization,
    MeetingSeries,
    MeetingState,
    Organization,
    OrganizationKind,
    ReportKind,
    Status,
)
from storage.reports import add_report
from tests.storage.kit import NOW, START, Town, add_member, add_organization, add_town

ZONE = ZoneInfo("Asia/Shanghai")
SINCE = datetime(2026, 1, 1, tzinfo=ZONE)


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
                met(town.branch, MeetingKind.GENERAL_MEETING, SINCE - timedelta(days=5)),
                met(town.other_branch, MeetingKind.THEME_DAY, NOW),
            ]
        )
    async with database.reading() as session:
        found = await held_in(session, town.branch, SINCE, ZONE)
        assert found.days == {MeetingKind.LECTURE: [date(2026, 11, 1)]}
        assert found.since == date(2025, 12, 27), "earlier records tell since when there are any"
        nobody = await held_in(session, town.committee, SINCE, ZONE)
    assert (nobody.days, nobody.since) == ({}, None)


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
                met(general.id, MeetingKind.LECTURE, NOW),
                met(general.id, MeetingKind.GENERAL_MEETING, NOW),
            ]
        )
        await session.flush()
        session.add(MeetingOrganization(meeting_id=joint.id, organization_id=town.branch))
        branch, below_id = town.branch, below.id
    async with database.reading() as session:
        assert (await held_in(session, branch, SINCE, ZONE)).days == {MeetingKind.THEME_DAY: [NOW.date()]}
        assert (await held_in(session, below_id, SINCE, ZONE)).days == {MeetingKind.LECTURE: [NOW.date()]}


async def test_each_group_with_members_meets_for_itself(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        branch = await session.get_one(Organization, town.branch)
        second = await add_organization(session, OrganizationKind.GROUP, "第二党小组", branch)
        await add_organization(session, OrganizationKind.GROUP, "空的党小组", branch)
        await add_member(session, "新一", town.branch, group=second.id)
        session.add_all(
            [
                met(town.branch, MeetingKind.GROUP_MEETING, NOW, group=town.group),
                met(town.group, MeetingKind.GROUP_MEETING, NOW + timedelta(days=1)),
            ]
        )
    async with database.reading() as session:
        found = (await held_in(session, town.branch, SINCE, ZONE)).groups
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
        found = await held_in(session, town.branch, SINCE, ZONE)
    assert found.talks == [date(2026, 3, 1)]
    assert found.days == {MeetingKind.APPRAISAL: [date(2026, 11, 2)]}
    assert found.theme_day == 20


async def test_activists_and_whoever_is_away_by_an_open_case_hand_in(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        await case_of(session, town, "mobile-member", town.full[2])
        back = await case_of(session, town, "mobile-member", town.full[3])
        await close_case(session, back, outcome="done", on=date(2026, 11, 1))
        await add_member(session, "别处", town.other_branch, Status.ACTIVIST)
        await add_report(
            session,
            organization_id=town.branch,
            author_id=town.activist,
            kind=ReportKind.THOUGHT_REPORT,
            period="2026-Q4",
            text="……",
            file_ids=(),
            now=NOW,
        )
    async with database.reading() as session:
        thinking = await writers(session, ReportKind.THOUGHT_REPORT, town.branch)
        away = await writers(session, ReportKind.MOBILE_REPORT)
        among = await writers(session, ReportKind.THOUGHT_REPORT, among=[town.activist, town.full[2]])
        written = await written_for(session, ReportKind.THOUGHT_REPORT, ["2026-Q4"])
        earlier = await written_for(session, ReportKind.THOUGHT_REPORT, ["2026-Q3"])
        others = await written_for(session, ReportKind.MOBILE_REPORT, ["2026-Q4"])
        nobody = await written_for(session, ReportKind.THOUGHT_REPORT, ["2026-Q4"], among=[town.full[2]])
    assert [(one.name, one.since) for one in thinking] == [("季极", START)]
    assert [(one.person_id, one.since) for one in away] == [(town.full[2], date(2026, 6, 1))]
    assert [one.name for one in among] == ["季极"]
    assert (written, earlier, others, nobody) == ({town.activist}, set(), set(), set())


async def test_a_custom_holds_below_and_is_replaced_by_its_own_next(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        await set_custom(session, town.branch, "lecture", {"every": "year"}, town.secretary, NOW)
        await set_custom(session, town.committee, "lecture", {"every": "month"}, town.secretary, NOW)
        await set_custom(session, town.branch, "lecture", {"every": "quarter"}, town.secretary, NOW)
        await set_custom(session, town.branch, "thought_report", {"every": "never"}, town.secretary, NOW)
    async with database.reading() as session:
        paths = {one.id: one.path for one in await session.scalars(select(Organization))}
        found = await customs_for(session, "lecture", list(paths))
        everywhere = await customs_by_path(session, "lecture")
    assert [(one.organization_id, one.value) for one in found[town.branch]] == [
        (town.committee, {"every": "month"}),
        (town.branch, {"every": "quarter"}),
    ]
    assert [one.organization_name for one in found[town.other_branch]] == ["清河镇党委"]
    assert len(everywhere) == 2, "as many rows as customs, and not as many as branches"
    assert {id: held for id, path in paths.items() if (held := customs_over(path, everywhere))} == found
    assert set(found) == {town.committee, town.branch, town.other_branch, town.group}
