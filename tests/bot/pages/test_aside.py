"""What is read beside the loop that people wait for: its result, its errors, and its end in the middle."""

import asyncio
import threading

import pytest
from sqlalchemy import text

from bot.pages.aside import Aside
from storage.database import Database, Session, Unavailable


async def test_a_reading_gives_what_it_finds_and_raises_what_goes_wrong_and_does_so_elsewhere(
    database: Database, database_url: str
) -> None:
    aside = Aside(database_url)
    here = threading.get_ident()

    async def look(session: Session) -> tuple[int, bool]:
        return (await session.execute(text("SELECT 6 * 7"))).scalar_one(), threading.get_ident() != here

    async def stumble(session: Session) -> None:
        raise LookupError("no such thing")

    assert await asyncio.gather(*(aside.reading(look) for _ in range(3))) == [(42, True)] * 3
    with pytest.raises(LookupError):
        await aside.reading(stumble)
    await aside.close()
    await aside.close()
    assert not [one for one in threading.enumerate() if one.name == "aside"]


async def test_a_database_that_is_away_is_said_as_everywhere() -> None:
    aside = Aside("sqlite+aiosqlite:////no/such/folder/a.sqlite3")

    async def look(session: Session) -> None:
        await session.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        await aside.reading(look)
    await aside.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_end_does_not_wait_for_what_is_still_counted(database_url: str) -> None:
    aside = Aside(database_url)
    begun = threading.Event()

    async def forever(session: Session) -> None:
        await session.execute(text("SELECT 1"))
        begun.set()
        await asyncio.Event().wait()

    reading = asyncio.create_task(aside.reading(forever))
    await asyncio.to_thread(begun.wait)
    await aside.close()
    with pytest.raises(asyncio.CancelledError):
        await reading
