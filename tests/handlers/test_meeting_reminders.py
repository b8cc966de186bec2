"""Who has not answered is reminded a day and an hour before, once each, never at night; series are proposed in time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.schedule import Schedule
from handlers.meeting_reminders import moments
from handlers.meeting_series import planned_in
from handlers.messages import Kind
from storage.database import Database
from storage.meeting_series import series_of
from storage.meetings import meeting, meetings_of
from storage.models import Meeting, MeetingKind, MeetingState
from tests.branch import settled_town
from tests.fakes import PROCEDURES, TEXTS, ZONE, Chat, FakeTown
from tests.storage.kit import add_convened_meeting, add_town


@dataclass
class Hall:
    """The branch, and a worker whose clock is the town's."""

    town: FakeTown
    chats: dict[str, Chat]
    ids: dict[str, int]
    worker: Schedule

    async def at(self, moment: datetime) -> None:
        """A tick of the worker at a time."""
        self.town.now = moment
        await self.worker.tick()
        await self.town.deliver()

    async def convenes(self, *words: str) -> None:
        """The secretary convenes a meeting; nobody remembers the notice afterwards."""
        for line in words:
            await self.chats["李向阳"].says(line)
        self.silence()

    def silence(self) -> None:
        """What was said so far is heard."""
        for chat in self.chats.values():
            chat.hears()

    def heard(self, who: str) -> list[str]:
        """The reminders of meetings that somebody heard; what else is due is said in a message of its own."""
        return [words for words in self.chats[who].hears() if re.match("提醒您(今天|明天|)开会：", words)]


@pytest.fixture
async def hall(database: Database) -> Hall:
    """Monday at ten, nothing convened."""
    town, chats, ids = await settled_town(database)
    return Hall(town, chats, ids, Schedule(database, TEXTS, PROCEDURES, town.clock))


FRIDAY = datetime(2026, 11, 27, 15, 0, tzinfo=ZONE)
LECTURE = ("开会", "党课", "周五下午3点", "村小学", "讲党史", "确认")


async def test_who_has_not_answered_is_reminded_a_day_and_an_hour_before_and_no_more(hall: Hall) -> None:
    await hall.convenes(*LECTURE)
    await hall.chats["王桂兰"].says("参加")
    for words in ("请假", "出差", "确认"):
        await hall.chats["赵大海"].says(words)
    hall.silence()
    await hall.at(FRIDAY - timedelta(days=1, minutes=1))
    assert hall.heard("周福生") == []
    for minutes in (0, 1, 60):
        await hall.at(FRIDAY - timedelta(days=1) + timedelta(minutes=minutes))
    assert len(hall.heard("周福生")) == len(hall.heard("孙小梅")) == 1
    await hall.chats["孙小梅"].says("参加")
    for minutes in (60, 59, 1):
        await hall.at(FRIDAY - timedelta(minutes=minutes))
    await hall.at(FRIDAY)
    assert len(hall.heard("周福生")) == 1
    for who in ("孙小梅", "王桂兰", "赵大海", "李向阳", "钱小满"):
        assert hall.heard(who) == [], who


async def test_a_worker_that_was_away_sends_the_last_reminder_only(hall: Hall) -> None:
    await hall.convenes(*LECTURE)
    for minutes in (30, 29):
        await hall.at(FRIDAY - timedelta(minutes=minutes))
    assert len(hall.heard("周福生")) == 1


async def test_right_after_the_notice_nobody_is_reminded_of_it(hall: Hall) -> None:
    await hall.convenes("开会", "党课", "明天下午3点", "村小学", "讲党史", "确认")
    tomorrow = datetime(2026, 11, 24, 15, 0, tzinfo=ZONE)
    await hall.at(tomorrow - timedelta(days=1))
    assert hall.heard("周福生") == []
    await hall.at(tomorrow - timedelta(hours=1))
    assert len(hall.heard("周福生")) == 1


async def test_a_meeting_that_moves_is_reminded_of_anew_and_one_called_off_not_at_all(hall: Hall) -> None:
    await hall.convenes(*LECTURE)
    await hall.at(FRIDAY - timedelta(days=1))
    assert len(hall.heard("周福生")) == 1
    await hall.convenes("改会议", "时间", "下周三下午3点", "确认")
    await hall.at(FRIDAY - timedelta(hours=1))
    assert hall.heard("周福生") == []
    wednesday = datetime(2026, 12, 2, 15, 0, tzinfo=ZONE)
    await hall.at(wednesday - timedelta(hours=24))
    assert len(hall.heard("周福生")) == 1
    await hall.convenes("取消会议", "下雪", "确认")
    await hall.at(wednesday - timedelta(minutes=50))
    assert hall.heard("周福生") == []


@pytest.mark.parametrize(
    ("starts_at", "day", "hour"),
    [
        ("2026-11-27 15:00", "2026-11-26 15:00", "2026-11-27 14:00"),
        ("2026-11-27 08:00", "2026-11-26 08:30", "2026-11-26 20:00"),
        ("2026-11-27 09:30", "2026-11-26 09:30", "2026-11-27 08:30"),
        ("2026-11-27 21:30", "2026-11-26 20:00", "2026-11-27 20:00"),
        ("2026-11-27 19:30", "2026-11-26 19:30", "2026-11-27 18:30"),
    ],
)
async def test_what_would_be_at_night_is_moved_and_still_comes_in_time(
    database: Database, starts_at: str, day: str, hour: str
) -> None:
    town = await add_town(database)
    at = datetime.fromisoformat(starts_at).replace(tzinfo=ZONE)
    meeting_id = await add_convened_meeting(database, town, starts_at=at)
    async with database.reading() as session:
        held = await meeting(session, meeting_id)
    assert held is not None
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in moments(held)] == [day, hour]


