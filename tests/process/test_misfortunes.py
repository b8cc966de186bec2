"""A bad day at Telegram, for the real process: everything that can arrive does, and nothing is lost."""

from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.models import Account, Delivery, Meeting, OutboxMessage
from tests.bot_api import BotApi, dropped, server_error, too_many
from tests.process.phones import Phone, settle_on_telegram
from tests.process.processes import Nursery

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]


async def test_a_bad_day_loses_nothing(
    database: Database, database_url: str, api: BotApi, nursery: Nursery, tmp_path: Path
) -> None:
    _, phones = await settle_on_telegram(database, api, 1)
    secretary, blocked = phones["李向阳"], phones["赵大海"]
    assert isinstance(secretary, Phone)
    assert isinstance(blocked, Phone)
    with nursery.start("run", database_url, api, tmp_path) as process:
        await api.called("getUpdates", within=30)
        person = secretary.on_telegram
        api.fault("getUpdates", server_error())
        api.fault("sendMessage", too_many(1))
        await step(secretary, "开会", "要开什么会")
        api.fault("sendMessage", server_error())
        await step(secretary, "支部党员大会", "什么时候开")
        api.fault("sendMessage", dropped())
        await step(secretary, "2099年5月8日下午3点", "在哪里开")
        # Telegram took it and the connection broke: it is sent again, since nobody can know.
        api.fault("sendMessage", dropped(accepted=True))
        await step(secretary, "村委会二楼会议室", "有哪些议题")
        api.fault("getUpdates", dropped())
        await step(secretary, "学习条例", "请核对")
        blocked.on_telegram.blocked = True
        await step(secretary, "确认", "通知已发出")
        for name in ("王桂兰", "周福生", "孙小梅"):
            phone = phones[name]
            assert isinstance(phone, Phone)
            await heard(phone, "开会通知", 0)
        # The same text again is no change to Telegram, and no trouble to anybody.
        before = len(person.history)
        person.taps("开始签到")
        await heard(secretary, "还早", before)
        assert process.errors() == []
        assert process.stop() == 0
    async with database.reading() as session:
        assert len(list(await session.scalars(select(Meeting.id)))) == 1
        unreachable = list(await session.scalars(select(Account.user).where(~Account.reachable)))
        states = list(await session.scalars(select(OutboxMessage.state)))
    assert unreachable == [str(blocked.on_telegram.id)]
    assert states.count(Delivery.GONE) == 1
    assert set(states) == {Delivery.SENT, Delivery.GONE}


async def step(phone: Phone, words: str, answer: str) -> None:
    """Say something, and hear the answer in the end."""
    before = len(phone.on_telegram.history)
    phone.on_telegram.says(words)
    await heard(phone, answer, before)


async def heard(phone: Phone, words: str, since: int) -> None:
    """Wait until something was heard."""
    person = phone.on_telegram

    def came() -> bool:
        return any(words in each.text for each in person.history[since:])

    await person.api.bell.until(came, 30)
    assert came(), f"{words!r} is not among {[each.text for each in person.history[since:]]}"
