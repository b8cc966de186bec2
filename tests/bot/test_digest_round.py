"""Each digest goes out once: at its moment, late when nobody was there, and whatever the clock and other workers do."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import event, select, update

import bot.digest_round
import handlers.digest
from bot.digest_round import DigestRound, covering, newest_moment
from knowledge.rules.working_days import is_working_day
from storage.accounts import lock_account, mark_unreachable
from storage.database import Database
from storage.memberships import end_posts, give_post
from storage.models import DigestIssue, DigestSubscription, File, OrganizationKind, OutboxMessage, PostKind
from storage.people import find_people
from storage.roster import RosterPerson, import_roster
from tests.branch import settle
from tests.fakes import TEXTS, ZONE

EARLY = datetime(2026, 11, 23, 8, 29, 59, tzinfo=ZONE)
"""One second before the digest of a Monday is due."""
MOMENT = EARLY + timedelta(seconds=1)
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what happens in the round and not in its queries."""


@dataclass
class Hall:
    """The official of a town, on two accounts, who reads a digest; two secretaries who are not there yet."""

    database: Database
    ids: dict[str, int]
    round: DigestRound = field(init=False)

    def __post_init__(self) -> None:
        self.round = DigestRound(self.database, TEXTS)

    async def binds(self, name: str, *channels: str) -> None:
        """Somebody comes to the chat."""
        async with self.database.transaction() as session:
            for channel in channels:
                account = await lock_account(session, channel, "t", name, f"{name}-{channel}", EARLY)
                account.person_id = self.ids[name]

    async def wants(self, **wishes: Any) -> None:
        """The official wants it otherwise."""
        async with self.database.transaction() as session:
            mine = DigestSubscription.person_id == self.ids["郑远"]
            await session.execute(update(DigestSubscription).where(mine).values(**wishes))

    async def issues(self) -> list[tuple[str, bool]]:
        """The weeks whose digest was issued, and whether late, in the order of issue."""
        async with self.database.reading() as session:
            found = await session.execute(select(DigestIssue.week, DigestIssue.late).order_by(DigestIssue.id))
            return [(row.week, row.late) for row in found]

    async def messages(self) -> list[OutboxMessage]:
        """What waits to be sent."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No chart is looked at here, and a process for each takes long."""

    async def blank(_: str) -> bytes:
        return b"PNG"

    monkeypatch.setattr(handlers.digest, "drawn", blank)


@pytest.fixture
async def hall(database: Database) -> Hall:
    """A town with one subscription."""
    ids = await settle(database)
    async with database.transaction() as session:
        mine = {"person_id": ids["郑远"], "organization_id": ids["清河镇党委"]}
        session.add(DigestSubscription(**mine, since=EARLY - timedelta(hours=1)))
    found = Hall(database, ids)
    await found.binds("郑远", "telegram", "web")
    return found


async def test_the_digest_goes_out_at_its_minute_once_to_every_account_of_its_reader(hall: Hall) -> None:
    assert await hall.round.issue(EARLY) == 0
    assert await hall.round.issue(MOMENT) == 2
    for minutes in (0, 1, 60, 24 * 60, 6 * 24 * 60):
        assert await hall.round.issue(MOMENT + timedelta(minutes=minutes)) == 0
    assert await hall.issues() == [("2026-W47", False)]
    found = await hall.messages()
    assert [message.chat for message in found] == ["郑远-telegram", "郑远-web"]
    for message in found:
        assert "清河镇党委" in message.body
        assert "补发" not in message.body
        assert message.title == "上周周报"
    files = [message.documents for message in found]
    assert files[0] == files[1]
    assert len(files[0]) == 2  # the chart and the table, kept once for both


@one_database
async def test_a_week_that_was_missed_is_sent_late_and_once(hall: Hall) -> None:
    assert await hall.round.issue(MOMENT + timedelta(days=3)) == 2
    assert await hall.round.issue(MOMENT + timedelta(days=4)) == 0
    assert await hall.round.issue(MOMENT + timedelta(days=7)) == 2
    assert await hall.issues() == [("2026-W47", True), ("2026-W48", False)]
    late, _, on_time, _ = await hall.messages()
    assert "补发" in late.body
    assert "补发" not in on_time.body


