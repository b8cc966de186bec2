"""Reports, their numbers and files, on both databases."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.files import add_file, file
from storage.models import Report, ReportKind, ReportState
from storage.reports import (
    FileView,
    accept_report,
    add_report,
    add_to_report,
    ask_for_more,
    authors_to,
    count_reports,
    mark_read,
    notes_on,
    report,
    reports_by,
    reports_to,
)
from tests.storage.kit import NOW, Town, add_town


async def _hand_in(
    database: Database,
    town: Town,
    *,
    now: datetime = NOW,
    author: int | None = None,
    branch: int | None = None,
    files: Sequence[int] = (),
) -> Report:
    async with database.transaction() as session:
        return await add_report(
            session,
            organization_id=branch or town.branch,
            author_id=author or town.probationary,
            kind=ReportKind.THOUGHT_REPORT,
            period="2026-Q4",
            text="这个季度我学了……",
            file_ids=files,
            now=now,
        )


async def test_numbers_count_within_a_branch_and_a_local_year(database: Database) -> None:
    town = await add_town(database)
    new_year = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    assert (await _hand_in(database, town)).number == "2026-0001"
    assert (await _hand_in(database, town)).number == "2026-0002"
    assert (await _hand_in(database, town, branch=town.other_branch)).number == "2026-0001"
    assert (await _hand_in(database, town, now=new_year)).number == "2027-0001"
    assert (await _hand_in(database, town, now=new_year - timedelta(hours=1))).number == "2026-0003"


async def test_numbers_go_on_past_four_digits(database: Database) -> None:
    town = await add_town(database)
    first = await _hand_in(database, town)
    async with database.transaction() as session:
        (await session.get_one(Report, first.id)).number = "2026-9999"
    assert (await _hand_in(database, town)).number == "2026-10000"
    assert (await _hand_in(database, town)).number == "2026-10001"


async def test_reports_handed_in_at_once_get_different_numbers(database: Database) -> None:
    town = await add_town(database)
    made = await asyncio.gather(*(_hand_in(database, town, author=author) for author in town.full))
    assert sorted(one.number for one in made) == [f"2026-{number:04d}" for number in range(1, 9)]


async def test_the_database_itself_refuses_a_number_given_twice(database: Database) -> None:
    town = await add_town(database)
    await _hand_in(database, town)
    second = await _hand_in(database, town)
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            (await session.get_one(Report, second.id)).number = "2026-0001"


async def test_a_report_is_read_back_with_its_files_in_order(database: Database) -> None:
    town = await add_town(database)
    async with database.transaction() as session:
        ids = [await add_file(session, f"第{page}页.jpg", "image/jpeg", b"x" * page, NOW) for page in (2, 1)]
    handed_in = await _hand_in(database, town, files=ids)
    async with database.reading() as session:
        found = await report(session, handed_in.id)
        assert found is not None
        assert found.files == (
            FileView(ids[0], "第2页.jpg", "image/jpeg", 2),
            FileView(ids[1], "第1页.jpg", "image/jpeg", 1),
        )
        assert (found.author_name, found.handed_in_at, found.read_at) == ("余备", NOW, None)
        assert found.path.endswith(f"/{town.branch}/")
        assert await file(session, ids[0]) == ("第2页.jpg", "image/jpeg", b"xx")
        assert await file(session, ids[0] + 100) is None
        assert await report(session, handed_in.id + 100) is None


async def test_the_unread_come_first_and_reading_is_noted_once(database: Database) -> None:
    town = await add_town(database)
    made = [await _hand_in(database, town, now=NOW + timedelta(hours=hour)) for hour in range(3)]
    async with database.transaction() as session:
        assert await mark_read(session, made[2].id, town.secretary, NOW + timedelta(days=1))
        assert not await mark_read(session, made[2].id, town.secretary, NOW + timedelta(days=2))
    async with database.reading() as session:
        order = [one.id for one in await reports_to(session, town.branch)]
        assert order == [made[1].id, made[0].id, made[2].id]
        assert [one.id for one in await reports_to(session, town.branch, unread_only=True, limit=1)] == [made[1].id]
        mine = await reports_by(session, town.probationary)
        assert [one.id for one in mine] == [made[2].id, made[1].id, made[0].id]
        assert mine[0].read_at == NOW + timedelta(days=1)
        assert await reports_by(session, town.secretary) == []


async def test_what_is_asked_and_added_is_kept_in_order_and_changes_the_state(database: Database) -> None:
    town = await add_town(database)
    handed_in = await _hand_in(database, town)
    async with database.transaction() as session:
        ids = [await add_file(session, f"补{page}.jpg", "image/jpeg", b"x", NOW) for page in (1, 2)]
        assert await ask_for_more(session, handed_in.id, town.secretary, "请写打算", NOW + timedelta(days=1))
    async with database.reading() as session:
        asked = await report(session, handed_in.id)
    async with database.transaction() as session:
        later = NOW + timedelta(days=2)
        assert await add_to_report(session, handed_in.id, town.probationary, "打算读书", ids, later)
    async with database.reading() as session:
        added = await report(session, handed_in.id)
        notes = await notes_on(session, [handed_in.id])
        assert await notes_on(session, [handed_in.id + 100]) == []
    assert asked is not None
    assert added is not None
    assert (asked.state, added.state) == (ReportState.MORE_ASKED, ReportState.HANDED_IN)
    assert [(one.author_name, one.text, one.file and one.file.name) for one in notes] == [
        ("苏一", "请写打算", None),
        ("余备", "打算读书", None),
        ("余备", "", "补1.jpg"),
        ("余备", "", "补2.jpg"),
    ]
    assert added.files == (), "what came later is told apart from what was handed in"


async def test_what_is_on_file_is_neither_asked_about_nor_added_to_nor_filed_again(database: Database) -> None:
    town = await add_town(database)
    handed_in = await _hand_in(database, town)
    async with database.transaction() as session:
        assert await accept_report(session, handed_in.id, town.secretary, NOW)
        assert not await accept_report(session, handed_in.id, town.full[1], NOW + timedelta(days=1))
        assert not await ask_for_more(session, handed_in.id, town.secretary, "再写", NOW)
        assert not await add_to_report(session, handed_in.id, town.probationary, "再写", [], NOW)
    async with database.reading() as session:
        found = await report(session, handed_in.id)
        assert await notes_on(session, [handed_in.id]) == []
    assert found is not None
    assert (found.state, found.accepted_at, found.read_at) == (ReportState.ACCEPTED, NOW, NOW)


async def test_of_filing_and_adding_at_once_the_addition_is_in_or_is_refused(database: Database) -> None:
    town = await add_town(database)
    handed_in = await _hand_in(database, town)

    async def file_it() -> bool:
        async with database.transaction() as session:
            return await accept_report(session, handed_in.id, town.secretary, NOW)

    async def add() -> bool:
        async with database.transaction() as session:
            return await add_to_report(session, handed_in.id, town.probationary, "补一句", [], NOW)

    filed, added, again = await asyncio.gather(file_it(), add(), file_it())
    async with database.reading() as session:
        found = await report(session, handed_in.id)
        notes = await notes_on(session, [handed_in.id])
    assert filed != again
    assert len(notes) == added
    assert found is not None
    assert found.state is ReportState.ACCEPTED


async def test_what_waits_comes_before_what_is_on_file_a_page_at_a_time(database: Database) -> None:
    town = await add_town(database)
    made = [await _hand_in(database, town, now=NOW + timedelta(hours=hour)) for hour in range(4)]
    await _hand_in(database, town, branch=town.other_branch, author=town.full[2])
    async with database.transaction() as session:
        await accept_report(session, made[3].id, town.secretary, NOW)
        await mark_read(session, made[2].id, town.secretary, NOW)
    async with database.reading() as session:
        assert [one.id for one in await reports_to(session, town.branch)] == [made[n].id for n in (1, 0, 2, 3)]
        assert [one.id for one in await reports_to(session, town.branch, skip=2, limit=1)] == [made[2].id]
        assert await count_reports(session, [town.branch]) == (4, 2)
        assert await count_reports(session, [town.committee]) == (0, 0)
        assert [(one.name, one.count) for one in await authors_to(session, town.branch)] == [("余备", 4)]
        here = await reports_by(session, town.probationary, None, organization_id=town.other_branch)
    assert here == []
