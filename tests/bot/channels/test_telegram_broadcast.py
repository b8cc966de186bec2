"""What is particular to the broadcast: its pace, and what its libraries must not say."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram_broadcast import TelegramBroadcast
from handlers.messages import Address, NotSent, Outgoing
from tests.bot_api import BotApi, too_many


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        server.person(7, "王桂兰")
        yield server


def _message() -> Outgoing:
    return Outgoing("1", Address("telegram", "4242", "7"), "本周提醒：周五交纳党费")


async def test_calls_are_spaced_evenly_and_never_come_in_a_burst(api: BotApi) -> None:
    broadcast = TelegramBroadcast(api.token, base_url=api.url, per_second=50)
    started = asyncio.get_running_loop().time()
    for _ in range(6):
        await broadcast.send(_message())
    await broadcast.close()
    last = api.calls_of("sendMessage")[-1]
    assert last.at - started >= 0.099, "the sixth call at fifty a second cannot go out in the first tenth of a second"


async def test_neither_token_nor_words_reach_the_log(api: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    broadcast = TelegramBroadcast(api.token, base_url=api.url)
    await broadcast.send(_message())
    api.fault("sendMessage", too_many(2))
    with pytest.raises(NotSent):
        await broadcast.send(_message())
    await broadcast.close()
    assert api.token not in caplog.text
    assert "党费" not in caplog.text
    assert "Traceback" not in caplog.text


def test_the_broadcast_does_not_bring_aiogram_along() -> None:
    program = "import sys, bot.channels.telegram_broadcast as b; sys.exit('aiogram' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": "."}).returncode == 0
