"""A town in memory: people at keyboards, a clock that is set by hand, and a platform that keeps what it was given."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select

from bot.app import load_conversations
from bot.delivery import Delivery
from handlers.dialogue.turn import Surroundings
from handlers.dialogue.turns import Turns
from handlers.fitting import are_figures, is_choice
from handlers.markup import to_plain
from handlers.messages import Address, Button, Document, Incoming, Kind, Limits, NotSent, Outgoing, Sent
from handlers.router import Router
from handlers.wording import Texts
from knowledge.documents.papers import Papers
from knowledge.handbook import Handbook
from knowledge.procedure.files import Procedures
from storage.accounts import lock_account
from storage.database import Database
from storage.models import Delivery as Waiting
from storage.models import Lane, OutboxMessage

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
LIMITS = Limits(4096, "utf16", 12, 40, "payload", "free", "free", 10)

structlog.configure(
    processors=[structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
)
load_conversations()
TEXTS = Texts()
HANDBOOK = Handbook.load()
PROCEDURES = Procedures.load()
PAPERS = Papers.load()


@dataclass
class FakePlatform:
    """Takes messages and keeps them by chat; `failing` is raised instead, once for each entry."""

    name: str = "fake"
    limits: Limits = LIMITS
    taken: dict[str, list[Outgoing]] = field(default_factory=lambda: defaultdict(list))
    failing: list[NotSent] = field(default_factory=list)
    count: int = 0

    async def send(self, message: Outgoing) -> Sent:
        """Keep it, or fail as told."""
        if self.failing:
            raise self.failing.pop(0)
        self.count += 1
        self.taken[message.to.chat].append(message)
        return Sent(str(self.count), MONDAY)


class FakeTown:
    """The whole assistant on a database, without a network."""

    def __init__(
        self,
        database: Database,
        limits: Limits = LIMITS,
        *,
        gather: float = 0,
        procedures: Procedures = PROCEDURES,
    ) -> None:
        self.database = database
        self.now = MONDAY
        self.last_link = ""
        HANDBOOK.forget_added()
        router = Router(TEXTS, procedures)
        around = Surroundings(TEXTS, HANDBOOK, procedures, PAPERS, self._link, router.start, self._page)
        self.turns = Turns(database, around, router.route, self.clock)
        self.platform = FakePlatform(limits=limits)
        self.delivery = Delivery(database, {("fake", "t"): self.platform}, self.clock, gather=gather)
        self.updates = 0
        self.people: dict[str, Chat] = {}

    def _link(self, channel: str, payload: str) -> str:
        self.last_link = payload
        return f"https://chat.example/?start={payload}"

    def _page(self, channel: str, path: str) -> str:
        return f"https://chat.example/{path}"

    def clock(self) -> datetime:
        """The time that was set."""
        return self.now

    def later(self, **step: float) -> None:
        """Let time pass."""
        self.now += timedelta(**step)

    async def chat(self, user: str, person_id: int | None = None) -> "Chat":
        """Somebody at a keyboard, bound to a person if one is named."""
        if user not in self.people:
            async with self.database.transaction() as session:
                account = await lock_account(session, "fake", "t", user, user, self.now)
                account.person_id = person_id
            self.people[user] = Chat(self, user)
        return self.people[user]

    async def deliver(self) -> None:
        """Send what waits for others."""
        async with self.database.reading() as session:
            waiting = select(OutboxMessage.id).where(OutboxMessage.state == Waiting.WAITING).limit(1)
            if (await session.execute(waiting)).first() is None:
                return  # most turns say nothing to anybody else, and looking costs less than claiming
        for lanes in ((Lane.REPLY,), (Lane.PUSH, Lane.DIGEST)):
            while await self.delivery.drain(*lanes):
                pass


@dataclass
class Chat:
    """One person at a keyboard; `hears` is what came since it was last asked."""

    town: FakeTown
    user: str
    heard: int = 0
    last_update: Incoming | None = None

    @property
    def messages(self) -> list[Outgoing]:
        """Everything this person was ever sent, oldest first."""
        return self.town.platform.taken[self.user]

    def buttons(self) -> list[Button]:
        """The buttons of the newest message that has any."""
        for message in reversed(self.messages):
            if message.buttons:
                return [button for row in message.buttons for button in row]
        return []

    def hears(self) -> list[str]:
        """What came since last asked, as plain text."""
        new = self.messages[self.heard :]
        self.heard = len(self.messages)
        return [to_plain(message.body) for message in new]

    async def sends(
        self, kind: Kind, *, text: str = "", payload: str = "", files: tuple[Document, ...] = (), id: str = ""
    ) -> None:
        """One update of any kind."""
        self.town.updates += 1
        update = id or f"u{self.town.updates}"
        address = Address("fake", "t", self.user)
        self.last_update = Incoming(update, address, self.user, kind, self.town.now, text, payload, about="")
        await self.again(files)

    async def again(self, files: tuple[Document, ...] = ()) -> None:
        """The platform brings the last update once more."""
        assert self.last_update is not None
        await self.town.delivery.answer(await self.town.turns.take(self.last_update, files))
        await self.town.deliver()

    async def says(self, text: str) -> None:
        """Types and sends."""
        await self.sends(Kind.TEXT, text=text)

    async def taps(self, label: str) -> None:
        """Presses the button that reads so, on the newest message that has buttons."""
        for button in self.buttons():
            if button.label == label:
                await self.sends(Kind.TAP, payload=button.payload)
                return
        raise AssertionError(f"no button {label!r} among {[button.label for button in self.buttons()]}")

    async def opens(self, payload: str = "") -> None:
        """Follows a link."""
        await self.sends(Kind.ENTRY, payload=payload)

    async def sends_file(self, name: str = "手写稿.jpg", blob: bytes = b"\xff\xd8picture", caption: str = "") -> None:
        """Sends a photo or a file."""
        media_type = "image/jpeg" if name.endswith(".jpg") else "application/octet-stream"
        await self.sends(Kind.FILE, text=caption, files=(Document(name, media_type, blob),))

    def number_of(self, label: str) -> int | None:
        """The number that stands for a label: in a list that has no buttons, else of a button as a platform without any
        shows it."""
        listed = re.search(rf"^(\d+)\. {re.escape(label)}$", self.messages[-1].body if self.messages else "", re.M)
        if listed:
            return int(listed[1])
        choices = [button for button in self.buttons() if is_choice(button.payload)]
        if are_figures(choices):
            return None
        for number, button in enumerate(choices, 1):
            if button.label == label:
                return number
        return None
