"""Our side of the comparison: branches of five with their secretaries, each of whom convenes a meeting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import event

from bot.delivery import GATHER
from handlers.messages import Address, Incoming, Kind
from storage.database import Database
from storage.models import Account, Lane, Membership, Organization, OrganizationKind, Person, Post, PostKind, Status
from tests.fakes import MONDAY, FakeTown

BRANCH = 5
SAID = (
    ("text", "开会"),
    ("tap", "支部党员大会"),
    ("text", "明天下午3点"),
    ("text", "村委会二楼会议室"),
    ("text", "学习条例"),
    ("tap", "确认"),
)
"""What a secretary says, from nothing to the meeting."""


class Statements:
    """How many statements and commits a database has been asked for."""

    def __init__(self, database: Database) -> None:
        self.statements = 0
        self.commits = 0
        engine = database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", self._commit)

    def _statement(self, *_: Any) -> None:
        self.statements += 1

    def _commit(self, *_: Any) -> None:
        self.commits += 1


@dataclass
class Secretaries:
    """Everybody at once, or one after another, says the next thing."""

    town: FakeTown
    names: Sequence[str]
    count: int = 0

    @classmethod
    async def settle(cls, database: Database, branches: int) -> "Secretaries":
        """A town with some branches."""
        async with database.transaction() as session:
            names = [f"第{number}村党支部" for number in range(branches)]
            places = [Organization(kind=OrganizationKind.BRANCH, name=name, path="") for name in names]
            session.add_all(places)
            await session.flush()
            for place in places:
                place.path = f"/{place.id}/"
                people = [Person(name=f"李{place.id}{n}", phone_last4=f"{n:04}") for n in range(BRANCH)]
                session.add_all(people)
                await session.flush()
                for who in people:
                    since = {"organization_id": place.id, "since": date(2020, 1, 1)}
                    session.add(Membership(person_id=who.id, status=Status.FULL, **since))
                    said = {"channel": "fake", "tenant": "t", "user": who.name, "chat": who.name}
                    session.add(Account(person_id=who.id, created_at=MONDAY, **said))
                session.add(Post(person_id=people[0].id, kind=PostKind.SECRETARY, **since))
        return cls(FakeTown(database, gather=GATHER), [f"李{place.id}0" for place in places])

    async def says(self, name: str, said: tuple[str, str]) -> None:
        """One whole turn: the update comes in, its answer goes out and is marked as sent."""
        how, what = said
        self.count += 1
        address = Address("fake", "t", name)
        incoming = Incoming(f"b{self.count}", address, name, Kind.TEXT, self.town.now, what)
        if how == "tap":
            shown = self.town.platform.taken[name][-1].buttons
            payload = next(button.payload for row in shown for button in row if button.label == what)
            incoming = Incoming(f"b{self.count}", address, name, Kind.TAP, self.town.now, "", payload)
        await self.town.delivery.answer(await self.town.turns.take(incoming))

    async def notices(self) -> None:
        """Send what waits for others."""
        while await self.town.delivery.drain(Lane.PUSH):
            pass
