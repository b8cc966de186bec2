"""Messages go out through bad weather while their workers are killed: real processes, a real database, real HTTP.

    python -m tests.process.storm [--messages 5000] [--kills 200] [--database sqlite|postgres] [--workers 1]

The stand-in answers 429, 500, 502, breaks connections and says nothing, before and after it has taken a message; it
notes when each call arrived by its own clock. Afterwards its notes are held against what is promised: every call that
the messages take arrives, twice only when its own answer was lost, in the order of its chat, and never faster than the
limits.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from sqlalchemy import func, select

from storage.accounts import lock_account
from storage.database import Database
from storage.files import add_file, add_files
from storage.models import Delivery, Lane, OutboxMessage
from storage.outbox import CHAT_GAP, Draft, put
from tests.bot_api import BotApi, Call, Fault, dropped, hanging, server_error, too_many
from tests.bot_api.people import PNG
from tests.postgres import running
from tests.process.processes import Forked, Nursery

NAME = re.compile(r"第 (\d+) 条")
SENDING = ("sendmessage", "senddocument", "sendphoto")
PER_MINUTE = 20
SECONDS = 2.0
"""How long a worker waits for an answer."""
SETTLES = 0.1
"""Seconds in which the stand-in reads what the dead had sent before they died."""
GROUP = -1000
"""Ids of groups are below this."""
FAULTS: tuple[tuple[float, Fault], ...] = (
    (0.03, too_many(1)),
    (0.01, too_many(2)),
    (0.02, server_error()),
    (0.01, server_error(502)),
    (0.005, server_error(accepted=True)),
    (0.01, dropped()),
    (0.01, dropped(accepted=True)),
    (0.004, hanging()),
    (0.004, hanging(accepted=True)),
)
"""How often each goes wrong, of all calls."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a storm is; `rate` is the limit that is set, in calls a second of all workers."""

    messages: int = 5000
    kills: int = 200
    workers: int = 1
    rate: int = 100
    chats: int = 1000
    groups: int = 8
    to_groups: int = 25
    seed: int = 1


@dataclass
class Report:
    """What the stand-in saw, and what was wrong about it."""

    calls: list[Call]
    faults: list[str] = field(default_factory=list)
    deaths: int = 0
    lost: int = 0
    died: set[int] = field(default_factory=set)
    died_at: list[float] = field(default_factory=list)
    late: int = 0
    messages: int = 0
    copies: Counter[str] = field(default_factory=Counter)
    fastest: int = 0
    busiest_group: int = 0
    nearest: float = 0.0
    seconds: float = 0.0
    calls_of: dict[int, list[str]] = field(default_factory=dict)
    lane_of: dict[int, Lane] = field(default_factory=dict)

    def __str__(self) -> str:
        told = Counter(call.status for call in self.calls)
        twice = sum(count - 1 for count in self.copies.values())
        return "\n".join(
            [
                f"{self.messages} messages in {self.seconds:.0f} s, {len(self.calls)} calls, {self.deaths} deaths",
                f"answered: {', '.join(f'{status or None} {count}' for status, count in sorted(told.items()))}",
                f"arrived: {len(self.copies)}; once more: {twice}, as the answer to the one before was lost on the way "
                f"({self.lost}), with its process ({twice - self.lost - self.late}), or came too late ({self.late})",
                f"most calls in a second: {self.fastest}; to a group in a minute: {self.busiest_group}; "
                f"nearest two to one chat: {self.nearest:.3f} s",
                *(self.faults or ["everything as promised"]),
            ]
        )


