"""A small storm: workers die while messages go out through a Bot API that misbehaves."""

from pathlib import Path

import pytest

from storage.database import Database
from tests.bot_api import BotApi
from tests.process.processes import Nursery
from tests.process.storm import Plan, raged

pytestmark = [
    pytest.mark.process,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:unread_data"),  # aiohttp's own reading of a form with a file in it
]


@pytest.mark.parametrize(
    ("database_url", "workers"), [("sqlite", 1), ("postgres", 2)], indirect=["database_url"], ids=["one", "two"]
)
async def test_every_message_arrives_in_order_within_the_limits_and_twice_only_when_its_answer_was_lost(
    database: Database, database_url: str, api: BotApi, nursery: Nursery, tmp_path: Path, workers: int
) -> None:
    plan = Plan(messages=200, kills=6, workers=workers, chats=60, groups=2, to_groups=3)
    report = await raged(plan, database, database_url, api, nursery, tmp_path)
    assert report.faults == []
    assert report.deaths == plan.kills
    assert len(report.copies) == plan.messages * 11 // 10, "one in ten takes two calls"
    assert report.nearest >= 1
