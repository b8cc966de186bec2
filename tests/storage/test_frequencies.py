"""Who hands in by custom, and customs, on both databases."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from storage.cases import add_case, close_case
from storage.customs import customs_by_path, customs_for, customs_over, set_custom
from storage.database import Database, Session
from storage.frequencies import writers, written_for
from storage.models import (
    Organization,
    ReportKind,
    Status,
)
from storage.reports import add_report
from tests.storage.kit import NOW, START, Town, add_member, add_town

ZONE = ZoneInfo("Asia/Shanghai")
SINCE = datetime(2026, 1, 1, tzinfo=ZONE)


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