# Every month

FIX = ("定固定日", "主题党日", "20", "下午3点", "党员活动室", "用惯例议题", "确认")
A_WEEK_BEFORE = datetime(2026, 12, 11, 9, 0, tzinfo=ZONE)


async def held_meetings(hall: Hall) -> Sequence[tuple[MeetingKind, datetime]]:
    """What stands in the branch's list of meetings."""
    async with hall.town.database.reading() as session:
        found = await meetings_of(session, hall.ids["桃花村党支部"])
    return [(one.kind, one.starts_at.astimezone(ZONE)) for one in found]


async def test_a_month_is_proposed_a_week_before_once_and_one_tap_convenes_it_once(hall: Hall) -> None:
    await hall.convenes(*FIX)
    secretary = hall.chats["李向阳"]
    await hall.at(A_WEEK_BEFORE - timedelta(days=1))
    assert secretary.hears() == []
    await hall.at(A_WEEK_BEFORE.replace(hour=7))
    assert secretary.hears() == []
    await hall.at(A_WEEK_BEFORE)
    [proposed] = secretary.hears()
    assert "2026年12月18日（周五）下午3:00（20日休息，改在就近的工作日）" in proposed
    await hall.at(A_WEEK_BEFORE + timedelta(hours=2))
    assert secretary.hears() == []
    payload = secretary.buttons()[0].payload
    await secretary.taps("就这样，通知大家")
    assert "通知已发出：2026年12月18日" in secretary.hears()[0]
    assert "召开主题党日" in hall.chats["王桂兰"].hears()[0]
    await secretary.sends(Kind.TAP, payload=payload)
    assert "已经通知过了" in secretary.hears()[0]
    assert await held_meetings(hall) == [(MeetingKind.THEME_DAY, datetime(2026, 12, 18, 15, 0, tzinfo=ZONE))]


async def test_a_month_that_is_convened_already_is_not_proposed(hall: Hall) -> None:
    await hall.convenes(*FIX)
    await hall.at(datetime(2026, 12, 2, 10, 0, tzinfo=ZONE))
    await hall.convenes("开会", "主题党日", "12月10日下午3点", "广场", "学习", "确认")
    await hall.at(A_WEEK_BEFORE)
    assert [words for words in hall.chats["李向阳"].hears() if "该通知" in words] == []
    january = datetime(2027, 1, 13, 9, 0, tzinfo=ZONE)
    await hall.at(january)
    assert [words for words in hall.chats["李向阳"].hears() if "2027年1月20日" in words]


@pytest.mark.parametrize("month", ["", ".", ".0", ".999999", ".202613", ".202712", ".20261", ".209912"])
async def test_a_forged_month_convenes_nothing(hall: Hall, month: str) -> None:
    await hall.convenes(*FIX)
    async with hall.town.database.reading() as session:
        [series] = await series_of(session, hall.ids["桃花村党支部"])
    await hall.chats["李向阳"].sends(Kind.TAP, payload=f"convene_series.{series.id}{month}")
    assert hall.chats["李向阳"].hears() == [TEXTS.say("shared", "gone")]
    await hall.chats["吴长河"].sends(Kind.TAP, payload=f"convene_series.{series.id}.202612")
    assert hall.chats["吴长河"].hears() == [TEXTS.say("shared", "not_yours")]
    assert await held_meetings(hall) == []


async def test_a_new_day_takes_the_place_of_the_old_one_and_a_stopped_one_convenes_nothing(hall: Hall) -> None:
    await hall.convenes(*FIX)
    await hall.at(A_WEEK_BEFORE)
    old = hall.chats["李向阳"].buttons()[0].payload
    await hall.convenes("定固定日", "主题党日", "25", "9点", "党员活动室", "学习", "确认")
    async with hall.town.database.reading() as session:
        [series] = await series_of(session, hall.ids["桃花村党支部"])
    assert (series.day, series.minute) == (25, 9 * 60)
    await hall.chats["李向阳"].sends(Kind.TAP, payload=old)
    assert hall.chats["李向阳"].hears() == [TEXTS.say("meeting_series", "stopped_already")]


@pytest.mark.parametrize(
    ("day", "month", "planned"),
    [
        (20, "2026-12", "2026-12-18"),
        (21, "2026-12", "2026-12-21"),
        (1, "2026-10", "2026-10-08"),
        (1, "2026-01", "2026-01-04"),
    ],
)
def test_a_day_off_gives_way_to_the_working_day_before_in_the_same_month(day: int, month: str, planned: str) -> None:
    found = planned_in(day, 15 * 60, date.fromisoformat(f"{month}-01"), ZONE)
    assert found.starts_at.date().isoformat() == planned
    assert found.moved == (int(planned[-2:]) != day)


async def test_the_meeting_knows_its_series(hall: Hall) -> None:
    await hall.convenes(*FIX)
    await hall.at(A_WEEK_BEFORE)
    await hall.chats["李向阳"].taps("就这样，通知大家")
    async with hall.town.database.reading() as session:
        [(series_id, state)] = (await session.execute(select(Meeting.series_id, Meeting.state))).all()
    assert (series_id is not None, state) == (True, MeetingState.CONVENED)
