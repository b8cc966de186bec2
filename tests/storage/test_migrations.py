"""The schema that migrations make is the one that the models say."""

from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from storage.database import Database
from storage.models import Base
from tests.postgres import Server


def _difference(connection: Connection) -> list[Any]:
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
