"""Reports, their numbers and files, on both databases."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.files import add_file, file
from storage.models import Report, ReportKind
from storage.reports import FileView, add_report, mark_read, report, reports_by, reports_to
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
