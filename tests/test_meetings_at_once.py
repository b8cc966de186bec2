"""Two secretaries and one meeting, two workers and one reminder: the record is right, and everybody hears once."""

import asyncio
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from bot.schedule import Schedule
from handlers.messages import Address, Incoming, Kind
from storage.database import Database
from storage.meetings import MeetingView, attendance_of, meetings_of
from storage.minutes import minutes_of
from storage.models import (
    Attendance,
    AuditEntry,
    Meeting,
    MeetingKind,
    MeetingState,
    OutboxMessage,
    Post,
    PostKind,
)
from storage.tasks import tasks_of_meeting
from tests.branch import settled_town
from tests.fakes import PROCEDURES, TEXTS, ZONE, Chat, FakeTown

LECTURE = ("开会", "党课", "周五下午3点", "村小学", "讲党史", "确认")
FRIDAY = datetime(2026, 11, 27, 15, 0, tzinfo=ZONE)


class Hall:
    """The branch with a secretary and a deputy."""

    def __init__(self, town: FakeTown, chats: dict[str, Chat], ids: dict[str, int]) -> None:
        self.town, self.chats, self.ids = town, chats, ids
        self.secretary, self.deputy = chats["李向阳"], chats["王桂兰"]

    async def says(self, chat: Chat, *lines: str) -> None:
        """One line after another."""
        for line in lines:
            await chat.says(line)

    async def at_once(self, *taps: tuple[Chat, str]) -> None:
        """Buttons that read so, pressed in the same moment."""
        updates = []
        for chat, label in taps:
            payload = next(button.payload for button in chat.buttons() if button.label == label)
            updates.append(self.tap(chat, payload))
        await self.take(*updates)

    def tap(self, chat: Chat, payload: str) -> Incoming:
        """One press of a button."""
        self.town.updates += 1
        address = Address("fake", "t", chat.user)
        return Incoming(f"u{self.town.updates}", address, chat.user, Kind.TAP, self.town.now, "", payload)

    async def take(self, *updates: Incoming) -> None:
        """Turns that begin together."""
        for chat in self.chats.values():
            chat.hears()
        for answered in await asyncio.gather(*(self.town.turns.take(update) for update in updates)):
            await self.town.delivery.answer(answered)
        await self.town.deliver()

    async def held(self, branch: str = "桃花村党支部") -> MeetingView:
        """The one meeting there is."""
        async with self.town.database.reading() as session:
            [found] = await meetings_of(session, self.ids[branch])
        return found

    async def actions(self) -> list[str]:
        """What was noted of who did what."""
        async with self.town.database.reading() as session:
            return list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


async def hall_of(database: Database) -> Hall:
    """Two who may convene and change."""
    town, chats, ids = await settled_town(database)
    async with database.transaction() as session:
        session.add(
            Post(
                person_id=ids["王桂兰"],
                organization_id=ids["桃花村党支部"],
                kind=PostKind.DEPUTY_SECRETARY,
                since=date(2024, 1, 1),
            )
        )
    return Hall(town, chats, ids)


async def test_two_change_the_time_at_once_and_one_of_them_is_told_to_look_again(database: Database) -> None:
    hall = await hall_of(database)
    await hall.says(hall.secretary, *LECTURE, "改会议", "时间", "周六下午3点")
    await hall.says(hall.deputy, "改会议", "时间", "周日下午3点")
    await hall.at_once((hall.secretary, "确认"), (hall.deputy, "确认"))
    held = await hall.held()
    assert held.revision == 1
    assert held.starts_at in (FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=2))
    assert await hall.actions() == ["convene", "change_meeting"]
    told = [words for words in hall.chats["周福生"].hears() if "会议有变" in words]
    assert len(told) == 1
    assert ("周六" in told[0]) == (held.starts_at == FRIDAY + timedelta(days=1))
    said = [*hall.secretary.hears(), *hall.deputy.hears()]
    assert sum("您的改动没有记" in words for words in said) == 1


async def test_a_change_begun_before_another_was_made_changes_nothing(database: Database) -> None:
    hall = await hall_of(database)
    await hall.says(hall.secretary, *LECTURE, "改会议", "地点", "村委会")
    await hall.says(hall.deputy, "改会议", "时间", "周日下午3点", "确认")
    hall.secretary.hears()
    await hall.says(hall.secretary, "确认")
    assert "您的改动没有记" in hall.secretary.hears()[0]
    held = await hall.held()
    assert (held.place, held.revision) == ("村小学", 1)


async def test_a_meeting_changed_and_called_off_at_once_is_one_or_the_other_and_then_off(database: Database) -> None:
    hall = await hall_of(database)
    await hall.says(hall.secretary, *LECTURE, "改会议", "地点", "村委会")
    await hall.says(hall.deputy, "取消会议", "下雪")
    await hall.at_once((hall.secretary, "确认"), (hall.deputy, "确认"))
    held = await hall.held()
    assert held.state is MeetingState.CANCELLED
    actions = await hall.actions()
    changed = "change_meeting" in actions
    assert held.revision == (2 if changed else 1)
    assert (held.place == "村委会") == changed
    heard = hall.chats["周福生"].hears()
    assert sum("取消了" in words for words in heard) == 1
    assert sum("会议有变" in words for words in heard) == changed


async def test_two_call_it_off_at_once_and_everybody_hears_it_once(database: Database) -> None:
    hall = await hall_of(database)
    await hall.says(hall.secretary, *LECTURE, "取消会议", "下雪")
    await hall.says(hall.deputy, "取消会议", "停电")
    await hall.at_once((hall.secretary, "确认"), (hall.deputy, "确认"))
    assert sum("取消了" in words for words in hall.chats["周福生"].hears()) == 1
    assert await hall.actions() == ["convene", "cancel_meeting"]


