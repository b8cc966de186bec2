"""One turn: who is speaking, for which organization, and what is said in answer."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import POSTS, Role
from handlers.messages import Address, Document, Incoming, Rows
from handlers.wording import Texts
from knowledge.documents.papers import Papers
from knowledge.handbook import Handbook
from knowledge.procedure.files import Procedures
from storage.database import Session
from storage.models import Account, OrganizationKind
from storage.people import Belongs, PersonView, PostHeld

DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")


LARGEST_ID = 2**31 - 1


def record_id(argument: str) -> int:
    """The id in a button's argument; a forged one names no record.

    Raises `Refused`.
    """
    if argument.isascii() and argument.isdecimal() and int(argument) <= LARGEST_ID:
        return int(argument)
    raise Refused("gone")


@dataclass(frozen=True, slots=True)
class Place:
    """An organization that somebody acts for; `path` bounds what they may see and do."""

    organization_id: int
    name: str
    path: str
    kind: OrganizationKind | None
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every turn shares: sentences, handbook, procedures and their papers, how a link into a channel is written,
    how something is started, and the address of one of our pages for somebody on a channel, if pages can be opened."""

    texts: Texts
    handbook: Handbook
    procedures: Procedures
    papers: Papers
    entry_link: Callable[[str, str], str]
    start: Callable[["Turn", str, str], Awaitable[None]]
    page_link: Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Said:
    """One message in answer, in the order they were said."""

    body: str
    rows: Rows = ()
    documents: tuple[Document, ...] = ()
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Push:
    """One message to other people; `documents` are made for it, `files` are ids of what is stored already."""

    people: tuple[int, ...]
    body: str
    title: str
    rows: Rows
    not_after: datetime | None
    key: str
    documents: tuple[Document, ...] = ()
    files: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Announcement:
    """One message to the group chats that are linked to an organization."""

    organization_id: int
    body: str
    rows: Rows
    not_after: datetime | None
    key: str


@dataclass(slots=True)
class Turn:
    """What a reply or a dialogue may use; everything said is collected and goes out when the turn is committed.

    `group` is the group chat that this was said in, when the answer goes to the person alone.
    """

    session: Session
    incoming: Incoming
    account: Account
    person: PersonView | None
    posts: list[PostHeld]
    belongs: Belongs | None
    now: datetime
    around: Surroundings
    said: list[Said] = field(default_factory=list)
    pushes: list[Push] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)
    group: Address | None = None

    @property
    def texts(self) -> Texts:
        """All sentences."""
        return self.around.texts

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the person's branch or post."""
        if self.belongs is not None:
            return ZoneInfo(self.belongs.timezone)
        return ZoneInfo(self.posts[0].timezone) if self.posts else DEFAULT_ZONE

    @property
    def local(self) -> datetime:
        """Now, on the person's clock."""
        return self.now.astimezone(self.zone)

    @property
    def today(self) -> date:
        """The day on the person's clock."""
        return self.local.date()

    def places(self, role: Role) -> list[Place]:
        """The organizations this person may act for in a role, the highest first; empty when they may not."""
        if role is Role.MEMBER:
            if self.belongs is None:
                return []
            zone = ZoneInfo(self.belongs.timezone)
            return [Place(self.belongs.organization_id, self.belongs.organization_name, self.belongs.path, None, zone)]
        return [
            Place(
                post.organization_id, post.organization_name, post.path, post.organization_kind, ZoneInfo(post.timezone)
            )
            for post in self.posts
            if post.kind in POSTS.get(role, ())
        ]

    def may(self, role: Role) -> bool:
        """Whether this person has a role anywhere."""
        if role is Role.ANYONE:
            return True
        if role is Role.BOUND:
            return self.person is not None
        return bool(self.places(role))

    def may_at(self, role: Role, path: str) -> bool:
        """Whether this person has a role over the organization at `path`."""
        return any(path.startswith(place.path) for place in self.places(role))

    def require_at(self, role: Role, path: str) -> None:
        """Raises `Refused` unless this person has a role over the organization at `path`."""
        if not self.may_at(role, path):
            raise Refused("not_yours")

    @property
    def person_id(self) -> int:
        """The id of the person, who must be bound."""
        if self.person is None:
            raise Refused("bound_only")
        return self.person.id

    async def go(self, name: str, argument: str = "") -> None:
        """Hand over to another conversation by name, as if its button had been pressed."""
        await self.around.start(self, name, argument)

    async def say(
        self, body: str, *, rows: Rows = (), documents: Sequence[Document] = (), replaces: bool = False
    ) -> None:
        """Answer with a message in house markup; `replaces` takes the place of the message whose button was pressed."""
        self.said.append(Said(body, rows, tuple(documents), replaces))

    def push(
        self,
        people: Collection[int],
        body: str,
        *,
        title: str,
        rows: Rows = (),
        not_after: datetime | None = None,
        key: str,
        documents: Sequence[Document] = (),
        files: Sequence[int] = (),
    ) -> None:
        """Send a message to other people by id; `key` names it, so that each account gets it once."""
        self.pushes.append(Push(tuple(people), body, title, rows, not_after, key, tuple(documents), tuple(files)))

    def announce(
        self, organization_id: int, body: str, *, rows: Rows = (), not_after: datetime | None = None, key: str
    ) -> None:
        """Post a message to the group chats of an organization; whoever is in them reads it."""
        self.announcements.append(Announcement(organization_id, body, rows, not_after, key))
