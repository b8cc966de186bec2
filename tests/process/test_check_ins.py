"""A hall of three hundred checks in over HTTP against the real process, on both databases, also when it dies of it."""

import asyncio
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from storage.database import Database
from storage.models import Attendance, CheckInWay, Presence
from tests.bot_api import BotApi
from tests.process.halls import PAUSE, PEOPLE, Hall, answers, board_shows, browsers, post
from tests.process.processes import Forked, Nursery
from tests.process.test_kill_web import free_port

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]


async def recorded_once(database: Database, hall: Hall) -> None:
    """Everybody is recorded as what they did, and there is nobody else."""
    async with database.reading() as session:
        rows = list(await session.scalars(select(Attendance).order_by(Attendance.person_id)))
    assert [row.person_id for row in rows] == sorted(hall.people)
    assert {row.presence for row in rows} == {Presence.PRESENT}
    ways = {row.person_id: row.way for row in rows}
    expected = [CheckInWay.CODE if number % 2 else CheckInWay.LINK for number in range(PEOPLE)]
    assert [ways[person] for person in hall.people] == expected
    assert all(row.checked_in_at is not None and row.late_minutes == 0 for row in rows)


async def served(hall: Hall, nursery: Nursery, url: str, api: BotApi, folder: Path, port: int) -> Forked:
    """The process, once its pages are there."""
    process = nursery.start("web", url, api, folder, port)
    hall.base = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as http, asyncio.timeout(30):
        while True:
            with suppress(aiohttp.ClientConnectionError):
                async with http.get(hall.base) as response:
                    assert response.status == 200
                    return process
            await asyncio.sleep(PAUSE)


async def test_three_hundred_check_in_within_ten_seconds_and_the_board_is_right(
    database: Database, database_url: str, api: BotApi, nursery: Nursery, tmp_path: Path
) -> None:
    hall = await Hall.settled(database)
    with await served(hall, nursery, database_url, api, tmp_path, free_port()) as process:
        async with browsers() as http:
            await hall.open_pages(http, database)

            async def comes(number: int) -> None:
                await asyncio.sleep(10 * number / PEOPLE)
                # Every tenth taps twice, and what every tenth sends is delivered twice.
                again = {0: ("in", "again"), 1: ("in", "in")}.get(number % 10, ("in",))
                await asyncio.gather(*(post(http, hall, number, id) for id in again))

            board = asyncio.create_task(board_shows(http, hall, PEOPLE))
            await asyncio.gather(*(comes(number) for number in range(PEOPLE)))
            await board
            await recorded_once(database, hall)
            for number in (0, 1, 2, 10, 299):
                said = await answers(http, hall, number)
                assert said.count("签到成功") == 1, said
                assert said.count("已经签过到") == (1 if number % 10 == 0 else 0), said
        assert process.errors() == []
        assert process.stop() == 0


async def test_a_restart_in_the_middle_of_a_rush_loses_nobody_and_records_nobody_twice(
    database: Database, database_url: str, api: BotApi, nursery: Nursery, tmp_path: Path
) -> None:
    hall, port = await Hall.settled(database), free_port()
    with await served(hall, nursery, database_url, api, tmp_path, port) as first:
        async with browsers() as http:
            await hall.open_pages(http, database)
            some, done = asyncio.Event(), 0

            async def comes(number: int) -> None:
                nonlocal done
                await post(http, hall, number)
                done += 1
                if done == PEOPLE // 10:
                    some.set()

            rush = asyncio.gather(*(comes(number) for number in range(PEOPLE)))
            await some.wait()
            first.kill()
            async with database.reading() as session:
                there = [row for row in await session.scalars(select(Attendance.presence)) if row is Presence.PRESENT]
            assert 0 < len(there) < PEOPLE
            with await served(hall, nursery, database_url, api, tmp_path, port) as second:
                await rush
                await board_shows(http, hall, PEOPLE)
                await recorded_once(database, hall)
                assert second.errors() == []
