"""kill -9 at every step of a meeting, from convening to checking in: nothing is lost, nothing recorded twice."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.models import Attendance, AuditEntry, Meeting, MeetingState, Presence, Run, RunState
from tests.bot_api import BotApi
from tests.process.phones import Phone, settle_on_telegram
from tests.process.processes import Forked, Nursery

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

Moment = Literal["handed over", "confirmed", "answered"]
MOMENTS: tuple[Moment, ...] = ("handed over", "confirmed", "answered")
"""When the process dies: as soon as the update has left Telegram, when Telegram was told to forget it, and when the
answer reached Telegram but is not yet marked as sent. Each on one database: tests/test_crash_points.py has both."""

CONVENE = (
    ("开会", "要开什么会"),
    ("支部党员大会", "什么时候开"),
    ("2099年5月8日下午3点", "在哪里开"),
    ("村委会二楼会议室", "有哪些议题"),
    ("学习条例", "请核对"),
    ("确认", "通知已发出"),
)
OPEN = (("开始签到", "还早"), ("是", "怎么签到"), ("也发按钮，远程可签", "请大家扫下面的码"))


@dataclass
class Mortal:
    """A process that is killed at a moment of each step and started again."""

    nursery: Nursery
    url: str
    api: BotApi
    folder: Path
    moment: Moment
    process: Forked | None = None
    deaths: int = 0

    def start(self) -> None:
        """Start it, again."""
        self.process = self.nursery.start("run", self.url, self.api, self.folder)

    async def dies_at(self, phone: Phone, act: Callable[[], int], answer: str) -> str:
        """Somebody does something, the process dies of it, and the one after it answers; what was answered."""
        person, heard = phone.on_telegram, len(phone.on_telegram.history)
        update = act()

        def confirmed() -> bool:
            return all(each["update_id"] != update for each in self.api.pending)

        reached = {
            "handed over": lambda: update in self.api.handed_over,
            "confirmed": confirmed,
            "answered": lambda: len(person.history) > heard,
        }[self.moment]
        await self.api.bell.until(reached, 20)
        assert reached(), f"{self.moment} never came for {answer}"
        assert self.process is not None
        self.process.kill()
        self.deaths += 1
        self.start()

        def answered() -> bool:
            return any(answer in each.text for each in person.history[heard:])

        await self.api.bell.until(answered, 20)
        said = [each.text for each in person.history[heard:]]
        assert answered(), f"{answer!r} does not come after a death when {self.moment}: {said}"
        assert sum(answer in words for words in said) <= 2, said
        # What was perhaps said for the second time is not mistaken for the next answer.
        return next(words for words in said if answer in words)


async def sees(phone: Phone, label: str) -> None:
    """Wait for a button; notices travel on their own."""

    def there() -> bool:
        return any(label in row for heard in phone.on_telegram.history for row in heard.buttons)

    await phone.on_telegram.api.bell.until(there, 20)
    assert there(), f"no button {label} came"


@pytest.mark.parametrize(
    ("database_url", "moment"),
    [
        pytest.param(kind, moment, id=f"{kind}-{moment.replace(' ', '_')}")
        for moment, kind in zip(MOMENTS, cycle(("postgres", "sqlite")), strict=False)
    ],
    indirect=["database_url"],
)
async def test_a_process_that_dies_at_every_step_loses_nothing_and_records_nothing_twice(
    database: Database, database_url: str, api: BotApi, nursery: Nursery, tmp_path: Path, moment: Moment
) -> None:
    _, phones = await settle_on_telegram(database, api, 1)
    secretary, member, other = (phones[name] for name in ("李向阳", "王桂兰", "赵大海"))
    assert isinstance(secretary, Phone)
    assert isinstance(member, Phone)
    assert isinstance(other, Phone)
    mortal = Mortal(nursery, database_url, api, tmp_path, moment)
    mortal.start()
    try:
        await api.called("getUpdates", within=30)
        for words, answer in CONVENE:
            await mortal.dies_at(secretary, partial(secretary.on_telegram.says, words), answer)
        for phone in (member, other):
            await sees(phone, "参加")
        for words, answer in OPEN:
            await mortal.dies_at(secretary, partial(secretary.on_telegram.says, words), answer)
        for phone in (member, other):
            await sees(phone, "签到")
            await mortal.dies_at(phone, partial(phone.on_telegram.taps, "签到"), "签到成功")
    finally:
        if mortal.process is not None:
            mortal.process.kill()
    assert mortal.deaths == len(CONVENE) + len(OPEN) + 2
    async with database.reading() as session:
        (meeting,) = await session.scalars(select(Meeting))
        attendances = list(await session.scalars(select(Attendance)))
        runs = list(await session.scalars(select(Run.state)))
        actions = sorted(await session.scalars(select(AuditEntry.action)))
    assert meeting.state is MeetingState.OPEN
    assert meeting.place == "村委会二楼会议室"
    assert sorted(one.presence for one in attendances) == sorted([Presence.PRESENT] * 2 + [Presence.EXPECTED] * 3)
    assert runs == [RunState.DONE] * 2
    assert actions == ["convene", "open_check_in"]