@one_database
async def test_what_is_late_waits_for_the_morning_where_its_reader_is(hall: Hall) -> None:
    await hall.wants(timezone="Asia/Urumqi", minute=21 * 60)
    chosen = datetime(2026, 11, 23, 21, tzinfo=ZoneInfo("Asia/Urumqi"))
    assert await hall.round.issue(chosen + timedelta(hours=3, seconds=1)) == 0, "it is midnight there"
    assert await hall.round.issue(chosen + timedelta(hours=11, minutes=29)) == 0, "in Beijing it is half past ten"
    assert await hall.round.issue(chosen + timedelta(hours=11, minutes=30)) == 2
    await hall.wants(since=None)
    next_week = chosen + timedelta(weeks=1)
    assert await hall.round.issue(next_week) == 2, "the hour that somebody chose is theirs"
    assert await hall.issues() == [("2026-W47", True), ("2026-W48", False)]


@one_database
async def test_after_weeks_of_silence_only_the_last_week_is_told(hall: Hall) -> None:
    assert await hall.round.issue(MOMENT + timedelta(weeks=5, days=-1)) == 2
    assert await hall.round.issue(MOMENT + timedelta(weeks=5)) == 2
    assert await hall.issues() == [("2026-W51", True), ("2026-W52", False)]


@one_database
async def test_a_clock_that_is_put_back_a_little_sends_nothing_old(hall: Hall) -> None:
    await hall.wants(since=None)
    await hall.round.issue(MOMENT)
    for jump in (timedelta(hours=-1), timedelta(days=-6), timedelta(hours=1), timedelta(0)):
        assert await hall.round.issue(MOMENT + jump) == 0
    assert await hall.round.issue(MOMENT + timedelta(weeks=1)) == 2
    assert [week for week, _ in await hall.issues()] == ["2026-W47", "2026-W48"]


@one_database
async def test_a_clock_that_was_a_year_ahead_does_not_silence_the_year(hall: Hall) -> None:
    assert await hall.round.issue(MOMENT + timedelta(weeks=52)) == 2
    await hall.wants(since=None)
    for weeks in range(3):
        assert await hall.round.issue(MOMENT + timedelta(weeks=weeks)) == 2
    assert await hall.round.issue(MOMENT + timedelta(weeks=52, days=1)) == 0
    weeks = [week for week, _ in await hall.issues()]
    assert weeks == ["2027-W46", "2026-W47", "2026-W48", "2026-W49"]


@one_database
async def test_the_last_week_of_a_long_year_has_its_own_number(hall: Hall) -> None:
    assert await hall.round.issue(datetime(2027, 1, 4, 8, 30, tzinfo=ZONE)) == 2
    assert await hall.round.issue(datetime(2027, 1, 11, 8, 30, tzinfo=ZONE)) == 2
    assert await hall.issues() == [("2026-W53", False), ("2027-W01", False)]


async def test_workers_at_the_same_moment_send_each_digest_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.digest_round, "BATCH", 1)
    for name in ("李向阳", "吴长河"):
        await hall.binds(name, "web")
    await hall.round.issue(EARLY)  # now the secretaries read theirs
    elsewhere = Database(hall.database.url.render_as_string(hide_password=False))
    try:
        rounds = [hall.round, DigestRound(elsewhere, TEXTS), DigestRound(hall.database, TEXTS)]
        sent = await asyncio.gather(*(one.issue(MOMENT) for one in rounds))
    finally:
        await elsewhere.close()
    assert sum(sent) == 4
    assert len(await hall.issues()) == 3
    chats = sorted(message.chat for message in await hall.messages())
    assert chats == sorted(["郑远-telegram", "郑远-web", "李向阳-web", "吴长河-web"])


