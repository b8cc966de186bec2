"""Checking in: what counts, what does not, and what happens when several things happen at once."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from handlers.codes import WINDOW, digits_of, link_of, window_at
from handlers.messages import Address, Incoming, Kind
from storage.database import Database
from storage.meetings import close_meeting
from storage.models import Account, Attendance, AuditEntry, CheckInWay, Meeting, MeetingState, Presence
from tests.branch import settled_town
from tests.fakes import TEXTS, Chat, FakeTown

WRONG, TURNED = TEXTS.say("checkin", "wrong"), TEXTS.say("checkin", "turned")
GROUP = "g1"


@dataclass
class Room:
    """A lecture of the branch whose check-in is open, and everybody at a keyboard."""

    town: FakeTown
    chats: dict[str, Chat]
    ids: dict[str, int]
    meeting_id: int
    secret: str

    @classmethod
    async def opened(cls, database: Database, where: str = "只在会场签到") -> "Room":
        """The secretary convenes and opens it."""
        town, chats, ids = await settled_town(database)
        for words in ("开会", "党课", "今天上午11点", "村小学", "讲党史", "确认", "开始签到", where):
            await chats["李向阳"].says(words)
        async with database.reading() as session:
            (held,) = await session.scalars(select(Meeting))
        assert held.check_in_token is not None
        for chat in chats.values():
            chat.hears()
        return cls(town, chats, ids, held.id, held.check_in_token)

    def digits(self, windows: int = 0) -> str:
        """What is shown now, or was so many windows ago."""
        return digits_of(self.secret, window_at(self.town.now) - windows)

    def link(self, windows: int = 0) -> str:
        """What the QR code carries now, or did so many windows ago."""
        return "c_" + link_of(self.meeting_id, self.secret, window_at(self.town.now) - windows)

    def wrong(self) -> str:
        """Six digits that were never shown of late."""
        shown = {self.digits(windows) for windows in range(-1, 300)}
        return next(each for each in (f"{number:06d}" for number in range(1000)) if each not in shown)

    def update(self, who: str, kind: Kind = Kind.TEXT, *, text: str = "", payload: str = "") -> Incoming:
        """One more update of somebody."""
        self.town.updates += 1
        return Incoming(f"u{self.town.updates}", Address("fake", "t", who), who, kind, self.town.now, text, payload)

    async def at_once(self, *updates: Incoming) -> None:
        """Turns that begin together."""
        for answered in await asyncio.gather(*(self.town.turns.take(each) for each in updates)):
            await self.town.delivery.answer(answered)
        await self.town.deliver()

    async def row(self, who: str) -> Attendance:
        """What is recorded of somebody."""
        async with self.town.database.reading() as session:
            return (await session.scalars(select(Attendance).where(Attendance.person_id == self.ids[who]))).one()

    async def there(self) -> int:
        """How many are recorded as there."""
        async with self.town.database.reading() as session:
            found = await session.scalar(select(func.count()).where(Attendance.presence == Presence.PRESENT))
        return found or 0


async def test_a_forged_button_checks_nobody_in_who_has_to_be_in_the_room(database: Database) -> None:
    room = await Room.opened(database)
    refused = TEXTS.say("checkin.check_in", "in_the_room_only")
    member = room.chats["王桂兰"]
    for payload, answer in (
        (f"check_in.{room.meeting_id}", refused),
        (f"check_in_too.{room.meeting_id}", TEXTS.say("shared", "not_yours")),
        (f"mark_present.{room.meeting_id}", None),
        (f"allow_remote.{room.meeting_id}", None),
        (f"take_mark_back.{room.meeting_id}", None),
    ):
        await member.sends(Kind.TAP, payload=payload)
        [heard] = member.hears()
        assert answer is None or heard == answer, payload
    assert await room.there() == 0
    await room.chats["李向阳"].sends(Kind.TAP, payload=f"check_in_too.{room.meeting_id}")
    assert (await room.row("李向阳")).way is CheckInWay.BUTTON


async def test_each_way_is_recorded_as_what_it_was(database: Database) -> None:
    room = await Room.opened(database, "也发按钮，远程可签")
    await room.chats["王桂兰"].says(room.digits())
    await room.chats["赵大海"].opens(room.link())
    await room.chats["周福生"].taps("签到")
    await room.chats["孙小梅"].says("签到")
    ways = [(await room.row(name)).way for name in ("王桂兰", "赵大海", "周福生", "孙小梅")]
    assert ways == [CheckInWay.CODE, CheckInWay.LINK, CheckInWay.BUTTON, CheckInWay.BUTTON]


@pytest.mark.parametrize("words", ["{}", "签到 {}", "签到码：{}", " {} ", "wide"])
async def test_digits_are_read_as_people_type_them(database: Database, words: str) -> None:
    room = await Room.opened(database)
    typed = words.format(room.digits())
    if words == "wide":
        typed = room.digits().translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    await room.chats["王桂兰"].says(typed)
    assert "签到成功" in room.chats["王桂兰"].hears()[-1]


@pytest.mark.parametrize(("windows", "answer"), [(-2, WRONG), (-1, ""), (0, ""), (1, ""), (2, TURNED), (100, TURNED)])
async def test_a_code_counts_for_its_half_minute_and_the_ones_beside_it(
    database: Database, windows: int, answer: str
) -> None:
    room = await Room.opened(database)
    await room.chats["王桂兰"].says(room.digits(windows))
    await room.chats["赵大海"].opens(room.link(windows))
    typed, scanned = room.chats["王桂兰"].hears()[-1], room.chats["赵大海"].hears()[-1]
    assert typed == answer if answer else "签到成功" in typed
    # What a link says of the future was never on the wall either; only the secret's owner could have made it.
    assert scanned == TURNED if answer else "签到成功" in scanned
    assert await room.there() == (0 if answer else 2)


async def test_what_was_sent_while_we_were_away_counts_from_when_it_was_sent(database: Database) -> None:
    room = await Room.opened(database)
    room.town.later(minutes=61)
    typed = room.update("王桂兰", text=room.digits())
    tapped_late = room.update("赵大海", text=room.digits())
    room.town.later(minutes=10)
    await room.at_once(typed, replace(tapped_late, at=room.town.now))
    assert "签到成功" in room.chats["王桂兰"].hears()[-1]
    assert room.chats["赵大海"].hears()[-1] == TURNED
    row = await room.row("王桂兰")
    assert (row.checked_in_at, row.late_minutes) == (typed.at, 1)


async def test_a_platform_whose_clock_is_ahead_of_ours_makes_nobody_late(database: Database) -> None:
    room = await Room.opened(database)
    await room.at_once(replace(room.update("王桂兰", text=room.digits()), at=room.town.now + timedelta(hours=9)))
    row = await room.row("王桂兰")
    assert (row.checked_in_at, row.late_minutes) == (room.town.now, 0)


async def test_five_wrong_codes_cost_half_a_minute_and_twenty_a_quarter_of_an_hour(database: Database) -> None:
    room = await Room.opened(database)
    member = room.chats["王桂兰"]
    for tries in range(1, 21):
        await member.says(room.wrong())
        assert member.hears() == [WRONG], tries
        if tries in (5, 10, 15, 20):
            for attempt in (room.digits(), room.wrong()):
                await member.says(attempt)
                assert "试错太多次" in member.hears()[-1]
            await member.opens(room.link())
            assert "试错太多次" in member.hears()[-1]
            if tries < 20:
                room.town.later(seconds=WINDOW + 1)
    room.town.later(minutes=14)
    await member.says(room.digits())
    assert "请过 1 分钟再试" in member.hears()[-1]
    await room.chats["赵大海"].says(room.digits())
    assert "签到成功" in room.chats["赵大海"].hears()[-1]
    room.town.later(minutes=2)
    await member.says(room.digits())
    assert "签到成功" in member.hears()[-1]
    async with database.reading() as session:
        account = (await session.scalars(select(Account).where(Account.user == "王桂兰"))).one()
    assert (account.wrong_codes, account.locked_until) == (0, None)


async def test_codes_that_have_turned_cost_nothing(database: Database) -> None:
    room = await Room.opened(database)
    for _ in range(25):
        await room.chats["王桂兰"].says(room.digits(3))
    assert set(room.chats["王桂兰"].hears()) == {TURNED}
    await room.chats["王桂兰"].says(room.digits())
    assert "签到成功" in room.chats["王桂兰"].hears()[-1]


FORGED = ("", "1", "x_y_z", "1_1_0000000000000000", "9" * 40, "１_1_" + "0" * 16, "9999999999_1_" + "0" * 16)


@pytest.mark.parametrize("key", FORGED)
async def test_a_forged_link_is_told_as_wrong_and_counted(database: Database, key: str) -> None:
    room = await Room.opened(database)
    await room.chats["王桂兰"].sends(Kind.TAP, payload=f"check_in_by_link.{key}")
    assert room.chats["王桂兰"].hears() == [WRONG]
    assert await room.there() == 0
    async with database.reading() as session:
        assert await session.scalar(select(Account.wrong_codes).where(Account.user == "王桂兰")) == 1


async def test_who_is_not_on_the_list_learns_nothing_of_a_meeting_by_its_digits(database: Database) -> None:
    room = await Room.opened(database)
    for name in ("吴长河", "钱小满"):
        await room.chats[name].says(room.digits())
        assert room.chats[name].hears() == [TEXTS.say("checkin.check_in_by_code", "none_open")]
        await room.chats[name].opens(room.link())
        assert room.chats[name].hears() == [TEXTS.say("checkin.check_in", "not_expected")]


async def test_digits_find_the_one_of_two_open_meetings_that_shows_them(database: Database) -> None:
    room = await Room.opened(database)
    for words in ("开会", "主题党日", "今天上午10点半", "广场", "植树", "确认"):
        await room.chats["李向阳"].says(words)
    async with database.transaction() as session:
        other = (await session.scalars(select(Meeting).order_by(Meeting.id.desc()).limit(1))).one()
        other.state, other.opened_at, other.check_in_token = MeetingState.OPEN, room.town.now, "another secret"
    await room.chats["王桂兰"].says(digits_of("another secret", window_at(room.town.now)))
    assert "主题党日签到成功" in room.chats["王桂兰"].hears()[-1]
    await room.chats["王桂兰"].says(room.digits())
    assert "党课签到成功" in room.chats["王桂兰"].hears()[-1]


async def test_a_double_tap_two_ways_and_a_second_delivery_are_one_record(database: Database) -> None:
    room = await Room.opened(database)
    typed, opened = room.update("王桂兰", text=room.digits()), room.update("王桂兰", Kind.ENTRY, payload=room.link())
    again = room.update("王桂兰", text=room.digits())
    await room.at_once(typed, typed, opened, again, opened, typed)
    heard = room.chats["王桂兰"].hears()
    assert sum("签到成功" in words for words in heard) == 1
    assert sum("已经签过到" in words for words in heard) == 2
    assert len(heard) == 3
    assert await room.there() == 1


async def test_everybody_types_the_digits_in_the_second_of_closing(database: Database) -> None:
    room = await Room.opened(database)
    names = ("王桂兰", "赵大海", "周福生", "孙小梅")

    async def close() -> None:
        async with database.transaction() as session:
            assert await close_meeting(session, room.meeting_id, now=room.town.now, summary="")

    turns = [room.town.turns.take(room.update(name, text=room.digits())) for name in names]
    results = await asyncio.gather(*turns[:2], close(), *turns[2:])
    for answered in results:
        if answered is not None:
            await room.town.delivery.answer(answered)
    for name in names:
        (heard,) = room.chats[name].hears()
        row = await room.row(name)
        assert (row.presence is Presence.PRESENT) == ("签到成功" in heard), heard
        assert (row.presence is Presence.ABSENT) == ("签到成功" not in heard), heard
    late = room.chats["李向阳"]
    await late.opens(room.link())
    assert "已经结束" in late.hears()[-1]


async def test_two_secretaries_open_at_once_and_one_secret_counts(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    for words in ("开会", "党课", "今天上午11点", "村小学", "讲党史", "确认", "开始签到"):
        await secretary.says(words)
    second = await town.chat("李向阳的平板", (await _person(database, "李向阳")))
    await second.says("开始签到")
    for chat in (secretary, second):
        chat.hears()
    updates = [
        Incoming(f"both{chat.user}", Address("fake", "t", chat.user), chat.user, Kind.TEXT, town.now, "只在会场签到")
        for chat in (secretary, second)
    ]
    for answered in await asyncio.gather(*(town.turns.take(each) for each in updates)):
        await town.delivery.answer(answered)
    async with database.reading() as session:
        (held,) = await session.scalars(select(Meeting))
    assert held.check_in_token is not None
    digits = digits_of(held.check_in_token, window_at(town.now))
    for chat in (secretary, second):
        assert digits in chat.hears()[-1]


async def _person(database: Database, name: str) -> int:
    async with database.reading() as session:
        found = await session.scalar(select(Account.person_id).where(Account.user == name))
    assert found is not None
    return found


async def test_a_button_in_the_group_checks_in_who_presses_it_and_the_group_hears_nothing(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    secretary = chats["李向阳"]

    async def in_group(who: str, kind: Kind, text: str = "", payload: str = "") -> None:
        town.updates += 1
        address = Address("fake", "t", GROUP, group=True)
        update = Incoming(f"g{town.updates}", address, who, kind, town.now, text, payload, about="5")
        await town.delivery.answer(await town.turns.take(update))
        await town.deliver()

    await in_group("李向阳", Kind.TEXT, text="关联本群")
    for words in ("确认", "开会", "党课", "今天上午11点", "村小学", "讲党史", "确认", "开始签到", "只在会场签到"):
        await secretary.says(words)
    posted = len(town.platform.taken[GROUP])
    assert not any("check_in" in str(message.buttons) for message in town.platform.taken[GROUP])
    await secretary.says("允许远程签到")
    await secretary.says("确认")
    (message,) = town.platform.taken[GROUP][posted:]
    assert "党课开始签到了" in message.body
    payload = message.buttons[0][0].payload
    chats["王桂兰"].hears()
    await in_group("王桂兰", Kind.TAP, payload=payload)
    assert "党课签到成功" in chats["王桂兰"].hears()[-1]
    assert len(town.platform.taken[GROUP]) == posted + 1
    async with database.reading() as session:
        row = (await session.scalars(select(Attendance).where(Attendance.person_id == ids["王桂兰"]))).one()
        actions = list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert row.way is CheckInWay.BUTTON
    assert actions[-1] == "allow_remote"


async def test_a_meeting_open_since_before_the_codes_turned_gets_a_secret_when_it_is_looked_at(
    database: Database,
) -> None:
    room = await Room.opened(database)
    async with database.transaction() as session:
        await session.execute(update(Meeting).values(check_in_token=None))
    await room.chats["王桂兰"].opens(room.link())
    assert room.chats["王桂兰"].hears() == [WRONG]
    await room.chats["李向阳"].says("再看签到码")
    await room.chats["李向阳"].says("只在会场签到")
    assert "开始签到了" in room.chats["李向阳"].hears()[-1]
    async with database.reading() as session:
        (held,) = await session.scalars(select(Meeting))
    assert held.check_in_token not in (None, room.secret)
