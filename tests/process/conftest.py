"""What the tests with real processes share: a stand-in for Telegram, and a quick way to start the assistant."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.bot_api import BotApi
from tests.process.processes import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Starts processes in a fraction of a second each."""
    opened = Nursery.opened()
    yield opened
    opened.close()


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A Bot API server of this test's own, served in its loop."""
    async with BotApi() as serving:
        yield serving
