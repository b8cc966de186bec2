"""The invented town: complete, consistent, the same every time, and settled once."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot.demo import clock_from, demo_people, load_town
from handlers.case_work import branch_of, work_from
from handlers.daily_reminders import due_for, looked_for, message
from handlers.dialogue.turn import Place
from handlers.dialogue.turns import utc_now
from handlers.digest_words import needs
from handlers.figures import figures_at
from handlers.wording import Texts
from knowledge.procedure.checking import problems
from knowledge.procedure.facts import Facts
from knowledge.procedure.files import Procedures
from storage.accounts import accounts_of
from storage.cases import cases_of, steps_of
from storage.database import Database
from storage.digest import active_subscriptions
from storage.meetings import attendance_of, meetings_for_person, tally
from storage.models import (
    Account,
    Attendance,
    Base,
    Case,
    CaseState,
    CheckInWay,
    Meeting,
    MeetingKind,
    MeetingState,
    Membership,
    OrganizationKind,
    Person,
    Presence,
    Report,
    ReportAttachment,
    Status,
)
from storage.people import committee_of, members_of, membership_of, organizations_under, posts_of, roots, secretaries_of
from storage.reports import reports_to

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
STANDS = {
    Status.APPLICANT: ("application", "talk"),
    Status.ACTIVIST: ("activist", "cultivation"),
    Status.CANDIDATE: ("", "introduction"),
}
"""By which step somebody whose case is kept became what they are (the last one where none is named), and the next."""


@pytest.fixture
async def town(database: Database) -> Database:
    async with database.transaction() as session:
        assert await load_town(session, NOW)
    return database


async def _everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    async with database.reading() as session:
        return {
            name: [tuple(row) for row in await session.execute(select(table).order_by(*table.primary_key))]
            for name, table in Base.metadata.tables.items()
        }


async def test_the_town_is_settled_once(town: Database) -> None:
    before = await _everything(town)
    async with town.transaction() as session:
        assert not await load_town(session, NOW + timedelta(days=1))
    assert await _everything(town) == before


async def test_the_town_has_its_organizations_and_ninety_people_of_all_statuses(town: Database) -> None:
    async with town.reading() as session:
        [root] = await roots(session)
        places = await organizations_under(session, root.path)
        kinds = Counter(place.kind for place in places)
        assert (kinds[OrganizationKind.GENERAL_BRANCH], kinds[OrganizationKind.BRANCH]) == (2, 6)
        assert kinds[OrganizationKind.GROUP] == 4
        assert await session.scalar(select(func.count(Person.id))) == 90
        assert await session.scalar(select(func.count(Person.name.distinct()))) == 90
        statuses = await session.scalars(select(Membership.status).where(Membership.until.is_(None)).distinct())
        assert set(statuses) == set(Status)
        for place in places:
            if place.kind is not OrganizationKind.BRANCH:
                continue
            full = await members_of(session, place.id, {Status.FULL})
            committee = await committee_of(session, place.id)
            assert {one.person_id for one in committee} <= {one.person_id for one in full}
            assert len(committee) == 1 if len(full) < 7 else 3 <= len(committee) <= 5
            assert await secretaries_of(session, place.id)


async def test_every_record_of_a_meeting_adds_up(town: Database) -> None:
    async with town.reading() as session:
        meetings = list(await session.scalars(select(Meeting).order_by(Meeting.id)))
        assert len({held.kind for held in meetings}) == 5
        for held in meetings:
            people = await attendance_of(session, held.id)
            count = await tally(session, held.id)
            assert count.expected == len(people) == count.present + count.excused + count.absent > 0
            upcoming = held.state is MeetingState.CONVENED
            assert upcoming == (held.starts_at > NOW)
            for one in people:
                assert one.status in (Status.FULL, Status.PROBATIONARY)
                assert (one.presence is Presence.PRESENT) == (one.checked_in_at is not None)
                assert (one.presence is Presence.EXCUSED) == bool(one.reason)
                assert (one.presence is Presence.EXPECTED) <= upcoming
                if one.checked_in_at and one.way is not CheckInWay.BY_SECRETARY:
                    late = max(int((one.checked_in_at - held.starts_at).total_seconds() // 60), 0)
                    assert one.late_minutes == late
        assert sum(held.state is MeetingState.CONVENED for held in meetings) == 1
        assert await session.scalar(select(func.count()).where(Attendance.late_minutes > 0))


async def test_reports_are_partly_read_and_partly_with_a_file(town: Database) -> None:
    async with town.reading() as session:
        places = [place for place in await organizations_under(session, "/") if place.kind is OrganizationKind.BRANCH]
        found = [one for place in places for one in await reports_to(session, place.id, limit=100)]
        assert {one.read_at is None for one in found} == {True, False}
        assert {bool(one.files) for one in found} == {True, False}
        assert all(one.handed_in_at < NOW for one in found)
        assert all(one.read_at is None or one.handed_in_at < one.read_at < NOW for one in found)
        assert await session.scalar(select(func.count()).select_from(ReportAttachment))
        assert await session.scalar(select(func.count(Report.id))) == len(found)


async def test_the_digest_has_something_to_say(town: Database) -> None:
    async with town.reading() as session:
        [root] = await roots(session)
        [subscription] = await active_subscriptions(session)
        assert subscription.organization_id == root.id
        place = Place(root.id, root.name, root.path, root.kind, ZoneInfo(root.timezone))
        branches = (await figures_at(session, place, NOW.date() - timedelta(days=7), NOW)).branches
        reasons = {one.name: [reason.key for reason in needs(one, NOW, NOW.date(), 30)] for one in branches}
        assert "quiet" in reasons["丰收农机合作社党支部"]
        assert "low_attendance" in reasons["青禾纺织厂党支部"]
        assert any(not found for found in reasons.values()) or "low_attendance" not in reasons["镇机关党支部"]
        open_cases = sum(branch.cases_open for branch in branches)
        assert open_cases == await session.scalar(select(func.count(Case.id)))
        assert open_cases > 0
        weeks = [await figures_at(session, place, NOW.date() - timedelta(days=days), NOW) for days in (0, 7)]
        assert sum(one.unanswered for one in weeks) == 5


async def test_every_case_keeps_to_the_rules_and_has_a_next_step(town: Database) -> None:
    procedures = Procedures.load()
    async with town.reading() as session:
        places = [place for place in await organizations_under(session, "/") if place.kind is OrganizationKind.BRANCH]
        found = [one for place in places for one in await cases_of(session, place.id, states=CaseState, limit=100)]
        seen = set()
        steps = await steps_of(session, [one.id for one in found])
        for one in found:
            branch = await branch_of(session, one.organization_id)
            work = work_from(procedures, NOW.date(), one, branch, steps[one.id])
            for count, view in enumerate(work.views, 1):
                step = work.procedure.step(view.step)
                facts = Facts(work.procedure, work.records[:count], work.around)
                assert problems(work.procedure, step, facts, view.done_on) == []
            belongs = await membership_of(session, one.subject_id or 0)
            assert belongs is not None
            came, next_step = STANDS[belongs.status]
            assert next_step in {place.step.id for place in work.standing.open}
            assert belongs.since == next(step.done_on for step in reversed(work.views) if came in ("", step.step))
            seen.add(belongs.status)
    assert seen == set(STANDS)


async def test_who_is_reminded_of_something_can_be_played(town: Database) -> None:
    procedures, texts = Procedures.load(), Texts()
    async with town.reading() as session:
        ids = {one.name: int(one.user.removeprefix("demo-")) for one in await demo_people(session)}
        looked = await looked_for(session, texts, procedures, list(ids.values()), NOW)
        due = await due_for(looked, NOW.astimezone(ZONE).date())
        said = {name: message(texts, id, due.get(id, ()), NOW.astimezone(ZONE), date.min) for name, id in ids.items()}
    secretary, other, official = said["田麦秋"], said["何晓禾"], said["程望舒"]
    assert secretary is not None
    assert "培养教育考察" in secretary.body
    assert "把河道清理的工具还给水利站" in secretary.body
    assert other is not None
    assert "【红】" in other.body
    assert official is not None
    assert "汇总各支部组织生活会的时间" in official.body


def test_the_clock_of_the_demo_runs_on_from_a_moment_that_is_said() -> None:
    clock = clock_from("2026-11-23 8:29")
    assert clock is not None
    first = clock()
    assert first <= clock() < datetime(2026, 11, 23, 0, 31, tzinfo=UTC)
    assert first >= datetime(2026, 11, 23, 0, 29, tzinfo=UTC)


def test_without_a_moment_it_is_now_and_what_is_none_is_refused() -> None:
    assert clock_from(" ") is utc_now
    assert [clock_from(words) for words in ("昨晚", "2月30日 8点", "下周一", "abc")] == [None] * 4


async def test_a_visitor_can_be_eight_people_who_are_bound_already(town: Database) -> None:
    async with town.reading() as session:
        people = await demo_people(session)
        assert [one.role_label for one in people] == [
            "支部书记",
            "支部书记",
            "党员",
            "预备党员",
            "老党员",
            "入党申请人",
            "党委组织委员",
            "知识管理员",
        ]
        ids = [int(one.user.removeprefix("demo-")) for one in people]
        for one, person_id in zip(people, ids, strict=True):
            [account] = await accounts_of(session, person_id)
            assert (account.channel, account.tenant, account.user) == ("web", "local", one.user)
            belongs = await membership_of(session, person_id)
            assert belongs is not None
            assert belongs.organization_name == one.branch
        assert await session.scalar(select(func.count(Account.id))) == 8
        [(upcoming, _)] = await meetings_for_person(session, ids[2], states=[MeetingState.CONVENED])
        assert upcoming.kind is MeetingKind.GENERAL_MEETING
        assert [one.kind.value for one in await posts_of(session, ids[0], NOW.date())] == ["secretary"]
        assert [one.kind.value for one in await posts_of(session, ids[6], NOW.date())] == ["official"]


async def test_where_there_is_no_town_there_is_nobody_to_be(database: Database) -> None:
    async with database.reading() as session:
        assert await demo_people(session) == []
