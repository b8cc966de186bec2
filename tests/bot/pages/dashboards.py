"""A dashboard on loopback for the tests: an invented district, and a clock that is set by hand."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import insert

from bot.pages.dashboard import Dashboards
from handlers.codes import scope_ticket
from storage.database import Database, Session
from storage.installation import Secret, make_secret
from storage.models import (
    Attendance,
    CheckInWay,
    Meeting,
    MeetingKind,
    MeetingState,
    Organization,
    OrganizationKind,
    PostKind,
    Presence,
)
from tests.fakes import MONDAY
from tests.storage.kit import add_member, add_organization, add_post

SECRET = "the secret of the dashboard"


@dataclass
class District:
    """A committee with two general branches and a branch of its own; the official looks after all of it."""

    database: Database
    server: TestServer
    ids: dict[str, int] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    people: Sequence[int] = ()
    now: datetime = MONDAY

    def ticket(
        self, who: str = "official", where: str = "清河镇党委", *, secret: str = SECRET, hours: float = 8
    ) -> str:
        """The last part of a dashboard's address, as it was given at ten on Monday."""
        return scope_ticket(self.ids[who], self.ids[where], secret, MONDAY + timedelta(hours=hours))

    def url(self, query: str = "", ticket: str | None = None) -> str:
        """A dashboard's address."""
        return f"{self.server.make_url('/dashboard/')}{self.ticket() if ticket is None else ticket}{query}"

    async def organizes(
        self, name: str, under: str | None, kind: OrganizationKind = OrganizationKind.BRANCH
    ) -> Organization:
        """One more organization."""
        async with self.database.transaction() as session:
            parent = await session.get(Organization, self.ids[under]) if under else None
            found = await add_organization(session, kind, name, parent)
        self.ids[name], self.paths[name] = found.id, found.path
        return found

    async def meets(self, where: str, weeks_ago: int, present: int, expected: int = 4) -> None:
        """A branch holds a meeting on a Wednesday."""
        async with self.database.transaction() as session:
            await add_held(
                session, self.ids[where], MONDAY + timedelta(days=2, weeks=-weeks_ago), self.people, present, expected
            )


async def add_held(
    session: Session, organization: int, at: datetime, people: Sequence[int], present: int, expected: int
) -> int:
    """A closed meeting that so many of those expected came to."""
    held = Meeting(
        organization_id=organization,
        kind=MeetingKind.THEME_DAY,
        state=MeetingState.CLOSED,
        starts_at=at,
        place="村部",
        closed_at=at,
    )
    session.add(held)
    await session.flush()
    rows = [
        {
            "meeting_id": held.id,
            "person_id": person,
            "presence": Presence.PRESENT if number < present else Presence.ABSENT,
            "way": CheckInWay.CODE if number < present else None,
        }
        for number, person in enumerate(people[:expected])
    ]
    if rows:
        await session.execute(insert(Attendance), rows)
    return held.id


@asynccontextmanager
async def district(database: Database, *, patience: float = 60) -> AsyncIterator[District]:
    """The district, and its dashboard served inside the block."""
    found = District(database, TestServer(web.Application()))
    kinds = OrganizationKind
    await found.organizes("清河镇党委", None, kinds.COMMITTEE)
    await found.organizes("河东片党总支", "清河镇党委", kinds.GENERAL_BRANCH)
    await found.organizes("河西片党总支", "清河镇党委", kinds.GENERAL_BRANCH)
    for name, above in (
        ("柳荫村党支部", "河东片党总支"),
        ("渡口村党支部", "河东片党总支"),
        ("石桥村党支部", "河西片党总支"),
        ("镇机关党支部", "清河镇党委"),
    ):
        await found.organizes(name, above)
    await found.organizes("邻镇党委", None, kinds.COMMITTEE)
    await found.organizes("邻镇机关党支部", "邻镇党委")
    async with database.transaction() as session:
        found.people = [await add_member(session, f"苏{number}", found.ids["柳荫村党支部"]) for number in "一二三四"]
        for who, where, kind in (
            ("official", "清河镇党委", PostKind.OFFICIAL),
            ("east", "河东片党总支", PostKind.OFFICIAL),
            ("secretary", "柳荫村党支部", PostKind.SECRETARY),
        ):
            found.ids[who] = await add_member(session, f"郑{who}", found.ids["镇机关党支部"])
            await add_post(session, found.ids[who], found.ids[where], kind)
        await make_secret(session, Secret.DASHBOARD, SECRET, MONDAY)
    pages = web.Application()
    Dashboards(database, lambda: found.now, patience=patience).add_to(pages)
    found.server = TestServer(pages)
    async with found.server:
        yield found
