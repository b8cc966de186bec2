"""What Prometheus reads of a process: turns, sends and rounds as they happen, and what the database says when asked.

No label holds anything about a person, and each has a handful of values: a channel, a lane, how something ended.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import structlog
from aiohttp import web
from prometheus_client import GC_COLLECTOR, CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from bot.channels.channel import Sender
from bot.logs import TROUBLES
from handlers.messages import Limits, NotSent, Outgoing, Sent
from storage.database import Database, Unavailable
from storage.health import PARKED, Health, health
from storage.models import Lane, Outcome

log = structlog.get_logger()

FRESH: Final = 5.0
"""Seconds for which what the database said is said again, however often it is asked for."""
PATIENCE: Final = 3.0
"""Seconds that a scrape waits for the database; Prometheus itself gives up after ten."""
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ROUND_SECONDS: Final = (0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0)


class Metrics:
    """The figures of one process."""

    def __init__(self, database: Database, now: Callable[[], datetime], *, fresh_seconds: float = FRESH) -> None:
        self._database, self._now, self._fresh_seconds = database, now, fresh_seconds
        self.registry = CollectorRegistry()
        self._kept = _Kept(now)
        self._asking = asyncio.Lock()
        for collector in (ProcessCollector(registry=None), GC_COLLECTOR, TROUBLES, self._kept):
            self.registry.register(collector)
        self._turns = Histogram(
            "zhishu_turn_seconds", "From an update to its answers in the outbox", ["channel"], buckets=SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self._sends = Counter(
            "zhishu_sends", "Messages handed to a platform, by how that ended", ["channel", "outcome"],
            registry=self.registry,
        )  # fmt: skip
        self._rounds = Histogram(
            "zhishu_round_seconds", "Looking for what is due and putting it into the outbox", buckets=ROUND_SECONDS,
            registry=self.registry,
        )  # fmt: skip

    @contextmanager
    def turn(self, channel: str) -> Iterator[None]:
        """Measure one turn."""
        with self._turns.labels(channel).time():
            yield

    @contextmanager
    def round(self) -> Iterator[None]:
        """Measure one round of the schedule; one that breaks off is none."""
        with self._rounds.time():
            yield

    def counted(self, sender: Sender) -> Sender:
        """The same sender, whose sends are counted by how they end."""
        return _Counted(sender, self._sends)

    async def page(self) -> bytes:
        """Everything in Prometheus' text form; with a database that is away, all but what it would have said."""
        async with self._asking:
            if not self._kept.is_fresh(self._fresh_seconds):
                self._kept.note(await self._asked(), self._database.times_away)
        return generate_latest(self.registry)

    async def _asked(self) -> Health | None:
        try:
            async with asyncio.timeout(PATIENCE), self._database.reading() as session:
                return await health(session, self._now())
        except (*Unavailable, TimeoutError) as error:
            log.warning("database away", error=type(error).__name__)
            return None

    def add_to(self, app: web.Application) -> None:
        """Put the one route on an application."""
        app.add_routes([web.get("/metrics", self._show)])

    async def _show(self, _: web.Request) -> web.Response:
        return web.Response(body=await self.page(), headers={"Content-Type": CONTENT_TYPE_LATEST})


class _Counted:
    """A sender that counts."""

    def __init__(self, sender: Sender, sends: Counter) -> None:
        self._sender, self._sends = sender, sends
        self.name: str = sender.name
        self.limits: Limits = sender.limits

    async def send(self, message: Outgoing) -> Sent:
        """Send, and note how that ended.

        Raises what the sender raises.
        """
        outcome = "broken"
        try:
            sent = await self._sender.send(message)
            outcome = "sent"
        except NotSent as failure:
            outcome = failure.failure
            raise
        except asyncio.CancelledError:
            outcome = "stopped"
            raise
        finally:
            self._sends.labels(self.name, outcome).inc()
        return sent


class _Kept(Collector):
    """What the database said last, as Prometheus wants it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._health: Health | None = None
        self._asked_at: datetime | None = None
        self._times_away = 0

    def is_fresh(self, seconds: float) -> bool:
        """Whether the database was asked so short a time ago."""
        return self._asked_at is not None and 0 <= (self._now() - self._asked_at).total_seconds() < seconds

    def note(self, said: Health | None, times_away: int) -> None:
        """Keep what was said just now; None when the database is away."""
        self._health, self._asked_at, self._times_away = said, self._now(), times_away

    def collect(self) -> Iterable[Metric]:
        """The metrics of this moment; none of the database's while it is away, so that no old figure stands there."""
        yield _gauge("zhishu_database_up", "1 while the database answers", float(self._health is not None))
        yield _gauge("zhishu_database_unavailable", "Times this process missed the database", self._times_away)
        if self._health is None:
            return
        found, now = self._health, self._now()
        waiting = GaugeMetricFamily("zhishu_outbox_waiting", "Messages that wait to be sent", labels=["lane"])
        oldest = GaugeMetricFamily("zhishu_outbox_oldest_seconds", "Age of the oldest of them", labels=["lane"])
        for lane in Lane:
            one = found.waiting.get(lane)
            waiting.add_metric([lane], one.count if one else 0)
            oldest.add_metric([lane], max((now - one.oldest_at).total_seconds(), 0) if one else 0)
        parked = GaugeMetricFamily("zhishu_outbox_parked", "Messages that were given up", labels=["state"])
        for state in PARKED:
            parked.add_metric([state], found.parked.get(state, 0))
        look_ups = GaugeMetricFamily(
            "zhishu_look_ups_of_a_day", "Questions to the handbook in the last 24 hours", labels=["outcome"]
        )
        for outcome in Outcome:
            look_ups.add_metric([outcome], found.look_ups.get(outcome, 0))
        yield from (waiting, oldest, parked, look_ups)
        yield _gauge("zhishu_inbox_waiting", "Updates stored and not yet played", found.inbox)
        yield _gauge("zhishu_accounts_unreachable", "Accounts that can no longer be written to", found.unreachable)
        if found.last_round is not None:
            age = max((now - found.last_round).total_seconds(), 0)
            yield _gauge("zhishu_last_round_age_seconds", "Since a worker last looked for what is due", age)


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)