async def test_a_proposal_tapped_by_both_at_once_convenes_one_meeting(database: Database) -> None:
    hall = await hall_of(database)
    await hall.says(hall.secretary, "定固定日", "主题党日", "20", "下午3点", "党员活动室", "学习", "确认")
    hall.town.now = datetime(2026, 12, 11, 9, 0, tzinfo=ZONE)
    workers = [Schedule(database, TEXTS, PROCEDURES, hall.town.clock) for _ in range(2)]
    await asyncio.gather(*(worker.tick() for worker in workers))
    await hall.town.deliver()
    for chat in (hall.secretary, hall.deputy):
        assert sum("该通知主题党日了" in words for words in chat.hears()) == 1
    await hall.at_once((hall.secretary, "就这样，通知大家"), (hall.deputy, "就这样，通知大家"))
    held = await hall.held()
    assert (held.kind, held.agenda) == (MeetingKind.THEME_DAY, ("学习",))
    assert sum("开会通知" in words for words in hall.chats["周福生"].hears()) == 1
    said = [*hall.secretary.hears(), *hall.deputy.hears()]
    assert sum("已经通知过了" in words for words in said) == 1


async def test_two_workers_remind_everybody_once(database: Database) -> None:
    hall = await hall_of(database)
    await hall.says(hall.secretary, *LECTURE)
    await hall.says(hall.deputy, "参加")
    hall.town.now = FRIDAY - timedelta(hours=1)
    workers = [Schedule(database, TEXTS, PROCEDURES, hall.town.clock) for _ in range(3)]
    await asyncio.gather(*(worker.tick() for worker in workers))
    async with database.reading() as session:
        query = select(func.count()).where(OutboxMessage.title == "会议提醒：党课")
        assert await session.scalar(query) == 3
        reminded = select(func.count()).where(Attendance.reminded_hour_at.is_not(None))
        assert await session.scalar(reminded) == 3


async def test_an_invitation_taken_twice_at_once_adds_the_branch_once(database: Database) -> None:
    hall = await hall_of(database)
    convene = ("开会", "党课", "周五下午3点", "村小学", "讲党史", "修改", "邀请", "杏花村党支部", "好了", "确认")
    await hall.says(hall.secretary, *convene)
    guest = hall.chats["吴长河"]
    assert "请你们支部一起开党课" in guest.hears()[-1]
    await guest.taps("一起参加")
    payload = next(button.payload for button in guest.buttons() if button.label == "确认")
    await hall.take(hall.tap(guest, payload), hall.tap(guest, payload))
    async with database.reading() as session:
        listed = await attendance_of(session, (await hall.held()).id)
    assert sum(one.name in ("吴长河", "郑远") for one in listed) == 2
    assert sum(one.eligible for one in listed) == 4
    assert sum("开会通知" in words for words in hall.chats["郑远"].hears()) == 1


async def test_who_was_not_asked_joins_nothing(database: Database) -> None:
    hall = await hall_of(database)
    await hall.says(hall.secretary, *LECTURE)
    guest = hall.chats["吴长河"]
    guest.hears()
    await guest.sends(Kind.TAP, payload=f"join_meeting.{(await hall.held()).id}")
    assert guest.hears() == [TEXTS.say("convening.join_meeting", "no_invitation")]
    async with database.reading() as session:
        assert await session.scalar(select(func.count(Meeting.id))) == 1


async def test_a_changed_agenda_and_its_materials_are_read_back_as_they_were_entered(database: Database) -> None:
    hall = await hall_of(database)
    await hall.says(hall.secretary, *LECTURE, "改会议", "议题", "1、讲村史\n2、孙小梅转正，投票", "确认")
    held = await hall.held()
    assert held.agenda == ("讲村史", "孙小梅转正，投票")
    assert [kind.value for kind in held.kinds] == ["learning", "admission"]
    await hall.says(hall.secretary, "加会前材料")
    await hall.secretary.sends_file("提纲.docx")
    await hall.says(hall.secretary, "好了", "确认")
    assert [one.name for one in hall.chats["周福生"].messages[-1].documents] == ["提纲.docx"]
    await hall.says(hall.secretary, "会议记录")
    await hall.says(hall.secretary, "1")
    assert "材料：提纲.docx" in hall.secretary.hears()[-1]


async def test_two_write_the_minutes_at_once_and_they_are_one_persons_with_one_task(database: Database) -> None:
    hall = await hall_of(database)
    await hall.says(
        hall.secretary, *LECTURE, "开始签到", "是", "只在会场签到", "代签到", "李向阳、王桂兰、赵大海", "好了"
    )
    await hall.says(hall.secretary, "本人在场，没带手机", "确认", "结束会议", "讲了党史", "确认")
    what = ("是", "人人写体会", "赵大海", "12月5日", "否")
    await hall.says(hall.secretary, "写会议记录", "李向阳", "王桂兰", *what)
    await hall.says(hall.deputy, "写会议记录", "王桂兰", "赵大海", *what)
    await hall.at_once((hall.secretary, "确认"), (hall.deputy, "确认"))
    held = await hall.held()
    async with database.reading() as session:
        found = await minutes_of(session, held.id)
        tasks = await tasks_of_meeting(session, held.id)
    assert found is not None
    assert (found.host, found.recorder) in {("李向阳", "王桂兰"), ("王桂兰", "赵大海")}
    assert [one.what for one in tasks] == ["人人写体会"]
    assert (await hall.actions()).count("write_minutes") == 2
    assert sum("会上议定，请您办一件事" in words for words in hall.chats["赵大海"].hears()) == 1
