"""Stop before each statement of a turn, deliver again: the same rows as if nothing had happened."""

import shutil
from pathlib import Path

import pytest

from storage.database import Database
from tests.branch import PEOPLE, settle, settled_town
from tests.crashing import Death, MortalChat, MortalTown, records
from tests.transcripts import FOLDER, Reading, read

LIVED = ("convene", "hand_in_report", "bind")


async def undisturbed(path: Path, folder: Path, migrated: Path) -> dict[str, list[dict[str, object]]]:
    """The rows that a transcript leaves when nothing goes wrong."""
    file = folder / "undisturbed.sqlite3"
    shutil.copyfile(migrated, file)
    database = Database(f"sqlite+aiosqlite:///{file}")
    town, chats, _ = await settled_town(database)
    await Reading(town, chats, "taps").play(read(path))
    found = await records(database)
    await database.close()
    return found


@pytest.mark.parametrize("name", LIVED)
async def test_a_death_before_any_statement_of_any_turn_leaves_the_same_rows(
    database: Database, name: str, tmp_path: Path, migrated_sqlite: Path
) -> None:
    path = FOLDER / f"{name}.md"
    expected = await undisturbed(path, tmp_path, migrated_sqlite)
    ids = await settle(database)
    death = Death()
    town = MortalTown(database, death)
    for person in (*PEOPLE, "吴长河", "郑远", "新手机"):
        await town.chat(person, ids.get(person))
    chats = {person: MortalChat(town, person) for person in town.people}
    with death.over(database):
        await Reading(town, dict(chats), "taps").play(read(path))
    assert sum(chat.deaths for chat in chats.values()) > 100
    found = await records(database)
    for table, rows in expected.items():
        assert found[table] == rows, table
