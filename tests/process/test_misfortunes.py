"""A bad day at Telegram, for the real process: everything that can arrive does, in order, and nothing is lost."""

from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.models import Account, Attendance, Delivery, Meeting, OutboxMessage, Presence, Update
from tests.bot_api import BotApi, bad_request, blocked, dropped, server_error, too_many
from tests.bot_api.people import Person
from tests.process.phones import Phone, settle_on_telegram
from tests.process.processes import Nursery

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]

CONVENE = (
    ("开会", "要开什么会"),
    ("支部党员大会", "什么时候开"),
    ("2099年5月8日下午3点", "在哪里开"),
    ("村委会二楼会议室", "有哪些议题"),
    ("学习条例", "请核对"),
    ("确认", "通知已发出"),
)
OPEN = (("开始签到", "还早"), ("是", "怎么签到"))


async def test_answers_that_cannot_go_now_go_later_and_in_order(
    database: Database, database_url: str, api: BotApi, nursery: Nursery, tmp_path: Path
) -> None:
    people = await on_telegram(database, api)
    misfortunes = {
        "李向阳": too_many(1),
        "王桂兰": server_error(),
        "赵大海": server_error(502),
        "周福生": dropped(),
        "孙小梅": dropped(accepted=True),
        "钱小满": too_many(None),
    }
    with nursery.start("run", database_url, api, tmp_path) as process:
        await api.called("getUpdates", within=30)
        for name, fault in misfortunes.items():
            api.fault("sendMessage", fault, chat=people[name].id)
        api.fault("getUpdates", server_error())
        api.fault("getUpdates", dropped())
        api.fault("getUpdates", too_many(1))
        for name in misfortunes:
            people[name].says("菜单")
            people[name].says("000000")
        for name in misfortunes:
            await heard(people[name], "没有要您签到的会议", 0)
            said = ["没有要您签到的会议" in each.text for each in people[name].history]
            # What Telegram took before the line broke is said again, since nobody can know; nothing is overtaken.
            assert said == [False] * (2 if name == "孙小梅" else 1) + [True], name
        assert process.errors() == []
        assert process.stop() == 0
    async with database.reading() as session:
        assert set(await session.scalars(select(OutboxMessage.state))) == {Delivery.SENT}
        assert set(await session.scalars(select(Update.done_at.is_not(None)))) == {True}
        assert all(await session.scalars(select(Account.reachable)))


async def test_notices_arrive_once_they_can_and_who_blocked_us_is_not_written_to_again(
    database: Database, database_url: str, api: BotApi, nursery: Nursery, tmp_path: Path
) -> None:
    people = await on_telegram(database, api)
    secretary, gone = people["李向阳"], people["赵大海"]
    with nursery.start("run", database_url, api, tmp_path) as process:
        await api.called("getUpdates", within=30)
        await talk(secretary, CONVENE[:-1])
        api.fault("sendMessage", too_many(1), chat=people["王桂兰"].id)
        api.fault("sendMessage", server_error(), chat=people["周福生"].id)
        api.fault("sendMessage", dropped(), chat=people["孙小梅"].id)
        api.fault("sendMessage", blocked(), chat=gone.id)
        await talk(secretary, CONVENE[-1:])
        for name in ("王桂兰", "周福生", "孙小梅"):
            await heard(people[name], "开会通知", 0)
        await talk(secretary, OPEN)
        api.fault("sendMessage", dropped(accepted=True), chat=people["王桂兰"].id)
        await talk(secretary, (("也发按钮，远程可签", "请大家扫下面的码"),))
        for name in ("王桂兰", "周福生", "孙小梅"):
            await heard(people[name], "请点按钮签到", 1, times=2 if name == "王桂兰" else 1)
        assert process.errors() == []
        assert process.stop() == 0
    assert [call.status for call in api.calls_of("sendMessage") if call.params["chat_id"] == str(gone.id)] == [403]
    async with database.reading() as session:
        assert list(await session.scalars(select(Account.user).where(~Account.reachable))) == [str(gone.id)]
        states = list(await session.scalars(select(OutboxMessage.state)))
    assert states.count(Delivery.GONE) == 1
    assert set(states) == {Delivery.SENT, Delivery.GONE}

    before = {name: len(person.history) for name, person in people.items()}
    with nursery.start("run", database_url, api, tmp_path) as process:
        await talk(gone, (("菜单", "您好"),))
        assert process.errors() == []
        assert process.stop() == 0
    async with database.reading() as session:
        assert all(await session.scalars(select(Account.reachable)))
    again = {name for name, person in people.items() if len(person.history) > before[name]}
    assert again == {"赵大海"}


async def test_pictures_edits_and_taps_that_telegram_refuses_are_answered_another_way(
    database: Database, database_url: str, api: BotApi, nursery: Nursery, tmp_path: Path
) -> None:
    people = await on_telegram(database, api)
    secretary, member = people["李向阳"], people["王桂兰"]
    with nursery.start("run", database_url, api, tmp_path) as process:
        await api.called("getUpdates", within=30)
        await talk(secretary, (*CONVENE, *OPEN))
        api.fault("sendPhoto", dropped())
        api.fault("sendPhoto", bad_request("IMAGE_PROCESS_FAILED"))
        await talk(secretary, (("也发按钮，远程可签", "请大家扫下面的码"),))
        (code,) = [each.file for each in secretary.history if each.file is not None]
        assert not code.is_photo

        await talk(secretary, (("实到", "实到 0 人"),))
        secretary.taps("刷新人数")
        (unchanged,) = await api.called("editMessageText")
        await talk(secretary, (("000000", "签到码不对"),))
        assert unchanged.status == 400, "the same count is no change to Telegram"

        await heard(member, "请点按钮签到", 0)
        api.fault("answerCallbackQuery", bad_request("query is too old and response timeout expired"))
        api.fault("editMessageText", server_error())
        member.taps("签到")
        await heard(member, "签到成功", 0)
        assert member.history[-1].edited

        api.fault("editMessageText", bad_request("message to edit not found"))
        before = len(secretary.history)
        secretary.taps("刷新人数")
        await heard(secretary, "实到 1 人", before)
        assert not secretary.history[-1].edited
        assert process.errors() == []
        assert process.stop() == 0
    async with database.reading() as session:
        assert len(list(await session.scalars(select(Meeting.id)))) == 1
        presences = sorted(await session.scalars(select(Attendance.presence)))
        assert set(await session.scalars(select(OutboxMessage.state))) == {Delivery.SENT}
    assert presences == sorted([Presence.PRESENT, *[Presence.EXPECTED] * 4])


async def on_telegram(database: Database, api: BotApi) -> dict[str, Person]:
    """A branch, each of its people with a phone."""
    _, phones = await settle_on_telegram(database, api, 1)
    return {name: phone.on_telegram for name, phone in phones.items() if isinstance(phone, Phone)}


async def talk(person: Person, lines: tuple[tuple[str, str], ...]) -> None:
    """Say each line, and hear its answer before the next."""
    for words, answer in lines:
        before = len(person.history)
        person.says(words)
        await heard(person, answer, before)


async def heard(person: Person, words: str, since: int, times: int = 1) -> None:
    """Wait until something was heard, as often as said."""

    def count() -> int:
        return sum(words in each.text for each in person.history[since:])

    await person.api.bell.until(lambda: count() >= times, 30)
    assert count() == times, f"{words!r} is not {times} times in {[each.text for each in person.history[since:]]}"