@one_database
async def test_a_crash_between_the_note_and_the_message_costs_no_digest(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(bot.digest_round, "put", crash)
        with pytest.raises(ZeroDivisionError):
            await hall.round.issue(MOMENT)
    assert (await hall.issues(), await hall.messages()) == ([], [])
    async with hall.database.reading() as session:
        assert list(await session.scalars(select(File.id))) == []
    assert await hall.round.issue(MOMENT + timedelta(seconds=30)) == 2


@one_database
async def test_whoever_is_out_of_patience_goes_on_the_next_time(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.digest_round, "BATCH", 1)
    monkeypatch.setattr(bot.digest_round, "PATIENCE", -1.0)
    for name in ("李向阳", "吴长河"):
        await hall.binds(name, "web")
    await hall.round.issue(EARLY)
    sent = 0
    for has_more in (True, True, False):
        sent += await hall.round.issue(MOMENT)
        assert hall.round.has_more is has_more
    assert sent == 4


async def test_secretaries_read_a_small_one_of_their_branch_for_as_long_as_they_are(hall: Hall) -> None:
    await hall.binds("李向阳", "web")
    await hall.round.issue(EARLY - timedelta(days=3))
    async with hall.database.reading() as session:
        everybody = set(await session.scalars(select(DigestSubscription.person_id)))
    assert everybody == {hall.ids[name] for name in ("郑远", "李向阳")}, "nobody else can be reached yet"
    assert await hall.round.issue(MOMENT) == 3
    *_, own = await hall.messages()
    assert own.chat == "李向阳-web"
    assert "桃花村党支部" in own.body
    assert own.documents == []
    async with hall.database.transaction() as session:
        await end_posts(session, hall.ids["桃花村党支部"], [PostKind.SECRETARY], MOMENT.date())
        await give_post(session, hall.ids["王桂兰"], hall.ids["桃花村党支部"], PostKind.SECRETARY, MOMENT.date(), None)
    await hall.binds("王桂兰", "web")
    assert await hall.round.issue(MOMENT + timedelta(hours=1)) == 0, "hers begins with the next one"
    assert await hall.round.issue(MOMENT + timedelta(weeks=1)) == 3
    assert [one.chat for one in await hall.messages()].count("李向阳-web") == 1
    assert [one.chat for one in await hall.messages()].count("王桂兰-web") == 1


async def test_whoever_begins_on_a_wednesday_is_told_of_no_week_before(hall: Hall) -> None:
    wednesday = MOMENT + timedelta(days=2)
    await hall.round.issue(MOMENT)
    town = ((OrganizationKind.COMMITTEE, "清河镇党委"),)
    official = RosterPerson(
        "何田田", "0017", town, None, None, None, date(2026, 1, 1), False, ((PostKind.OFFICIAL, town),), None
    )
    async with hall.database.transaction() as session:
        await import_roster(session, [official], MOMENT.date() - timedelta(days=60))
        [found] = await find_people(session, name="何田田")
        hall.ids["何田田"] = found.id
    assert await hall.round.issue(MOMENT + timedelta(hours=1)) == 0
    await hall.binds("何田田", "web")  # imported long ago, and there since this Wednesday
    await hall.binds("王桂兰", "web")
    async with hall.database.transaction() as session:
        await give_post(session, hall.ids["王桂兰"], hall.ids["清河镇党委"], PostKind.OFFICIAL, wednesday.date(), None)
    assert await hall.round.issue(wednesday) == 0
    assert await hall.round.issue(MOMENT + timedelta(weeks=1)) == 4
    assert set(await hall.issues()) == {("2026-W47", False), ("2026-W48", False)}


async def test_whoever_takes_up_a_post_again_is_told_of_no_week_between(hall: Hall) -> None:
    committee = hall.ids["清河镇党委"]
    async with hall.database.transaction() as session:
        await end_posts(session, committee, [PostKind.OFFICIAL], (EARLY - timedelta(days=30)).date())
    assert await hall.round.issue(MOMENT) == 0
    wednesday = MOMENT + timedelta(days=2)
    async with hall.database.transaction() as session:
        await give_post(session, hall.ids["郑远"], committee, PostKind.OFFICIAL, wednesday.date(), None)
    assert await hall.round.issue(wednesday) == 0
    assert await hall.round.issue(MOMENT + timedelta(weeks=1)) == 2
    assert await hall.issues() == [("2026-W48", False)]


@one_database
async def test_whoever_stopped_theirs_is_left_alone(hall: Hall) -> None:
    await hall.wants(active=False)
    assert await hall.round.issue(MOMENT) == 0
    await hall.wants(active=True, skipped_week="2026-W47")
    assert await hall.round.issue(MOMENT) == 0
    assert await hall.round.issue(MOMENT + timedelta(weeks=1)) == 2
    assert await hall.issues() == [("2026-W48", False)]


@one_database
async def test_whoever_cannot_be_written_to_gets_theirs_when_they_are_back(hall: Hall) -> None:
    async with hall.database.transaction() as session:
        for channel in ("telegram", "web"):
            account = await lock_account(session, channel, "t", "郑远", f"郑远-{channel}", EARLY)
            await session.flush()
            await mark_unreachable(session, account.id)
    assert await hall.round.issue(MOMENT) == 0
    assert await hall.issues() == []
    await hall.binds("郑远", "web")
    assert await hall.round.issue(MOMENT + timedelta(days=1)) == 1
    assert await hall.issues() == [("2026-W47", True)]


@one_database
async def test_those_who_read_the_same_read_one_file(hall: Hall) -> None:
    async with hall.database.transaction() as session:
        await give_post(session, hall.ids["赵大海"], hall.ids["清河镇党委"], PostKind.OFFICIAL, MOMENT.date(), None)
    await hall.binds("赵大海", "web")
    await hall.round.issue(EARLY)
    assert await hall.round.issue(MOMENT) == 3
    documents = [message.documents for message in await hall.messages()]
    assert documents[0] == documents[1] == documents[2]
    async with hall.database.reading() as session:
        assert len(list(await session.scalars(select(File.id)))) == 2


async def test_a_batch_takes_so_many_statements_however_many_read(hall: Hall) -> None:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(hall.database.engine.sync_engine, "before_cursor_execute", note)
    counts = []
    for week, readers in enumerate([(), ("赵大海", "周福生", "李向阳", "吴长河")]):
        async with hall.database.transaction() as session:
            for name in readers:
                if name not in ("李向阳", "吴长河"):
                    place = hall.ids["清河镇党委"]
                    await give_post(session, hall.ids[name], place, PostKind.OFFICIAL, MOMENT.date(), None)
        for name in readers:
            await hall.binds(name, "web")
        await hall.round.issue(EARLY + timedelta(weeks=week))
        said.clear()
        assert await hall.round.issue(MOMENT + timedelta(weeks=week)) == 2 + len(readers)
        counts.append(len(said))
    assert counts[0] == counts[1]


HOLIDAY = date(2026, 10, 1)
"""A Thursday; the next working day is the eighth."""


@pytest.mark.parametrize(
    ("zone", "weekday", "minute", "after_holidays", "utc", "moment", "monday"),
    [
        ("Asia/Shanghai", 1, 510, True, "2026-11-23T00:29:59", "2026-11-16T00:30:00", "2026-11-09"),
        ("Asia/Shanghai", 1, 510, True, "2026-11-23T00:30:00", "2026-11-23T00:30:00", "2026-11-16"),
        ("Asia/Shanghai", 7, 0, True, "2026-11-28T16:00:00", "2026-11-28T16:00:00", "2026-11-16"),
        ("Asia/Urumqi", 1, 510, True, "2026-11-23T00:30:00", "2026-11-16T02:30:00", "2026-11-09"),
        # Thursday, the first of October, is put off to the eighth, when the next one is due: that one is told.
        ("Asia/Shanghai", 4, 510, False, "2026-10-02T00:00:00", "2026-10-01T00:30:00", "2026-09-21"),
        ("Asia/Shanghai", 4, 510, True, "2026-10-02T00:00:00", "2026-09-24T00:30:00", "2026-09-14"),
        ("Asia/Shanghai", 4, 510, True, "2026-10-08T00:30:00", "2026-10-08T00:30:00", "2026-09-28"),
        # A Friday's is put off to Thursday, a week before the next.
        ("Asia/Shanghai", 5, 510, True, "2026-10-08T00:30:00", "2026-10-08T00:30:00", "2026-09-21"),
        # Who chose the weekend is not put off.
        ("Asia/Shanghai", 6, 600, True, "2026-10-03T02:00:00", "2026-10-03T02:00:00", "2026-09-21"),
        # In winter and in summer it is half past eight on the clock on the wall.
        ("America/New_York", 1, 510, False, "2026-10-26T12:30:00", "2026-10-26T12:30:00", "2026-10-19"),
        ("America/New_York", 1, 510, False, "2026-11-02T13:29:59", "2026-10-26T12:30:00", "2026-10-19"),
        ("America/New_York", 1, 510, False, "2026-11-02T13:30:00", "2026-11-02T13:30:00", "2026-10-26"),
        # Half past two is not there on the last Sunday of March, and twice on that of October: once is enough.
        ("Europe/Berlin", 7, 150, False, "2026-03-29T01:30:00", "2026-03-29T01:30:00", "2026-03-16"),
        ("Europe/Berlin", 7, 150, False, "2026-10-25T00:30:00", "2026-10-25T00:30:00", "2026-10-12"),
        ("Europe/Berlin", 7, 150, False, "2026-10-25T01:30:00", "2026-10-25T00:30:00", "2026-10-12"),
        # A year of 53 weeks.
        ("Asia/Shanghai", 1, 510, False, "2027-01-04T00:30:00", "2027-01-04T00:30:00", "2026-12-28"),
    ],
)
def test_the_moment_is_on_the_readers_clock(
    zone: str, weekday: int, minute: int, after_holidays: bool, utc: str, moment: str, monday: str
) -> None:
    now = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    found = newest_moment(weekday, minute, zone, now, after_holidays=after_holidays)
    assert found == (datetime.fromisoformat(moment).replace(tzinfo=UTC), date.fromisoformat(monday))


ZONES = ("Asia/Shanghai", "Asia/Urumqi", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
instants = st.timedeltas(timedelta(0), timedelta(days=1400)).map(
    lambda passed: datetime(2025, 1, 1, tzinfo=UTC) + passed
)


@given(
    instants,
    st.timedeltas(timedelta(0), timedelta(days=30)),
    st.integers(1, 7),
    st.integers(0, 1439),
    st.booleans(),
    st.sampled_from(ZONES),
)
@example(datetime(2026, 2, 23, 1, tzinfo=UTC), timedelta(days=3), 1, 510, True, "Asia/Shanghai")
def test_as_time_goes_on_weeks_come_one_after_another(
    now: datetime, later: timedelta, weekday: int, minute: int, after_holidays: bool, zone: str
) -> None:
    moment, monday = newest_moment(weekday, minute, zone, now, after_holidays=after_holidays)
    assert moment <= now
    assert monday.isoweekday() == 1
    local = moment.astimezone(ZoneInfo(zone))
    assert monday + timedelta(days=7) <= local.date(), "the week that it is about is over"
    if after_holidays and weekday <= 5:
        assert is_working_day(local.date())
    else:
        assert local.isoweekday() == weekday
    # The same until the next one, and then one that is newer.
    again, then = newest_moment(weekday, minute, zone, now + later, after_holidays=after_holidays)
    assert (again, then) == (moment, monday) or (again > moment and then > monday)
    assert newest_moment(weekday, minute, zone, moment, after_holidays=after_holidays)[1] == monday
    # No day is without one for longer than a week and the holidays.
    assert now - moment <= timedelta(days=7 + 15)


@pytest.mark.parametrize(
    ("paths", "covered"),
    [
        (["/1/"], ["/1/"]),
        (["/1/2/", "/1/", "/1/2/3/"], ["/1/"]),
        (["/1/2/", "/1/20/", "/2/"], ["/1/2/", "/1/20/", "/2/"]),
        (
            [f"/1/{town}/{branch}/" for town in range(2, 40) for branch in range(100, 110)],
            [f"/1/{town}/" for town in range(2, 40)],
        ),
        ([f"/1/{town}/" for town in range(2, 200)], ["/1/"]),
    ],
)
def test_many_scopes_are_read_through_those_above_them(paths: list[str], covered: Collection[str]) -> None:
    assert sorted(covering(paths)) == sorted(covered)
