"""Digests at their moments: which are due follows from the database and the clock, and each is issued once.

All that are due at a moment are made from the same figures, which are read in a fixed number of statements; then they
are written in batches, each in one transaction of a handful. Whatever crashes in between is done again by whoever
looks next, and nobody reads a week twice.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from random import randrange
from time import monotonic
from zoneinfo import ZoneInfo

from handlers.dialogue.turns import stored_rows
from handlers.digest import digest_of
from handlers.digest_words import LATE_AFTER, week_of
from handlers.figures import Digest, DigestStyle, Figures, ScopeFigures, figures_of
from handlers.reminders import is_civil
from handlers.wording import Texts
from knowledge.rules.working_days import is_working_day, next_working_day
from storage.accounts import reach
from storage.database import Database, Session
from storage.digest import (
    Issue,
    Subscription,
    active_subscriptions,
    add_issues,
    issues_since,
    serving_without,
    subscribe,
)
from storage.files import add_files
from storage.models import Lane, OrganizationKind
from storage.outbox import Draft, put

BATCH = 200
"""So many digests are written in one transaction, and held in memory at once."""
PATIENCE = 20.0
"""After so many seconds no further batch is begun before all else that is due was looked at again."""
AT_ONCE = 2
"""So many digests are drawn side by side; each is drawn in a process of its own."""
WEEKS_BACK = 6
"""No run of holidays puts a digest off for so many weeks."""
ASTRAY = timedelta(days=8)
"""A digest that was issued longer than this after now was issued by a clock that had gone astray."""
SCOPES = 50
"""Of more scopes than this the organizations above them are read instead, so that a statement stays small."""


@dataclass(frozen=True, slots=True)
class Due:
    """A digest that has to be sent: whose, about which week by the Monday of it, and whether it is late."""

    subscription: Subscription
    monday: date
    late: bool

    @property
    def week(self) -> str:
        """Such as "2026-W47"."""
        return week_of(self.monday)

    @property
    def style(self) -> DigestStyle:
        """How its reader wants it."""
        return DigestStyle(
            own=self.subscription.kind is OrganizationKind.BRANCH,
            pressing_only=self.subscription.pressing_only,
            late=self.late,
            quiet_days=self.subscription.quiet_days,
        )


class DigestRound:
    """Issues digests; several may do so at once."""

    def __init__(self, database: Database, texts: Texts) -> None:
        self.database = database
        self.texts = texts
        self.has_more = False

    async def issue(self, now: datetime) -> int:
        """Issue the digests that are due; how many messages were put into the outbox.

        After `PATIENCE` it is left at that, so that others get their turn, and `has_more` says so.
        """
        self.has_more = False
        until = monotonic() + PATIENCE
        await self._subscribe(now)
        async with self.database.reading() as session:
            found = await due(session, now)
        sent = 0
        for _, group in groupby(found, key=_sort):
            sent += await self._issue_group(list(group), now, until)
        return sent

    async def _subscribe(self, now: datetime) -> None:
        """Whoever holds a post that wants a digest and has bound an account reads one from now on, until they say
        otherwise or give it up."""
        async with self.database.reading() as session:
            readers = await serving_without(session)
        if readers:
            async with self.database.transaction() as session:
                await subscribe(session, readers, now)

    async def _issue_group(self, group: Sequence[Due], now: datetime, until: float) -> int:
        """Digests of one week of one zone."""
        if self.has_more:
            return 0
        zone, monday = ZoneInfo(group[0].subscription.timezone), group[0].monday
        async with self.database.reading() as session:
            figures = await figures_of(session, covering({one.subscription.path for one in group}), monday, zone, now)
        sent = 0
        for batch in _batches(group):
            if sent and monotonic() > until:
                self.has_more = True
                break
            sent += await self._issue_batch(batch, figures, now)
        return sent

    async def _issue_batch(self, batch: Sequence[Due], figures: Figures, now: datetime) -> int:
        """Think out and draw before the transaction, for nobody else writes to SQLite meanwhile."""
        async with self.database.reading() as session:
            issued = await issues_since(session, batch[0].week)
        left = [one for one in batch if all(one.week != week for week, _ in issued.get(one.subscription.id, ()))]
        made = await self._made(left, figures)
        async with self.database.transaction() as session:
            issues = [Issue(one.subscription.id, one.week, asdict(made[_key(one)][0].totals), one.late) for one in left]
            ours = await add_issues(session, issues, now)
            mine = [(one, made[_key(one)][1]) for one in left if one.subscription.id in ours]
            return len(await put(session, await self._drafts(session, mine, now), now))

    async def _made(self, batch: Sequence[Due], figures: Figures) -> dict[object, tuple[ScopeFigures, Digest]]:
        """The digests of a batch; those who read about one organization in one style read the same."""
        drawing = asyncio.Semaphore(AT_ONCE)

        async def make(one: Due) -> tuple[ScopeFigures, Digest]:
            wanted = one.subscription
            scope = figures.of(wanted.organization_id, wanted.organization_name, wanted.path)
            async with drawing:
                return scope, await digest_of(self.texts, scope, one.style)

        wanted = {_key(one): one for one in batch}
        return dict(zip(wanted, await asyncio.gather(*map(make, wanted.values())), strict=True))

    async def _drafts(self, session: Session, mine: Sequence[tuple[Due, Digest]], now: datetime) -> list[Draft]:
        digests = {id(digest): digest for _, digest in mine}
        files = [file for digest in digests.values() for file in digest.documents]
        rows = [(one.name, one.media_type, one.blob) for one in files]
        ids = iter(await add_files(session, rows, now, passing=True))
        kept = {key: [next(ids) for _ in digest.documents] for key, digest in digests.items()}
        accounts = groupby(
            await reach(session, {one.subscription.person_id for one, _ in mine}), key=lambda one: one.person_id
        )
        ways = {person_id: list(found) for person_id, found in accounts}
        return [
            Draft(
                channel=account.channel,
                tenant=account.tenant,
                chat=account.chat,
                body=digest.body,
                lane=Lane.DIGEST,
                account_id=account.account_id,
                title=self.texts.say("digest.digest", "push_title"),
                buttons=stored_rows(digest.rows),
                documents=kept[id(digest)],
                unique_key=f"digest:{one.subscription.id}:{one.week}:{account.account_id}",
            )
            for one, digest in mine
            for account in ways.get(one.subscription.person_id, ())
        ]


async def due(session: Session, now: datetime) -> list[Due]:
    """What has to be sent now, by zone and week, then in the order of the tree."""
    found = []
    for one in await active_subscriptions(session, reachable=True):
        moment, monday = newest_moment(one.weekday, one.minute, one.timezone, now, after_holidays=one.after_holidays)
        late = now - moment > LATE_AFTER
        if late and not is_civil(now, one.timezone):
            continue
        if week_of(monday) != one.skipped_week and _has_begun(one, moment):
            found.append(Due(one, monday, late))
    if not found:
        return []
    issued = await issues_since(session, min(one.week for one in found))
    return sorted((one for one in found if not _is_over(one.week, issued.get(one.subscription.id, ()), now)), key=_sort)


def _has_begun(one: Subscription, moment: datetime) -> bool:
    """Whether somebody read already at a moment: who takes up a post, for the first time or again, is not told late of
    a week before it."""
    day = moment.astimezone(ZoneInfo(one.timezone)).date()
    return (one.since is None or moment >= one.since) and (one.serves_since is None or day >= one.serves_since)


def _is_over(week: str, issued: Iterable[tuple[str, datetime]], now: datetime) -> bool:
    """Whether a week was issued, or a later one: what is older is never told any more.

    A later one does not count that was issued by a clock that had gone far astray; or else there would be silence until
    then.
    """
    return any(found == week or (found > week and at <= now + ASTRAY) for found, at in issued)


def newest_moment(
    weekday: int, minute: int, timezone: str, now: datetime, *, after_holidays: bool
) -> tuple[datetime, date]:
    """The newest moment by now at which a digest was to be sent, and the Monday of the week that it is about.

    With `after_holidays` one of a public holiday is sent on the next working day; one of a weekend is not put off, for
    whoever reads on weekends chose to.
    """
    local = now.astimezone(ZoneInfo(timezone)).date()
    monday = local - timedelta(days=local.isoweekday() - 1)
    for back in range(WEEKS_BACK):
        moment = _moment(monday - timedelta(weeks=back), weekday, minute, timezone, after_holidays)
        if moment <= now:
            return moment, monday - timedelta(weeks=back + 1)
    raise AssertionError("there is no such run of holidays")


@lru_cache(maxsize=1000)
def _moment(monday: date, weekday: int, minute: int, timezone: str, after_holidays: bool) -> datetime:
    day = monday + timedelta(days=weekday - 1)
    if after_holidays and day.isoweekday() <= 5 and not is_working_day(day):
        day = next_working_day(day)
    return datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(timezone)).astimezone(UTC)


def covering(paths: Iterable[str]) -> list[str]:
    """A few paths that all of these are at or below, none of them below another."""
    found = _highest(paths)
    while len(found) > SCOPES:
        longest = max(path.count("/") for path in found)
        found = _highest(_above(path) if path.count("/") == longest else path for path in found)
    return found


def _above(path: str) -> str:
    return path[: path.rstrip("/").rfind("/") + 1]


def _highest(paths: Iterable[str]) -> list[str]:
    found: list[str] = []
    for path in sorted(set(paths)):
        if not found or not path.startswith(found[-1]):
            found.append(path)
    return found


def _sort(one: Due) -> tuple[str, date]:
    return one.subscription.timezone, one.monday


def _key(one: Due) -> object:
    return one.subscription.organization_id, one.style


def _batches(group: Sequence[Due]) -> Iterator[Sequence[Due]]:
    """In the order of the tree, so that those who read the same are together; from somewhere on, so that several who
    begin at once do not all do the same work."""
    ordered = sorted(group, key=lambda one: (one.subscription.path, one.subscription.id))
    batches = [ordered[at : at + BATCH] for at in range(0, len(ordered), BATCH)]
    first = randrange(len(batches))  # no secret
    yield from batches[first:] + batches[:first]
