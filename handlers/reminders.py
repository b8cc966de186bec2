"""What is said without being asked: at an hour of its own, or in the one message of a person and day.

A `Reminder` is a message of its own, because it is tied to an hour. An `Item` is something that is due: it follows from
the records, stands in the day's message of whoever is reminded of it, and in the list that they may ask for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from hashlib import sha256
from zoneinfo import ZoneInfo

from handlers.messages import Button, Rows
from handlers.wording import Texts
from knowledge.procedure.files import Procedures
from knowledge.rules.owed import Light
from knowledge.rules.reminding import FORTNIGHT, WEEK, is_to_be_said
from storage.database import Session
from storage.reminders import Branch

FIRST, LAST = time(8, 30), time(20, 0)
"""Between these hours of the branch's clock people are spoken to."""


EVERY = {Light.RED: WEEK, Light.YELLOW: FORTNIGHT, Light.NONE: 0}
"""After how many days something is said again that is not done, unless it has its own rhythm."""
MARK = "0123456789abcdefghijklmnopqrstuv"
MARK_LENGTH = 5


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message to some people by id; `key` names it, so that it goes out once.

    After `not_after`, or a day where there is none, it is worth nothing.
    """

    people: tuple[int, ...]
    title: str
    body: str
    rows: Rows
    key: str
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is due for some people, since the day on which it got as grave as it is.

    `key` names this occurrence of it in ASCII, such as one quarter's meeting: whoever answers answers that. It is said
    on its `marks` and, from `begun`, `every` so many days. `words` are house markup without a
    bullet, `of` is whose it is. `buttons` do something about it; with `itself` the first one records that it is done,
    so that 已办 is not offered.
    """

    key: str
    people: tuple[int, ...]
    light: Light
    begun: date
    label: str
    words: str
    buttons: tuple[Button, ...] = ()
    marks: tuple[date, ...] = ()
    every: int = 0
    itself: bool = False
    of: str = ""

    @property
    def mark(self) -> str:
        """The key as a button can carry it; two things of one person hardly ever have the same."""
        number = int.from_bytes(sha256(self.key.encode()).digest()[:4])
        return "".join(MARK[number >> 5 * place & 31] for place in range(MARK_LENGTH))

    def is_said(self, today: date, after: date) -> bool:
        """Whether it stands in today's message, as far as nobody has answered it; the last was of the day `after`."""
        begun = self.begun if self.every else None
        return is_to_be_said(today, self.marks, after=after, begun=begun, every=self.every)


@dataclass(frozen=True, slots=True)
class Looked:
    """For whom something is looked for: these people, and the branches of which they are secretary or deputy.

    `today` is the day on each branch's clock; `keepers` who is secretary or deputy of each, of these people or not.
    """

    session: Session
    texts: Texts
    procedures: Procedures
    now: datetime
    people: Sequence[int]
    branches: Sequence[Branch] = ()
    keepers: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def keeps_several(self, branch_id: int) -> bool:
        """Whether any of these people keeps another branch besides this one."""
        mine = set(self.keepers.get(branch_id, ())) & set(self.people)
        return any(one.id != branch_id and mine & set(self.keepers.get(one.id, ())) for one in self.branches)

    def today(self, timezone: str) -> date:
        """The day on a clock."""
        return self.now.astimezone(ZoneInfo(timezone)).date()


def is_civil(now: datetime, timezone: str) -> bool:
    """Whether it is an hour at which people may be spoken to."""
    return FIRST <= now.astimezone(ZoneInfo(timezone)).time() <= LAST
