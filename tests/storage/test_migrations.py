"""The schema that migrations make is the one that the models say."""

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from storage.attendance import attendance_of
from storage.database import MIGRATIONS, Database
from storage.models import Base
from tests.postgres import Server
from tests.storage.kit import add_convened_meeting, add_town


def _difference(connection: Connection) -> Any:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": Base.metadata})
    return compare_metadata(context, Base.metadata)


def _described(connection: Connection) -> dict[str, Any]:
    """Every table as the database itself describes it, checks and partial indexes included."""
    inspector = inspect(connection)
    return {
        table: {
            "columns": {each["name"]: (str(each["type"]), each["nullable"]) for each in inspector.get_columns(table)},
            "key": inspector.get_pk_constraint(table),
            "foreign keys": sorted(map(repr, inspector.get_foreign_keys(table))),
            "unique": sorted(map(repr, inspector.get_unique_constraints(table))),
            "checks": {each["name"]: each["sqltext"] for each in inspector.get_check_constraints(table)},
            "indexes": {
                each["name"]: (each["column_names"], each["unique"], _condition(each))
                for each in inspector.get_indexes(table)
            },
        }
        for table in sorted(set(inspector.get_table_names()) - {"alembic_version"})
    }


def _condition(index: Any) -> str:
    return " ".join(str(value) for name, value in index.get("dialect_options", {}).items() if name.endswith("_where"))


async def test_the_migrated_schema_has_nothing_that_the_models_lack_and_lacks_nothing(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_difference) == []


async def test_checks_and_partial_indexes_are_those_of_the_models(
    database: Database, postgres: Server, tmp_path: Path
) -> None:
    if database.is_sqlite:
        fresh = Database(f"sqlite+aiosqlite:///{tmp_path / 'fresh.sqlite3'}")
    else:
        await postgres.execute("DROP DATABASE IF EXISTS fresh", "CREATE DATABASE fresh")
        fresh = Database(postgres.url("fresh"))
    async with fresh.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        wanted = await connection.run_sync(_described)
    await fresh.close()
    async with database.engine.connect() as connection:
        found = await connection.run_sync(_described)
    assert found == wanted
    assert "until" in found["memberships"]["indexes"]["one_current_membership"][2]
    assert "ck_attendances_present_has_a_way" in found["attendances"]["checks"]


async def test_migrating_again_changes_nothing(database: Database) -> None:
    before = await database.revision()
    await database.migrate()
    assert await database.revision() == before is not None


async def test_foreign_keys_hold_again_after_migrating(migrated_sqlite: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{migrated_sqlite}")
    await database.migrate()
    async with database.reading() as session:
        assert (await session.execute(text("PRAGMA foreign_keys"))).scalar() == 1
    await database.close()


SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("meetings") as meetings:
        meetings.alter_column("place", existing_type=sa.String(120), type_=sa.String(300), existing_nullable=False)
"""


async def test_changing_a_table_keeps_the_rows_that_refer_to_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = await add_town(database)
    meeting_id = await add_convened_meeting(database, town)
    shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    second = SECOND.format(newest=await database.revision())
    (tmp_path / "migrations" / "versions" / "9999_wider.py").write_text(second)
    monkeypatch.setattr("storage.database.MIGRATIONS", tmp_path / "migrations")
    await database.migrate()
    assert await database.revision() == "9999"
    async with database.reading() as session:
        assert len(await attendance_of(session, meeting_id)) == 9
    async with database.engine.connect() as connection:
        found = await connection.run_sync(_described)
    assert found["meetings"]["columns"]["place"][0] == "VARCHAR(300)"
    assert "ix_meetings_organization" in found["meetings"]["indexes"]
    assert found["meetings"]["checks"].keys() == {"ck_meetings_meetingkind", "ck_meetings_meetingstate"}


@pytest.mark.process
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_processes_that_start_together_all_find_the_newest_schema(
    kind: str, postgres: Server, tmp_path: Path
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite3'}"
    if kind == "postgres":
        await postgres.execute("DROP DATABASE IF EXISTS started", "CREATE DATABASE started")
        url = postgres.url("started")
    work = f"import asyncio; from storage.database import Database; asyncio.run(Database({url!r}).migrate())"
    starting = [await asyncio.create_subprocess_exec(sys.executable, "-c", work) for _ in range(3)]
    assert [await one.wait() for one in starting] == [0, 0, 0]
    database = Database(url)
    assert await database.revision() is not None
    await database.close()
