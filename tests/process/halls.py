"""A hall of three hundred people with a browser each, at one meeting: for tests and benchmarks of the real process."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta

import aiohttp
from sqlalchemy import insert

from handlers.codes import board_ticket, digits_of, link_of, new_secret, window_at
from handlers.dialogue.turns import utc_now
from storage.checkin import open_check_in
from storage.database import Database
from storage.meetings import add_meeting, close_meeting, expected_attendees
from storage.models import Account, MeetingKind, Membership, Organization, OrganizationKind, Person, Status

PEOPLE = 300
PAUSE = 0.1
"""Seconds between two tries of a page that got no answer."""


class Hall:
    """A meeting with its check-in open, and a browser for each who is expected."""

    def __init__(self, branch_id: int, people: Sequence[int]) -> None:
        self.branch_id, self.people = branch_id, people
        self.meeting_id, self.secret = 0, ""
        self.cookies: list[str] = []
        self.base = ""

    @classmethod
    async def settled(cls, database: Database) -> "Hall":
        """One branch, all of whose members are expected."""
        async with database.transaction() as session:
            branch = Organization(kind=OrganizationKind.BRANCH, name="机床厂退休党支部", parent_id=None, path="")
            session.add(branch)
            await session.flush()
            branch.path = f"/{branch.id}/"
            names = [{"name": f"党员{number}", "phone_last4": f"{number:04d}"} for number in range(PEOPLE)]
            people = list(await session.scalars(insert(Person).returning(Person.id), names))
            belongs = {"organization_id": branch.id, "status": Status.FULL, "since": date(2020, 1, 1), "may_vote": True}
            await session.execute(insert(Membership), [{"person_id": one, **belongs} for one in people])
        hall = cls(branch.id, people)
        await hall.meet(database)
        return hall

    async def meet(self, database: Database) -> None:
        """A meeting that begins soon, with its check-in open; the one before is closed."""
        now = utc_now()
        async with database.transaction() as session:
            await close_meeting(session, self.meeting_id, now=now, summary="")
            held = await add_meeting(
                session,
                organization_id=self.branch_id,
                kind=MeetingKind.GENERAL_MEETING,
                starts_at=now + timedelta(minutes=30),
                place="工人文化宫",
                agenda=["学习"],
                expected=await expected_attendees(session, self.branch_id, MeetingKind.GENERAL_MEETING),
                convened_by_id=None,
            )
            self.meeting_id = held.id
            self.secret = await open_check_in(session, held.id, now, new_secret(), remote=False)

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
