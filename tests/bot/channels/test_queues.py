"""The queue per address: order, room, and what happens at the end."""

import asyncio

import pytest

from bot.channels.queues import PerAddress
from handlers.messages import Address

WANG, LI = Address("web", "", "wang"), Address("web", "", "li")


class Desk:
    """Does the work, but only as fast as the test lets it."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.done: list[str] = []
        self.failed: list[str] = []

    async def work(self, item: str) -> None:
        await self.open.wait()
        if item.startswith("broken"):
            raise LookupError(item)
        self.done.append(item)

    def note(self, item: str, error: Exception) -> None:
        self.failed.append(item)


@pytest.fixture
async def desk() -> Desk:
    return Desk()


async def _settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_addresss_items_are_done_in_order(desk: Desk) -> None:
    async with PerAddress(desk.work, desk.note) as lines:
        for item in ("1", "2", "3"):
            await lines.put(WANG, item)
        desk.open.set()
        await lines.idle()
        assert desk.done == ["1", "2", "3"]


async def test_a_broken_item_is_reported_and_the_next_has_its_turn(desk: Desk) -> None:
    desk.open.set()
    async with PerAddress(desk.work, desk.note) as lines:
        for item in ("1", "broken", "3"):
            await lines.put(WANG, item)
        await lines.idle()
    assert (desk.done, desk.failed) == (["1", "3"], ["broken"])


async def test_putting_waits_while_there_is_no_room(desk: Desk) -> None:
    async with PerAddress(desk.work, desk.note, waiting=2) as lines:
        await lines.put(WANG, "1")
        await lines.put(LI, "2")
        third = asyncio.create_task(lines.put(WANG, "3"))
        await _settle()
        assert not third.done()
        desk.open.set()
        await third
        await lines.idle()
    assert sorted(desk.done) == ["1", "2", "3"]


async def test_no_more_turns_run_at_once_than_allowed(desk: Desk) -> None:
    running, most = 0, 0

    async def work(item: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await _settle()
        running -= 1

    async with PerAddress(work, lambda item, error: None, at_once=2) as lines:
        for number in range(6):
            await lines.put(Address("web", "", str(number)), number)
        await lines.idle()
    assert most == 2


async def test_leaving_lets_what_is_queued_finish(desk: Desk) -> None:
    desk.open.set()
    async with PerAddress(desk.work, desk.note) as lines:
        for item in ("1", "2"):
            await lines.put(WANG, item)
    assert desk.done == ["1", "2"]


async def test_what_does_not_finish_in_time_is_cancelled_and_no_task_is_left(desk: Desk) -> None:
    before = asyncio.all_tasks()
    async with PerAddress(desk.work, desk.note, grace=0) as lines:
        await lines.put(WANG, "1")
        await lines.put(WANG, "2")
        await lines.put(LI, "3")
        await _settle()
    assert asyncio.all_tasks() == before
    assert (desk.done, desk.failed) == ([], [])


async def test_an_address_without_work_leaves_nothing_behind(desk: Desk) -> None:
    desk.open.set()
    before = asyncio.all_tasks()
    async with PerAddress(desk.work, desk.note) as lines:
        for number in range(100):
            await lines.put(Address("web", "", str(number)), "x")
        await lines.idle()
        assert asyncio.all_tasks() == before
        assert lines._lines == {}
