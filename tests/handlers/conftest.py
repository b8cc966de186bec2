"""What the tests of the engine share: a town in which dialogues are defined and changed on the spot."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.dialogue.engine import DIALOGUES
from storage.database import Database
from tests.fakes import TEXTS, FakeTown
from tests.handlers.dialogue.tiny import FILE, SENTENCES, Tiny


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The dialogues and sentences of the product, and after the test nothing but them."""
    before = dict(DIALOGUES)
    monkeypatch.setitem(TEXTS.files, FILE, SENTENCES)
    yield
    DIALOGUES.clear()
    DIALOGUES.update(before)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The engine knows nothing of the kind of database, so SQLite alone; whole conversations run on both."""
    path = tmp_path / "test.sqlite3"
    shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
async def tiny(database: Database, registry: None) -> Tiny:
    """A stranger at a keyboard, and a bot that knows no dialogue of ours yet."""
    town = FakeTown(database)
    return Tiny(town, await town.chat("新手机"))
