"""A hall of three hundred checks in over HTTP against the real process, on both databases, also when it dies of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import insert, select

from handlers.codes import board_ticket, digits_of, link_of, new_secret, window_at
from handlers.dialogue.turns import utc_now
from storage.checkin import open_check_in
from storage.database import Database
from storage.meetings import add_meeting, expected_attendees
from storage.models import (
    Account,
    Attendance,
    CheckInWay,
    MeetingKind,
    Membership,
    Organization,
    OrganizationKind,
    Person,
    Presence,
    Status,
)
from tests.bot_api import BotApi
from tests.process.processes import Forked, Nursery
from tests.process.test_kill_web import free_port

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]

PEOPLE = 300
PAUSE = 0.1
"""Seconds between two tries of a page that got no answer."""


class Hall:
    """A meeting with its check-in open, and a browser for each who is expected."""

    def __init__(self, meeting_id: int, secret: str, people: Sequence[int]) -> None:
        self.meeting_id, self.secret, self.people = meeting_id, secret, people
        self.cookies: list[str] = []
        self.base = ""

    @classmethod
    async def settled(cls, database: Database) -> "Hall":
        """One branch, all of whose members are expected."""
        now = utc_now()
        async with database.transaction() as session:
            branch = Organization(kind=OrganizationKind.BRANCH, name="机床厂退休党支部", parent_id=None, path="/1/")
            session.add(branch)
            await session.flush()
            branch.path = f"/{branch.id}/"
            names = [{"name": f"党员{number}", "phone_last4": f"{number:04d}"} for number in range(PEOPLE)]
            people = list(await session.scalars(insert(Person).returning(Person.id), names))
            belongs = {"organization_id": branch.id, "status": Status.FULL, "since": date(2020, 1, 1), "may_vote": True}
            await session.execute(insert(Membership), [{"person_id": one, **belongs} for one in people])
            held = await add_meeting(
                session,
                organization_id=branch.id,
                kind=MeetingKind.GENERAL_MEETING,
                starts_at=now + timedelta(minutes=10),
                place="工人文化宫",
                agenda=["学习"],
                expected=await expected_attendees(session, branch.id, MeetingKind.GENERAL_MEETING),
                convened_by_id=None,
            )
            return cls(held.id, await open_check_in(session, held.id, now, new_secret(), remote=False), people)

    async def open_pages(self, http: aiohttp.ClientSession, database: Database) -> None:
        """Everybody opens the page, and is known by its cookie from then on."""
        for few in range(0, PEOPLE, 20):
            self.cookies += await asyncio.gather(*(self._cookie(http) for _ in self.people[few : few + 20]))
        now = utc_now()
        async with database.transaction() as session:
            web = {"channel": "web", "tenant": "local", "reachable": True, "wrong_codes": 0, "created_at": now}
            users = map(self.user, range(PEOPLE))
            rows = [
                {"user": user, "chat": user, "person_id": one} for user, one in zip(users, self.people, strict=True)
            ]
            await session.execute(insert(Account), [web | row for row in rows])

    async def _cookie(self, http: aiohttp.ClientSession) -> str:
        async with http.get(self.base) as response:
            return response.cookies["zhishu_visitor"].value

    def user(self, number: int) -> str:
        """The name by which the page knows one of them."""
        return self.cookies[number].partition(".")[0]

    def headers(self, number: int) -> dict[str, str]:
        """What the browser of one of them sends along."""
        return {"Cookie": f"zhishu_visitor={self.cookies[number]}"}

    def says(self, number: int) -> dict[str, str]:
        """What the browser of one of them posts: every other one scans, the others type what they see now."""
        window = window_at(datetime.now(UTC))
        if number % 2:
            return {"text": digits_of(self.secret, window)}
        return {"entry": f"c_{link_of(self.meeting_id, self.secret, window)}"}

    @property
    def board(self) -> str:
        """The address of its board."""
        ticket = board_ticket(self.meeting_id, self.secret, utc_now() + timedelta(hours=1), "c_")
        return f"{self.base}/board/{ticket}/events"


@asynccontextmanager
async def browsers() -> AsyncIterator[aiohttp.ClientSession]:
    """What all of them post with."""
    timeout = aiohttp.ClientTimeout(total=60)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield http


async def post(http: aiohttp.ClientSession, hall: Hall, number: int, id: str = "in") -> None:
    """Check in, and like the page try again under the same id until it is taken."""
    url = f"{hall.base}/chat/{hall.user(number)}/messages"
    while True:
        with suppress(aiohttp.ClientConnectionError):
            message = {"id": id, **hall.says(number)}
            async with http.post(url, json=message, headers=hall.headers(number)) as response:
                assert response.status in (200, 503), await response.text()
                if response.status == 200:
                    return
        await asyncio.sleep(PAUSE)


async def answers(http: aiohttp.ClientSession, hall: Hall, number: int) -> str:
    """All that was said to one of them so far."""
    said: list[str] = []
    async with http.get(f"{hall.base}/chat/{hall.user(number)}/events", headers=hall.headers(number)) as stream:
        async for line in stream.content:
            name, _, value = line.decode().strip().partition(": ")
            if name == "event" and value == "ready":
                break
            if name == "data" and "html" in value:
                said.append(json.loads(value)["html"])
    return "\n".join(said)


async def board_shows(http: aiohttp.ClientSession, hall: Hall, present: int) -> None:
    """Watch the board until it shows so many; it never shows fewer than before, nor more than there are."""
    last = 0
    async with http.get(hall.board) as stream:
        assert stream.status == 200
        async for line in stream.content:
            name, _, value = line.decode().strip().partition(": ")
            if name == "data" and "present" in value:
                count = json.loads(value)
                assert last <= count["present"] <= PEOPLE
                assert count["expected"] == PEOPLE
                last = count["present"]
                if last == present:
                    return
    raise AssertionError(f"the board stops at {last}")


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
