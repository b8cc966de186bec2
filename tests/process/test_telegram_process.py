"""The conversations against the real process, over HTTP, through aiogram's and python-telegram-bot's real clients."""

import asyncio
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.models import Attendance, Meeting, MeetingState, Presence, Report
from tests.bot_api import BotApi
from tests.process.phones import PhoneReading, settle_on_telegram
from tests.process.processes import Commanded
from tests.transcripts import FOLDER, Manner, read

pytestmark = pytest.mark.process

OWN = Path(__file__).parent / "conversations"
WITHOUT_A_CLOCK = [FOLDER / "bind.md", FOLDER / "handbook.md", *sorted(OWN.glob("*.md"))]
MANNERS: tuple[Manner, ...] = ("taps", "labels", "numbers")


async def test_all_conversations_are_held_with_python_m_bot_run(
    database: Database, database_url: str, api: BotApi, tmp_path: Path
) -> None:
    with Commanded("run", database_url, api, tmp_path) as process:
        await api.called("getUpdates", within=60)
        readings = []
        for number, (manner, path) in enumerate(product(MANNERS, WITHOUT_A_CLOCK)):
            town, phones = await settle_on_telegram(database, api, 100 * number + 1)
            readings.append(PhoneReading(town, phones, manner).play(read(path)))
        # At the same time, as on a Monday morning.
        await asyncio.gather(*readings)
        async with database.reading() as session:
            assert set(await session.scalars(select(Meeting.state))) == {MeetingState.CLOSED}
            presences = sorted(await session.scalars(select(Attendance.presence)))
            assert presences == sorted([Presence.EXCUSED, *[Presence.PRESENT] * 4] * len(MANNERS))
            assert len(list(await session.scalars(select(Report.id)))) == len(MANNERS)
        assert {command["command"] for command in api.commands} >= {"convene", "checkin", "menu"}
        assert process.stop() == 0
        assert process.errors() == []
