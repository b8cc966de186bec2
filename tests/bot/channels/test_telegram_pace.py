"""The broadcast's pace: moments are reserved by the stretch, and a flood of refusals holds everybody."""

import asyncio

from bot.channels.telegram_pace import FLOOD, Pace


async def test_calls_are_made_in_stretches_that_are_reserved_as_they_are_needed() -> None:
    asked: list[float] = []

    async def reserve(seconds: float) -> float:
        asked.append(seconds)
        return 0

    pace = Pace(400, reserve)

    async def call(chat: int) -> None:
        async with pace.turn(str(chat)):
            pass

    await asyncio.gather(*(call(chat) for chat in range(150)))
    assert pace.at_once == 400
    assert len(asked) == 2, "a hundred moments are a quarter of a second at four hundred a second"
    assert all(abs(seconds - 0.25 * 1.05) < 0.001 for seconds in asked)


async def test_no_more_calls_are_under_way_than_may_be_made_in_a_second() -> None:
    async def reserve(seconds: float) -> float:
        return 0

    pace, inside, over = Pace(3, reserve), 0, asyncio.Event()

    async def call(chat: int) -> None:
        nonlocal inside
        async with pace.turn(str(chat)):
            inside += 1
            if inside == 3:
                over.set()
            await asyncio.Event().wait()

    calls = [asyncio.create_task(call(chat)) for chat in range(5)]
    await over.wait()
    assert inside == pace.at_once
    for each in calls:
        each.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


async def test_refusals_in_a_row_hold_all_chats_and_one_success_says_it_was_about_the_chats() -> None:
    async def reserve(seconds: float) -> float:
        return 0

    pace = Pace(1000, reserve)
    for _ in range(FLOOD - 1):
        pace.refused(60)
    pace.taken()
    pace.refused(60)
    async with pace.turn("7"):
        pass
    for _ in range(FLOOD):
        pace.refused(60)

    async def call() -> None:
        async with pace.turn("8"):
            pass

    waiting = asyncio.create_task(call())
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
