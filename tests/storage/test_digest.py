"""Figures of the week, in a fixed number of statements, on both databases."""

import asyncio
from datetime import date, datetime, timedelta

from handlers.figures import ScopeFigures, WeekCount, figures_of
from storage.database import Database
from storage.digest import Issue, active_subscriptions, add_issues
from storage.meetings import add_meeting, check_in, close_meeting, expected_attendees, open_check_in
from storage.models import (
    Case,
    CaseState,
    CaseStep,
    CheckInWay,
    DigestSubscription,
    MeetingKind,
    Outcome,
    Post,
    PostKind,
    ReportKind,
)
from storage.people import organization
from storage.questions import add_question
from storage.reports import add_report, mark_read
from tests.branch import settle
from tests.fakes import ZONE
from tests.storage.kit import NOW, Town, add_open_meeting, add_town

WEEK = (datetime(2026, 11, 16, tzinfo=ZONE), datetime(2026, 11, 23, tzinfo=ZONE))


async def _figures(database: Database, path: str) -> ScopeFigures:
    async with database.reading() as session:
        return (await figures_of(session, [path], NOW.date(), ZONE, NOW)).of(0, "", path)


async def _add_records(database: Database, town: Town) -> None:
    meeting_id = await add_open_meeting(database, town)
    await add_open_meeting(database, town, secret="still open")
    before = await add_open_meeting(database, town, starts_at=WEEK[0] - timedelta(seconds=1), secret="x")
    async with database.transaction() as session:
        for person_id in town.full[:3]:
            await check_in(session, meeting_id, person_id, way=CheckInWay.CODE, now=NOW)
        for each in (meeting_id, before):
            await close_meeting(session, each, now=NOW, summary="")
        group_meeting = await add_meeting(
            session,
            organization_id=town.group,
            kind=MeetingKind.GROUP_MEETING,
            starts_at=NOW,
            place="组长家",
            agenda=["学习"],
            expected=await expected_attendees(session, town.group, MeetingKind.GROUP_MEETING),
            convened_by_id=None,
        )
        await open_check_in(session, group_meeting.id, NOW, "group", remote=False)
        await check_in(session, group_meeting.id, town.full[0], way=CheckInWay.CODE, now=NOW)
        await close_meeting(session, group_meeting.id, now=NOW + timedelta(hours=1), summary="")
        for days in (0, -1, -60):
            handed_in = await add_report(
                session,
                organization_id=town.branch,
                author_id=town.probationary,
                kind=ReportKind.THOUGHT_REPORT,
                period="2026-Q4",
                text="",
                file_ids=[],
                now=NOW + timedelta(days=days),
            )
        await mark_read(session, handed_in.id - 1, town.secretary, NOW)
        for state in (CaseState.OPEN, CaseState.CLOSED):
            session.add(
                Case(
                    organization_id=town.branch,
                    procedure="admission",
                    title="发展党员",
                    state=state,
                    started_on=date(2026, 3, 1),
                    steps=[
                        CaseStep(step="talk", done_on=date(2026, 3, 5), recorded_at=NOW + timedelta(hours=2)),
                    ],
                )
            )


async def test_the_week_of_a_branch_includes_its_groups_and_what_is_waiting(database: Database) -> None:
    town = await add_town(database)
    await _add_records(database, town)
    first, second = (await _figures(database, "/")).branches
    assert (first.organization_id, first.name) == (town.branch, "柳荫村党支部")
    assert first.week == WeekCount(meetings=2, expected=12, present=4)
    assert (first.reports, first.unread, first.cases_open) == (2, 2, 1)
    assert first.last_record_at == NOW + timedelta(hours=2)
    assert first.oldest_unread_at == NOW - timedelta(days=60)
    assert (second.organization_id, second.name) == (town.other_branch, "渡口村党支部")
    assert second.week == WeekCount()
    assert (second.reports, second.unread, second.cases_open, second.last_record_at) == (0, 0, 0, None)


async def test_only_the_subtree_is_counted(database: Database) -> None:
    town = await add_town(database)
    await _add_records(database, town)
    async with database.reading() as session:
        other = await organization(session, town.other_branch)
    assert other is not None
    found = (await _figures(database, other.path)).branches
    assert [branch.organization_id for branch in found] == [town.other_branch]
    assert (await _figures(database, "/999/")).branches == []


async def test_the_digest_of_a_week_is_claimed_once(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        session.add(
            Post(
                person_id=town.activist, organization_id=town.committee, kind=PostKind.OFFICIAL, since=date(2026, 1, 1)
            )
        )
        session.add(DigestSubscription(person_id=town.activist, organization_id=town.committee))
        session.add(DigestSubscription(person_id=town.secretary, organization_id=town.branch, active=False))
    async with database.reading() as session:
        [wanted] = await active_subscriptions(session)
        assert (wanted.organization_name, wanted.weekday, wanted.minute) == ("清河镇党委", 1, 510)
        assert wanted.serves_since == date(2026, 1, 1)

    async def claim(week: str) -> bool:
        async with database.transaction() as session:
            return bool(await add_issues(session, [Issue(wanted.id, week, {"meetings": 2}, late=False)], NOW))

    assert sorted(await asyncio.gather(*(claim("2026-W47") for _ in range(4)))) == [False, False, False, True]
    assert await claim("2026-W48")


async def test_unanswered_questions_of_the_week_are_counted_within_a_subtree(database: Database) -> None:
    ids = await settle(database)
    async with database.transaction() as session:
        for at in (WEEK[0], WEEK[1], NOW):
            for outcome in (Outcome.UNKNOWN, Outcome.ANSWERED):
                for place in (ids["桃花村党支部"], ids["杏花村党支部"], None):
                    await add_question(
                        session, organization_id=place, text="？", outcome=outcome, entry=None, score=0.0, now=at
                    )
    async with database.reading() as session:
        committee = await organization(session, ids["清河镇党委"])
        branch = await organization(session, ids["桃花村党支部"])
        assert committee is not None
        assert branch is not None
    assert (await _figures(database, committee.path)).unanswered == 4
    assert (await _figures(database, branch.path)).unanswered == 2
