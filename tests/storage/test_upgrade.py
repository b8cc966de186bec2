"""What was kept by an earlier schema is all there after an upgrade, and people go on with it."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, insert, select, text

from bot.digest_round import DigestRound
from handlers.case_due import reckon_due
from storage.accounts import lock_account
from storage.database import MIGRATIONS, Database
from storage.files import add_file
from storage.meeting_changes import add_materials
from storage.models import Case, CaseState, DigestIssue, DigestSubscription, Lane, PostKind
from storage.outbox import Draft, put
from tests.fakes import PROCEDURES, TEXTS
from tests.postgres import Server
from tests.storage.kit import add_convened_meeting, add_post, add_town

BEFORE = "0006"
"""The schema before digests as people like them."""
MONDAY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


@pytest.fixture
async def earlier(database: Database, postgres: Server, tmp_path: Path) -> AsyncIterator[Database]:
    """A database beside the test's own, with the tables of the earlier schema."""
    if database.is_sqlite:
        found = Database(f"sqlite+aiosqlite:///{tmp_path / 'earlier.sqlite3'}")
    else:
        await postgres.execute("DROP DATABASE IF EXISTS earlier", "CREATE DATABASE earlier")
        found = Database(postgres.url("earlier"))
    async with found.engine.begin() as connection:
        await connection.run_sync(_migrate_to, BEFORE)
    yield found
    await found.close()


def _migrate_to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, by the tables that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return {
        table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
        for table in found.sorted_tables
        if table.name != "alembic_version"
    }


def _fill(connection: Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Write rows, as far as there were such tables and columns."""
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        known = [{name: value for name, value in row.items() if name in table.c} for row in rows.get(table.name, [])]
        for row in known:
            connection.execute(insert(table).values(row))
        if known and connection.dialect.name == "postgresql" and "id" in table.c:
            serial = f"pg_get_serial_sequence('{table.name}', 'id')"
            connection.execute(text(f"SELECT setval({serial}, (SELECT max(id) FROM {table.name}))"))


async def test_what_was_kept_by_the_schema_before_is_all_there_and_goes_on(
    database: Database, earlier: Database
) -> None:
    town = await add_town(database)
    meeting_id = await add_convened_meeting(database, town)
    async with database.transaction() as session:
        await add_post(session, town.full[2], town.committee, PostKind.OFFICIAL)
        account = await lock_account(session, "telegram", "t", "1", "1", MONDAY)
        account.person_id = town.full[2]
        reads = DigestSubscription(person_id=town.full[2], organization_id=town.committee)
        session.add(reads)
        session.add(
            Case(
                organization_id=town.branch,
                procedure="admission",
                subject_id=town.activist,
                title="发展党员：季极",
                state=CaseState.OPEN,
                started_on=date(2026, 3, 2),
            )
        )
        await session.flush()
        session.add(DigestIssue(subscription_id=reads.id, week="2026-W47", figures={}, created_at=MONDAY))
        chart, material, brought = [
            await add_file(session, name, "x/y", b"x", MONDAY) for name in ("chart", "material", "brought")
        ]
        await add_materials(session, meeting_id, [(material, "material")], town.full[0], MONDAY)
        files = [chart, material]
        await put(session, [Draft("telegram", "t", "1", "一", Lane.PUSH, documents=files)], MONDAY)
        await put(session, [Draft("telegram", "t", "1", "二", Lane.PUSH)], MONDAY)
    async with database.engine.connect() as connection:
        rows = await connection.run_sync(_rows)
    async with earlier.engine.begin() as connection:
        await connection.run_sync(_fill, rows)
        before = await connection.run_sync(_rows)
    assert len([name for name, found in before.items() if found]) >= 12

    await earlier.migrate()

    async with earlier.engine.connect() as connection:
        after = await connection.run_sync(_rows)
    for name, found in before.items():
        kept = [{column: row[column] for column in old} for old, row in zip(found, after[name], strict=True)]
        assert kept == found, name
    [subscription] = after["digest_subscriptions"]
    assert (subscription["after_holidays"], subscription["pressing_only"], subscription["quiet_days"]) == (1, 0, 30)
    passing = {row["id"]: bool(row["passing"]) for row in after["files"]}
    assert passing == {chart: True, material: False, brought: False}, "nobody but the message has the chart"
    assert await reckon_due(earlier, PROCEDURES, MONDAY)
    async with earlier.reading() as session:
        assert await session.scalar(select(Case.due_on)) is not None
    digests = DigestRound(earlier, TEXTS)
    assert await digests.issue(MONDAY + timedelta(hours=1)) == 0, "that week was issued before the upgrade"
    assert await digests.issue(MONDAY + timedelta(weeks=1)) == 1
