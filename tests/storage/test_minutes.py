"""Minutes: written after the meeting, signed by two who have seen them, locked once, and corrected with a trace."""

import asyncio
from collections.abc import Mapping

from storage.database import Database
from storage.files import add_file
from storage.meetings import close_meeting
from storage.minutes import (
    Signing,
    correct_minutes,
    corrections_of,
    files_of,
    lock_signed_on_paper,
    minutes_of,
    sign_minutes,
    version_of,
    write_minutes,
)
from storage.models import MeetingFileKind
from storage.votes import items_of
from tests.storage.kit import NOW, Town, add_open_meeting, add_town


async def _closed(database: Database) -> tuple[Town, int]:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    async with database.transaction() as session:
        await close_meeting(session, meeting_id, now=NOW, summary="学习了条例")
    return town, meeting_id


async def _write(
    database: Database,
    town: Town,
    meeting_id: int,
    summary: str = "学习了条例",
    decided: Mapping[int, str] | None = None,
) -> bool:
    async with database.transaction() as session:
        return await write_minutes(
            session,
            meeting_id,
            host_id=town.full[0],
            recorder_id=town.full[1],
            summary=summary,
            decided=decided or {},
        )


async def _sign(database: Database, meeting_id: int, person: int, version: str | None = None) -> Signing:
    async with database.transaction() as session:
        seen = await version_of(session, meeting_id) if version is None else version
        return await sign_minutes(session, meeting_id, person, seen, NOW)


async def test_both_signatures_lock_the_minutes_and_then_nobody_writes(database: Database) -> None:
    town, meeting_id = await _closed(database)
    assert await _sign(database, meeting_id, town.full[0]) == "not_asked"
    assert await _write(database, town, meeting_id)
    assert await _sign(database, meeting_id, town.full[2]) == "not_asked"
    assert await _sign(database, meeting_id, town.full[0]) == "signed"
    assert await _sign(database, meeting_id, town.full[0]) == "already"
    assert await _sign(database, meeting_id, town.full[1]) == "locked"
    assert not await _write(database, town, meeting_id, "换一种说法")
    async with database.reading() as session:
        found = await minutes_of(session, meeting_id)
    assert found is not None
    assert (found.summary, found.host, found.recorder, found.locked_at) == ("学习了条例", "苏一", "苏二", NOW)


async def test_both_who_sign_at_once_lock_once(database: Database) -> None:
    town, meeting_id = await _closed(database)
    await _write(database, town, meeting_id)
    people = [*town.full[:2], *town.full[:2]]
    done = await asyncio.gather(*(_sign(database, meeting_id, one) for one in people))
    assert sorted(done) == ["already", "already", "locked", "signed"]


async def test_what_was_changed_after_it_was_shown_is_not_signed(database: Database) -> None:
    town, meeting_id = await _closed(database)
    await _write(database, town, meeting_id)
    async with database.reading() as session:
        shown = await version_of(session, meeting_id)
        item = (await items_of(session, meeting_id))[0].id
    await _write(database, town, meeting_id, decided={item: "每月学一次"})
    assert await _sign(database, meeting_id, town.full[0], shown) == "changed"
    assert await _sign(database, meeting_id, town.full[0]) == "signed"


async def test_minutes_written_anew_are_signed_anew(database: Database) -> None:
    town, meeting_id = await _closed(database)
    await _write(database, town, meeting_id)
    await _sign(database, meeting_id, town.full[0])
    await _write(database, town, meeting_id, "学习了两个条例")
    assert await _sign(database, meeting_id, town.full[1]) == "signed"


async def test_a_meeting_that_goes_on_has_no_minutes_yet(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_open_meeting(database, town)
    assert not await _write(database, town, meeting_id)
    async with database.reading() as session:
        assert await minutes_of(session, meeting_id + 100) is None
        assert await version_of(session, meeting_id + 100) == ""


async def test_photos_of_signed_paper_lock_the_minutes(database: Database) -> None:
    town, meeting_id = await _closed(database)
    async with database.transaction() as session:
        kept = await add_file(session, "签字.jpg", "image/jpeg", b"x", NOW)
        assert not await lock_signed_on_paper(session, meeting_id, [(kept, "签字.jpg")], town.full[0], NOW)
    await _write(database, town, meeting_id)
    async with database.transaction() as session:
        assert await lock_signed_on_paper(session, meeting_id, [(kept, "签字.jpg")], town.full[0], NOW)
        assert not await lock_signed_on_paper(session, meeting_id, [(kept, "签字.jpg")], town.full[0], NOW)
    assert await _sign(database, meeting_id, town.full[0]) == "over"
    async with database.reading() as session:
        assert [(one.kind, one.name) for one in await files_of(session, meeting_id)] == [
            (MeetingFileKind.MINUTES, "签字.jpg")
        ]


async def test_a_correction_keeps_what_stood_there(database: Database) -> None:
    town, meeting_id = await _closed(database)
    async with database.reading() as session:
        item = (await items_of(session, meeting_id))[0].id
    await _write(database, town, meeting_id, decided={item: "每月学一次"})
    by = town.secretary
    async with database.transaction() as session:
        assert not await correct_minutes(session, meeting_id, "summary", "新的", "错了", by, NOW)
    await _sign(database, meeting_id, town.full[0])
    await _sign(database, meeting_id, town.full[1])
    async with database.transaction() as session:
        assert await correct_minutes(session, meeting_id, "item", "每周学一次", "听错了", by, NOW, item_id=item)
        assert not await correct_minutes(session, meeting_id, "item", "每周学一次", "听错了", by, NOW, item_id=item)
        assert not await correct_minutes(session, meeting_id, "item", "x", "错", by, NOW, item_id=item + 100)
        assert await correct_minutes(session, meeting_id, "summary", "学习了两个条例", "漏了", by, NOW)
        assert await correct_minutes(session, meeting_id, "recorder", str(town.full[2]), "写错人", by, NOW)
        assert not await correct_minutes(session, meeting_id, "host", str(town.full[2]), "写错人", by, NOW)
    async with database.reading() as session:
        found = await corrections_of(session, meeting_id)
        now = await minutes_of(session, meeting_id)
    assert [(one.part, one.old, one.new, one.reason, one.corrected_by) for one in found] == [
        ("item", "学习：每月学一次", "学习：每周学一次", "听错了", "苏一"),
        ("summary", "学习了条例", "学习了两个条例", "漏了", "苏一"),
        ("recorder", "苏二", "苏三", "写错人", "苏一"),
    ]
    assert now is not None
    assert (now.summary, now.recorder) == ("学习了两个条例", "苏三")