class Storm:
    """One run: the outbox filled, workers killed and started again, and what was seen judged."""

    def __init__(self, plan: Plan, database: Database, url: str, api: BotApi, nursery: Nursery, folder: Path) -> None:
        self.plan, self.database, self.url, self.api = plan, database, url, api
        self.nursery, self.folder = nursery, folder
        self.dice = random.Random(plan.seed)
        self.report = Report(api.calls)
        self.workers: list[Forked] = []

    async def fill(self) -> None:
        """Put everything into the outbox: most to people, some to groups; every tenth with the same file, and every
        tenth with a chart and a table of its own, which takes two calls."""
        plan, now = self.plan, datetime.now(UTC)
        tenant = str(self.api.bot["id"])
        chats = [1000 + number for number in range(plan.chats)]
        to = [GROUP - number % plan.groups for number in range(plan.groups * plan.to_groups)]
        to += [chats[number % len(chats)] for number in range(plan.messages - len(to))]
        self.dice.shuffle(to)
        accounts: dict[int, int] = {}
        async with self.database.transaction() as session:
            file_id = await add_file(session, "本周情况.xlsx", "application/vnd.ms-excel", bytes(20_000), now)
            papers: dict[int, list[int]] = {}
            for number in range(5, len(to), 10):
                files = (_chart(number), "image/png", PNG), ("本周.xlsx", "application/vnd.ms-excel", bytes(2_000))
                papers[number] = await add_files(session, files, now)
            for chat in chats:
                self.api.person(chat)
                accounts[chat] = (await lock_account(session, "telegram", tenant, str(chat), str(chat), now)).id
            for group in range(plan.groups):
                self.api.group(GROUP - group)
            drafts = [
                Draft(
                    "telegram",
                    tenant,
                    str(chat),
                    f"第 {number} 条",
                    self.dice.choice((Lane.PUSH, Lane.DIGEST)),
                    account_id=accounts.get(chat),
                    documents=[file_id] if number % 10 == 0 else papers.get(number, []),
                )
                for number, chat in enumerate(to)
            ]
            await put(session, drafts, now)
        self.report.messages = len(drafts)
        self.report.lane_of = {number: draft.lane for number, draft in enumerate(drafts)}
        self.report.calls_of = {
            number: [_chart(number), draft.body] if number in papers else [draft.body]
            for number, draft in enumerate(drafts)
        }
        self.api.weather = self._weather

    def _weather(self, method: str) -> Fault:
        thrown = self.dice.random()
        for share, fault in FAULTS if method.lower() in SENDING else ():
            thrown -= share
            if thrown < 0:
                return fault
        return Fault()

    async def rage(self) -> Report:
        """Kill a worker at random points, and start another, as often as planned; then let the rest arrive."""
        began = time.monotonic()
        try:
            for _ in range(self.plan.workers):
                await self._start()
            for left in range(self.plan.kills, 0, -1):
                await self._worker_works(left)
                await self._kill(self.dice.randrange(len(self.workers)))
                await self._start()
            while await self._waiting():
                await self.api.bell.until(lambda: False, 0.2)
        finally:
            for worker in self.workers:
                await asyncio.to_thread(worker.kill)
        self.report.seconds = time.monotonic() - began
        self._judge()
        await self._judge_outbox()
        return self.report

    async def _start(self) -> None:
        started = await asyncio.to_thread(
            self.nursery.start,
            "worker",
            self.url,
            self.api,
            self.folder,
            ZHISHU_BROADCAST_PER_SECOND=str(self.plan.rate),
            ZHISHU_SEND_SECONDS=str(SECONDS),
        )
        self.workers.append(started)

    async def _worker_works(self, left: int) -> None:
        """Until a random number of calls has come, so many that those of all kills are about all there are; or, one
        time in ten, for a random moment, which may be long before the first."""
        if self.dice.random() < 0.1:
            await asyncio.sleep(self.dice.random())
            return
        unsent = max(0, sum(map(len, self.report.calls_of.values())) - len(self.report.copies))
        calls = len(self.api.calls) + self.dice.randint(1, max(1, 2 * unsent // left))
        await self.api.bell.until(lambda: len(self.api.calls) >= calls, 10)
        await asyncio.sleep(self.dice.random() * 0.02)

    async def _kill(self, which: int) -> None:
        await asyncio.to_thread(self.workers.pop(which).kill)
        self.report.deaths += 1
        self.report.died_at.append(asyncio.get_running_loop().time())
        await asyncio.sleep(SETTLES)
        self._count()
        # What was taken, answered, and is not noted: that answer died with the process. Of the calls of one message
        # each is noted before the next is made, so it is one of them at most.
        answered = [call for call in self._sends() if call.taken and call.status == 200]
        async with self.database.reading() as session:
            query = select(OutboxMessage.body, OutboxMessage.parts_sent).where(OutboxMessage.state == Delivery.WAITING)
            noted = {_number(body): parts for body, parts in await session.execute(query)}
        for call in answered:
            number = _number(_name(call))
            if number in noted and self.report.calls_of[number].index(_name(call)) >= noted[number]:
                self.report.died.add(id(call))

    def _sends(self) -> list[Call]:
        return [call for call in self.api.calls if call.method.lower() in SENDING]

    def _count(self) -> None:
        self.report.copies = Counter(_name(call) for call in self._sends() if call.taken)

    async def _waiting(self) -> int:
        async with self.database.reading() as session:
            query = select(func.count()).where(OutboxMessage.state == Delivery.WAITING)
            return (await session.scalar(query)) or 0

    def _judge(self) -> None:
        report, calls = self.report, self._sends()
        report.calls = calls
        self._count()
        wrong = report.faults
        expected = [name for names in report.calls_of.values() for name in names]
        wrong += [f"{name} never arrived" for name in expected if not report.copies[name]]
        last_on = {call.connection: id(call) for call in calls}
        copies: dict[str, list[Call]] = defaultdict(list)
        for call in calls:
            if call.taken:
                copies[_name(call)].append(call)
        for name, its in copies.items():
            for call, again in pairwise(its):
                if call.status != 200:
                    report.lost += 1
                elif id(call) in report.died:
                    pass
                elif last_on[call.connection] == id(call) and again.at - call.at >= SECONDS:
                    report.late += 1  # its caller had given up, and used that connection no more
                else:
                    wrong.append(
                        f"{name} came once more {again.at - call.at:.3f} s after it was answered, "
                        f"{min((abs(at - call.at) for at in report.died_at), default=0):.3f} s from the nearest death"
                    )
        by_chat: dict[str, list[Call]] = defaultdict(list)
        for call in calls:
            by_chat[call.params["chat_id"]].append(call)
        for chat, its in by_chat.items():
            self._judge_chat(chat, its)
        report.fastest = _most(calls, 1.0)
        if report.fastest > self.plan.rate:
            wrong.append(f"{report.fastest} calls in a second")

    def _judge_chat(self, chat: str, calls: Sequence[Call]) -> None:
        report, gap = self.report, CHAT_GAP.total_seconds()
        for lane in (Lane.PUSH, Lane.DIGEST):
            taken = [(_number(_name(call)), _name(call)) for call in calls if call.taken]
            places = [
                (number, report.calls_of[number].index(name))
                for number, name in taken
                if report.lane_of[number] is lane
            ]
            if places != sorted(places):
                report.faults.append(f"chat {chat} got {places}")
        for one, next in pairwise(calls):
            apart = next.at - one.at
            report.nearest = min(report.nearest or apart, apart)
            if apart < max(gap, one.retry_after or 0):
                report.faults.append(f"chat {chat}: {apart:.3f} s after an answer of {one.status}, {one.retry_after}")
        if chat.startswith("-"):
            report.busiest_group = max(report.busiest_group, _most(calls, 60.0))
            if _most(calls, 60.0) > PER_MINUTE:
                report.faults.append(f"group {chat}: {_most(calls, 60.0)} in a minute")

    async def _judge_outbox(self) -> None:
        async with self.database.reading() as session:
            states = Counter(await session.scalars(select(OutboxMessage.state)))
        if set(states) != {Delivery.SENT}:
            self.report.faults.append(f"in the outbox: {dict(states)}")


def _chart(number: int) -> str:
    return f"第 {number} 条.png"


def _name(call: Call) -> str:
    """Which of all calls it is: by its words, or, where it has none, by the file."""
    return call.params.get("text") or call.params.get("caption") or call.files[0]


def _number(name: str) -> int:
    """The number of the message that a call belongs to."""
    found = NAME.match(name)
    assert found, name
    return int(found[1])


def _most(calls: Sequence[Call], seconds: float) -> int:
    """The most calls that arrived within so many seconds."""
    most = first = 0
    times = sorted(call.at for call in calls)
    for last, at in enumerate(times):
        while times[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


async def raged(plan: Plan, database: Database, url: str, api: BotApi, nursery: Nursery, folder: Path) -> Report:
    """One storm on a database that has all tables."""
    storm = Storm(plan, database, url, api, nursery, folder)
    await storm.fill()
    return await storm.rage()


async def _alone(plan: Plan, kind: str) -> Report:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite+aiosqlite:///{folder / 'storm.sqlite3'}"
        if kind == "postgres":
            url = stack.enter_context(running(durable=True))
        database = Database(url)
        stack.push_async_callback(database.close)
        await database.migrate()
        nursery = Nursery.opened()
        stack.callback(nursery.close)
        api = await stack.enter_async_context(BotApi())
        return await raged(plan, database, url, api, nursery, folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one storm, say what was seen, and whether it was as promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (
        ("messages", 5000),
        ("kills", 200),
        ("workers", 1),
        ("rate", 100),
        ("chats", 1000),
        ("seed", 1),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    asked = parser.parse_args(arguments)
    plan = Plan(asked.messages, asked.kills, asked.workers, asked.rate, asked.chats, seed=asked.seed)
    report = asyncio.run(_alone(plan, asked.database))
    sys.stdout.write(f"{asked.database}, {plan}\n{report}\n")
    return bool(report.faults)


if __name__ == "__main__":
    sys.exit(main())
